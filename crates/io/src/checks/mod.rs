//! Checks of what was loaded, before anything is searched: do places lie where they can be used?

mod links;
mod outliers;
mod projects;

use catchment::{Finding, FindingKind};

use crate::load::Inputs;

pub(crate) use projects::{swapped as swapped_projects, unlinked as unlinked_projects};

/// What is wrong with the facilities and people of a study as it stands.
pub(crate) fn of_inputs(inputs: &Inputs) -> Vec<Finding> {
    let mut findings = links::of_services(inputs);
    findings.extend(outliers::of_facilities(inputs));
    findings.extend(outliers::of_people(inputs));
    findings
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
