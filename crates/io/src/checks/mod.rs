//! Checks of what was loaded, before anything is searched: do places lie where they can be used?

mod links;
mod outliers;
mod projects;

use catchment::{Finding, FindingKind};

use crate::gate::judged;
use crate::load::Inputs;
use crate::plan::ScenarioPlan;
use crate::scenarios::in_scenario;

pub(crate) use projects::{swapped as swapped_projects, unlinked as unlinked_projects};

/// What is wrong with the facilities and people of a study as it stands.
pub(crate) fn of_inputs(inputs: &Inputs) -> Vec<Finding> {
    let mut findings = links::of_services(inputs, &mut links::Roads::new(inputs));
    findings.extend(outliers::of_facilities(inputs));
    findings.extend(outliers::of_people(inputs));
    findings
}

/// What is wrong with the facilities of scenarios, each a study of its own: the inputs of each learn it in the place of what was found of the
/// study as it stands. What differs from that is returned.
pub(crate) fn of_scenarios<'s>(inputs: &Inputs, scenarios: impl Iterator<Item = (&'s ScenarioPlan, &'s mut Inputs)>) -> Vec<Finding> {
    let of_links = |finding: &Finding| matches!(finding.kind, FindingKind::NoUsableFacility | FindingKind::FacilitiesUnlinked);
    let mut roads = links::Roads::new(inputs);
    let mut differs = Vec::new();
    for (scenario, own) in scenarios.filter(|(scenario, _)| !is_swapped(inputs, &scenario.id)) {
        let found = judged(links::of_services(own, &mut roads), &own.plan.checks);
        own.findings.retain(|finding| !of_links(finding));
        own.findings.extend(found.iter().cloned());
        own.findings.sort();
        let other = found.into_iter().filter(|finding| !inputs.findings.contains(finding));
        differs.extend(other.map(|finding| in_scenario(scenario, finding)));
    }
    differs
}

/// Whether a file, or a scenario by its id, has x and y swapped: where its places lie says nothing more of them.
fn is_swapped(inputs: &Inputs, file: &str) -> bool {
    inputs.findings.iter().any(|own| own.kind == FindingKind::AxesSwapped && own.source == file)
}

/// The first few names of a list, in quotes.
fn first_names<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    const SHOWN: usize = 3;
    let more = if names.len() > SHOWN { " …" } else { "" };
    let shown: Vec<String> = names.take(SHOWN).map(|name| format!("`{name}`")).collect();
    format!("{}{more}", shown.join(", "))
}
