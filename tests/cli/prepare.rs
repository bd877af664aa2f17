//! `prepare` and `inspect`: a stored network in place of the extract.

use super::desk::{Desk, data};
use super::town::PLAN;

/// All files of two folders but the manifests, which name other inputs.
fn same_but_manifest(desk: &Desk, left: &str, right: &str) {
    assert_eq!(desk.list(left), desk.list(right));
    for name in desk.list(left).iter().filter(|name| *name != "manifest.json") {
        assert!(desk.bytes(&format!("{left}/{name}")) == desk.bytes(&format!("{right}/{name}")), "{name}");
    }
}

/// The town's plan with a network for its roads; the extract tells of water.
fn plan_of(network: &str) -> String {
    PLAN.replace("town.osm", network) + "\n[ground]\nsource = \"town.osm\"\n"
}

/// The town, with a prepared network and a plan that names it.
fn prepared() -> Desk {
    let desk = Desk::town();
    desk.works(&["prepare", "town.osm", "--profile", "walk", "-o", "town.cnet"]);
    desk.put("net.toml", plan_of("town.cnet"));
    desk
}

#[test]
fn a_run_on_a_prepared_network_writes_the_same_bytes() {
    let desk = prepared();
    for flags in [&["--no-map"][..], &["--limit", "400m", "--format", "geojson,csv,geotiff"]] {
        desk.works(&[&["run", "town.toml", "--out", "a", "-q"], flags].concat());
        desk.works(&[&["run", "net.toml", "--out", "b", "-q"], flags].concat());
        same_but_manifest(&desk, "a", "b");
    }
    let input = &desk.json("b/manifest.json")["inputs"][0];
    assert_eq!((input["file"].as_str(), input["rows"][0][1].as_u64()), (Some("town.cnet"), Some(121)), "{input}");
    // a network made of OpenStreetMap's roads is OpenStreetMap's, were it the only such file
    let alone = PLAN.replace("town.osm", "town.cnet").replace("[study]", "[ground]\nmask = [\"zone\"]\n[study]");
    desk.put("alone.toml", alone).works(&["run", "alone.toml", "--out", "only", "-q"]);
    for file in ["only/README.txt", "only/map.svg", "only/gaps.geojson"] {
        assert!(desk.text(file).contains("OpenStreetMap contributors"), "{file}");
    }
    // what the network does not hold has to be named
    desk.put("less.toml", PLAN.replace("town.osm", "town.cnet"));
    desk.fails(&["run", "less.toml", "-q"], 3, &["town.cnet", "ground.source"]);
    // and the other commands
    desk.works(&["isochrones", "town.toml", "--out", "c", "-q"]);
    desk.works(&["isochrones", "net.toml", "--out", "d", "-q"]);
    same_but_manifest(&desk, "c", "d");
}

#[test]
fn malta_prepared_is_malta() {
    let desk = Desk::new();
    let plan = std::fs::read_to_string(data("malta/plan.toml")).unwrap();
    // a prepared network serves one profile
    let (start, end) = (plan.rfind("[[services]]").unwrap(), plan.find("[profiles.walk]").unwrap());
    let plan = [&plan[..start], &plan[end..]].concat();
    let pbf = data("malta/malta-2024-03-13.osm.pbf");
    let pbf = pbf.as_str();
    let here = |text: &str| text.replace("malta-2024-03-13.osm.pbf", pbf);
    desk.put("extract.toml", here(&plan));
    let net = plan.replacen("source = \"malta-2024-03-13.osm.pbf\"", "source = \"malta.cnet\"", 1);
    let net =
        net.replace("[people] ", "[people]").replace("method  = \"spread\"", "source = \"malta-2024-03-13.osm.pbf\"\nmethod = \"spread\"");
    desk.put("net.toml", here(&net.replace("[ground]", "[ground]\nsource = \"malta-2024-03-13.osm.pbf\"")));
    desk.works(&["prepare", pbf, "-o", "malta.cnet", "--threads", "1", "-q"]);
    desk.works(&["run", "extract.toml", "--out", "a", "--no-map", "-q"]);
    desk.works(&["run", "net.toml", "--out", "b", "--no-map", "-q"]);
    assert_eq!(desk.list("a"), desk.list("b"));
    for name in desk.list("a").iter().filter(|name| !["manifest.json", "issues.csv"].contains(&name.as_str())) {
        assert!(desk.bytes(&format!("a/{name}")) == desk.bytes(&format!("b/{name}")), "{name}");
    }
    // the network knows its extract by its bare name
    let of = |out: &str| desk.text(&format!("{out}/issues.csv")).replace(pbf, "malta-2024-03-13.osm.pbf");
    assert_eq!(of("a"), of("b"));
    // 60 bytes a node, 90 with the index that ties points to roads
    let facts: serde_json::Value = serde_json::from_str(&desk.works(&["inspect", "malta.cnet", "--json"]).out).unwrap();
    assert!(facts["bytes_per_node"].as_f64().unwrap() <= 60.0, "{facts}");
    assert!(facts["bytes_per_node_with_link_index"].as_f64().unwrap() <= 90.0, "{facts}");
    // the same file on any number of threads
    let first = desk.bytes("malta.cnet");
    desk.works(&["prepare", pbf, "-o", "malta.cnet", "--threads", "3", "-q"]);
    assert!(desk.bytes("malta.cnet") == first);
}

/// The ambulances of Malta, from an extract and from a network that was prepared for them: but for the times of the day, which need the
/// extract, the same.
#[test]
fn malta_prepared_for_ambulances_is_malta() {
    let desk = Desk::new();
    let plan = std::fs::read_to_string(data("malta/plan.toml")).unwrap();
    let pbf = data("malta/malta-2024-03-13.osm.pbf");
    let (start, end) = (plan.find("[[services]]").unwrap(), plan.rfind("[[services]]").unwrap());
    // without what is asked of the walkers
    let (office, profiles) = (plan.find("[planning]").unwrap(), plan.find("[profiles.walk]").unwrap());
    let plan = [&plan[..start], &plan[end..office], &plan[profiles..]].concat().replace("malta-2024-03-13.osm.pbf", &pbf);
    let net = plan.replacen(&format!("source = \"{pbf}\""), "source = \"malta.cnet\"", 1);
    let net = net.replace("method  = \"spread\"", &format!("source = \"{pbf}\"\nmethod = \"spread\""));
    let net = net.replace("[ground]", &format!("[ground]\nsource = \"{pbf}\""));
    desk.put("extract.toml", plan.replace("{ peak = 0.7 }", "{}"));
    desk.put("net.toml", net.replace("{ peak = 0.7 }", "{}"));
    desk.put("peak.toml", net);
    desk.works(&["prepare", &pbf, "--profile", "ambulance", "-o", "malta.cnet", "-q"]);
    desk.works(&["run", "extract.toml", "--out", "a", "--no-map", "-q"]);
    desk.works(&["run", "net.toml", "--out", "b", "--no-map", "-q"]);
    assert_eq!(desk.list("a"), desk.list("b"));
    for name in desk.list("a").iter().filter(|name| !["manifest.json", "issues.csv"].contains(&name.as_str())) {
        assert!(desk.bytes(&format!("a/{name}")) == desk.bytes(&format!("b/{name}")), "{name}");
    }
    desk.works(&["run", "peak.toml", "--out", "c", "--no-map", "-q"]);
    assert!(desk.text("c/issues.csv").contains("period_not_measured"));
    assert!(desk.bytes("c/response.csv") == desk.bytes("b/response.csv"));
}

#[test]
fn inspect_tells_what_a_network_is() {
    let desk = prepared();
    let said = desk.works(&["inspect", "town.cnet"]).out;
    // eleven streets each way of ten blocks: 111.319 m along the equator, 110.574 m along a meridian (a thousandth of a degree of WGS84 at
    // the equator); the corners of the grid are bends, all others junctions
    for word in ["`walk`", "town.osm", "24.408 km", "121 nodes (117 junctions)", "220 edges in 216 chains", "bytes a node"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let of_extract = desk.works(&["inspect", "town.osm", "--json"]).out;
    assert_eq!(of_extract, desk.works(&["inspect", "town.cnet", "--json"]).out);
    desk.put("town.png", "no extract").fails(&["inspect", "town.png"], 3, &["town.png", "none of what a plan reads"]);
}

#[test]
fn a_network_for_other_walkers_is_refused_by_name() {
    let desk = prepared();
    desk.fails(&["run", "net.toml", "--speed", "1.0m/s", "-q"], 3, &["town.cnet", "speed_m_s = 1.2", "speed_m_s = 1.0", "prepare"]);
    desk.fails(&["run", "net.toml", "--sweep", "speed=1.0,1.4", "-q"], 3, &["town.cnet", "sweep", "extract"]);
    desk.works(&["prepare", "town.osm", "--speed", "1.0m/s", "-o", "slow.cnet", "-q"]);
    desk.put("slow.toml", plan_of("slow.cnet"));
    desk.works(&["run", "slow.toml", "--speed", "1.0m/s", "--out", "a", "-q", "--no-map"]);
    desk.works(&["run", "town.toml", "--speed", "1.0m/s", "--out", "b", "-q", "--no-map"]);
    same_but_manifest(&desk, "a", "b");
    // the walk to the road is no part of the network
    desk.put("far.toml", plan_of("town.cnet") + "\n[profiles.walk]\nsnap_m = 50\n");
    desk.works(&["run", "far.toml", "--out", "c", "-q", "--no-map"]);
    desk.put("plan.toml", PLAN.to_owned() + "\n[profiles.walk]\nsteps_m_s = 0.5\n");
    desk.works(&["prepare", "town.osm", "--plan", "plan.toml", "-o", "steps.cnet", "-q"]);
    desk.put("steps.toml", plan_of("steps.cnet"));
    desk.fails(&["run", "steps.toml", "-q"], 3, &["steps.cnet", "steps_m_s = 0.5", "steps_m_s = 0.6"]);
}

#[test]
fn a_network_in_another_crs_is_refused_or_worked_in() {
    let desk = Desk::town();
    let crs = "+proj=laea +lat_0=0 +lon_0=9 +datum=WGS84 +units=m";
    desk.works(&["prepare", "town.osm", "--crs", crs, "-o", "town.cnet", "-q"]);
    desk.put("net.toml", plan_of("town.cnet"));
    desk.works(&["run", "net.toml", "--out", "a", "-q", "--no-map"]);
    assert!(desk.text("a/summary.json").contains("that of the prepared network"));
    assert_eq!(desk.findings("a", "prepared_crs").len(), 1);
    desk.put("utm.toml", plan_of("town.cnet").replace("[study]", "[study]\ncrs = \"EPSG:32632\""));
    desk.fails(&["run", "utm.toml", "-q"], 3, &["town.cnet", "laea", "EPSG:32632", "--crs"]);
}

#[test]
fn files_that_are_no_sound_network_are_refused() {
    let desk = prepared();
    let sound = desk.bytes("town.cnet");
    desk.put("town.cnet", &sound[..sound.len() - 100]);
    desk.fails(&["run", "net.toml", "-q"], 3, &["town.cnet", "cut off"]);
    let mut altered = sound.clone();
    altered[sound.len() / 2] ^= 1;
    desk.put("town.cnet", &altered);
    desk.fails(&["run", "net.toml", "-q"], 3, &["town.cnet", "altered"]);
    desk.put("town.cnet", "name,people\n");
    desk.fails(&["inspect", "town.cnet"], 3, &["town.cnet", "no prepared network"]);
    desk.fails(&["inspect", "other.cnet"], 3, &["other.cnet"]);
    desk.fails(&["prepare", "town.osm", "-o", "town.net"], 2, &["--output", ".cnet"]);
    desk.fails(&["prepare", "no.osm", "-o", "no.cnet"], 3, &["no.osm"]);
    desk.fails(&["prepare", "town.osm", "-o", "no/such/folder.cnet"], 4, &["folder.cnet"]);
    #[cfg(unix)]
    {
        let program = env!("CARGO_BIN_EXE_catchment");
        let script = format!("ulimit -f 4; {program} prepare town.osm -o full.cnet");
        let done = std::process::Command::new("sh").args(["-c", &script]).current_dir(desk.path(".")).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(4), "{said}");
        assert!(said.contains("cannot write full.cnet: no file may be as large as that here"), "{said}");
        // a link where the file would grow is not followed
        desk.put("mine.txt", "mine");
        std::os::unix::fs::symlink(desk.path("mine.txt"), desk.path(".link.cnet.catchment-part")).unwrap();
        desk.fails(&["prepare", "town.osm", "-o", "link.cnet"], 2, &[".link.cnet.catchment-part", "no file of ours"]);
        assert_eq!(desk.text("mine.txt"), "mine");
        std::fs::remove_file(desk.path(".link.cnet.catchment-part")).unwrap();
    }
    desk.fails(&["prepare", "town.osm", "--profile", "fly", "-o", "fly.cnet"], 2, &["fly"]);
    assert!(desk.list(".").iter().all(|name| !name.ends_with("part")), "{:?}", desk.list("."));
}

/// The first command on one's own files: what they are, and the lines of a plan that read them, which do.
#[test]
fn inspect_looks_at_tables_and_layers() {
    let desk = Desk::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/load/data");
    for file in ["towns.gpkg", "towns.shp", "towns.dbf", "towns.prj", "towns.cpg", "clinics.xlsx"] {
        desk.put(file, std::fs::read(format!("{folder}/{file}")).unwrap());
    }
    desk.put("people.csv", encoding_rs::GB18030.encode("名称,经度,纬度,常住人口\n甲,9.001,0,\"1,000\"\n乙,9.002,0,500\n丙,9.002,0,\n").0);
    let said = desk.works(&["inspect", "people.csv"]).out;
    for word in [
        "people.csv: table, gb18030, 3 rows",
        "from 9.00100, 0.00000 to 9.00200, 0.00000; 1 places",
        "常住人口",
        "1500",
        "encoding_guessed: read as gb18030",
        "method = \"points\"",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let said = desk.works(&["inspect", "towns.gpkg|layername=towns"]).out;
    for word in [
        "GeoPackage, 2 rows (2 Polygon), in EPSG:32632 (the file says so)",
        "from 8.99000, -0.01000 to 9.04000, 0.01000",
        "200.5",
        "浦江镇 | 莘庄镇",
        "id = \"代码\"\nname = \"名称\"",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let all = desk.works(&["inspect", "towns.shp", "clinics.xlsx", "--json"]).out;
    let facts: Vec<serde_json::Value> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&facts[0]["format"], &facts[0]["fields"][0]["name"]), (&"Shapefile".into(), &"代码".into()));
    assert_eq!((&facts[1]["format"], &facts[1]["rows"]), (&"workbook".into(), &3.into()));
    // the lines are those of a plan: with a study around them they are read
    let lines = facts[0]["plan"].as_str().unwrap();
    let rest = "[study]\nid = \"x\"\ntitle = \"X\"\n[roads]\nsource = \"x.osm\"\n";
    let services = "[[facilities]]\nid = \"f\"\nsource = \"f.csv\"\n[[services]]\nid = \"s\"\nfacilities = \"f\"\nlimit = \"15min\"\n";
    let plan = catchment_io::Plan::parse(&format!("{rest}{lines}{services}")).unwrap();
    assert_eq!((plan.zones.id.as_deref(), plan.people.source.as_deref()), (Some("代码"), Some("towns.shp")));
    desk.put("x.png", "no table");
    desk.fails(&["inspect", "x.png"], 3, &["x.png", "none of what a plan reads"]);
    desk.fails(&["inspect", "towns.gpkg"], 3, &["the layers corridors, towns"]);
}
