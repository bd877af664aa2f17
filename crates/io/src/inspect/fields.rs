//! The columns of a table and the properties of a layer, by what stands in them.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use geojson::Feature;
use serde::Serialize;

use crate::load::{layer, number};

/// So many letters of a text are shown.
const LONGEST: usize = 200;

/// A column or a property.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// Its name, up to 200 letters of it.
    pub name: String,
    /// Rows where it is not empty.
    pub filled: usize,
    /// Different values.
    pub distinct: usize,
    /// The first three different values, up to 200 letters of each.
    pub examples: Vec<String>,
    /// Sum, least and greatest value, where all that are filled are numbers.
    pub numbers: Option<[f64; 3]>,
}

impl Field {
    /// Of the values of a column; empty ones do not count.
    pub(super) fn new<'v>(name: &str, values: impl Iterator<Item = &'v str>) -> Field {
        let filled: Vec<&str> = values.filter(|value| !value.is_empty()).collect();
        let mut examples: Vec<&str> = Vec::new();
        for value in &filled {
            if examples.len() == 3 {
                break;
            }
            if !examples.contains(value) {
                examples.push(value);
            }
        }
        let numbers: Option<Vec<f64>> = filled.iter().map(|value| number(value)).collect();
        let numbers = numbers.filter(|all| !all.is_empty()).map(|all| {
            let least = all.iter().copied().fold(f64::INFINITY, f64::min);
            [all.iter().sum(), least, all.iter().copied().fold(f64::NEG_INFINITY, f64::max)]
        });
        let distinct = filled.iter().collect::<BTreeSet<_>>().len();
        Field { name: cut(name), filled: filled.len(), distinct, examples: examples.into_iter().map(cut).collect(), numbers }
    }
}

/// The first letters of a text.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The properties of features: of each the rows that have it, and what stands there.
pub(super) struct Properties<'f> {
    names: Vec<&'f str>,
    values: HashMap<&'f str, Vec<(usize, Cow<'f, str>)>>,
}

impl<'f> Properties<'f> {
    /// One pass over the features, however many properties there are.
    pub(super) fn new(features: &'f [Feature]) -> Properties<'f> {
        let mut values: HashMap<&str, Vec<(usize, Cow<'_, str>)>> = HashMap::new();
        for (row, own) in features.iter().enumerate().filter_map(|(row, feature)| Some((row, feature.properties.as_ref()?))) {
            for (key, value) in own {
                let text = match value {
                    serde_json::Value::String(text) => Cow::from(text),
                    serde_json::Value::Null => Cow::default(),
                    other => Cow::from(other.to_string()),
                };
                values.entry(key).or_default().push((row, text));
            }
        }
        Properties { names: layer::keys(features.iter().filter_map(|feature| feature.properties.as_ref())), values }
    }

    pub(super) fn fields(&self) -> Vec<Field> {
        self.names.iter().map(|name| Field::new(name, self.column(name).map(|(_, text)| text))).collect()
    }

    /// The rows of a property and their texts.
    pub(super) fn column(&self, name: &str) -> impl Iterator<Item = (usize, &str)> {
        self.values.get(name).into_iter().flatten().map(|(row, text)| (*row, text.as_ref()))
    }
}
