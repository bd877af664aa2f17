//! Facilities that open and close, before a sweep that begins anew.

use catchment::*;

use crate::common::random::Random;
use crate::{BOTH, towns};

#[test]
fn changes_leave_what_a_new_sweep_finds_and_are_taken_back() {
    let (mut gained, mut lost, mut closed, mut unlinked, mut asked) = (0, 0, 0, 0, 0);
    for (seed, town) in towns() {
        let grid = town.grid();
        let (_, people) = town.linkages();
        let counts: Vec<People> = (0..people.len() as u64).map(|i| People(1 + i * i)).collect();
        let zones: Vec<Option<ZoneId>> = (0..people.len()).map(|i| [None, Some(ZoneId(0)), Some(ZoneId(1))][i % 3]).collect();
        let own = |cost| Limit { metric: town.network.metric(), cost: Cost(cost) };
        let zone_limits = [own(150_000), own(400_000)];
        let limits = Limits::by_zone(own(250_000), &zone_limits).unwrap();
        for direction in BOTH {
            let mut random = Random::new(seed);
            // candidates: where people live and where clinics are
            let candidates: Vec<_> = town.places().collect();
            let mut open: Vec<(FacilityId, geo::Coord<f64>)> =
                (0..1 + random.below(3)).map(|i| (FacilityId::at(i), candidates[i])).collect();
            let bound = [Cost(400_000), Cost(600_000), Cost::UNREACHED][random.below(3)];
            let residents = Residents::new(&town.network, direction, &people, &counts).unwrap();
            let linkage = |open: &[(FacilityId, geo::Coord<f64>)]| Linkage::new(&grid, &open.iter().map(|f| f.1).collect::<Vec<_>>());
            let mut what_if = WhatIf::new(&residents, &linkage(&open), &zones, limits, bound).unwrap();
            let mut next_id = open.len();
            let mut before = vec![];
            for step in 0..12 {
                let what = format!("seed {seed}, {direction:?}, step {step}");
                let place = candidates[random.below(candidates.len())];
                let held = what_if.covered_in_all();
                let change = match random.below(3) {
                    0 if !open.is_empty() => {
                        before.push((open.clone(), next_id));
                        closed += 1;
                        Some(what_if.close(open.remove(random.below(open.len())).0))
                    }
                    1 if !before.is_empty() => {
                        assert!(what_if.undo());
                        (open, next_id) = before.pop().unwrap();
                        None
                    }
                    _ => {
                        before.push((open.clone(), next_id));
                        open.push((FacilityId::at(next_id), place));
                        next_id += 1;
                        let there = Linkage::new(&grid, &[place]);
                        unlinked += usize::from(there.snaps(0).is_empty());
                        Some(what_if.open(there.snaps(0)))
                    }
                };
                if let Some(change) = change {
                    gained += usize::from(change.gained > People::ZERO);
                    lost += usize::from(change.lost > People::ZERO);
                    assert_eq!(what_if.covered_in_all() + change.lost, held + change.gained, "{what}");
                }
                assert_same(&what_if, &linkage(&open), &open, &residents, &zones, limits, bound, &what);
                // bends are worked out when asked for: now and then, so that several changes come together
                if random.one_in(3) {
                    asked += 1;
                    assert_nearest(&mut what_if, &linkage(&open), &open, &residents, bound.max(limits.greatest().cost), &what);
                }
            }
        }
    }
    assert!(gained > 1000 && lost > 500 && closed > 1000 && unlinked > 50, "{gained}, {lost}, {closed}, {unlinked}");
    assert!(asked > 1000, "{asked}");
}

/// Labels of all nodes within the bound, and the ways of all points, as a new sweep from the open facilities has them.
fn assert_nearest(
    what_if: &mut WhatIf<'_>,
    linkage: &Linkage,
    open: &[(FacilityId, geo::Coord<f64>)],
    residents: &Residents<'_>,
    bound: Cost,
    what: &str,
) {
    let sources = Sources::new(residents.network(), linkage, residents.direction()).unwrap();
    let mut space = SearchSpace::default();
    let judge = sources.nearest_facility(&mut space);
    let ours = what_if.nearest();
    let expected = |label: Label| match label.cost.is_reached() && label.cost <= bound {
        true => Label { facility: open[label.facility.index()].0, ..label },
        false => Label::UNREACHED,
    };
    for node in (0..residents.network().node_count()).map(NodeId::at) {
        assert_eq!(ours.node(node), expected(judge.node(node)), "{what}, {node:?}");
    }
    for i in 0..residents.people().len() {
        let snaps = residents.links().snaps(i);
        let label = judge.point(snaps);
        if expected(label) != Label::UNREACHED {
            assert_eq!(ours.point(snaps), expected(label), "{what}, point {i}");
            assert_eq!(ours.way_mm(snaps), judge.way_mm(snaps), "{what}, point {i}");
        }
    }
}

#[test]
fn places_that_the_network_lacks_are_passed_over_and_a_commit_is_final() {
    let (_, town) = towns().next().unwrap();
    let (facilities, people) = town.linkages();
    let counts = vec![People::persons(1); people.len()];
    let residents = Residents::new(&town.network, Direction::ToFacility, &people, &counts).unwrap();
    let limits = Limits::same(Limit { metric: town.network.metric(), cost: Cost(100_000) });
    let zones = vec![None; people.len()];
    let mut what_if = WhatIf::new(&residents, &facilities, &zones, limits, Cost::ZERO).unwrap();
    let held = what_if.covered_in_all();
    let there = Snap { edge: EdgeId(0), offset_mm: 0, leg: Cost::ZERO, leg_m: 0.0 };
    let (length_mm, none) = (town.network.edge(EdgeId(0)).length_mm, EdgeId::at(town.network.edge_count()));
    let bad = [Snap { edge: none, ..there }, Snap { offset_mm: length_mm + 1, ..there }];
    assert_eq!(what_if.open(&bad).points, 0);
    assert_eq!(what_if.open_facilities().last().map(|(_, snaps)| snaps.len()), Some(0));
    assert!(what_if.undo());
    // at the facility's own place the new one loses all ties, and takes over where the other closes
    what_if.open(&[bad[0], facilities.snaps(0)[0]]);
    what_if.close(FacilityId(0));
    assert_eq!(what_if.covered_in_all(), held);
    what_if.commit();
    assert!(!what_if.undo());
    assert_eq!(what_if.open_facilities().count(), facilities.len());
    assert_eq!(what_if.label(DemandId::at(people.len())), Label::UNREACHED, "there is no such point");
}

/// Labels and sums as a new sweep from the open facilities has them.
#[allow(clippy::too_many_arguments, reason = "a judge of everything at once")]
fn assert_same(
    what_if: &WhatIf<'_>,
    linkage: &Linkage,
    open: &[(FacilityId, geo::Coord<f64>)],
    residents: &Residents<'_>,
    zones: &[Option<ZoneId>],
    limits: Limits<'_>,
    bound: Cost,
    what: &str,
) {
    assert_eq!(what_if.open_facilities().map(|f| f.0).collect::<Vec<_>>(), open.iter().map(|f| f.0).collect::<Vec<_>>(), "{what}");
    let sources = Sources::new(residents.network(), linkage, residents.direction()).unwrap();
    let mut space = SearchSpace::default();
    let nearest = sources.nearest_facility(&mut space);
    let mut covered = [People::ZERO; 3];
    for (i, zone) in zones.iter().enumerate() {
        let label = nearest.point(residents.links().snaps(i));
        let within = label.cost.is_reached() && label.cost <= bound.max(limits.greatest().cost);
        let expected = match within {
            true => Label { facility: open[label.facility.index()].0, ..label },
            false => Label::UNREACHED,
        };
        assert_eq!(what_if.label(DemandId::at(i)), expected, "{what}, point {i}");
        if limits.of(*zone).admits(label.cost) {
            covered[zone.map_or(2, ZoneId::index)] += residents.people()[i];
        }
    }
    let ours = [Some(ZoneId(0)), Some(ZoneId(1)), None].map(|zone| what_if.covered(zone));
    assert_eq!(ours, covered, "{what}");
}

#[test]
fn nothing_to_close_and_nothing_to_undo() {
    let (_, town) = towns().next().unwrap();
    let (facilities, people) = town.linkages();
    let counts = vec![People::persons(1); people.len()];
    let residents = Residents::new(&town.network, Direction::ToFacility, &people, &counts).unwrap();
    let limits = Limits::same(Limit { metric: town.network.metric(), cost: Cost(100_000) });
    let zones = vec![None; people.len()];
    let mut what_if = WhatIf::new(&residents, &facilities, &zones, limits, Cost::ZERO).unwrap();
    let held = what_if.covered_in_all();
    assert!(!what_if.undo());
    assert_eq!(what_if.close(FacilityId(99)).points, 0);
    assert!(!what_if.undo(), "nothing was done");
    what_if.close(FacilityId(0));
    assert_eq!(what_if.close(FacilityId(0)).points, 0, "closed already");
    assert!(what_if.undo() && !what_if.undo());
    assert_eq!(what_if.covered_in_all(), held);
}
