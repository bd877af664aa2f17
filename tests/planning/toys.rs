//! `truth/worked/worked_examples.json`: every toy, to 1e-12. The literals here are that file's, so that they hold where it is absent; where
//! it is there, it must say the same.

use catchment::*;
use serde_json::Value;

/// The worked examples; `None` where the folder is absent.
fn worked() -> Option<Value> {
    let shared = std::env::var("CATCHMENT_SHARED").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let file = format!("{shared}/truth/worked/worked_examples.json");
    let text = std::fs::read_to_string(&file);
    if text.is_err() {
        eprintln!("skipped in part: no {file} (set CATCHMENT_SHARED)");
    }
    serde_json::from_str(&text.ok()?).unwrap()
}

/// Holds numbers against literals, and these against the file's.
#[track_caller]
fn holds(path: &str, found: &[f64], literals: &[f64]) {
    assert_eq!(found.len(), literals.len(), "{path}");
    for (found, literal) in found.iter().zip(literals) {
        assert!((found - literal).abs() <= 1e-12 * literal.abs().max(1.0), "{path}: {found}, not {literal}");
    }
    let Some(file) = worked() else { return };
    let value = file.pointer(path).unwrap_or_else(|| panic!("no {path}"));
    let listed: Vec<f64> =
        value.as_array().map_or_else(|| vec![value.as_f64().unwrap()], |all| all.iter().map(|v| v.as_f64().unwrap()).collect());
    // serde_json may be off by the last bit
    let same = listed.iter().zip(literals).all(|(listed, literal)| (listed - literal).abs() <= 4.0 * f64::EPSILON * literal.abs());
    assert!(same && listed.len() == literals.len(), "{path}: {listed:?}, not {literals:?}");
}

const PEOPLE: [f64; 3] = [100.0, 200.0, 300.0];
const RESOURCE: [f64; 3] = [30.0, 30.0, 40.0];
const AREA: [f64; 3] = [10.0, 30.0, 60.0];

#[test]
fn fairness() {
    holds("/equity_toy/gini_pop", &[gini(&PEOPLE, &RESOURCE).unwrap()], &[0.1499999999999999]);
    holds("/equity_toy/gini_area", &[gini(&AREA, &RESOURCE).unwrap()], &[0.26]);
    holds("/equity_toy/theil_CN_log10", &[theil_l(&PEOPLE, &RESOURCE, LogBase::Ten).unwrap()], &[0.021162085840368924]);
    holds("/equity_toy/theil_T_ln", &[theil_t(&PEOPLE, &RESOURCE, LogBase::Natural).unwrap()], &[0.055470424247603956]);
    holds("/equity_toy/theil_L_ln", &[theil_l(&PEOPLE, &RESOURCE, LogBase::Natural).unwrap()], &[0.04872750339269386]);
    holds("/equity_toy/cv_popweighted", &[variation(&PEOPLE, &RESOURCE, true).unwrap()], &[0.3605551275463989]);
    holds("/equity_toy/mean_abs_dev", &[mean_absolute_deviation(&PEOPLE, &RESOURCE).unwrap()], &[0.04444444444444444]);
    let gathered: Vec<Agglomeration> = agglomeration(&AREA, &PEOPLE, &RESOURCE).unwrap().into_iter().flatten().collect();
    let column = |pick: fn(&Agglomeration) -> f64| gathered.iter().map(pick).collect::<Vec<f64>>();
    holds("/equity_toy/HRAD", &column(|unit| unit.hrad), &[2.9999999999999996, 1.0, 0.6666666666666667]);
    holds("/equity_toy/PAD", &column(|unit| unit.pad), &[1.6666666666666665, 1.1111111111111112, 0.8333333333333334]);
    holds("/equity_toy/HRAD_over_PAD", &column(|unit| unit.ratio.unwrap()), &[1.7999999999999998, 0.8999999999999999, 0.8]);
    // weighted by land, the shares make up the whole
    let whole: f64 = gathered.iter().zip(AREA).map(|(unit, area)| unit.hrad * area / 100.0).sum();
    assert!((whole - 1.0).abs() < 1e-15);
    let parts = theil_parts(&PEOPLE, &RESOURCE, &[0, 0, 1], LogBase::Ten).unwrap();
    holds("/equity_toy/theil_decomp/between", &[parts.between], &[0.008864383480215801]);
    holds("/equity_toy/theil_decomp/within", &[parts.within], &[0.012297702360153092]);
    holds("/equity_toy/theil_decomp/total", &[parts.total], &[0.021162085840368893]);
    assert_eq!(parts.groups.iter().map(|group| group.own).collect::<Vec<_>>()[1], Some(0.0), "one town alone is even");
}

#[test]
fn lorenz_and_what_is_read_off_it() {
    // least a head first: 40 for 300, 30 for 200, 30 for 100
    let curve = lorenz(&PEOPLE, &RESOURCE).unwrap();
    assert_eq!(curve, [(0.0, 0.0), (0.5, 0.4), (500.0 / 600.0, 0.7), (1.0, 1.0)]);
    // the best-off tenth are among the 100, who hold 0.3 for a sixth; the worst-off four tenths among the 300, who hold 0.4 for a half
    assert!((palma(&PEOPLE, &RESOURCE).unwrap() - 0.18 / 0.32).abs() < 1e-12);
    // 0.3 a head against 0.1333
    assert!((max_min_ratio(&PEOPLE, &RESOURCE).unwrap() - 2.25).abs() < 1e-12);
    // unweighted: 0.3, 0.15 and 0.1333 have the mean 0.19444 and the deviation 0.07495
    assert!((variation(&PEOPLE, &RESOURCE, false).unwrap() - 0.385_449_644_7).abs() < 1e-9);
}

#[test]
fn what_has_no_value_says_why() {
    let none = [0.0, 30.0, 40.0];
    assert_eq!(theil_l(&PEOPLE, &none, LogBase::Ten), Err(Undefined::UnitWithout(0)));
    assert_eq!(theil_parts(&PEOPLE, &none, &[0, 0, 1], LogBase::Ten), Err(Undefined::UnitWithout(0)));
    assert_eq!(max_min_ratio(&PEOPLE, &none), Err(Undefined::UnitWithout(0)));
    assert_eq!(theil_t(&[0.0, 1.0], &[1.0, 1.0], LogBase::Ten), Err(Undefined::UnitForNobody(0)));
    assert_eq!(gini(&[0.0; 3], &RESOURCE), Err(Undefined::NoBase));
    assert_eq!(gini(&PEOPLE, &[0.0; 3]), Err(Undefined::NoResource));
    assert_eq!(gini(&PEOPLE, &[1.0, f64::NAN, 1.0]), Err(Undefined::NotANumber(1)));
    assert_eq!(gini(&PEOPLE, &[1.0, 1.0, -1.0]), Err(Undefined::NotANumber(2)));
    // half of the people hold nothing: nothing to divide by
    assert_eq!(palma(&[1.0, 1.0], &[0.0, 5.0]), Err(Undefined::UnitWithout(0)));
    // a Gini of one town with none is a number: (1, 2, 3 hundred with 0, 30, 40)
    assert!(gini(&PEOPLE, &none).unwrap() > 0.0);
}

/// Minutes from three towns to two clinics.
const MINUTES: [[u32; 2]; 3] = [[5, 25], [12, 12], [28, 8]];
const DEMAND: [f64; 3] = [1000.0, 2000.0, 1500.0];
const SUPPLY: [f64; 2] = [10.0, 20.0];

fn reach(bound: u32) -> ReachTable {
    let row = |clinic: usize| {
        let costs = MINUTES.iter().enumerate().map(|(town, row)| (DemandId(town as u32), row[clinic]));
        costs.filter(|(_, minutes)| *minutes <= bound).map(|(town, minutes)| (town, Cost(60_000 * minutes))).collect()
    };
    ReachTable::new(vec![row(0), row(1)])
}

fn fca(method: FloatingCatchment, decay: Decay, minutes: u32) -> Access {
    let rules = AccessRules { method, decay, limit: Cost(60_000 * minutes) };
    // rows that go farther than the limit change nothing
    let access = access(&reach(60), &SUPPLY, &DEMAND, &rules).unwrap();
    assert_eq!(access, catchment::access(&reach(minutes), &SUPPLY, &DEMAND, &rules).unwrap());
    assert_eq!(access.conserves(), method != FloatingCatchment::Modified);
    access
}

#[test]
fn floating_catchments() {
    use FloatingCatchment::{Modified, ThreeStep, TwoStep};
    let luo_qi = || Decay::Bands(vec![(Cost(600_000), 1.0), (Cost(1_200_000), 0.68), (Cost(1_800_000), 0.22)]);
    type Case = (&'static str, FloatingCatchment, Decay, u32, [f64; 3]);
    let cases: [Case; 7] = [
        ("2SFCA_30", TwoStep, Decay::Uniform, 30, [0.006666666666666666; 3]),
        ("2SFCA_15", TwoStep, Decay::Uniform, 15, [0.0033333333333333335, 0.009047619047619047, 0.005714285714285714]),
        ("E2SFCA_Luo_Qi_1_.68_.22", TwoStep, luo_qi(), 30, [0.005146043547530536, 0.006943465456476609, 0.007311350359677497]),
        ("gaussian2SFCA_30", TwoStep, Decay::Gaussian, 30, [0.005112402044655533, 0.007930646388217586, 0.006017536785939531]),
        ("KD2SFCA_epan_30", TwoStep, Decay::Epanechnikov, 30, [0.0052252497142719935, 0.007924020554183288, 0.005951139451574287]),
        ("M2SFCA_E_weights", Modified, luo_qi(), 30, [0.004031757833244822, 0.004721556510404095, 0.006673432144064115]),
        ("3SFCA_E_weights", ThreeStep, luo_qi(), 30, [0.005664135520475208, 0.005669278872261493, 0.00866487115666787]),
    ];
    for (name, method, decay, minutes, literals) in cases {
        let access = fca(method, decay, minutes);
        holds(&format!("/fca_toy/{name}/A"), &access.scores, &literals);
        if let Some(file) = worked() {
            for (found, listed) in access.ratios.iter().zip(file["fca_toy"][name]["Rj"].as_array().into_iter().flatten()) {
                let found = found.unwrap();
                assert!((found - listed.as_f64().unwrap()).abs() <= 1e-12, "{name}: {found}, not {listed}");
            }
        }
    }
}

#[test]
fn facilities_that_nobody_reaches_give_nothing() {
    let rules = AccessRules { method: FloatingCatchment::TwoStep, decay: Decay::Uniform, limit: Cost(600_000) };
    let table = ReachTable::new(vec![vec![(DemandId(0), Cost(1))], vec![], vec![(DemandId(1), Cost(1))]]);
    let access = access(&table, &[4.0, 8.0, 16.0], &[2.0, 0.0], &rules).unwrap();
    assert_eq!((access.ratios, access.scores), (vec![Some(2.0), None, None], vec![2.0, 0.0]));
    assert_eq!((access.supply_in_reach, access.handed_out), (4.0, 4.0));
}

#[test]
fn pysal_asserts_the_same() {
    // 25 supplies and 5 demands of one, all in reach of all: 5 everywhere; each alone in its own cell: 1
    let rules = AccessRules { method: FloatingCatchment::TwoStep, decay: Decay::Uniform, limit: Cost(1) };
    let all: Vec<(DemandId, Cost)> = (0..5).map(|town| (DemandId(town), Cost(1))).collect();
    let everywhere = access(&ReachTable::new(vec![all; 25]), &[1.0; 25], &[1.0; 5], &rules).unwrap();
    assert!(everywhere.scores.iter().all(|score| (score - 5.0).abs() < 1e-12));
    let own = ReachTable::new((0..5).map(|town| vec![(DemandId(town), Cost(0))]).collect());
    assert_eq!(access(&own, &[1.0; 5], &[1.0; 5], &rules).unwrap().scores, [1.0; 5]);
}

#[test]
fn nominal_radii() {
    let km = |area_km2: f64, n: u32| nominal_radius_m(area_km2 * 1e6, n as usize).unwrap() / 1000.0;
    for (case, area, n, literal) in [(0, 6340.5, 164, 3.5080428785135718), (1, 6340.5, 175, 3.396000869382629)] {
        holds(&format!("/nominal_service_radius/cases/{case}/R"), &[km(area, n)], &[literal]);
    }
    let jiangqiao = std::f64::consts::PI * 3.69 * 3.69;
    holds("/nominal_service_radius/cases/2/R", &[km(jiangqiao, 1)], &[3.69]);
    holds("/nominal_service_radius/cases/3/R", &[km(jiangqiao, 2)], &[2.6092240225783603]);
    // 闵行: ten stations at least for 3.5 km, with either area
    assert_eq!([372.56, 370.75].map(|area| stations_for_radius(area * 1e6, 3500.0)), [Some(10), Some(10)]);
}
