"""Makes the corpora (Python 3.11, no packages): python3 fuzz/make_corpus.py target/debug/catchment

Small sound inputs of every target. What once broke a reader lies beside them under a name that begins with `broke_`; this leaves it alone.
"""
import bz2
import gzip
import json
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOWN, LOAD = ROOT / "tests/broken/town", ROOT / "tests/load/data"
NEXT_FILE = b"\n== next file ==\n"


def put(target, name, content):
    folder = ROOT / "fuzz/corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


def town(name):
    return (TOWN / name).read_bytes()


# Two boundaries, a street with a bend, a clinic, a lake with an island, a turn that is forbidden, a railway, a place with people.
NODES = [(1, 100.0, 10.0), (2, 100.002, 10.0), (3, 100.004, 10.0), (4, 100.002, 10.004), (5, 99.999, 9.999), (6, 100.005, 9.999),
         (7, 100.005, 10.005), (8, 99.999, 10.005), (9, 100.001, 10.001), (10, 100.0015, 10.001), (11, 100.0015, 10.002)]
NODE_TAGS = {3: {"amenity": "clinic", "name": "Clinic"}, 4: {"place": "village", "name": "Town", "population": "100"}}
WAYS = [(1, [1, 2, 3], {"highway": "residential"}), (2, [2, 4], {"highway": "primary", "oneway": "yes", "maxspeed": "50"}),
        (3, [5, 6, 7], {}), (4, [7, 8, 5], {}), (5, [9, 10, 11, 9], {"natural": "water"}), (6, [5, 7], {"railway": "rail"}),
        (7, [1, 9, 10, 1], {"landuse": "residential"}), (8, [1, 2, 4, 1], {"building": "yes"})]
RELATIONS = [(1, [("way", 3, "outer"), ("way", 4, "outer")],
              {"type": "boundary", "boundary": "administrative", "admin_level": "8", "name": "Town"}),
             (2, [("way", 1, "from"), ("node", 2, "via"), ("way", 2, "to")], {"type": "restriction", "restriction": "no_left_turn"}),
             (3, [("way", 7, "outer"), ("way", 5, "inner")], {"type": "multipolygon", "natural": "water"})]


def xml():
    def tags(own):
        return "".join(f'<tag k="{k}" v="{v}"/>' for k, v in own.items())

    lines = [f'<node id="{i}" lon="{x}" lat="{y}">{tags(NODE_TAGS.get(i, {}))}</node>' for i, x, y in NODES]
    lines += [f'<way id="{i}">{"".join(f"<nd ref={chr(34)}{r}{chr(34)}/>" for r in refs)}{tags(own)}</way>' for i, refs, own in WAYS]
    for i, members, own in RELATIONS:
        inside = "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in members)
        lines.append(f'<relation id="{i}">{inside}{tags(own)}</relation>')
    return '<osm version="0.6"><bounds minlon="99.99" minlat="9.99" maxlon="100.01" maxlat="10.01"/>\n' + "\n".join(lines) + "\n</osm>\n"


def varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out + bytes([n]))


def zigzag(n):
    return n << 1 ^ n >> 63


def field(number, content):
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def packed(number, numbers):
    return field(number, b"".join(varint(n) for n in numbers))


def deltas(numbers):
    return [zigzag(b - a) for a, b in zip([0, *numbers], numbers)]


def pbf(zipped, dense):
    table = [""]

    def word(text):
        if text not in table:
            table.append(text)
        return table.index(text)

    def pairs(own):
        return packed(2, [word(k) for k in own]) + packed(3, [word(v) for v in own.values()])

    def e7(degrees):
        return round(degrees * 1e7)

    if dense:
        words = [n for i, _, _ in NODES for n in [*(word(t) for pair in NODE_TAGS.get(i, {}).items() for t in pair), 0]]
        own = packed(1, deltas([i for i, _, _ in NODES])) + packed(8, deltas([e7(y) for _, _, y in NODES]))
        nodes = field(2, own + packed(9, deltas([e7(x) for _, x, _ in NODES])) + packed(10, words))
    else:
        nodes = b"".join(
            field(1, field(1, zigzag(i)) + pairs(NODE_TAGS.get(i, {})) + field(8, zigzag(e7(y))) + field(9, zigzag(e7(x)))) for i, x, y in NODES)
    ways = b"".join(field(3, field(1, i) + pairs(own) + packed(8, deltas(refs))) for i, refs, own in WAYS)
    relations = b""
    for i, members, own in RELATIONS:
        roles, refs = packed(8, [word(role) for _, _, role in members]), packed(9, deltas([ref for _, ref, _ in members]))
        relations += field(4, field(1, i) + pairs(own) + roles + refs + packed(10, [["node", "way", "relation"].index(k) for k, _, _ in members]))
    strings = b"".join(field(1, text.encode()) for text in table)
    block = field(1, strings) + b"".join(field(2, group) for group in (nodes, ways, relations))
    box = field(1, zigzag(99_990_000_000)) + field(2, zigzag(100_010_000_000)) + field(3, zigzag(10_010_000_000)) + field(4, zigzag(9_990_000_000))
    header = field(1, box) + field(4, b"OsmSchema-V0.6") + (field(4, b"DenseNodes") if dense else b"")

    def blob(kind, content):
        body = field(2, len(content)) + field(3, zlib.compress(content)) if zipped else field(1, content)
        head = field(1, kind) + field(3, len(body))
        return struct.pack(">I", len(head)) + head + body

    return blob(b"OSMHeader", header) + blob(b"OSMData", block)


def geopackage():
    """The town's zones in pages of 512 bytes."""
    def ring(corners):
        return struct.pack("<I", len(corners)) + b"".join(struct.pack("<dd", *corner) for corner in corners)

    with tempfile.TemporaryDirectory() as desk:
        file = Path(desk) / "a.gpkg"
        base = sqlite3.connect(file)
        base.executescript("""PRAGMA page_size = 512; PRAGMA application_id = 0x47504B47; PRAGMA user_version = 10300;
            CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, organization_coordsys_id INTEGER,
                definition TEXT, description TEXT);
            CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, srs_id INTEGER);
            CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);
            CREATE TABLE zones (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT, name TEXT);
            INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84"]', '');
            INSERT INTO gpkg_contents VALUES ('zones', 'features', 'zones', 4326);
            INSERT INTO gpkg_geometry_columns VALUES ('zones', 'geom', 'POLYGON', 4326, 0, 0);""")
        for feature in json.loads(town("zones.geojson"))["features"]:
            shape = struct.pack("<BII", 1, 3, 1) + ring(feature["geometry"]["coordinates"][0])
            own = feature["properties"]
            base.execute("INSERT INTO zones (geom, code, name) VALUES (?, ?, ?)", (b"GP\0\1" + struct.pack("<i", 4326) + shape, own["code"], own["name"]))
        base.commit()
        base.execute("VACUUM")
        base.close()
        return file.read_bytes()


def main(catchment):
    text = xml()
    for name, content in [("town", town("town.osm")), ("all_kinds", text), ("gzip", gzip.compress(text.encode(), mtime=0)),
                          ("bzip2", bz2.compress(text.encode()))]:
        put("osm_xml", name, content)
    for name, zipped, dense in [("dense", False, True), ("dense_zlib", True, True), ("plain", False, False)]:
        put("osm_pbf", name, pbf(zipped, dense))
    put("csv", "people", town("people.csv"))
    for encoding in ["gb18030", "utf-16", "utf-8-sig"]:
        put("csv", encoding.replace("-", "_"), "名称;经度;纬度;人口\n\"浦江;镇\";100,001;10.001;1.200\n莘庄镇;100°0′1″;10.002;3\n".encode(encoding))
    put("geojson", "zones", town("zones.geojson"))
    for kind, places in [("LineString", "[[100.0,10.0],[100.004,10.004]]"), ("MultiPoint", "[[100.0,10.0],[100.001,10.0]]")]:
        feature = f'{{"type":"Feature","id":1,"properties":{{"highway":"primary","oneway":"FT","n":1.5}},"geometry":{{"type":"{kind}","coordinates":{places}}}}}'
        put("geojson", kind, feature)
        put("geojson_sequence", kind, f"\x1e{feature}\n\x1e{feature}\n")
    for name in ["towns", "roads"]:
        parts = [(LOAD / f"{name}.{end}").read_bytes() for end in ["shp", "dbf", "prj", "cpg"]]
        put("shapefile", name, NEXT_FILE.join(parts))
        put("prj", name, parts[2])
    put("prj", "mollweide", 'PROJCS["World_Mollweide",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]]],PROJECTION["Mollweide"],'
        'PARAMETER["central_meridian",0],UNIT["metre",1],AUTHORITY["ESRI","54009"]]')
    put("geopackage", "zones", geopackage())
    for name in ["bands_in_turns", "degrees", "f32_tiles_deflate_2_swapped", "f64_tiles_lzw_3", "i16_strips_packbits", "mollweide", "sparse", "u8_strips"]:
        put("geotiff", name, (LOAD / f"rasters/{name}.tif").read_bytes())
    put("plan", "town", town("plan.toml"))
    for name in ["liechtenstein", "malta"]:
        put("plan", name, (ROOT / f"data/{name}/plan.toml").read_bytes())
    put("standards", "example", (ROOT / "standards/example.toml").read_bytes())
    axes = '[batch]\nid = "b"\nplans = ["plan.toml"]\n\n[[axes]]\nname = "minutes"\n'
    put("batch_job", "axes", axes + 'values = [{ id = "5", set = { "services.walk.limit" = "5min" } }, { id = "15" }]\n')
    put("batch_job", "runs", '[batch]\nid = "b"\n\n[[runs]]\nid = "one"\nplan = "plan.toml"\nset = { "study.title" = "One" }\n')
    put("batch_job", "tiles", '[batch]\nid = "b"\nplans = ["plan.toml"]\n\n[tiles]\ncount = 2\n')
    for name, own in [("epsg", "EPSG:32647"), ("laea", "+proj=laea +lat_0=10 +lon_0=100 +datum=WGS84 +units=m"), ("gcj02", "gcj02"),
                      ("tmerc", "+proj=tmerc +lat_0=0 +lon_0=100 +k=0.9996 +x_0=500000 +ellps=GRS80 +towgs84=0,0,0 +units=m")]:
        put("crs", name, own)
    put("control_points", "town", "name,x,y,lon,lat\nA,0,0,100.0,10.0\nB,438.5,0,100.004,10.0\nC,0,442.3,100.0,10.004\n")
    put("h3_cells", "indexes", "h3_index,people\n8982f5cde23ffff,64\n619297024672530431,4\n8a82f5cde0c7fff,1\n")
    put("study", "town", NEXT_FILE.join(town(name) for name in ["zones.geojson", "people.csv", "clinics.csv", "town.osm"]))
    cells = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>lon</t></is></c><c r="C1" t="str"><v>lat</v></c></row>' \
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>100.001</v></c><c r="C2"><f>5*2</f><v>10</v></c></row>'
    main_xml = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    put("xlsx", "parts", NEXT_FILE.join(part.encode() for part in [
        f'<worksheet {main_xml}><dimension ref="A1:C2"/><sheetData>{cells}</sheetData><mergeCells count="1"><mergeCell ref="A1:A1"/></mergeCells></worksheet>',
        f'<sst {main_xml} count="1"><si><t>id</t></si></sst>',
        f'<styleSheet {main_xml}><cellXfs count="1"><xf numFmtId="14"/></cellXfs></styleSheet>',
        f'<workbook {main_xml} {office}><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        f'<Relationships {package}><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
        ' Target="worksheets/sheet1.xml"/></Relationships>']))
    names = " ".join(f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ["office", "table", "text"])
    put("ods", "parts", NEXT_FILE.join(part.encode() for part in [
        f'<office:document-content {names}><office:body><office:spreadsheet><table:table table:name="a"><table:table-row>'
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{name}</text:p></table:table-cell>' for name in ["id", "lon", "lat"])
        + '</table:table-row><table:table-row table:number-rows-repeated="2">'
        + "".join(f'<table:table-cell office:value-type="float" office:value="{n}" table:number-columns-repeated="1"/>' for n in [1, 100.001, 10])
        + "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>",
        "application/vnd.oasis.opendocument.spreadsheet",
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>']))
    with tempfile.TemporaryDirectory() as desk:
        shutil.copytree(TOWN, desk, dirs_exist_ok=True)
        for arguments in [["convert", "zones.geojson", "a.fgb"], ["convert", "clinics.csv", "a.xlsx"],
                          ["prepare", "town.osm", "--profile", "walk", "-o", "a.cnet"]]:
            subprocess.run([catchment, *arguments, "-q"], cwd=desk, check=True)
        for target, name in [("flatgeobuf", "a.fgb"), ("xlsx", "a.xlsx"), ("prepared", "a.cnet")]:
            put(target, "town", (Path(desk) / name).read_bytes())


main(str(Path(sys.argv[1]).resolve()))
