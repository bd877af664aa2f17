//! What a table or a layer is: the first look at a file of one's own.

mod fields;
mod lines;
mod places;

use std::collections::{BTreeMap, BTreeSet};

use catchment::geo::{Coord, CoordsIter};
use catchment::{Finding, FindingKind, Stage, Zone};
use serde::Serialize;

use crate::crs::Crs;
use crate::error::Error;
use crate::files::Files;
use crate::load::usual::{ID, PEOPLE, X, Y};
use crate::load::{Axis, Suspicion, Table, as_it_is, degrees, layer, number, suspicion, zones_of_layer};
use crate::plan::{Columns, is_layer};
use crate::prepared::PreparedNetwork;
use crate::shape::kind;
use fields::Properties;
use lines::{mended, one_of, plan_of_layer, plan_of_table};
use places::{by_roads, by_zone, points};

pub use fields::Field;
pub use places::InZone;

/// So many columns or properties are shown.
const MOST_FIELDS: usize = 500;

/// What a file is held against.
#[derive(Debug, Clone, Copy, Default)]
pub struct Against<'a> {
    /// Roads: which places lie far from them, and whether all lie nearer once a shift is taken back.
    pub roads: Option<&'a PreparedNetwork>,
    /// A layer of zones: rows and people in each.
    pub zones: Option<&'a str>,
    /// The CRS of the file, above what it says itself.
    pub crs: Option<&'a str>,
    /// Of tables: the encoding, the sheet, the columns of coordinates.
    pub columns: Option<&'a Columns>,
}

/// What was found in a table or a layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// The file.
    pub file: String,
    /// `GeoJSON`, `Shapefile`, `GeoPackage`, `FlatGeobuf`, `workbook`, or `table` with its encoding.
    pub format: String,
    /// Its CRS, and who says so; `None` for a table without columns of coordinates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// Rows or features.
    pub rows: usize,
    /// Features by kind of geometry; `none` for those without.
    pub geometries: BTreeMap<String, usize>,
    /// West, south, east and north, degrees (where they are no degrees: as they are written).
    pub extent: Option<[f64; 4]>,
    /// Places of points that come more than once.
    pub repeated_places: usize,
    /// The column of ids, and how many of its values come more than once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeated_ids: Option<(String, usize)>,
    /// What lies in each zone, where zones are given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<InZone>,
    /// Its first 500 columns or properties, in the order of the file.
    pub fields: Vec<Field>,
    /// How many more there are.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_fields: usize,
    /// What was found amiss while reading, and what looks wrong.
    pub findings: Vec<Finding>,
    /// The lines of a plan that would read it.
    pub plan: String,
}

/// Looks at a table or a layer that a plan could name.
///
/// # Errors
///
/// [`Error`] for a file that is missing or broken as a whole.
pub fn inspect(files: &dyn Files, name: &str, against: &Against<'_>) -> Result<Inspection, Error> {
    let look = if is_layer(name) { of_layer(files, name, against)? } else { of_table(files, name, against)? };
    look.against(files, against)
}

/// A file with its places, before it is held against anything.
struct Look {
    found: Inspection,
    /// A place for each row, WGS84 degrees.
    places: Vec<Option<Coord<f64>>>,
    /// The people of each row, where it has a column of them.
    people: Option<Vec<Option<f64>>>,
    /// Of a table: its columns of coordinates.
    axes: Option<[String; 2]>,
    suspicion: Option<Suspicion>,
}

impl Look {
    fn against(mut self, files: &dyn Files, against: &Against<'_>) -> Result<Inspection, Error> {
        if let Some(roads) = against.roads {
            let crs: Crs = roads.about.crs.parse().map_err(|source| Error::Crs { what: self.found.file.clone(), source })?;
            let places: Vec<Coord<f64>> = self.places.iter().flatten().copied().collect();
            let (findings, shifted) = by_roads(&places, &roads.network, &crs, &self.found.file, self.people.is_some())?;
            self.found.findings.extend(findings);
            self.found.findings.extend(shifted.iter().map(|found| found.finding(Stage::Output, &self.found.file)));
            self.suspicion = self.suspicion.or(shifted);
        }
        if let Some(layer) = against.zones {
            let (zones, findings): (Vec<Zone>, Vec<Finding>) = zones_of_layer(files, layer)?;
            self.found.findings.extend(findings);
            self.found.zones = by_zone(&zones, &self.places, self.people.as_deref());
        }
        self.found.plan += &self.suspicion.map_or_else(String::new, |found| mended(&found, self.axes.as_ref()));
        Ok(self.found)
    }
}

fn of_layer(files: &dyn Files, name: &str, against: &Against<'_>) -> Result<Look, Error> {
    let own = as_it_is(files, name, against.crs, Stage::Output)?;
    let (crs, told_by) = (own.crs.clone(), own.told_by);
    let mut geometries: BTreeMap<String, usize> = BTreeMap::new();
    let mut written = Vec::new();
    for (row, feature) in own.features.iter().enumerate() {
        let geometry = layer::geometry(feature, name, &format!("feature {}", row + 1))?;
        *geometries.entry(geometry.as_ref().map_or("none", kind).to_owned()).or_default() += 1;
        written.extend(geometry.iter().flat_map(CoordsIter::coords_iter));
    }
    let mut read = own;
    let mut suspected = None;
    let untold = read.untold.clone();
    if let Some(found) = &untold {
        let detail = format!("{found}: name it, --crs \"EPSG:…\" here and crs = \"EPSG:…\" in the plan");
        read.findings.push(Finding::new(Stage::Output, name, "", FindingKind::CrsMissing, detail));
    } else {
        suspected = suspicion(&written, &crs);
        read.findings.extend(suspected.iter().map(|found| found.finding(Stage::Output, name)));
        read = read.into_wgs84(name, Stage::Output)?;
    }
    let properties = Properties::new(&read.features);
    let mut fields = properties.fields();
    let plan = plan_of_layer(name, &geometries, &fields);
    let people = one_of(&fields, &PEOPLE).map(|key| {
        let mut people = vec![None; read.features.len()];
        properties.column(key).for_each(|(row, text)| people[row] = number(text));
        people
    });
    // without a CRS nothing is known of where they lie
    let places = if untold.is_some() { vec![None; read.features.len()] } else { points(&read.features, name)? };
    let mut corners = Vec::new();
    for feature in &read.features {
        corners.extend(layer::geometry(feature, name, "")?.iter().flat_map(CoordsIter::coords_iter));
    }
    let found = Inspection {
        file: name.to_owned(),
        format: read.format.to_owned(),
        crs: Some(untold.map_or_else(|| format!("{crs} ({told_by} says so)"), |_| "a CRS that is not known".to_owned())),
        rows: read.features.len(),
        geometries,
        extent: extent(&corners),
        repeated_places: repeated(&places),
        repeated_ids: one_of(&fields, &ID).map(|id| (id.to_owned(), repeated_values(properties.column(id).map(|(_, text)| text)))),
        zones: Vec::new(),
        findings: read.findings,
        plan,
        more_fields: fields.len().saturating_sub(MOST_FIELDS),
        fields: fields.drain(..fields.len().min(MOST_FIELDS)).collect(),
    };
    Ok(Look { found, places, people, axes: None, suspicion: suspected })
}

fn of_table(files: &dyn Files, name: &str, against: &Against<'_>) -> Result<Look, Error> {
    let bytes = files.read(name)?;
    let mut findings = Vec::new();
    let told = against.columns.cloned().unwrap_or_default();
    let table = &Table::read(&bytes, name, &told, Stage::Output, &mut findings)?;
    let column = |i: usize| (0..table.len()).map(move |row| table.text(row, Some(i)));
    let mut fields: Vec<Field> = table.columns().iter().enumerate().map(|(i, key)| Field::new(key, column(i))).collect();
    let [x, y] = [&X[..], &Y[..]].map(|names| table.column(None, names).ok().flatten());
    let mut places: Vec<Option<Coord<f64>>> = vec![None; table.len()];
    if let (Some(x), Some(y)) = (x, y) {
        let one = |row, column, axis| {
            let text = table.text(row, Some(column));
            degrees(text, axis).or_else(|| table.amount(text))
        };
        let place = |row| Some(Coord { x: one(row, x, Axis::East)?, y: one(row, y, Axis::North)? });
        places = (0..table.len()).map(place).collect();
        let without = places.iter().filter(|place| place.is_none()).count();
        if without > 0 {
            let detail = format!("{without} rows have no coordinates in `{}` and `{}`", table.name(x), table.name(y));
            findings.push(Finding::new(Stage::Output, name, "", FindingKind::NoPlace, detail));
        }
    }
    let named = |names: &[&str]| table.column(None, names).ok().flatten();
    let written: Vec<Coord<f64>> = places.iter().flatten().copied().collect();
    let suspected = suspicion(&written, &Crs::wgs84());
    findings.extend(suspected.iter().map(|found| found.finding(Stage::Output, name)));
    let axes = x.zip(y).map(|(x, y)| [x, y].map(|column| table.name(column).to_owned()));
    let plan = plan_of_table(name, x.is_some() && y.is_some(), &fields);
    let people = named(&PEOPLE).map(|people| (0..table.len()).map(|row| table.amount(table.text(row, Some(people)))).collect());
    let found = Inspection {
        file: name.to_owned(),
        format: table.format().to_owned(),
        crs: (x.is_some() && y.is_some()).then(|| "EPSG:4326 (nothing says otherwise)".to_owned()),
        rows: table.len(),
        geometries: BTreeMap::new(),
        extent: extent(&written),
        repeated_places: repeated(&places),
        repeated_ids: named(&ID).map(|id| (table.name(id).to_owned(), repeated_values(column(id)))),
        zones: Vec::new(),
        more_fields: fields.len().saturating_sub(MOST_FIELDS),
        fields: fields.drain(..fields.len().min(MOST_FIELDS)).collect(),
        findings,
        plan,
    };
    Ok(Look { found, places, people, axes, suspicion: suspected })
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// How many values come again.
fn repeated_values<'v>(values: impl Iterator<Item = &'v str>) -> usize {
    let filled: Vec<&str> = values.filter(|value| !value.is_empty()).collect();
    filled.len() - filled.iter().collect::<BTreeSet<_>>().len()
}

fn extent(places: &[Coord<f64>]) -> Option<[f64; 4]> {
    let first = places.first()?;
    let start = [first.x, first.y, first.x, first.y];
    Some(places.iter().fold(start, |[w, s, e, n], at| [w.min(at.x), s.min(at.y), e.max(at.x), n.max(at.y)]))
}

fn repeated(places: &[Option<Coord<f64>>]) -> usize {
    let distinct: BTreeSet<(u64, u64)> = places.iter().flatten().map(|at| (at.x.to_bits(), at.y.to_bits())).collect();
    places.iter().flatten().count() - distinct.len()
}
