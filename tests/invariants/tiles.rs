//! A study in parts says what it says as a whole.

use catchment::*;
use proptest::prelude::*;

use crate::cases;
use crate::common::random::Random;
use crate::common::*;
use crate::plan::plan;
use crate::zone_gaps::large;

/// The report of a scene cut into `count` parts, each of which has its own roads, people and ground alone.
fn in_parts(scene: &Scene, count: usize, halo: impl Fn(&Service<'_>) -> f64) -> Result<Report, TileError> {
    Ok(parts_of(scene, count, halo, TILE_MARGIN)?.0)
}

/// The same with another margin; and which share of all edges a part has, in the mean.
fn parts_of(scene: &Scene, count: usize, halo: impl Fn(&Service<'_>) -> f64, margin: usize) -> Result<(Report, f64), TileError> {
    scene.ask(|study, service| {
        let edges = service.edge_grid();
        let links = service.facility_links(&edges);
        let sources = Sources::new(service.network, &links, service.direction);
        let mut space = SearchSpace::default();
        let nearest = sources.nearest_facility(&mut space);
        let rules = GroundRules { cell_m: scene.cell_m };
        let window = Ground::window_of(study.zones, rules).unwrap();
        let scopes = tile_scopes(study, &[*service], count, &[halo(service)], margin);
        assert_eq!(scopes.len(), count.min(study.zones.len()));
        let (mut parts, mut edges_kept) = (Vec::new(), 0);
        for scope in &scopes {
            let cut = RoadCutter::new(service.network).cut(&scope.near[0]);
            edges_kept += cut.edges.len();
            let (links, known) = (links.on_part(&cut), nearest.known(&cut));
            let islands = cut.pieces(edges.islands());
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
                margin,
                links: &links,
                islands: &islands,
                known: &known,
            };
            let part_study = Study { zones: &zones, demand: &own.demand, ground: &ground, places: study.places };
            parts.push(analyse_tile(&part_study, &Service { network: &cut.network, ..*service }, &tile, &NoProgress)?);
        }
        let share = edges_kept as f64 / (scopes.len() * service.network.edges().len()) as f64;
        Ok((join_tiles(study, service, &FacilityLink::of(service, &links), parts)?, share))
    })
}

fn same(whole: &Report, parts: &Report) {
    assert_eq!(whole.assessments, parts.assessments);
    assert_eq!(whole.coverage, parts.coverage);
    assert_eq!(whole.facilities, parts.facilities);
    assert_eq!(whole.gaps, parts.gaps);
    assert_eq!(whole.curve, parts.curve);
    assert_eq!(whole.findings, parts.findings);
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

/// Small zones far apart, by small cells: parts lack most roads, so that rims, known labels and the halo decide.
#[test]
fn parts_that_lack_most_roads_say_what_the_whole_says() {
    let mut lacking = 0;
    for seed in 0..12 {
        let mut random = Random::new(seed * 7919 + 13);
        let mut scene = large(seed);
        scene.cell_m = [2.0, 3.0, 5.0][random.below(3)];
        scene.limit = ["300m", "200s", "500m", "120s"][random.below(4)].parse().unwrap();
        scene.link.snap_m = [30.0, 60.0, 120.0][random.below(3)];
        scene.direction = [Direction::ToFacility, Direction::FromFacility][random.below(2)];
        scene.zone_limits.clear();
        scene.sweep = vec![Limit { cost: Cost(scene.limit.cost.0 * 2), ..scene.limit }];
        if seed % 3 == 0 {
            with_turn_rules(&mut scene, &mut random);
        }
        small_zones(&mut scene);
        let count = [5, 12, 36][random.below(3)];
        let (parts, share) = parts_of(&scene, count, halo_m, TILE_MARGIN).unwrap();
        same(&scene.analyse(), &parts);
        lacking += usize::from(share < 0.5);
    }
    assert!(lacking >= 9, "{lacking} of 12 scenes in parts that lack half of the roads");
}

/// Zones of 130 by 160 m, 510 m apart, in the place of those of a large scene.
fn small_zones(scene: &mut Scene) {
    for (i, zone) in scene.zones.iter_mut().enumerate() {
        let (x, y) = (f64::from(i as u32 % 6) * 510.0 + 100.0, f64::from(i as u32 / 6) * 510.0 + 100.0);
        zone.area = rect(x, y, x + 130.0, y + 160.0);
        zone.people = zone.people.map(|_| People::ZERO);
    }
    let zones = scene.zones.clone();
    let index = ZoneIndex::new(&zones);
    scene.demand.zones = scene.demand.locations.iter().map(|at| index.locate(*at)).collect();
    for (zone, people) in scene.demand.zones.iter().zip(&scene.demand.people) {
        if let Some(total) = zone.and_then(|zone| scene.zones[zone.index()].people.as_mut()) {
            *total += *people;
        }
    }
}

/// Turns that are forbidden at random, and cost time at times: nodes are taken apart, and roads become copies.
fn with_turn_rules(scene: &mut Scene, random: &mut Random) {
    let mut turns = Turns { turn_ms: [0, 3000][random.below(2)], ..Turns::default() };
    let segments = scene.roads.segments.clone();
    for (i, segment) in segments.iter().enumerate() {
        let next: Vec<usize> = (0..segments.len()).filter(|j| *j != i && segments[*j].from == segment.to).collect();
        if !random.one_in(4) || next.is_empty() || segment.forward_m_s.is_none() {
            continue;
        }
        let after = next[random.below(next.len())];
        let heading = |segment: usize| Heading { segment: segment as u32, against: false };
        turns.rules.push(TurnRule { kind: TurnKind::No, way: vec![heading(i), heading(after)] });
    }
    scene.roads = scene.roads.clone().unfolded(&turns).roads;
}

/// Where access is faster than roads, a point's own nearest road may lie a third leg away: the point is not reached by another.
#[test]
fn a_point_is_tied_to_its_own_road_however_far() {
    let mut scene = Scene::new("100s");
    scene.cell_m = 5.0;
    scene.link = LinkRules { snap_m: 1000.0, access_speed_m_s: 100.0, min_component: 2 };
    let scene = scene.street(&[(990.0, 0.0), (1040.0, 0.0)]).street(&[(2120.0, 0.0), (2170.0, 0.0)]);
    let scene = scene.zone("a", rect(-10.0, -10.0, 10.0, 10.0)).people(&[(1.0, 0.0)]);
    let scene = scene.zone("b", rect(2000.0, -10.0, 2050.0, 10.0)).people(&[(2035.0, 0.0)]).clinics(&[(0.0, 0.0)]);
    same(&scene.analyse(), &in_parts(&scene, 2, halo_m).unwrap());
}

/// Roads that the plane draws a fifth longer than they are: a facility reaches a fifth farther in it.
#[test]
fn a_plane_that_stretches_roads_has_a_wider_halo() {
    let mut scene = Scene::new("1000m");
    let places: Vec<(f64, f64)> = (0..40).map(|i| (100.0 * f64::from(i), 0.0)).collect();
    for pair in places.windows(2) {
        scene.piece(pair[0], pair[1], Some(1.0), Some(1.0)).length_mm = 80_000;
    }
    scene.cell_m = 2.0;
    for i in 0..10 {
        let x = 400.0 * f64::from(i) - 20.0;
        scene = scene.zone(&format!("z{i}"), rect(x, -20.0, x + 40.0, 20.0)).people(&[(x + 20.0, 0.0)]);
    }
    let scene = scene.clinics(&[(1600.0, 0.0)]);
    // 1,250 m of the plane are 1,000 m of road: three zones on either side
    let whole = scene.analyse();
    assert_eq!(whole.facilities[0].points_within_limit, 7);
    same(&whole, &in_parts(&scene, 10, halo_m).unwrap());
}

/// A limit's line that follows a canal narrower than a cell, from a pond far away: a part says that its margin is too little, and a wider one is enough.
#[test]
fn a_wider_margin_follows_a_canal() {
    let mut scene = Scene::new("20000m");
    scene.cell_m = 25.0;
    scene.link.snap_m = 60.0;
    let along = |y: f64| (0..29).map(|i| (-200.0 + 50.0 * f64::from(i), y)).collect::<Vec<_>>();
    let mut scene = scene.street(&along(40.0)).street(&along(-16.0)).street(&[(1200.0, 40.0), (1200.0, -16.0)]);
    let banks = [
        (-100.0, -5.0),
        (0.0, -5.0),
        (0.0, 14.0),
        (1000.0, 14.0),
        (1000.0, 24.0),
        (0.0, 24.0),
        (0.0, 39.0),
        (-100.0, 39.0),
        (-100.0, -5.0),
    ];
    scene = scene.lake(geo::Polygon::new(geo::LineString::from(banks.to_vec()), vec![]).into());
    for i in 0..4 {
        let west = -200.0 + 350.0 * f64::from(i);
        scene = scene.zone(&format!("z{i}"), rect(west, -80.0, west + 350.0, 100.0)).people(&[(west + 175.0, 60.0)]);
    }
    let scene = scene.clinics(&[(100.0, 45.0)]);
    let too_little = in_parts(&scene, 4, halo_m).unwrap_err();
    assert_eq!(too_little, TileError::Far { zone: "z3".to_owned(), margin: TILE_MARGIN });
    same(&scene.analyse(), &parts_of(&scene, 4, halo_m, 2 * TILE_MARGIN + 1).unwrap().0);
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
