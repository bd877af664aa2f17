//! Names of results: those that a command may write into its folder.

use super::Claim;
use crate::plan::Format;

/// Files that have one name, whatever the formats.
const FILES: [&str; 8] =
    ["README.txt", "audit.geojson", "audit.json", "issues.csv", "manifest.json", "report.md", "scenario.toml", "summary.json"];

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

/// Whether a command may write a file of this name.
pub(super) fn is_result(name: &str, claim: &Claim) -> bool {
    let Some((stem, end)) = name.rsplit_once('.') else { return false };
    let writes = |format| claim.formats.contains(&format);
    let of_format = claim.formats.iter().any(|format| format.name() == end);
    FILES.contains(&name)
        || (of_format && (STEMS.contains(&stem) || stem == claim.study))
        || (name.starts_with("table-") && writes(Format::Csv))
        || (name.starts_with("cost-") && writes(Format::Geotiff))
        || (claim.pictures && (stem == "map" || stem.starts_with("map-")) && ["svg", "png"].contains(&end))
}
