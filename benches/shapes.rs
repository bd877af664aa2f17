//! What merged 15-minute polygons cost, against buffering and uniting the same reached road with GEOS, and how true they are.
//!
//! ```text
//! cargo bench -p catchment-io --bench shapes
//! ```
//!
//! For Malta, and for Porto Alegre where the shared data is (`CATCHMENT_SHARED`): the separator audit of 20,000 places, the area
//! against that of the same field at cells of 5 m, CPU time on one thread (medians of interleaved runs), and with Python and shapely the
//! time of `peers/buffer_union.py` on the same reached road in the same minute.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a bench prints, and stops where its own data is broken")]

use std::path::{Path, PathBuf};
use std::process::Command;

use catchment::geo::Area;
use catchment::{
    AuditRules, Cost, Fault, GapGround, GapRules, Isochrone, IsochroneRules, LinkRules, Linkage, Metric, NearestFacility, NoProgress,
    ReachedEdges, RoadNetwork, SearchSpace, Service, Sources, audit, isochrones,
};
use catchment_io::{Folder, Inputs, Plan, load};
use cpu_time::ProcessTime;

const RUNS: usize = 5;
/// Half the width of the ribbon that the comparison draws around reached road, m.
const BUFFER_M: &str = "25";

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    pool.install(|| {
        let malta = std::fs::read_to_string(root.join("data/malta/plan.toml")).expect("the demo's plan");
        study("Malta", &malta, &root.join("data/malta"), &root);
        let shared = std::env::var_os("CATCHMENT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
        match shared.join("data/porto_alegre").canonicalize() {
            Ok(folder) => study("Porto Alegre", PORTO_ALEGRE, &folder, &root),
            Err(_) => println!("Porto Alegre: skipped, no {} (set CATCHMENT_SHARED)", shared.display()),
        }
    });
}

const PORTO_ALEGRE: &str = r#"
    [study]
    id = "porto-alegre"
    title = "Porto Alegre: health posts on foot"
    [roads]
    source = "poa_osm.pbf"
    [zones]
    source = "poa_areas_ponderacao_42.geojson"
    id = "ID"
    [people]
    method = "points"
    source = "poa_hexgrid.csv"
    columns = { x = "lon", y = "lat", people = "population" }
    [[facilities]]
    id = "posts"
    source = "poa_health_posts.csv"
    columns = { x = "LONGITUDE", y = "LATITUDE", name = "NOME", id = "CO_CNES" }
    [[services]]
    id = "walk"
    facilities = "posts"
    limit = "15min"
    [checks]
    accept = { facilities_unlinked = "60 %", no_roads = "100 %" }
"#;

fn study(name: &str, plan: &str, folder: &Path, root: &Path) {
    let plan = Plan::parse(plan).expect("a sound plan");
    let inputs = load(&plan, &Folder(folder.to_owned()), &NoProgress).expect("sound data");
    let (profile, network) = &inputs.roads["walk"];
    assert_eq!(plan.services[0].limit.metric, Metric::Time, "networks are timed");
    let service = service(&inputs, network, profile);
    let shape = |cell_m: f64| {
        let rules = IsochroneRules { limits: &[service.limit], cell_m, per_facility: false, simplify_m: 0.0 };
        isochrones(&service, &rules, &NoProgress).expect("isochrones").remove(0)
    };
    let places: Vec<_> = service.facilities.iter().map(|f| f.location).collect();
    let edges = service.edge_grid().expect("sound input");
    let links = Linkage::new(&edges, &places);
    let sources = Sources::new(network, &links, service.direction).expect("sound input");
    let mut space = SearchSpace::default();
    let nearest = sources.nearest_facility(&mut space);
    let (ours, fine) = (shape(25.0), shape(5.0));
    let rules = AuditRules { points: 20_000, seed: 1, leave_out: Cost(5000) };
    let found = audit(&ours.ground, &edges, &nearest, &|_| Some(service.limit), rules).expect("sound input");
    let count = |fault| found.count(fault, false);
    let (area, finer) = (ours.ground.unsigned_area(), fine.ground.unsigned_area());
    println!("{name}: {:.3} km² at 25 m, {:.3} km² at 5 m: {:+.3} %", area / 1e6, finer / 1e6, 100.0 * (area / finer - 1.0));
    println!(
        "  audit: {} places counted, {} left out; false in {}, false out {}; at crossings {}",
        found.counted(),
        found.left_out,
        count(Fault::FalseIn),
        count(Fault::FalseOut),
        found.count(Fault::FalseIn, true) + found.count(Fault::FalseOut, true)
    );
    let file = root.join("target/reached.json");
    write_reached(&file, &nearest, &ours);
    let mut pairs = Vec::new();
    for _ in 0..RUNS {
        let start = ProcessTime::now();
        std::hint::black_box(shape(25.0));
        pairs.push((start.elapsed().as_secs_f64(), geos(root, &file)));
    }
    let own = median(pairs.iter().map(|p| p.0).collect());
    let ratios: Vec<f64> = pairs.iter().filter_map(|(own, geos)| Some(own / (*geos)?)).collect();
    println!("  merged 15-minute polygons, search and ground included: {:.0} ms CPU", 1e3 * own);
    if ratios.is_empty() {
        println!("  GEOS: skipped, no python3 with shapely");
    } else {
        let theirs = median(pairs.iter().filter_map(|p| p.1).collect());
        println!("  GEOS buffers and unites the same road in {:.0} ms CPU: ours takes {:.3} of it", 1e3 * theirs, median(ratios));
    }
}

fn service<'a>(inputs: &'a Inputs, network: &'a RoadNetwork, profile: &catchment::Profile) -> Service<'a> {
    let plan = &inputs.plan.services[0];
    Service {
        id: &plan.id,
        facilities: &inputs.facilities[&plan.facilities],
        network,
        link: LinkRules { snap_m: profile.snap_m, access_speed_m_s: profile.access_speed_m_s, min_component: profile.min_component },
        homes: &inputs.demand.locations,
        barriers: &inputs.barriers,
        limit: plan.limit,
        zone_limits: &[],
        direction: plan.direction,
        pre_travel: Cost::ZERO,
        gaps: GapRules { ground: GapGround::All, min_people: 0.0, min_area_m2: 0.0 },
        speed_m_s: profile.speed_m_s,
        detour_factor: profile.detour_factor,
        sweep: &[],
        keep_field: false,
        extent: None,
    }
}

/// The reached parts of edges, one line each, as `buffer_union.py` reads them.
fn write_reached(file: &Path, nearest: &NearestFacility<'_>, shape: &Isochrone) {
    let network = nearest.network();
    let reached = ReachedEdges::new(nearest, shape.limit.cost);
    let line = |interval: &catchment::Interval| {
        let edge = network.edge(interval.edge);
        let (a, b) = (network.location(edge.tail), network.location(edge.head));
        let place = |mm: u32| {
            let share = f64::from(mm) / f64::from(edge.length_mm);
            [a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)]
        };
        [place(interval.from_mm), place(interval.to_mm)]
    };
    let lines: Vec<_> = reached.intervals.iter().map(line).collect();
    std::fs::write(file, serde_json::to_vec(&lines).expect("numbers")).expect("target is writable");
}

/// CPU seconds of GEOS, if it is there.
fn geos(root: &Path, file: &Path) -> Option<f64> {
    let script = root.join("benches/peers/buffer_union.py");
    let output = Command::new("python3").arg(script).arg(file).arg(BUFFER_M).output().ok()?;
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    answer["seconds"].as_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
