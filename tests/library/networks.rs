//! Points that are linked to another network than the one that is asked.

use catchment::*;

use crate::street::*;

fn other(what: &'static str) -> InputError {
    InputError::OtherNetwork { what }
}

fn linked(network: &RoadNetwork, town: &Street) -> [Linkage; 2] {
    let edges = EdgeGrid::new(network, town.link).unwrap();
    [Linkage::new(&edges, &[at(0.0)]), Linkage::new(&edges, &town.demand.locations)]
}

#[test]
fn a_linkage_is_of_its_network_and_of_copies_of_it() {
    let town = street();
    // the very same roads, built twice: two networks
    let (network, twin) = (town.network(), town.network());
    let [clinics, homes] = linked(&network, &town);
    let people = &town.demand.people;
    let within = |network: &RoadNetwork| -> Result<People, InputError> {
        let residents = Residents::new(network, Direction::ToFacility, &homes, people)?;
        let sources = Sources::new(network, &clinics, Direction::ToFacility)?;
        Ok(sources.catchments(Cost(300_000), &residents)?[0].people)
    };
    assert_eq!(within(&network), Ok(People::persons(4)));
    assert_eq!(within(&network.clone()), Ok(People::persons(4)));
    assert_eq!(within(&twin), Err(other("residents")));
    assert_eq!(within(&network.clone().by_distance()), Err(other("residents")));
    let again = RoadNetwork::from_parts(Metric::Time, network.to_parts()).unwrap();
    assert_eq!(within(&again), Err(other("residents")));
    let [near, _] = linked(&again, &town);
    assert_eq!(Sources::new(&network, &near, Direction::ToFacility).err(), Some(other("facilities")));
    let said = other("residents").to_string();
    assert_eq!(said, "residents: linked to another road network; link the points to this one (a copy of a network is the same one)");
}

#[test]
fn a_search_meets_residents_of_its_own_network_and_direction() {
    let town = street();
    let (network, twin) = (town.network(), town.network());
    let [clinics, homes] = linked(&network, &town);
    let [_, homes_there] = linked(&twin, &town);
    let people = &town.demand.people;
    let sources = Sources::new(&network, &clinics, Direction::ToFacility).unwrap();
    let ask = |residents: Residents<'_>| sources.coverage_rows(Cost(300_000), &residents, |_, row| row.len());
    assert_eq!(ask(Residents::new(&network, Direction::ToFacility, &homes, people).unwrap()), Ok(vec![4]));
    assert_eq!(ask(Residents::new(&twin, Direction::ToFacility, &homes_there, people).unwrap()), Err(other("residents")));
    let back = ask(Residents::new(&network, Direction::FromFacility, &homes, people).unwrap());
    assert_eq!(back, Err(InputError::OtherDirection));
    let short = Residents::new(&network, Direction::ToFacility, &homes, &people[1..]).err().map(|error| error.to_string());
    assert_eq!(short.as_deref(), Some("people has 10 entries; expected 11, one for each linked point"));
}

#[test]
fn assessments_audits_and_fields_are_of_one_network() {
    let town = street();
    town.ask(|study, service| {
        let twin = town.network();
        let edges = service.edge_grid().unwrap();
        let edges_there = EdgeGrid::new(&twin, town.link).unwrap();
        let [clinics, homes] = linked(service.network, &town);
        let [_, homes_there] = linked(&twin, &town);
        let sources = Sources::new(service.network, &clinics, service.direction).unwrap();
        let mut space = SearchSpace::default();
        let nearest = sources.nearest_facility(&mut space);
        let covered = |links: &Linkage, zones: &[Option<ZoneId>], limits: Limits<'_>| {
            let found = assess(links, zones, &nearest, limits)?;
            Ok::<usize, InputError>(found.iter().filter(|own| own.status == Status::Covered).count())
        };
        let zones = &study.demand.zones;
        assert_eq!(covered(&homes, zones, service.limits()), Ok(4));
        assert_eq!(covered(&homes_there, zones, service.limits()), Err(other("demand points")));
        assert!(covered(&homes, &zones[1..], service.limits()).is_err());
        assert!(covered(&homes, zones, Limits::same(limit("360m"))).is_err());
        let field = |edges: &EdgeGrid<'_>| CostField::measure(study.ground, edges, &nearest, None, &NoProgress).map(|_| ());
        assert_eq!((field(&edges), field(&edges_there)), (Ok(()), Err(other("the edges").into())));
        let rules = AuditRules { points: 10, seed: 1, leave_out: Cost::ZERO };
        let judged = |edges: &EdgeGrid<'_>, limit: Limit| {
            audit(&study.zones[0].area, edges, &nearest, &|_| Some(limit), rules).map(|found| found.points)
        };
        assert_eq!(judged(&edges, service.limit), Ok(10));
        assert_eq!(judged(&edges_there, service.limit), Err(other("the edges")));
        assert!(judged(&edges, limit("360m")).is_err());
        assert_eq!(FacilityLink::of(service, &clinics).map(|all| all.len()), Ok(1));
        assert_eq!(FacilityLink::of(service, &homes_there).map(|all| all.len()), Err(other("facilities")));
    });
}

#[test]
fn what_if_and_gaps_of_zones_are_of_one_network() {
    let town = street();
    town.ask(|study, service| {
        let twin = town.network();
        let edges = service.edge_grid().unwrap();
        let edges_there = EdgeGrid::new(&twin, town.link).unwrap();
        let ([clinics, homes], [clinics_there, homes_there]) = (linked(service.network, &town), linked(&twin, &town));
        let residents = Residents::new(service.network, service.direction, &homes, &study.demand.people).unwrap();
        let zones = &study.demand.zones;
        let ask = |clinics: &Linkage, zones| WhatIf::new(&residents, clinics, zones, service.limits(), Cost::UNREACHED).map(|_| ());
        assert_eq!(ask(&clinics, zones), Ok(()));
        assert_eq!(ask(&clinics_there, zones), Err(other("facilities")));
        assert!(ask(&clinics, &zones[1..]).is_err());
        let gaps = |edges, links| ZoneGaps::new(*study, *service, edges, links).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(gaps(&edges, &homes), Ok(()));
        assert_eq!(gaps(&edges, &homes_there), Err(other("demand points").to_string()));
        assert_eq!(gaps(&edges_there, &homes), Err(other("the edges").to_string()));
        let [_, few] = [(); 2].map(|()| Linkage::new(&edges, &study.demand.locations[1..]));
        assert_eq!(gaps(&edges, &few), Err("links has 10 entries; expected 11, one for each demand point".to_owned()));
        let there = Residents::new(&twin, service.direction, &homes_there, &study.demand.people).unwrap();
        let mut own = WhatIf::new(&residents, &clinics, zones, service.limits(), Cost::UNREACHED).unwrap();
        let mut elsewhere = WhatIf::new(&there, &clinics_there, zones, service.limits(), Cost::UNREACHED).unwrap();
        let mut drawn = ZoneGaps::new(*study, *service, &edges, &homes).unwrap();
        let found = drawn.trace(&mut own, service.facilities, &[ZoneId(0)], &NoProgress).unwrap();
        assert_eq!((found.gaps.len(), found.gaps[0].people), (1, Some(People::persons(7))));
        let refused = drawn.trace(&mut elsewhere, service.facilities, &[ZoneId(0)], &NoProgress).map(|_| ());
        assert_eq!(refused, Err(other("the what-if").into()));
    });
}

#[test]
fn a_part_is_of_its_whole() {
    let town = street();
    let (network, twin) = (town.network(), town.network());
    let [clinics, _] = linked(&network, &town);
    let sources = Sources::new(&network, &clinics, Direction::ToFacility).unwrap();
    let mut space = SearchSpace::default();
    let nearest = sources.nearest_facility(&mut space);
    let near = [geo::Rect::new(at(0.0), at(1000.0))];
    let (own, strange) = (RoadCutter::new(&network).cut(&near), RoadCutter::new(&twin).cut(&near));
    let part = clinics.on_part(&own).unwrap();
    let tied = Sources::new(&own.network, &part, Direction::ToFacility).unwrap();
    let known = nearest.known(&own).unwrap();
    assert!(tied.with_labels(&known).is_ok());
    assert!(Sources::new(&network, &part, Direction::ToFacility).is_err(), "a part is another network");
    assert_eq!(clinics.on_part(&strange).map(|_| ()), Err(other("a part of a network")));
    assert_eq!(nearest.known(&strange).map(|_| ()), Err(other("a part of a network")));
    let few = RoadCutter::new(&network).cut(&[]);
    let nothing = nearest.known(&few).unwrap();
    let said = tied.with_labels(&nothing).map(|_| ()).unwrap_err().to_string();
    assert_eq!(said, "known labels has 0 entries; expected 11, one for each node of the part");
}

#[test]
fn links_from_a_file_must_lie_on_the_network() {
    let town = street();
    let network = town.network();
    let [clinics, homes] = linked(&network, &town);
    let written = serde_json::to_string(&homes).unwrap();
    assert!(!written.contains("network"), "which network it was is no part of any file");
    let read: Linkage = serde_json::from_str(&written).unwrap();
    let sources = Sources::new(&network, &clinics, Direction::ToFacility).unwrap();
    let ask =
        |network: &RoadNetwork, links: &Linkage| Residents::new(network, Direction::ToFacility, links, &town.demand.people).map(|_| ());
    assert_eq!(ask(&network, &read), Ok(()));
    let residents = Residents::new(&network, Direction::ToFacility, &read, &town.demand.people).unwrap();
    assert_eq!(sources.catchments(Cost(300_000), &residents).unwrap()[0].people, People::persons(4));
    // a shorter street lacks their edges
    let short = Roads { segments: town.roads.segments[..2].to_vec(), ..town.roads.clone() };
    assert_eq!(ask(&RoadNetwork::build(&short, Metric::Time).unwrap(), &read), Err(other("residents")));
    let broken: Linkage = serde_json::from_str(&written.replacen("\"first\":[0,", "\"first\":[9,", 1)).unwrap();
    assert_eq!(ask(&network, &broken), Err(other("residents")));
}
