//! Names of results: those that a command may write into its folder.

use crate::plan::Format;

/// Files that have one name, whatever the formats.
const FILES: [&str; 10] = [
    "README.txt",
    "audit.geojson",
    "audit.json",
    "issues.csv",
    "manifest.json",
    "map.png",
    "map.svg",
    "report.md",
    "scenario.toml",
    "summary.json",
];

/// Layers and tables, each in the formats that a plan asks for.
const STEMS: [&str; 42] = [
    "access",
    "access_facilities",
    "access_pairs",
    "access_points",
    "agglomeration",
    "alternatives",
    "comparison",
    "corridor_gaps",
    "corridors",
    "coverage",
    "curve",
    "evaluation",
    "facilities",
    "fairness",
    "fairness_compared",
    "frontier",
    "gaps",
    "gaps_compared",
    "gaps_diff",
    "indicators",
    "isochrones",
    "lorenz",
    "minimums",
    "no_data",
    "norms",
    "norms_compared",
    "people_changed",
    "projects",
    "quotas",
    "radius",
    "reach",
    "referrals",
    "response",
    "rules",
    "scenarios",
    "service_areas",
    "sites",
    "stations",
    "targets",
    "zones",
    "zones_compared",
    "zones_diff",
];

/// Beginnings of names that go on with a service or a table's number.
const BEGINNINGS: [&str; 3] = ["cost-", "map-", "table-"];

/// Whether a command may write a file of this name; `study` is the name of files that hold several layers or sheets.
pub(super) fn is_result(name: &str, study: &str) -> bool {
    let Some((stem, end)) = name.rsplit_once('.') else { return false };
    let of_format = Format::ALL.iter().any(|(own, _)| *own == end);
    FILES.contains(&name) || BEGINNINGS.iter().any(|own| name.starts_with(own)) || (of_format && (STEMS.contains(&stem) || stem == study))
}
