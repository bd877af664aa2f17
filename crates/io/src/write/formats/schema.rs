//! Columns and their kinds, for formats that want to know them beforehand.

use std::collections::HashSet;

use geojson::JsonObject;
use serde_json::Value;

use crate::load::layer::keys;

/// The greatest whole number up to which a real number holds each.
const EXACT: u64 = 1 << 53;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Integer,
    Real,
    /// Text, and whatever else there is, as JSON.
    Text,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// The key of its values.
    pub key: String,
    /// Its name in a format that does not tell capitals apart: the key, numbered where another one has it already.
    pub name: String,
    pub kind: Kind,
}

/// Every column of some rows, once, in order of appearance.
pub(super) fn columns<'r>(rows: impl IntoIterator<Item = &'r JsonObject>) -> Vec<String> {
    keys(rows).into_iter().map(str::to_owned).collect()
}

/// Every column of some rows with the kind that holds all its values; a name that is taken, as those of `reserved` are, is numbered.
pub(super) fn fields(rows: &[&JsonObject], reserved: &[&str]) -> Vec<Field> {
    let mut taken: HashSet<String> = reserved.iter().map(|name| name.to_lowercase()).collect();
    let field = |key: String| {
        let numbered = (2..).map(|number| format!("{key}_{number}"));
        let name = std::iter::once(key.clone()).chain(numbered).find(|name| !taken.contains(&name.to_lowercase())).unwrap_or_default();
        taken.insert(name.to_lowercase());
        let values = || rows.iter().filter_map(|row| row.get(&key));
        let kind = match values().filter_map(kind).reduce(joined).unwrap_or(Kind::Text) {
            // a real number would not hold all digits of these
            Kind::Real if values().any(|value| value.as_i64().is_some_and(|own| own.unsigned_abs() > EXACT)) => Kind::Text,
            kind => kind,
        };
        Field { key, name, kind }
    };
    columns(rows.iter().copied()).into_iter().map(field).collect()
}

/// The kind of a value; nothing for a value that is not known.
fn kind(value: &Value) -> Option<Kind> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some(Kind::Boolean),
        Value::Number(number) if number.is_i64() => Some(Kind::Integer),
        Value::Number(number) if number.is_u64() => Some(Kind::Text),
        Value::Number(_) => Some(Kind::Real),
        Value::String(_) | Value::Array(_) | Value::Object(_) => Some(Kind::Text),
    }
}

fn joined(a: Kind, b: Kind) -> Kind {
    match (a, b) {
        (a, b) if a == b => a,
        (Kind::Integer, Kind::Real) | (Kind::Real, Kind::Integer) => Kind::Real,
        _ => Kind::Text,
    }
}

/// A value as text: what is no text is JSON.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(value: Value) -> JsonObject {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn the_kind_of_a_column_holds_all_its_values() {
        let rows = [
            row(json!({ "id": "01", "n": 1, "x": null, "mixed": 1, "many": 1, "empty": null })),
            row(json!({ "id": "02", "n": 2, "x": 0.5, "mixed": 1.5, "many": true, "late": [1, 2] })),
        ];
        let rows: Vec<&JsonObject> = rows.iter().collect();
        let found: Vec<(String, Kind)> = fields(&rows, &[]).into_iter().map(|field| (field.name, field.kind)).collect();
        let expected = [
            ("id", Kind::Text),
            ("n", Kind::Integer),
            ("x", Kind::Real),
            ("mixed", Kind::Real),
            ("many", Kind::Text),
            ("empty", Kind::Text),
            ("late", Kind::Text),
        ];
        assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind)));
        assert_eq!(text(&json!([1, 2])), "[1,2]");
    }

    #[test]
    fn names_that_differ_by_capitals_alone_are_numbered() {
        let rows = [row(json!({ "Name": "a", "name": "b", "FID": 1, "geom": "x" }))];
        let found: Vec<(String, String)> = fields(&[&rows[0]], &["fid", "geom"]).into_iter().map(|field| (field.key, field.name)).collect();
        let expected = [("Name", "Name"), ("name", "name_2"), ("FID", "FID_2"), ("geom", "geom_2")];
        assert_eq!(found, expected.map(|(key, name)| (key.to_owned(), name.to_owned())));
    }
}
