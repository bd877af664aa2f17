//! Where to build: how long, how good, how much memory.
//!
//! ```text
//! cargo bench -p catchment-io --bench siting                # all three
//! cargo bench -p catchment-io --bench siting -- orlib       # OR-Library's pmed1-20: p-median and p-centre
//! cargo bench -p catchment-io --bench siting -- scale       # 100,000 points × 10,000 candidates of 1 M nodes, p = 500
//! cargo bench -p catchment-io --bench siting -- porto       # Porto Alegre, all junctions, 10 new
//! CATCHMENT_CBC=cbc cargo bench -p catchment-io --bench siting -- orlib     # an exact solver has the last word
//! ```
//!
//! Each line says what was found, what is proven of it, and CPU and clock of the search alone; rows of the matrix are timed by themselves.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints, and stops where its own data is broken"
)]

#[allow(dead_code, reason = "shared by benches")]
mod generate;
#[path = "siting/orlib.rs"]
mod orlib;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use catchment::{
    Cost, DemandId, Direction, ExactSolver, Linkage, Located, Metric, NoProgress, NodeId, People, Quota, ReachTable, Residents,
    RoadNetwork, Site, Siting, SitingModel, SitingOptions, Sources, locate_with,
};
use catchment_io::Cbc;
use cpu_time::ProcessTime;
use generate::{Kind, mix, roads};

const SEED: u64 = 4;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|own| own == name);
    if wanted("orlib") {
        orlib::bench();
    }
    if wanted("scale") {
        scale();
    }
    if wanted("porto") {
        porto();
    }
}

/// The folder of shared data and truths.
fn shared() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::var_os("CATCHMENT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from)
}

/// What something costs: CPU and clock.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration, Duration) {
    let (cpu, wall) = (ProcessTime::now(), Instant::now());
    let made = work();
    (made, cpu.elapsed(), wall.elapsed())
}

/// A matrix whose sites are all candidates, `p` of them to open.
struct Case {
    table: ReachTable,
    people: Vec<People>,
    within: Vec<Cost>,
}

impl Case {
    fn solve(&self, model: SitingModel, p: u32, options: &SitingOptions) -> Located {
        let sites = vec![Site::CANDIDATE; self.table.facilities()];
        let quotas = [Quota { name: format!("{p} sites"), sites: (0..sites.len() as u32).collect(), at_least: p, at_most: p }];
        let (table, people, within) = (&self.table, &self.people[..], &self.within[..]);
        let siting = Siting { table, people, within, sites: &sites, quotas: &quotas, budget: None, model };
        let cbc = std::env::var("CATCHMENT_CBC").ok().map(|command| Cbc::new(&command));
        let found = locate_with(&siting, options, cbc.as_ref().map(|cbc| cbc as &dyn ExactSolver), &NoProgress).expect("a plan");
        assert_eq!(cbc.and_then(|cbc| cbc.failure()), None);
        found
    }
}

fn scale() {
    let roads = roads(1_000_000, Kind::Walked, SEED);
    let network = RoadNetwork::build(&roads, Metric::Distance).expect("a network");
    drop(roads);
    let drawn = |count: u64, salt: u64| -> Vec<NodeId> {
        let nodes = network.node_count() as u64;
        (0..count).map(|i| NodeId::at((mix(SEED ^ salt ^ mix(i)) % nodes) as usize)).collect()
    };
    let people: Vec<People> = (0..100_000u64).map(|i| People::persons(1 + mix(SEED ^ mix(i)) % 100)).collect();
    let (homes, places) = (Linkage::at_nodes(&network, &drawn(100_000, 1)), Linkage::at_nodes(&network, &drawn(10_000, 2)));
    let (table, cpu, wall) = timed(|| {
        let residents = Residents::new(&network, Direction::ToFacility, &homes, &people).expect("sound input");
        let sources = Sources::new(&network, &places, Direction::ToFacility).expect("sound input");
        ReachTable::new(
            sources.coverage_rows(Cost(1_250_000), &residents, |_, row: &[(DemandId, Cost)]| row.to_vec()).expect("sound input"),
        )
    });
    let entries: usize = (0..table.facilities()).map(|j| table.row(catchment::FacilityId::at(j)).len()).sum();
    println!("scale: {entries} entries; rows {:.2} s CPU, {:.2} s clock", cpu.as_secs_f64(), wall.as_secs_f64());
    let case = Case { table, within: vec![Cost(1_250_000); people.len()], people };
    for gap in [0.02, 0.001] {
        let options = SitingOptions { gap, nodes: 0, ..SitingOptions::default() };
        let (found, cpu, wall) = timed(|| case.solve(SitingModel::MaxCover, 500, &options));
        println!(
            "scale: mclp p=500, asked gap {gap}: {} of bound {}, gap {:.4} %; {} rows × {} sites; {:.2} s CPU, {:.2} s clock; {} MB at most",
            found.value,
            found.bound,
            100.0 * found.gap(),
            found.rows,
            found.distinct_sites,
            cpu.as_secs_f64(),
            wall.as_secs_f64(),
            peak_mb()
        );
    }
}

/// The most memory that this process has held, MB (Linux).
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).map_or(0, |kb| kb / 1024)
}

fn porto() {
    let data = shared().join("data/porto_alegre");
    if !data.exists() {
        eprintln!("porto: skipped, no {} (set CATCHMENT_SHARED)", data.display());
        return;
    }
    let text = format!(
        "[study]\nid = \"porto-alegre\"\ntitle = \"Porto Alegre\"\n[roads]\nsource = {roads:?}\n[zones]\nsource = {zones:?}\nid = \"ID\"\n\
         [people]\nmethod = \"points\"\nsource = {people:?}\ncolumns = {{ x = \"lon\", y = \"lat\", people = \"population\" }}\n\
         [[facilities]]\nid = \"posts\"\nsource = {posts:?}\ncolumns = {{ x = \"LONGITUDE\", y = \"LATITUDE\", name = \"NOME\", id = \"CO_CNES\" }}\n\
         [[services]]\nid = \"walk\"\nfacilities = \"posts\"\nlimit = \"15min\"\n\
         [siting]\nadd = 10\nfrontier = false\nalternatives = 0\n[outputs]\nmap = false\n\
         [checks]\naccept = {{ facilities_unlinked = \"60 %\", no_roads = \"100 %\" }}\n",
        roads = data.join("poa_osm.pbf"),
        zones = data.join("poa_areas_ponderacao_42.geojson"),
        people = data.join("poa_hexgrid.csv"),
        posts = data.join("poa_health_posts.csv"),
    );
    let plan = catchment_io::Plan::parse(&text).expect("a plan");
    let (found, cpu, wall) = timed(|| catchment_io::site(&plan, &catchment_io::Folder(PathBuf::new()), None, &NoProgress).expect("sites"));
    println!(
        "porto: {} candidates, {} rows × {} sites; {} from {}, bound {}, proven {}, {} nodes; {:.2} s CPU, {:.2} s clock, loading and the \
         runs before and after included",
        found.candidates,
        found.located.rows,
        found.located.distinct_sites,
        found.located.value,
        found.standing.unwrap_or_default(),
        found.located.bound,
        found.located.proven,
        found.located.nodes,
        cpu.as_secs_f64(),
        wall.as_secs_f64()
    );
}
