//! Driving in Malta against Valhalla and OSRM: 500 drives from hospitals, from the shared folder. Skipped, saying so, without it.

use std::path::PathBuf;

use catchment::geo::Coord;
use catchment::{
    Direction, EdgeGrid, FacilityId, LinkRules, Linkage, Metric, NearestFacility, Profile, RoadNetwork, SearchSpace, Snap, Sources,
};
use catchment_io::crs::{Crs, Projector};
use catchment_io::plan::RoadsPlan;
use catchment_io::{Folder, read_roads};

/// A drive of the file: WGS84, metres, seconds.
struct Drive {
    id: String,
    from: Coord<f64>,
    to: Coord<f64>,
    osrm_shortest_m: f64,
    osrm_s: f64,
    valhalla_s: f64,
}

fn drives(shared: &std::path::Path) -> Vec<Drive> {
    let mut reader = csv::Reader::from_path(shared.join("truth/peers_malta/drive_pairs.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|own| own == name).unwrap();
    let drive = |row: csv::StringRecord| {
        let number = |name: &str| row[column(name)].parse::<f64>().unwrap();
        Drive {
            id: row[column("id")].to_owned(),
            from: Coord { x: number("from_lon"), y: number("from_lat") },
            to: Coord { x: number("to_lon"), y: number("to_lat") },
            osrm_shortest_m: number("osrm_shortest_m"),
            osrm_s: number("osrm_s"),
            valhalla_s: number("valhalla_s"),
        }
    };
    reader.records().map(|row| drive(row.unwrap())).collect()
}

/// Costs of the drives by themselves, legs left out, in units; none without a way.
fn costs(network: &RoadNetwork, from: &[Coord<f64>], to: &[Coord<f64>]) -> Vec<Option<f64>> {
    let grid = EdgeGrid::new(network, LinkRules { snap_m: 500.0, access_speed_m_s: 1.2, min_component: 100 }).unwrap();
    let (stations, scenes) = (Linkage::new(&grid, from), Linkage::new(&grid, to));
    let sources = Sources::new(network, &stations, Direction::FromFacility).unwrap();
    let mut space = SearchSpace::default();
    let one = |i: usize, space: &mut SearchSpace| {
        let found: NearestFacility<'_> = sources.catchment(FacilityId::at(i), catchment::Cost::UNREACHED, space);
        let leg = stations.snaps(i).first()?.leg;
        let roadside: Vec<Snap> = scenes.snaps(i).iter().map(|snap| Snap { leg: catchment::Cost::ZERO, ..*snap }).collect();
        let label = found.point(&roadside);
        label.cost.is_reached().then(|| f64::from(label.cost.0 - leg.0))
    };
    (0..from.len()).map(|i| one(i, &mut space)).collect()
}

/// Spearman's rank correlation; ranks of equal values are as they come.
fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    let ranks = |values: &[f64]| {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
        let mut ranks = vec![0.0; values.len()];
        order.into_iter().enumerate().for_each(|(rank, i)| ranks[i] = rank as f64);
        ranks
    };
    let n = a.len() as f64;
    let squares: f64 = ranks(a).iter().zip(ranks(b)).map(|(p, q)| (p - q) * (p - q)).sum();
    1.0 - 6.0 * squares / (n * (n * n - 1.0))
}

#[test]
fn drives_in_malta_are_those_of_osrm_and_valhalla() {
    let shared = std::env::var_os("CATCHMENT_SHARED").map_or_else(|| PathBuf::from(super::porto_alegre::DEFAULT), PathBuf::from);
    if !shared.join("truth/peers_malta").is_dir() {
        eprintln!("skipped: no truth/peers_malta in {} (set CATCHMENT_SHARED)", shared.display());
        return;
    }
    let drives = drives(&shared);
    let folder = Folder(shared.join("data/malta"));
    let crs: Crs = "EPSG:32633".parse().unwrap();
    let network = |change: fn(&mut catchment::Drive)| {
        let mut profile = Profile::ambulance().unwrap();
        change(profile.drive.as_mut().unwrap());
        let read = read_roads(&folder, &RoadsPlan::new("malta-2024-03-13.osm.pbf"), &profile, Some(&crs)).unwrap();
        RoadNetwork::build(&read.roads, Metric::Time).unwrap()
    };
    let projector = Projector::new(&Crs::wgs84(), &crs).unwrap();
    let projected = |pick: fn(&Drive) -> Coord<f64>| {
        let mut places: Vec<Coord<f64>> = drives.iter().map(pick).collect();
        projector.forward(&mut places).unwrap();
        places
    };
    let (from, to) = (projected(|drive| drive.from), projected(|drive| drive.to));
    let timed = network(|_| {});
    let seconds: Vec<Option<f64>> = costs(&timed, &from, &to).into_iter().map(|ms| ms.map(|ms| ms / 1000.0)).collect();
    let metres = |timed: RoadNetwork| -> Vec<f64> {
        costs(&timed.by_distance(), &from, &to).into_iter().map(|mm| mm.map_or(f64::INFINITY, |mm| mm / 1000.0)).collect()
    };
    let ours = metres(timed);
    // what OSRM's car does otherwise: it turns back nowhere but at dead ends; it passes neither swing gates nor barriers of no kind
    let no_turning_back = metres(network(|drive| drive.turn_delay_s = 0.001));
    let barriers_shut = metres(network(|drive| drive.closed_barriers.extend(["swing_gate", "yes"].map(str::to_owned))));
    let without_rules = metres(network(|drive| drive.turn_restrictions = false));

    let difference = |i: usize| ours[i] - drives[i].osrm_shortest_m;
    let share = |i: usize| difference(i) / drives[i].osrm_shortest_m;
    let near = (0..drives.len()).filter(|i| share(*i).abs() <= 0.01).count();
    let mut largest: Vec<usize> = (0..drives.len()).collect();
    largest.sort_by(|a, b| share(*b).abs().total_cmp(&share(*a).abs()));
    // what a hospital's drives have in common is where it is tied to the road
    let common_m = |station: Coord<f64>| {
        let mut all: Vec<f64> = (0..drives.len()).filter(|i| drives[*i].from == station).map(difference).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    for &i in largest.iter().take(20) {
        let osrm_m = drives[i].osrm_shortest_m;
        let snapped = common_m(drives[i].from);
        let (what, left_m) = if (difference(i) - snapped).abs() < 2.0 {
            (format!("snapping: all drives of this hospital differ by {snapped:+.0} m"), difference(i) - snapped)
        } else if (barriers_shut[i] - snapped - osrm_m).abs() < 0.003 * osrm_m {
            ("access: a swing gate or a barrier of no kind, shut to OSRM".to_owned(), barriers_shut[i] - snapped - osrm_m)
        } else {
            ("turn: turning back at a junction without a rule, which OSRM never does".to_owned(), no_turning_back[i] - snapped - osrm_m)
        };
        eprintln!("| {} | {osrm_m:.0} | {:.0} | {:+.2} % | {what} | {left_m:+.0} |", drives[i].id, ours[i], 100.0 * share(i));
        assert!(left_m.abs() < 0.003 * osrm_m, "drive {} is not explained: {left_m:.0} m are left", drives[i].id);
    }
    // and rules of turns are obeyed: without them some ways are shorter
    let shorter = (0..drives.len()).filter(|i| without_rules[*i] < ours[*i] - 1.0).count();
    let worse = (0..drives.len()).filter(|i| (without_rules[*i] / drives[*i].osrm_shortest_m - 1.0).abs() > 0.01).count();
    eprintln!("without turn restrictions {shorter} of {} ways are shorter, and {worse} farther than 1 % from OSRM's", drives.len());
    assert!(shorter > 0 && worse > drives.len() - near);
    let both: Vec<(f64, &Drive)> = seconds.iter().zip(&drives).filter_map(|(ours, drive)| Some(((*ours)?, drive))).collect();
    let ours: Vec<f64> = both.iter().map(|(ours, _)| *ours).collect();
    let osrm = rank_correlation(&ours, &both.iter().map(|(_, drive)| drive.osrm_s).collect::<Vec<_>>());
    let valhalla = rank_correlation(&ours, &both.iter().map(|(_, drive)| drive.valhalla_s).collect::<Vec<_>>());
    eprintln!(
        "{near} of {} within 1 % of OSRM's shortest; times: rank correlation {osrm:.4} with OSRM, {valhalla:.4} with Valhalla",
        drives.len()
    );
    assert!(near * 100 >= 93 * drives.len(), "{near} of {}", drives.len());
    assert!(osrm > 0.97 && valhalla > 0.97, "{osrm} {valhalla}");
}
