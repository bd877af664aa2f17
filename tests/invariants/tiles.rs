//! A study in parts says what it says as a whole.

use catchment::*;
use proptest::prelude::*;

use crate::cases;
use crate::common::*;
use crate::plan::plan;
use crate::zone_gaps::large;

/// The report of a scene cut into `count` parts, each of which has its own roads, people and ground alone.
fn in_parts(scene: &Scene, count: usize, halo: impl Fn(&Service<'_>) -> f64) -> Result<Report, TileError> {
    scene.ask(|study, service| {
        let edges = service.edge_grid();
        let links = service.facility_links(&edges);
        let sources = Sources::new(service.network, &links, service.direction);
        let mut space = SearchSpace::default();
        let nearest = sources.nearest_facility(&mut space);
        let rules = GroundRules { cell_m: scene.cell_m };
        let window = Ground::window_of(study.zones, rules).unwrap();
        let scopes = tile_scopes(study, &[*service], count, &[halo(service)]);
        assert_eq!(scopes.len(), count.min(study.zones.len()));
        let mut parts = Vec::new();
        for scope in &scopes {
            let cut = RoadCutter::new(service.network).cut(&scope.near[0]);
            let (links, known) = (links.on_part(&cut), nearest.known(&cut));
            let own = Scene { zones: study.zones.to_vec(), demand: study.demand.rows(&scope.rows), ..scene.clone() };
            // zones that are not around have no ground here
            let mut zones = own.zones.clone();
            zones.iter_mut().enumerate().filter(|(z, _)| !scope.around.contains(&ZoneId::at(*z))).for_each(|(_, zone)| zone.area.0.clear());
            let ground = Scene { zones: zones.clone(), ..own.clone() }.ground();
            let tile = Tile {
                zones: &scope.zones,
                rows: &scope.rows,
                own: &scope.own,
                facilities: &scope.facilities[0],
                window,
                links: &links,
                known: &known,
            };
            let part_study = Study { zones: &zones, demand: &own.demand, ground: &ground, places: study.places };
            parts.push(analyse_tile(&part_study, &Service { network: &cut.network, ..*service }, &tile, &NoProgress)?);
        }
        join_tiles(study, service, &FacilityLink::of(service, &links), parts)
    })
}

fn same(whole: &Report, parts: &Report) {
    assert_eq!(whole.assessments, parts.assessments);
    assert_eq!(whole.coverage, parts.coverage);
    assert_eq!(whole.facilities, parts.facilities);
    assert_eq!(whole.gaps, parts.gaps);
    assert_eq!(whole.curve, parts.curve);
    assert_eq!(whole.issues, parts.issues);
    assert_eq!(whole.people_nearest_road_beyond_barrier, parts.people_nearest_road_beyond_barrier);
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn parts_of_any_town_say_what_the_whole_says(plan in plan(), count in 1..4usize) {
        let scene = plan.scene();
        same(&scene.analyse(), &in_parts(&scene, count, halo_m).unwrap());
    }
}

#[test]
fn parts_of_large_towns_say_what_the_whole_says() {
    for seed in 0..8 {
        let mut scene = large(seed);
        scene.sweep = vec![Limit { cost: Cost(scene.limit.cost.0 / 2), ..scene.limit }];
        let whole = scene.analyse();
        for count in [2, 7, 36] {
            same(&whole, &in_parts(&scene, count, halo_m).unwrap());
        }
    }
}

/// Roads and people beyond the borders count: without them catchments at the borders are others.
#[test]
fn without_a_halo_it_is_not_the_whole() {
    // what outlines need around a zone is some 400 m here, and a catchment reaches farther
    let scene = Scene { cell_m: 10.0, limit: "1km".parse().unwrap(), ..large(1) };
    same(&scene.analyse(), &in_parts(&scene, 36, halo_m).unwrap());
    let (whole, parts) = (scene.analyse(), in_parts(&scene, 36, |_| 0.0).unwrap());
    assert_ne!(whole.facilities, parts.facilities);
}
