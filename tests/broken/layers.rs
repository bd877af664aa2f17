//! Shapefiles and GeoPackages.

use rusqlite::Connection;

use super::bytes::{EAST, WEST, dbf, gb18030, polygon, shape, shp, star};
use super::case::{Case, file, record, works};
use super::check::check;

const PRJ: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

/// Zones by this shapefile, with a sound table and CRS beside it.
fn shapes(case: Case, bytes: impl AsRef<[u8]>) -> Case {
    let case = case.without("zones.geojson").put("zones.shp", bytes).put("zones.prj", PRJ);
    case.put("zones.dbf", dbf(&[["W", "West"], ["E", "East"]])).plan("zones.geojson", "zones.shp")
}

fn sound() -> [Vec<u8>; 2] {
    [shape(1, &polygon(&WEST, 5)), shape(2, &polygon(&EAST, 5))]
}

/// A polygon of a ring, and of the same ring a little farther east.
fn twice(ring: &[[f64; 2]]) -> Vec<u8> {
    let both: Vec<[f64; 2]> = [0.0, 1e-5].iter().flat_map(|aside| ring.iter().map(move |[x, y]| [x + aside, *y])).collect();
    let one = polygon(&both, both.len() as u32);
    // two parts, and where the second begins
    let at = 4 + 4 * 8;
    [&one[..at], &2u32.to_le_bytes(), &one[at + 4..at + 12], &(ring.len() as u32).to_le_bytes(), &one[at + 12..]].concat()
}

/// Zones by a shapefile whose second record is another.
fn second(case: Case, content: &[u8]) -> Case {
    shapes(case, shp(&[sound()[0].clone(), shape(2, content)]))
}

#[test]
fn shapefiles() {
    let whole = shp(&sound());
    let altered = |at: usize, bytes: &[u8]| {
        let mut file = whole.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    let table = |case: Case, bytes: Vec<u8>| shapes(case, shp(&sound())).put("zones.dbf", bytes);
    let rows = dbf(&[["W", "West"], ["E", "East"]]);
    let mut lying = rows.clone();
    lying[4] = 200;
    let mut headless = rows.clone();
    headless[8..12].copy_from_slice(&[0; 4]);
    let odd = |at: f64| polygon(&EAST.map(|[x, y]| if x > 100.003 && y > 10.0 { [x, at] } else { [x, y] }), 5);
    check(
        "shapefile",
        vec![
            shapes(works("sound"), &whole),
            shapes(file("an empty file"), ""),
            shapes(
                file("a zip"),
                "PK\x03\x04\x14\0\0\0\x08\0 and more of it, as long as the header of a shapefile has to be at the very least, a hundred bytes",
            ),
            shapes(file("cut off in the header"), &whole[..50]),
            shapes(file("cut off in a shape"), &whole[..whole.len() - 30]),
            shapes(file("cut off between shapes"), &whole[..100 + sound()[0].len()]),
            shapes(file("a record that claims a gigabyte"), altered(104, &(1u32 << 29).to_be_bytes())),
            shapes(file("a record that claims nothing"), altered(104, &0u32.to_be_bytes())),
            shapes(file("a shape of a billion corners"), shp(&[shape(1, &polygon(&WEST, 1 << 30)), sound()[1].clone()])),
            shapes(file("a shape of a billion rings"), altered(100 + 8 + 36, &(1u32 << 30).to_le_bytes())),
            shapes(file("a ring that begins beyond the corners"), altered(100 + 8 + 44, &99u32.to_le_bytes())),
            shapes(file("a kind of shape that nobody knows"), altered(108, &77u32.to_le_bytes())),
            shapes(file("a header that claims less than there is"), altered(24, &60u32.to_be_bytes())),
            shapes(file("no shape"), shp(&[])).put("zones.dbf", dbf(&[])),
            second(record("a shape that is none"), &0u32.to_le_bytes()),
            second(file("a ring that is not closed"), &polygon(&EAST[..4], 4)),
            second(record("a ring of two corners"), &polygon(&[EAST[0], EAST[1], EAST[0]], 3)),
            second(record("a shape without corners"), &polygon(&[], 0)),
            second(record("latitude NaN"), &odd(f64::NAN)),
            second(record("latitude infinite"), &odd(f64::INFINITY)),
            second(record("latitude 95"), &odd(95.0)),
            shapes(file("without .dbf"), &whole).without("zones.dbf"),
            table(file("a .dbf of fewer rows"), dbf(&[["W", "West"]])),
            table(file("a .dbf of more rows"), dbf(&[["W", "West"], ["E", "East"], ["N", "North"]])),
            table(file("a .dbf that is empty"), Vec::new()),
            table(file("a .dbf cut off"), rows[..rows.len() - 15].to_vec()),
            table(file("a .dbf that claims 200 rows"), lying),
            table(file("a .dbf whose header is of no length"), headless),
            table(file("a .dbf of text"), b"code,name\nW,West\nE,East\n".to_vec()),
            table(record("names in an encoding that nobody tells"), {
                let names = ["浦江镇社区", "莘庄镇社区"].map(gb18030);
                let mut table = dbf(&[["W", ""], ["E", ""]]);
                table[97 + 11..97 + 21].copy_from_slice(&names[0]);
                table[118 + 11..118 + 21].copy_from_slice(&names[1]);
                table
            }),
            shapes(file("without .prj"), &whole).without("zones.prj"),
            shapes(file("a .prj of a CRS that nobody knows"), &whole)
                .put("zones.prj", "PROJCS[\"Town grid\",GEOGCS[\"Town 1954\"],PROJECTION[\"Cassini\"],UNIT[\"Chain\",20.1]]"),
            shapes(file("a .prj that is empty"), &whole).put("zones.prj", ""),
            shapes(file("degrees whose .prj says metres"), &whole)
                .put("zones.prj", "PROJCS[\"WGS_1984_UTM_Zone_47N\",GEOGCS[\"GCS_WGS_1984\"],UNIT[\"Meter\",1.0]]"),
            shapes(
                file("metres whose .prj says degrees"),
                shp(&[WEST, EAST].map(|ring| shape(1, &polygon(&ring.map(|[x, y]| [x * 6000.0, y * 110_000.0]), 5)))),
            ),
        ],
    );
}

/// A `.dbf` of so many rows of a byte, and of so many columns of none.
fn hollow(rows: u32, columns: u16) -> Vec<u8> {
    let mut file = vec![3, 126, 1, 1];
    file.extend(rows.to_le_bytes());
    file.extend((33 + 32 * columns).to_le_bytes());
    file.extend(1u16.to_le_bytes());
    file.resize(32, 0);
    for column in 0..columns {
        let start = file.len();
        file.extend(format!("c{column}").bytes());
        file.resize(start + 11, 0);
        file.push(b'C');
        file.resize(start + 32, 0);
    }
    file.push(13);
    file.resize(file.len() + rows as usize, b' ');
    file.push(26);
    file
}

/// A shapefile of so many shapes that are none.
fn none(count: u32) -> Vec<u8> {
    shp(&(1..=count).map(|number| shape(number, &0u32.to_le_bytes())).collect::<Vec<_>>())
}

/// A layer by this view, of which `fid`, `geom`, `code` and `name` are read.
fn view(case: Case, select: &str) -> Case {
    packaged(case, package(&[TABLES, CRS, LAYER, &rows(&blob(&EAST, 5)), "DROP TABLE zones;", &format!("CREATE VIEW zones AS {select};")]))
}

/// So many lines of metres, each of two corners, three times around the earth; in SQL.
fn around_the_earth(count: u32) -> String {
    let place = |x: f64, y: f64| [x, y].iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let wkb = [&[1, 2, 0, 0, 0, 2, 0, 0, 0][..], &place(-6e7, 0.0), &place(6e7, 1e6)].concat();
    let bytes = [b"GP\0\x01".as_slice(), &32647u32.to_le_bytes(), &wkb].concat();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    (0..count).fold(String::new(), |text, i| format!("{text}INSERT INTO zones VALUES ({i}, x'{hex}', '{i}', 'line');"))
}

/// Files of some kilobytes that ask for gigabytes.
#[test]
fn claims() {
    let numbers = "WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n";
    let columns =
        (0..1500).fold(String::new(), |text, i| format!("{text}ALTER TABLE zones ADD COLUMN c{i} TEXT DEFAULT 'nothing at all';"));
    let rows = format!("{numbers} LIMIT 3000) INSERT INTO zones (fid) SELECT fid FROM n;");
    check(
        "layer-claims",
        vec![
            shapes(file("a .dbf of two thousand columns of no width"), none(4000)).put("zones.dbf", hollow(4000, 2000)),
            shapes(file("a .dbf of columns wider than its rows"), shp(&sound())).put("zones.dbf", {
                let mut table = dbf(&[["W", "West"], ["E", "East"]]);
                table[32 + 16] = 250;
                table
            }),
            shapes(file("a .dbf that claims four billion rows"), shp(&sound())).put("zones.dbf", {
                let mut table = dbf(&[["W", "West"], ["E", "East"]]);
                table[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
                table
            }),
            view(file("a view of a cell of 900 megabytes"), "SELECT 1 AS fid, NULL AS geom, 'W' AS code, hex(zeroblob(450000000)) AS name"),
            view(
                file("a view of ten thousand cells of ten kilobytes"),
                &format!("{numbers} LIMIT 10000) SELECT fid, NULL AS geom, 'W' AS code, hex(zeroblob(5000)) AS name FROM n"),
            ),
            view(
                file("a view that counts and gives no row"),
                &format!("{numbers}) SELECT fid, NULL AS geom, '' AS code, '' AS name FROM n WHERE fid < 0"),
            ),
            second(file("two rings that cross each other in a million places"), &twice(&star(1001))),
            packaged(
                file("a hundred straight lines around the earth"),
                package(&[
                    TABLES,
                    "INSERT INTO gpkg_spatial_ref_sys VALUES ('UTM', 32647, 'EPSG', 32647, '');",
                    LAYER,
                    &around_the_earth(100),
                    "UPDATE gpkg_geometry_columns SET srs_id = 32647;",
                ]),
            ),
            packaged(file("fifteen hundred columns of nothing"), package(&[TABLES, CRS, LAYER, &rows, &columns])),
        ],
    );
}

/// A GeoPackage of the zones as it is made, step by step; each step is SQL.
fn package(steps: &[&str]) -> Vec<u8> {
    let database = Connection::open_in_memory().unwrap();
    for step in steps {
        database.execute_batch(step).unwrap_or_else(|error| panic!("{step}: {error}"));
    }
    let bytes = database.serialize(rusqlite::MAIN_DB).unwrap();
    bytes.to_vec()
}

const TABLES: &str = "CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER, definition TEXT);";
const CRS: &str = "INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS[\"WGS 84\"]');";
const LAYER: &str = "INSERT INTO gpkg_contents VALUES ('zones', 'features', 'zones', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('zones', 'geom', 'POLYGON', 4326, 0, 0);
CREATE TABLE zones (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT, name TEXT);";

/// A ring as a GeoPackage's blob, in SQL.
fn blob(ring: &[[f64; 2]], corners: u32) -> String {
    let wkb = [&[1, 3, 0, 0, 0, 1, 0, 0, 0][..], &corners.to_le_bytes()].concat();
    let numbers = ring.iter().flatten().flat_map(|number| number.to_le_bytes());
    let bytes = [b"GP\0\x01".as_slice(), &4326u32.to_le_bytes(), &wkb].concat().into_iter().chain(numbers);
    bytes.fold("x'".to_owned(), |text, byte| format!("{text}{byte:02x}")) + "'"
}

/// The two zones; the geometry of the eastern one is this SQL.
fn rows(east: &str) -> String {
    format!("INSERT INTO zones VALUES (1, {}, 'W', 'West'); INSERT INTO zones VALUES (2, {east}, 'E', 'East');", blob(&WEST, 5))
}

fn packaged(case: Case, bytes: impl AsRef<[u8]>) -> Case {
    case.without("zones.geojson").put("zones.gpkg", bytes).plan("zones.geojson", "zones.gpkg")
}

#[test]
fn geopackages() {
    let sound = package(&[TABLES, CRS, LAYER, &rows(&blob(&EAST, 5))]);
    let with = |case: Case, steps: &[&str]| packaged(case, package(steps));
    let east = |case: Case, geometry: &str| packaged(case, package(&[TABLES, CRS, LAYER, &rows(geometry)]));
    let mut flipped = sound.clone();
    // the type of the first page of the schema
    flipped[100] ^= 0x55;
    check(
        "geopackage",
        vec![
            packaged(works("sound"), &sound),
            packaged(file("an empty file"), ""),
            packaged(file("a text"), "code,name\n"),
            packaged(file("cut off"), &sound[..sound.len() / 2]),
            packaged(file("cut off in the header"), &sound[..40]),
            packaged(file("a byte flipped"), flipped),
            with(file("a database without tables"), &["CREATE TABLE a (b); DROP TABLE a;"]),
            with(file("a database of something else"), &["CREATE TABLE a (b);"]),
            with(file("no layer"), &[TABLES, CRS]),
            with(
                file("several layers and none named"),
                &[TABLES, CRS, LAYER, "INSERT INTO gpkg_contents VALUES ('roads', 'features', 'roads', 4326);"],
            ),
            packaged(file("a layer that is not there"), &sound).plan("zones.gpkg", "zones.gpkg|layername=towns"),
            with(file("a layer that is named and missing"), &[TABLES, CRS, LAYER, "DROP TABLE zones;"]),
            with(file("a layer without a column of shapes"), &[TABLES, CRS, LAYER, "DELETE FROM gpkg_geometry_columns;"]),
            with(
                file("a column of shapes that is missing"),
                &[TABLES, CRS, LAYER, "UPDATE gpkg_geometry_columns SET column_name = 'shape';"],
            ),
            with(file("no CRS"), &[TABLES, LAYER, &rows(&blob(&EAST, 5))]),
            with(
                file("a CRS that nobody knows"),
                &[
                    TABLES,
                    "INSERT INTO gpkg_spatial_ref_sys VALUES ('Town', 4326, 'TOWN', 7, 'LOCAL_CS[\"Town\"]');",
                    LAYER,
                    &rows(&blob(&EAST, 5)),
                ],
            ),
            with(file("an undefined CRS"), &[TABLES, CRS, LAYER, &rows(&blob(&EAST, 5)), "UPDATE gpkg_geometry_columns SET srs_id = -1;"]),
            with(file("no row"), &[TABLES, CRS, LAYER]),
            east(record("no shape"), "NULL"),
            east(record("a shape of garbage"), "x'deadbeefdeadbeef'"),
            east(record("a shape that is text"), "'POLYGON EMPTY'"),
            east(record("a shape of a billion corners"), &blob(&EAST, 1 << 30)),
            east(record("a shape cut off"), &(blob(&EAST, 5)[..100].to_owned() + "'")),
            east(file("a ring that is not closed"), &blob(&EAST[..4], 4)),
            east(record("latitude NaN"), &blob(&EAST.map(|[x, _]| [x, f64::NAN]), 5)),
            east(record("latitude 95"), &blob(&EAST.map(|[x, y]| [x, y + 85.0]), 5)),
            packaged(file("a program has it open"), &sound).put("zones.gpkg-wal", "changes"),
            with(
                file("a view that never ends"),
                &[
                    TABLES,
                    CRS,
                    LAYER,
                    "DROP TABLE zones; CREATE VIEW zones AS WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n) SELECT fid, NULL AS geom, 'W' AS code, 'West' AS name FROM n;",
                ],
            ),
        ],
    );
}
