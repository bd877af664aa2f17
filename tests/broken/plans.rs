//! Plans, files that are not there or something else, people and totals that do not fit, disks that do not take the results.

use std::path::Path;

use super::case::{Case, disk, file, plan, record, sound, works};
use super::check::check;

#[test]
fn plans() {
    let broken = |name: &str, from: &str, to: &str| plan(name).plan(from, to);
    check(
        "plan",
        vec![
            plan("an empty file").put("plan.toml", ""),
            plan("no TOML").put("plan.toml", "study: town\nroads: town.osm\n"),
            plan("a picture").put("plan.toml", b"\x89PNG\r\n\x1a\n"),
            plan("not UTF-8").put("plan.toml", super::bytes::gb18030(&sound("plan.toml").replace("A made-up town", "闵行区"))),
            plan("UTF-16").put("plan.toml", super::bytes::utf16(&format!("\u{feff}{}", sound("plan.toml")))),
            works("a byte-order mark").put("plan.toml", format!("\u{feff}{}", sound("plan.toml"))),
            plan("cut off").put("plan.toml", &sound("plan.toml")[..300]),
            plan("nested deep").put("plan.toml", format!("a = {}", "[".repeat(100_000))),
            plan("a folder").without("plan.toml").then(|folder| std::fs::create_dir(folder.join("plan.toml")).unwrap()),
            plan("not there").without("plan.toml"),
            broken("a quote that is not closed", "title = \"A made-up town\"", "title = \"A made-up town"),
            broken("a key twice", "id = \"town\"", "id = \"town\"\nid = \"city\""),
            broken("an unknown key", "title", "titel"),
            broken("an unknown section", "[profiles.walk]", "[profile.walk]"),
            broken("a text for a number", "min_component = 2", "min_component = \"two\""),
            broken("a number for a text", "id = \"town\"", "id = 7"),
            broken("a number that is NaN", "min_component = 2", "speed_m_s = nan"),
            broken("a number that is infinite", "min_component = 2", "snap_m = inf"),
            broken("a limit without its unit", "\"5min\"", "\"5\""),
            broken("a limit that is a number", "\"5min\"", "5"),
            broken("a limit of nothing", "\"5min\"", "\"0min\""),
            broken("a limit longer than all roads", "\"5min\"", "\"99999h\""),
            broken("a unit that nobody knows", "\"5min\"", "\"5 parsec\""),
            broken("an unknown set of facilities", "facilities = \"clinics\"", "facilities = \"clinic\""),
            broken("an unknown profile", "limit", "profile = \"wlak\"\nlimit"),
            broken("no services", "[[services]]\nid = \"walk\"\nfacilities = \"clinics\"\nlimit = \"5min\"", ""),
            broken("an empty list of services", "[[services]]\nid = \"walk\"\nfacilities = \"clinics\"\nlimit = \"5min\"", "")
                .plan("[study]", "services = []\n[study]"),
            broken("a slash in an id", "id = \"town\"", "id = \"../town\""),
            broken("an id of nothing", "id = \"town\"", "id = \"\""),
            broken(
                "a service twice",
                "[profiles.walk]",
                "[[services]]\nid = \"walk\"\nfacilities = \"clinics\"\nlimit = \"5min\"\n[profiles.walk]",
            ),
            broken("an unknown method", "\"points\"", "\"dots\""),
            broken("points without a file", "source = \"people.csv\"", ""),
            broken("polygons of a table", "method = \"points\"", "method = \"polygons\""),
            broken("a CRS that is none", "title =", "crs = \"EPSG:1\"\ntitle ="),
            broken("a CRS of degrees to work in", "title =", "crs = \"EPSG:4326\"\ntitle ="),
            broken("a CRS far from the town", "title =", "crs = \"EPSG:32633\"\ntitle ="),
            broken("a cell of nothing", "[profiles.walk]", "[ground]\ncell_m = 0\n[profiles.walk]"),
            broken("a source of nothing", "source = \"town.osm\"", "source = \"\""),
        ],
    );
}

/// A town of two zones on both sides of 180°, cut there as RFC 7946 says, in this CRS.
fn at_the_antimeridian(case: Case, crs: &str) -> Case {
    let east = |lon: f64| if lon > 180.0 { lon - 360.0 } else { lon };
    let moved = |text: String, mark: [&str; 2]| {
        let mut parts = text.split(mark[0]);
        let start = parts.next().unwrap_or_default().to_owned();
        parts.fold(start, |all, part| {
            let (lon, rest) = part.split_once(mark[1]).unwrap();
            let lon: f64 = lon.trim().parse().unwrap();
            format!("{all}{}{:.6}{}{rest}", mark[0], east(lon + 79.9975), mark[1])
        })
    };
    let table = |text: String| {
        let mut lines = text.lines();
        let header: Vec<String> = lines.next().unwrap().split(',').map(str::to_owned).collect();
        let column = header.iter().position(|name| name == "lon").unwrap();
        let row = |line: &str| {
            let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            cells[column] = format!("{:.6}", east(cells[column].parse::<f64>().unwrap() + 79.9975));
            cells.join(",")
        };
        std::iter::once(header.join(",")).chain(lines.map(row)).collect::<Vec<_>>().join("\n") + "\n"
    };
    let zone = |code: &str, west: f64, east: f64| {
        format!(
            "{{\"type\": \"Feature\", \"properties\": {{\"code\": \"{code}\", \"name\": \"{code}\"}}, \"geometry\": {{\"type\": \"Polygon\", \"coordinates\": \
             [[[{west}, 9.9995], [{east}, 9.9995], [{east}, 10.0045], [{west}, 10.0045], [{west}, 9.9995]]]}}}}"
        )
    };
    let zones = [zone("W", 179.997, 180.0), zone("E", -180.0, -179.998)].join(",");
    let case = case.put("zones.geojson", format!("{{\"type\": \"FeatureCollection\", \"features\": [{zones}]}}"));
    let case = case.put("town.osm", moved(sound("town.osm"), ["lon=\"", "\""]));
    let case = case.put("people.csv", table(sound("people.csv"))).put("clinics.csv", table(sound("clinics.csv")));
    if crs.is_empty() { case } else { case.plan("title =", &format!("crs = \"{crs}\"\ntitle =")) }
}

/// CRSs that put the town beyond any plane of the earth; and one around the antimeridian, as the error without it advises.
#[test]
fn planes() {
    let own = "+proj=tmerc +lat_0=0 +lon_0=100 +k=1 +y_0=0 +datum=WGS84 +units=m";
    let metres = |shift: f64| {
        let square = |west: f64, east: f64| {
            format!("[[[{west}, {shift}], [{east}, {shift}], [{east}, 1105500], [{west}, 1105500], [{west}, {shift}]]]")
        };
        let zone = |code: &str, ring: String| {
            format!(
                "{{\"type\": \"Feature\", \"properties\": {{\"code\": \"{code}\", \"name\": \"{code}\"}}, \"geometry\": {{\"type\": \"Polygon\", \"coordinates\": {ring}}}}}"
            )
        };
        let zones = [zone("W", square(-100.0, 274.0)), zone("E", square(274.0, 500.0))].join(",");
        format!("{{\"type\": \"FeatureCollection\", \"features\": [{zones}]}}")
    };
    let laea = "+proj=laea +lat_0=10 +lon_0=180 +datum=WGS84 +units=m";
    let places = "[zones]\ncrs = \"EPSG:32647\"";
    check(
        "planes",
        vec![
            plan("a CRS whose origin lies far off").plan("title =", &format!("crs = \"{own} +x_0=1e18\"\ntitle =")),
            plan("a CRS whose origin lies just beyond").plan("title =", &format!("crs = \"{own} +x_0=1e8\"\ntitle =")),
            file("zones at 1e18 metres").put("zones.geojson", metres(1e18)).plan("[zones]", places),
            file("zones at 2e8 metres").put("zones.geojson", metres(2e8)).plan("[zones]", places),
            at_the_antimeridian(file("a town at the antimeridian"), ""),
            at_the_antimeridian(works("the same in a CRS around it"), laea),
        ],
    );
}

/// One of two zones may be unknown.
const HALF: &str = "[checks]\nzones_unknown_error = 0.6";

const FILES: [(&str, &str); 8] = [
    ("town.osm", "town.osm"),
    ("town.osm", "town.osm.pbf"),
    ("town.osm", "town.cnet"),
    ("zones.geojson", "zones.geojson"),
    ("zones.geojson", "zones.shp"),
    ("zones.geojson", "zones.gpkg"),
    ("people.csv", "people.csv"),
    ("people.csv", "people.xlsx"),
];

/// A case in which another file stands for one of the sound town, and is not there.
fn instead(name: &str, (own, other): (&str, &str)) -> Case {
    let case = file(&format!("{name} {other}")).without(own);
    if own == other { case } else { case.plan(&format!("\"{own}\""), &format!("\"{other}\"")) }
}

#[cfg(unix)]
fn linked(to: &str, at: &Path) {
    std::os::unix::fs::symlink(to, at).unwrap();
}

#[cfg(not(unix))]
fn linked(_: &str, _: &Path) {}

#[cfg(unix)]
fn shut(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn shut(_: &Path, _: u32) {}

/// Whether permissions mean nothing to whoever runs this.
fn reads_all() -> bool {
    let file = tempfile::NamedTempFile::new().unwrap();
    shut(file.path(), 0);
    std::fs::File::open(file.path()).is_ok()
}

#[test]
fn paths() {
    let missing = FILES.map(|file| instead("no", file));
    let folders = FILES.map(|file| instead("a folder for", file).then(move |folder| std::fs::create_dir(folder.join(file.1)).unwrap()));
    let mut cases: Vec<Case> = missing.into_iter().chain(folders).collect();
    let link = |to: &'static str, file: &'static str| move |folder: &Path| linked(to, &folder.join(file));
    cases.extend(FILES.map(|file| instead("a link to nothing for", file).then(link("nowhere", file.1)).unless(!cfg!(unix), "no links")));
    let people = |name: &str| file(name).without("people.csv").unless(!cfg!(unix), "no links");
    cases.push(people("a link to itself").then(link("people.csv", "people.csv")));
    cases.push(people("a device that never ends").then(link("/dev/zero", "people.csv")));
    cases.push(
        file("no permission to read")
            .then(|folder| shut(&folder.join("people.csv"), 0))
            .unless(reads_all(), "this user may read everything"),
    );
    check("paths", cases);
}

#[test]
fn people() {
    let totals = |case: Case, text: &str| {
        case.without("people.csv")
            .put("totals.csv", text)
            .plan("method = \"points\"\nsource = \"people.csv\"", "method = \"spread\"\ntotals = \"totals.csv\"\nover = [\"zone\"]")
    };
    let cells = |case: Case, features: &[(&str, &str)]| {
        let feature = |(people, ring): &(&str, &str)| {
            format!(
                "{{\"type\": \"Feature\", \"properties\": {{\"people\": {people}}}, \"geometry\": {{\"type\": \"Polygon\", \"coordinates\": {ring}}}}}"
            )
        };
        let text = format!(
            "{{\"type\": \"FeatureCollection\", \"features\": [{}]}}",
            features.iter().map(feature).collect::<Vec<_>>().join(",\n")
        );
        case.without("people.csv")
            .put("cells.geojson", text)
            .plan("method = \"points\"\nsource = \"people.csv\"", "method = \"polygons\"\nsource = \"cells.geojson\"")
    };
    let [west, east] = [
        "[[[100, 10], [100.002, 10], [100.002, 10.004], [100, 10.004], [100, 10]]]",
        "[[[100.003, 10], [100.004, 10], [100.004, 10.004], [100.003, 10.004], [100.003, 10]]]",
    ];
    check(
        "people",
        vec![
            totals(works("sound totals"), "zone_id,people\nW,512\nE,511\n"),
            totals(record("a total of an unknown zone"), "zone_id,people\nW,512\nE,511\nN,7\n"),
            totals(record("a zone twice"), "zone_id,people\nW,512\nE,511\nE,7\n"),
            totals(file("half of the zones without a total"), "zone_id,people\nW,512\n"),
            totals(record("a zone without a total"), "zone_id,people\nW,512\n").plan("[checks]", HALF),
            totals(record("a total that is no number"), "zone_id,people\nW,512\nE,about 500\n").plan("[checks]", HALF),
            totals(record("a total less than none"), "zone_id,people\nW,512\nE,-5\n").plan("[checks]", HALF),
            totals(record("totals of nobody"), "zone_id,people\nW,512\nE,0\n"),
            totals(file("totals of no zone at all"), "zone_id,people\n310112,512\n310113,511\n"),
            totals(file("totals without a column of zones"), "town,people\nW,512\nE,511\n"),
            totals(file("totals without people"), "zone_id,count\nW,512\nE,511\n"),
            totals(file("totals of a header"), "zone_id,people\n"),
            totals(file("totals in an empty file"), ""),
            totals(file("a group that the file lacks"), "zone_id,people\nW,512\nE,511\n").plan("[people]", "[people]\ngroups = [\"old\"]"),
            totals(record("a group that is no number"), "zone_id,people,old\nW,512,12\nE,511,few\n")
                .plan("[people]", "[people]\ngroups = [\"old\"]"),
            totals(record("a group of more people than there are"), "zone_id,people,old\nW,512,12\nE,511,9999\n")
                .plan("[people]", "[people]\ngroups = [\"old\"]"),
            cells(works("sound polygons"), &[("512", west), ("511", east)]),
            cells(record("a polygon without a number"), &[("512", west), ("null", east)]),
            cells(record("a polygon of people in words"), &[("512", west), ("\"many\"", east)]),
            cells(record("a polygon of less than nobody"), &[("512", west), ("-3", east)]),
            cells(
                record("a polygon without area"),
                &[("512", west), ("511", "[[[100.003, 10], [100.003, 10], [100.003, 10], [100.003, 10]]]")],
            ),
            cells(record("a polygon at 95° north"), &[("512", west), ("511", "[[[100, 95], [100.1, 95], [100.1, 96], [100, 95]]]")]),
            cells(
                record("a polygon outside all zones"),
                &[("512", west), ("511", "[[[101, 11], [101.001, 11], [101.001, 11.001], [101, 11]]]")],
            ),
            cells(record("a polygon at zero and zero"), &[("512", west), ("511", "[[[0, 0], [0.001, 0], [0.001, 0.001], [0, 0]]]")]),
            cells(record("polygons over each other"), &[("512", west), ("511", west)]),
            cells(file("no polygon"), &[]),
            cells(file("polygons without people"), &[("512", west)]).swap("cells.geojson", "\"people\"", "\"count\""),
        ],
    );
}

#[test]
fn million() {
    let rows = |count: u32, row: &dyn Fn(u32) -> String| (0..count).fold(String::new(), |text, i| text + &row(i));
    let million = "100.001,10.001,1\n".repeat(1_000_000);
    let clinics = "1,Clinic,100.001,10.001\n".repeat(1_000_000);
    check(
        "million",
        vec![
            file("a million times the same people").put("people.csv", "lon,lat,people\n".to_owned() + &million),
            record("a million times the same clinic").put("clinics.csv", "id,name,lon,lat\n".to_owned() + &clinics),
            record("two hundred thousand ids of one clinic")
                .put("clinics.csv", "id,name,lon,lat\n".to_owned() + &rows(200_000, &|i| format!("{i},Clinic,100.001,10.001\n"))),
        ],
    );
}

#[test]
fn outputs() {
    let linux = cfg!(target_os = "linux");
    let cases = vec![
        plan("a file in place of the folder").put("results", "a file"),
        plan("a folder below a file").put("file", "a file").out("file/results"),
        plan("a folder in place of a file").then(|folder| std::fs::create_dir_all(folder.join("results/zones.csv")).unwrap()),
        plan("results of another command").put("results/manifest.json", "{\"tool\": {\"name\": \"catchment\", \"command\": \"reach\"}}"),
        plan("a manifest that is none").put("results/manifest.json", "broken"),
        disk("a file as large as may be").shell("trap '' XFSZ; ulimit -f 1;").unless(!linux, "no limit to files"),
        disk("a folder that can only be read")
            .then(|folder| {
                std::fs::create_dir(folder.join("results")).unwrap();
                shut(&folder.join("results"), 0o555);
            })
            .unless(reads_all(), "this user may write everywhere"),
    ];
    check("outputs", cases);
}
