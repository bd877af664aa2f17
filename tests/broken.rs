//! Broken inputs: a sound town with one thing of it broken, run by the real binary, its words held against a committed text.
//!
//! A broken file ends with exit code 3 and leaves nothing behind; a broken record becomes a finding and the run goes on. What each case
//! says, to the letter, is in `tests/broken/expected`. How to add one: CONTRIBUTING.md.

#[cfg(test)]
#[path = "broken/books.rs"]
mod books;
#[cfg(test)]
#[path = "broken/bytes.rs"]
mod bytes;
#[cfg(test)]
#[path = "broken/case.rs"]
mod case;
#[cfg(test)]
#[path = "broken/check.rs"]
mod check;

#[cfg(test)]
#[path = "broken/csv.rs"]
mod csv;
#[cfg(test)]
#[path = "broken/geojson.rs"]
mod geojson;
#[cfg(test)]
#[path = "broken/layers.rs"]
mod layers;
#[cfg(test)]
#[path = "broken/offices.rs"]
mod offices;
#[cfg(test)]
#[path = "broken/pbf.rs"]
mod pbf;
#[cfg(test)]
#[path = "broken/plans.rs"]
mod plans;
#[cfg(test)]
#[path = "broken/prepared.rs"]
mod prepared;
#[cfg(test)]
#[path = "broken/shared.rs"]
mod shared;
#[cfg(test)]
#[path = "broken/workbook.rs"]
mod workbook;
#[cfg(test)]
#[path = "broken/xml.rs"]
mod xml;
