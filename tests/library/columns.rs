//! Columns of unequal length, and ids of what is not there.

use catchment::*;

use crate::street::*;

/// Entry points that look at zones.
fn refused(wrong: &Street, words: &str) {
    for (entry, said) in wrong.said_by_all().into_iter().take(5) {
        assert_eq!(said.as_deref(), Some(words), "{entry}");
    }
}

#[test]
fn columns_of_demand_are_of_one_length() {
    let spoilt = |spoil: &dyn Fn(&mut Demand)| {
        let mut wrong = street();
        spoil(&mut wrong.demand);
        wrong
    };
    let cases: [(&str, Street); 4] = [
        ("demand.zones has 10 entries; expected 11, one for each demand point", spoilt(&|demand| demand.zones.truncate(10))),
        ("demand.people has 12 entries; expected 11, one for each demand point", spoilt(&|demand| demand.people.push(People::ZERO))),
        (
            "the group `age_60_up` has 3 entries; expected 11, one for each demand point",
            spoilt(&|demand| demand.groups[0].people.truncate(3)),
        ),
        ("row 4 of demand.zones names zone 1; there are 1, counted from 0", spoilt(&|demand| demand.zones[4] = Some(ZoneId(1)))),
    ];
    for (words, wrong) in cases {
        refused(&wrong, words);
        let rows = wrong.demand.rows(&[DemandId(0)]).map(|some| some.len());
        assert_eq!(rows.is_err(), !words.starts_with("row 4"), "{words}");
    }
    let demand = street().demand;
    assert_eq!(demand.rows(&[DemandId(3), DemandId(10)]).unwrap().locations, [at(300.0), at(1000.0)]);
    let said = demand.rows(&[DemandId(11)]).unwrap_err().to_string();
    assert_eq!(said, "row 0 of rows names demand point 11; there are 11, counted from 0");
}

#[test]
fn the_ground_is_that_of_the_zones_and_so_are_their_limits() {
    let mut other = street();
    other.ground_zones.clear();
    let said = other.covered().unwrap_err().to_string();
    assert_eq!(said, "the ground has 0 entries; expected 1, one for each zone");
    refused(
        &Street { zone_limits: vec![limit("5min"); 2], ..street() },
        "service.zone_limits has 2 entries; expected 1, one for each zone",
    );
}

#[test]
fn assessments_are_those_of_the_points() {
    let (timed, distance) = (street(), by_distance());
    let assessments = timed.ask(|study, service| assess_demand(study.demand, service).unwrap());
    let table = |some: &[Assessment]| CostTable::new(1, &timed.demand, some, &[]).map(|table| table.total.weight);
    assert_eq!(table(&assessments), Ok(People::persons(11)));
    let said = table(&assessments[1..]).unwrap_err().to_string();
    assert_eq!(said, "assessments has 10 entries; expected 11, one for each demand point");
    let stations = |some: &[Assessment]| {
        distance.ask(|study, service| stations(study.demand, some, service, &[], &NoProgress).map(|found| found.len()))
    };
    assert_eq!(stations(&assessments), Ok(1));
    assert!(stations(&assessments[..10]).is_err());
    let mut elsewhere = assessments.clone();
    elsewhere[2].label.facility = FacilityId(7);
    let said = stations(&elsewhere).unwrap_err().to_string();
    assert_eq!(said, "row 2 of assessments names facility 7; there are 1, counted from 0");
}

#[test]
fn what_is_measured_is_of_one_length() {
    let town = street();
    let assessments = town.ask(|study, service| assess_demand(study.demand, service).unwrap());
    let (straight, areas) = (vec![[true; 2]; 11], vec![vec![ByStatus::<SquareMm>::default()]]);
    let sound = Measured {
        zones: &town.zones,
        demand: &town.demand,
        assessments: &assessments,
        straight: &straight,
        facility_zones: &[Some(ZoneId(0))],
        areas: &areas,
    };
    assert_eq!(measure(&sound).unwrap().total.people.unwrap().covered, People::persons(4));
    let cases = [
        ("assessments has 9 entries; expected 11, one for each demand point", Measured { assessments: &assessments[..9], ..sound }),
        ("straight has 1 entries; expected 11, one for each demand point", Measured { straight: &straight[..1], ..sound }),
        ("row 0 of facility zones names zone 3; there are 1, counted from 0", Measured { facility_zones: &[Some(ZoneId(3))], ..sound }),
        ("the areas of mask 0 has 0 entries; expected 1, one for each zone", Measured { areas: &[vec![]], ..sound }),
    ];
    for (words, wrong) in cases {
        assert_eq!(measure(&wrong).unwrap_err().to_string(), words);
    }
}

#[test]
fn siting_and_access_have_a_row_for_each() {
    let table = ReachTable::new(vec![vec![(DemandId(0), Cost(1))], vec![(DemandId(1), Cost(1))]]);
    let people = [People::persons(2), People::persons(3)];
    let siting = Siting {
        table: &table,
        people: &people,
        within: &[Cost(1); 2],
        sites: &[Site::CANDIDATE; 2],
        quotas: &[],
        budget: None,
        model: SitingModel::MaxCover,
    };
    let ask = |siting: &Siting<'_>| locate(siting, &SitingOptions::default(), &NoProgress).map(|found| found.value);
    assert_eq!(ask(&siting), Ok(5.0));
    let said = |siting: &Siting<'_>| ask(siting).unwrap_err().to_string();
    assert_eq!(said(&Siting { sites: &[Site::CANDIDATE], ..siting }), "the table has 2 entries; expected 1, one for each site");
    assert_eq!(said(&Siting { within: &[Cost(1)], ..siting }), "within has 1 entries; expected 2, one for each point");
    let few = Siting { people: &people[..1], within: &[Cost(1)], ..siting };
    assert_eq!(said(&few), "row 1 of the table names demand point 1; there are 1, counted from 0");
    let rules = AccessRules { method: FloatingCatchment::TwoStep, decay: Decay::Uniform, limit: Cost(1) };
    let ask = |supply: &[f64], people: &[f64], rules: &AccessRules| access(&table, supply, people, rules).map(|found| found.scores);
    assert_eq!(ask(&[2.0, 6.0], &[2.0, 3.0], &rules), Ok(vec![1.0, 2.0]));
    let bands = AccessRules { decay: Decay::Bands(vec![(Cost(1), f64::NAN)]), ..rules.clone() };
    let cases = [
        ("supply has 1 entries; expected 2, one for each facility", ask(&[2.0], &[2.0, 3.0], &rules)),
        ("row 1 of the table names demand point 1; there are 1, counted from 0", ask(&[2.0, 6.0], &[2.0], &rules)),
        ("row 1 of supply is -1; expected a finite number, 0 or more", ask(&[2.0, -1.0], &[2.0, 3.0], &rules)),
        ("row 0 of people is NaN; expected a finite number, 0 or more", ask(&[2.0, 6.0], &[f64::NAN, 3.0], &rules)),
        ("the weight of a band is NaN; expected a finite number, 0 or more", ask(&[2.0, 6.0], &[2.0, 3.0], &bands)),
    ];
    for (words, found) in cases {
        assert_eq!(found.unwrap_err().to_string(), words);
    }
}

#[test]
fn tiles_and_groups_have_an_entry_for_each() {
    let halos = |halos: &[f64]| street().ask(|study, service| tile_scopes(study, &[*service], 1, halos, TILE_MARGIN).map(|all| all.len()));
    assert_eq!(halos(&[500.0]), Ok(1));
    assert_eq!(halos(&[]).unwrap_err().to_string(), "halos_m has 0 entries; expected 1, one for each service");
    let spreading = |people: Vec<People>, cell_m: f64| {
        let groups = [Group { name: "young".into(), people }];
        let rules = SpreadRules { cell_m, ..SpreadRules::default() };
        let found = spread(&street().zones, &groups, &[Surface::WholeZone], Surroundings::default(), rules, &NoProgress);
        found.map(|(demand, _)| demand.total())
    };
    assert_eq!(spreading(vec![People::persons(5)], 100.0), Ok(People::persons(11)));
    assert_eq!(spreading(vec![], 100.0).unwrap_err().to_string(), "the group `young` has 0 entries; expected 1, one for each zone");
    assert!(spreading(vec![People::persons(5)], f64::NAN).is_err());
}
