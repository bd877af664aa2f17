//! Access and fairness on Porto Alegre against PySAL: `benches/peers/access_equity.py` worked the literals out from the pairs of this plan's
//! run (access 1.1.10.post3, inequality 1.1.2; 2026-11-28), by persons where people weigh. Skipped, saying so, without the shared folder.

use catchment::{LogBase, NoProgress, gini, theil_parts, theil_t};
use catchment_io::{Folder, Plan, Run, run};

use super::porto_alegre::plan;

const MEASURES: &str = r#"
[[access]]
id = "plain"
service = "walk"
limit = "30min"
[[access]]
id = "bands"
service = "walk"
method = "e2sfca"
bands = ["10min", "20min", "30min"]
weights = [1, 0.68, 0.22]
[[access]]
id = "gaussian"
service = "walk"
method = "gaussian"
limit = "30min"
[[access]]
id = "kernel"
service = "walk"
method = "kd2sfca"
limit = "30min"
[[access]]
id = "modified"
service = "walk"
method = "m2sfca"
bands = ["10min", "20min", "30min"]
weights = [1, 0.68, 0.22]
[[access]]
id = "three"
service = "walk"
method = "3sfca"
bands = ["10min", "20min", "30min"]
weights = [1, 0.68, 0.22]
"#;

/// By measure: mean by people, greatest score of any point, sum of squares, Gini by people, Theil's T of those with any access.
const PYSAL: [(&str, [f64; 5]); 6] = [
    ("plain", [0.08487763474324515, 0.9149130832570906, 22.351817083652627, 0.47433055842611616, 0.35214663116626665]),
    ("bands", [0.08487763474324515, 1.4068655036578501, 23.813048651861116, 0.5004765348701604, 0.3985769333391099]),
    ("gaussian", [0.08487763474324515, 1.176363020618527, 23.105811613803887, 0.5011701389356963, 0.4001435726863208]),
    ("kernel", [0.08487763474324515, 1.131023089710831, 22.681803154401862, 0.49711146799181494, 0.3927085195779136]),
    ("modified", [0.05557291532475457, 1.4068655036578501, 13.817283269363063, 0.5540358964437345, 0.5100761191715109]),
    ("three", [0.08487763474324515, 1.4068655036578501, 26.67374219223733, 0.47502527790830784, 0.360281596403129]),
];

fn study() -> Option<Run> {
    let plan = Plan::parse(&format!("{}{MEASURES}", plan()?)).unwrap();
    Some(run(&plan, &Folder(std::path::PathBuf::new()), &NoProgress).unwrap())
}

#[track_caller]
fn same(what: &str, found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{what}: {found}, not {expected}");
}

#[test]
fn access_and_fairness_as_pysal_has_them() {
    let Some(done) = study() else { return };
    assert_eq!(done.access.len(), PYSAL.len());
    for (own, (name, expected)) in done.access.iter().zip(PYSAL) {
        let plan = &done.inputs.plan.access[own.place];
        assert_eq!(plan.id, name);
        let scores: Vec<f64> = own.found.scores.iter().map(|score| score * plan.per).collect();
        let people: Vec<f64> = own.people.iter().map(|people| people.as_f64()).collect();
        let drawn: Vec<f64> = scores.iter().zip(&people).map(|(score, people)| score * people).collect();
        let with: Vec<usize> = (0..scores.len()).filter(|point| drawn[*point] > 0.0).collect();
        let of = |all: &[f64]| with.iter().map(|point| all[*point]).collect::<Vec<f64>>();
        let found = [
            drawn.iter().sum::<f64>() / people.iter().sum::<f64>(),
            scores.iter().copied().fold(0.0, f64::max),
            scores.iter().map(|score| score * score).sum(),
            gini(&people, &drawn).unwrap(),
            theil_t(&of(&people), &of(&drawn), LogBase::Natural).unwrap(),
        ];
        for (what, (found, expected)) in ["mean", "most", "squares", "Gini", "Theil"].iter().zip(found.into_iter().zip(expected)) {
            same(&format!("{name}: {what}"), found, expected);
        }
        let fair = &own.fair.rows[0];
        same(name, fair.gini_people.unwrap(), expected[3]);
        same(name, own.total.mean.unwrap() * plan.per, expected[0]);
        // M2SFCA alone keeps something back
        assert_eq!(own.found.conserves(), name != "modified", "{name}");
    }
    let zones = &done.reports[0].coverage.zones;
    let counts: Vec<f64> = zones.iter().map(|zone| zone.facilities as f64 + 1.0).collect();
    let (ones, halves): (Vec<f64>, Vec<usize>) = (vec![1.0; counts.len()], (0..counts.len()).map(|i| i % 2).collect());
    same("facilities: Gini", gini(&ones, &counts).unwrap(), 0.3941236068895643);
    same("facilities: Theil", theil_t(&ones, &counts, LogBase::Natural).unwrap(), 0.2687737030520582);
    // PySAL's parts are those of T, ours of L; here only that ours add up
    let parts = theil_parts(&ones, &counts, &halves, LogBase::Natural).unwrap();
    assert!((parts.between + parts.within - parts.total).abs() < 1e-12);
    let coverage = done.fair.rows.iter().find(|row| row.resource == "walk.people_covered").unwrap();
    // persons are whole there and shares have six decimals
    assert!((coverage.gini_people.unwrap() - 0.2439512888604296).abs() < 1e-5);
}
