//! Which OpenStreetMap objects a plan wants.

use super::{PlanError, value};

/// Which OpenStreetMap objects are wanted: `key=value`, `key=one|other` or `key=*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The key.
    pub key: String,
    /// Its values; any where there is none.
    pub values: Vec<String>,
}

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    ///
    /// [`PlanError::Value`] where it has no `=`, no key or no value.
    pub fn parse(text: &str) -> Result<Selector, PlanError> {
        let error = || value("facilities.osm", &format!("`{text}`"), "`key=value`, `key=one|other` or `key=*`");
        let (key, values) = text.split_once('=').ok_or_else(error)?;
        let values: Vec<String> = values.split('|').map(|v| v.trim().to_owned()).collect();
        if key.trim().is_empty() || values.iter().any(String::is_empty) {
            return Err(error());
        }
        let values = if values == ["*"] { Vec::new() } else { values };
        Ok(Selector { key: key.trim().to_owned(), values })
    }

    /// Whether an object with this value of the selector's key is wanted.
    pub fn admits(&self, value: Option<&str>) -> bool {
        value.is_some_and(|value| self.values.is_empty() || self.values.iter().any(|v| v == value))
    }
}
