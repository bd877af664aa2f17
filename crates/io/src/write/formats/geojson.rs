//! GeoJSON (RFC 7946), whole or a feature a line.

use geojson::{Feature, FeatureCollection, JsonObject};
use serde_json::json;

/// A collection, one feature a line: diffs and greps work on it.
pub(crate) fn collection(features: &[Feature], attribution: Option<&str>) -> String {
    let members = attribution.map(|text| JsonObject::from_iter([("attribution".to_owned(), json!(text))]));
    let head = FeatureCollection { bbox: None, features: Vec::new(), foreign_members: members }.to_string();
    let lines: Vec<String> = features.iter().map(Feature::to_string).collect();
    head.replace("\"features\":[]", &format!("\"features\":[\n{}\n]", lines.join(",\n"))) + "\n"
}

/// One feature a line and nothing else.
pub(crate) fn lines(features: &[Feature]) -> String {
    features.iter().map(|feature| format!("{feature}\n")).collect()
}
