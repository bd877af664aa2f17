//! Invalid places, speeds and numbers.

use catchment::geo::{Coord, LineString, MultiPolygon, Polygon};
use catchment::*;

use crate::street::*;

const BAD: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

fn triangle(corner: f64) -> MultiPolygon<f64> {
    let ring = vec![(0.0, 0.0), (100.0, 0.0), (100.0, corner), (0.0, 0.0)];
    Polygon::new(LineString::from(ring), vec![]).into()
}

#[test]
fn places_are_finite() {
    for bad in BAD {
        let mut people = street();
        people.demand.locations[5] = Coord { x: 500.0, y: bad };
        let mut clinics = street();
        clinics.facilities.push(clinic(at(bad)));
        for (what, wrong) in [("row 5 of demand.locations lies at (500, ", people), ("row 1 of facilities lies at (", clinics)] {
            let said = wrong.covered().unwrap_err().to_string();
            assert!(said.starts_with(what) && said.ends_with("); expected finite coordinates, in metres"), "{said}");
            let of_all = wrong.said_by_all();
            assert!(of_all.iter().take(7).all(|(_, said)| said.as_deref().is_some_and(|said| said.starts_with(what))), "{of_all:?}");
        }
        let mut zones = street().zones;
        zones[0].area = triangle(bad);
        let said = Ground::new(&zones, GroundRules { cell_m: 25.0 }, &NoProgress).map(|_| ()).unwrap_err().to_string();
        assert!(said.starts_with("row 0 of zones lies at (100, "), "{said}");
        // the ground of sound zones, and zones that are not
        let said = Street { zones, ..street() }.said_by_all();
        assert!(said[..5].iter().all(|(_, said)| said.as_deref().is_some_and(|said| said.starts_with("row 0 of zones"))), "{said:?}");
        let opens = [Project { opens: vec![at(1000.0), at(bad)], closes: vec![] }];
        let said = street().ask(|study, service| build_in_order(study, service, &opens, &NoProgress).unwrap_err().to_string());
        assert!(said.starts_with("row 1 of project.opens"), "{said}");
        let line = LineString::from(vec![(0.0, 0.0), (bad, 0.0)]);
        let said = street().ask(|study, service| stretches(&[line], service, study.zones).unwrap_err().to_string());
        assert!(said.starts_with("row 1 of a corridor"), "{said}");
    }
    let whole = street().ask(|_, service| stretches(&[LineString(vec![at(0.0), at(1000.0)])], service, &street().zones).unwrap().len());
    assert_eq!(whole, 2);
}

#[test]
fn speeds_are_above_zero() {
    let built = |speed: f64, back: Option<f64>| {
        let mut roads = street().roads;
        (roads.segments[3].forward_m_s, roads.segments[3].backward_m_s) = (Some(speed), back);
        RoadNetwork::build(&roads, Metric::Time).map(|network| network.edge_count())
    };
    assert_eq!((built(1.2, None), built(0.001, Some(1.2))), (Ok(10), Ok(10)));
    for bad in [0.0, -1.2].into_iter().chain(BAD) {
        let said = built(bad, None).unwrap_err().to_string();
        let expected = "expected a finite number above 0, or no speed where it is shut";
        assert_eq!(said, format!("segment 3 has a speed of {bad} m/s; {expected}"));
        assert!(built(1.2, Some(bad)).is_err());
        let link = LinkRules { access_speed_m_s: bad, ..street().link };
        let words = |what: &str| format!("{what} is {bad}; expected a finite number above 0");
        for (entry, said) in (Street { link, ..street() }).said_by_all() {
            assert_eq!(said, Some(words("link.access_speed_m_s")), "{entry}");
        }
        let said = EdgeGrid::new(&street().network(), link).map(|_| ()).unwrap_err().to_string();
        assert_eq!(said, words("link.access_speed_m_s"));
        let said = Street { speed_m_s: bad, ..street() }.covered().unwrap_err().to_string();
        assert_eq!(said, words("service.speed_m_s"));
        let said = Street { detour_factor: bad, ..street() }.covered().unwrap_err().to_string();
        assert_eq!(said, words("service.detour_factor"));
    }
}

#[test]
fn rules_are_numbers_and_not_negative() {
    let sound = GapRules { ground: GapGround::All, min_people: 0.5, min_area_m2: 1.0 };
    assert_eq!(Street { gaps: sound, ..street() }.covered(), Ok([4, 8]));
    // who lives on the road needs no leg
    assert_eq!(Street { link: LinkRules { snap_m: 0.0, ..street().link }, ..street() }.covered(), Ok([4, 8]));
    for bad in [-1.0].into_iter().chain(BAD) {
        let cases = [
            ("link.snap_m", Street { link: LinkRules { snap_m: bad, ..street().link }, ..street() }),
            ("gaps.min_people", Street { gaps: GapRules { min_people: bad, ..sound }, ..street() }),
            ("gaps.min_area_m2", Street { gaps: GapRules { min_area_m2: bad, ..sound }, ..street() }),
        ];
        for (what, wrong) in cases {
            let said = wrong.covered().unwrap_err().to_string();
            assert_eq!(said, format!("{what} is {bad}; expected a finite number, 0 or more"));
        }
        let rules = IsochroneRules { limits: &[limit("5min")], cell_m: 25.0, per_facility: false, simplify_m: bad };
        assert!(street().ask(|_, service| isochrones(service, &rules, &NoProgress).is_err()));
    }
}

#[test]
fn fairness_has_columns_of_one_length_and_no_negative_number() {
    assert_eq!(gini(&[1.0, 1.0], &[1.0, 1.0]), Ok(0.0));
    let (short, long): (&[f64], &[f64]) = (&[1.0], &[1.0, 2.0]);
    let unequal = Err(Undefined::UnequalColumns { expected: 1, found: 2 });
    type Measure = fn(&[f64], &[f64]) -> Result<f64, Undefined>;
    let measures: [Measure; 9] = [
        gini,
        |base, held| theil_l(base, held, LogBase::Ten),
        |base, held| theil_t(base, held, LogBase::Natural),
        |base, held| variation(base, held, true),
        |base, held| variation(base, held, false),
        mean_absolute_deviation,
        max_min_ratio,
        palma,
        |base, held| lorenz(base, held).map(|curve| curve[0].0),
    ];
    for measure in measures {
        assert!(measure(&[1.0, 2.0], long).is_ok());
        assert_eq!(measure(short, long), unequal);
        for bad in [-1.0].into_iter().chain(BAD) {
            assert_eq!(measure(&[1.0, bad], long), Err(Undefined::NotANumber(1)));
            assert_eq!(measure(long, &[bad, 1.0]), Err(Undefined::NotANumber(0)));
        }
    }
    assert_eq!(gini(short, long).unwrap_err().to_string(), "a column of 2 units; expected 1, as in the first");
    assert!(agglomeration(long, long, long).is_ok());
    assert!(agglomeration(long, short, long).is_err() && agglomeration(short, long, long).is_err());
    let parts = |groups: &[usize]| theil_parts(long, long, groups, LogBase::Ten).map(|parts| parts.groups.len());
    assert_eq!((parts(&[0, 1]), parts(&[1, 1])), (Ok(2), Ok(2)));
    assert_eq!(parts(&[0]), Err(Undefined::UnequalColumns { expected: 2, found: 1 }));
    assert_eq!(parts(&[0, usize::MAX]), Err(Undefined::NoSuchGroup(1)));
}

#[test]
fn indicators_and_norms_are_of_numbers() {
    let ratio = Ratio { numerator: 44.0, denominator: 2.0, unit: 1.0 };
    assert_eq!((ratio.value(), ratio.implied_numerator(3.0), ratio.implied_denominator(11.0)), (Ok(22.0), Ok(6.0), Ok(4.0)));
    assert_eq!(ratio.increment(23.0), Ok(2.0));
    let need = Need { low: 1.0, high: Some(2.0) };
    assert_eq!(judge(3.0, need, WholeNumbers::Up).map(|verdict| verdict.status), Ok(NormStatus::Over));
    for bad in [-1.0].into_iter().chain(BAD) {
        let wrong = [Ratio { numerator: bad, ..ratio }, Ratio { denominator: bad, ..ratio }, Ratio { unit: bad, ..ratio }];
        for (place, wrong) in wrong.iter().enumerate() {
            let error = Some(Undefined::NotANumber(place));
            let found = [wrong.value(), wrong.implied_numerator(1.0), wrong.implied_denominator(1.0), wrong.increment(1.0)];
            assert!(found.into_iter().all(|found| found.err() == error), "{wrong:?}");
        }
        assert_eq!(judge(bad, need, WholeNumbers::Up), Err(Undefined::NotANumber(0)));
        assert_eq!(judge(1.0, Need { low: bad, ..need }, WholeNumbers::Up), Err(Undefined::NotANumber(1)));
        assert_eq!(judge(1.0, Need { high: Some(bad), ..need }, WholeNumbers::Up), Err(Undefined::NotANumber(2)));
    }
    assert_eq!(Ratio { unit: 0.0, ..ratio }.value(), Err(Undefined::NotANumber(2)));
    assert_eq!(ratio.implied_numerator(f64::NAN), Err(Undefined::NotANumber(3)));
}
