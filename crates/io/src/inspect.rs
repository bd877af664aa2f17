//! What a table or a layer is: the first look at a file of one's own.

use std::collections::{BTreeMap, BTreeSet};

use catchment::geo::{Coord, CoordsIter, Geometry};
use catchment::{Issue, Stage};
use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::files::Files;
use crate::load::usual::{ID, NAME, PEOPLE, ROAD_CLASS, ROAD_LEVEL, ROAD_NAME, ROAD_ONEWAY, ROAD_SPEED, X, Y, ZONE_ID, ZONE_NAME};
use crate::load::{Axis, Table, degrees, layer, number, read_layer};
use crate::plan::{Columns, is_layer};

/// What was found in a table or a layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// The file.
    pub file: String,
    /// `GeoJSON`, `Shapefile`, `GeoPackage`, `table` or `workbook`.
    pub format: String,
    /// Of a layer: its CRS, and who says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// Rows or features.
    pub rows: usize,
    /// Features by kind of geometry; `none` for those without.
    pub geometries: BTreeMap<String, usize>,
    /// West, south, east and north, degrees (of a table: of its columns of coordinates, as they are written).
    pub extent: Option<[f64; 4]>,
    /// Places of points that come more than once.
    pub repeated_places: usize,
    /// Its columns or properties, in the order of the file.
    pub fields: Vec<Field>,
    /// What was found amiss while reading.
    pub issues: Vec<Issue>,
    /// The lines of a plan that would read it.
    pub plan: String,
}

/// A column or a property.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Rows where it is not empty.
    pub filled: usize,
    /// Different values.
    pub distinct: usize,
    /// The first three different values.
    pub examples: Vec<String>,
    /// Sum, least and greatest value, where all that are filled are numbers.
    pub numbers: Option<[f64; 3]>,
}

/// Looks at a table or a layer that a plan could name.
///
/// # Errors
///
/// [`Error`] for a file that is missing or broken as a whole.
pub fn inspect(files: &dyn Files, name: &str) -> Result<Inspection, Error> {
    if is_layer(name) { of_layer(files, name) } else { of_table(files, name) }
}

fn of_layer(files: &dyn Files, name: &str) -> Result<Inspection, Error> {
    let read = read_layer(files, name, None, Stage::Zones)?;
    let mut geometries: BTreeMap<String, usize> = BTreeMap::new();
    let (mut places, mut points) = (Vec::new(), Vec::new());
    for (row, feature) in read.features.iter().enumerate() {
        let geometry = layer::geometry(feature, name, &format!("feature {}", row + 1))?;
        *geometries.entry(geometry.as_ref().map_or("none", kind).to_owned()).or_default() += 1;
        places.extend(geometry.iter().flat_map(CoordsIter::coords_iter));
        if let Some(Geometry::Point(point)) = geometry {
            points.push(Coord::from(point));
        }
    }
    let mut names: Vec<String> = Vec::new();
    for key in read.features.iter().filter_map(|feature| feature.properties.as_ref()).flat_map(|own| own.keys()) {
        if !names.contains(key) {
            names.push(key.clone());
        }
    }
    let column = |key: &String| read.features.iter().map(|feature| layer::property(feature, key).unwrap_or_default()).collect::<Vec<_>>();
    let fields: Vec<Field> = names.iter().map(|key| field(key, &column(key))).collect();
    let plan = plan_of_layer(name, &geometries, &fields);
    Ok(Inspection {
        file: name.to_owned(),
        format: read.format.to_owned(),
        crs: Some(read.crs),
        rows: read.features.len(),
        geometries,
        extent: extent(&places),
        repeated_places: repeated(&points),
        fields,
        issues: read.issues,
        plan,
    })
}

fn of_table(files: &dyn Files, name: &str) -> Result<Inspection, Error> {
    let bytes = files.read(name)?;
    let mut issues = Vec::new();
    let table = Table::read(&bytes, name, &Columns::default(), Stage::Facilities, &mut issues)?;
    let column = |i: usize| (0..table.len()).map(|row| table.text(row, Some(i)).to_owned()).collect::<Vec<_>>();
    let fields: Vec<Field> = table.columns().iter().enumerate().map(|(i, key)| field(key, &column(i))).collect();
    let [x, y] = [&X[..], &Y[..]].map(|names| table.column(None, names).ok().flatten());
    let mut points = Vec::new();
    if let (Some(x), Some(y)) = (x, y) {
        let place =
            |row| Some(Coord { x: degrees(table.text(row, Some(x)), Axis::East)?, y: degrees(table.text(row, Some(y)), Axis::North)? });
        points.extend((0..table.len()).filter_map(place));
    }
    let plan = plan_of_table(name, x.is_some() && y.is_some(), &fields);
    Ok(Inspection {
        file: name.to_owned(),
        format: if table.is_workbook() { "workbook" } else { "table" }.to_owned(),
        crs: None,
        rows: table.len(),
        geometries: BTreeMap::new(),
        extent: extent(&points),
        repeated_places: repeated(&points),
        fields,
        issues,
        plan,
    })
}

fn kind(geometry: &Geometry<f64>) -> &'static str {
    match geometry {
        Geometry::Point(_) => "Point",
        Geometry::Line(_) | Geometry::LineString(_) => "LineString",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        Geometry::GeometryCollection(_) => "GeometryCollection",
    }
}

fn extent(places: &[Coord<f64>]) -> Option<[f64; 4]> {
    let first = places.first()?;
    let start = [first.x, first.y, first.x, first.y];
    Some(places.iter().fold(start, |[w, s, e, n], at| [w.min(at.x), s.min(at.y), e.max(at.x), n.max(at.y)]))
}

fn repeated(points: &[Coord<f64>]) -> usize {
    let distinct: BTreeSet<(u64, u64)> = points.iter().map(|at| (at.x.to_bits(), at.y.to_bits())).collect();
    points.len() - distinct.len()
}

fn field(name: &str, values: &[String]) -> Field {
    let filled: Vec<&str> = values.iter().map(String::as_str).filter(|value| !value.is_empty()).collect();
    let mut examples: Vec<String> = Vec::new();
    for value in &filled {
        if examples.len() < 3 && !examples.iter().any(|own| own == value) {
            examples.push((*value).to_owned());
        }
    }
    let numbers: Option<Vec<f64>> = filled.iter().map(|value| number(value)).collect();
    let numbers = numbers.filter(|all| !all.is_empty()).map(|all| {
        let least = all.iter().copied().fold(f64::INFINITY, f64::min);
        [all.iter().sum(), least, all.iter().copied().fold(f64::NEG_INFINITY, f64::max)]
    });
    let distinct = filled.iter().collect::<BTreeSet<_>>().len();
    Field { name: name.to_owned(), filled: filled.len(), distinct, examples, numbers }
}

/// The field with one of these names, else nothing.
fn one_of<'f>(fields: &'f [Field], names: &[&str]) -> Option<&'f str> {
    names.iter().find_map(|name| fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))).map(|field| field.name.as_str())
}

/// Text as TOML writes it: a basic string knows the escapes of JSON.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn plan_of_layer(name: &str, geometries: &BTreeMap<String, usize>, fields: &[Field]) -> String {
    let has = |kinds: &[&str]| kinds.iter().any(|kind| geometries.contains_key(*kind));
    let source = quoted(name);
    let (id, called, people) = (one_of(fields, &ID), one_of(fields, &[&NAME[..], &ZONE_NAME[..]].concat()), one_of(fields, &PEOPLE));
    let line = |key: &str, value: Option<&str>| value.map_or_else(String::new, |value| format!("{key} = {}\n", quoted(value)));
    if has(&["Polygon", "MultiPolygon"]) {
        let mut plan = format!("[zones]\nsource = {source}\n{}{}", line("id", id), line("name", called));
        if let Some(people) = people {
            plan += &format!(
                "\n# or, if these are census units or grid cells:\n[people]\nmethod = \"polygons\"\nsource = {source}\ncolumns = {{ people = {} }}\n",
                quoted(people)
            );
        }
        return plan;
    }
    if has(&["Point"]) {
        return plan_of_points(&source, people);
    }
    if has(&["LineString", "MultiLineString"]) {
        return plan_of_lines(&source, fields, called);
    }
    String::new()
}

fn plan_of_lines(source: &str, fields: &[Field], called: Option<&str>) -> String {
    let usual =
        [("class", &ROAD_CLASS[..]), ("speed", &ROAD_SPEED), ("oneway", &ROAD_ONEWAY), ("level", &ROAD_LEVEL), ("name", &ROAD_NAME)];
    let found = usual.into_iter().filter_map(|(key, names)| Some((key, one_of(fields, names)?)));
    let columns: Vec<String> = found.map(|(key, field)| format!("{key} = {}", quoted(field))).collect();
    let columns = if columns.is_empty() { String::new() } else { format!("columns = {{ {} }}\n", columns.join(", ")) };
    let name = called.map_or_else(String::new, |name| format!("corridor_name = {}\n", quoted(name)));
    format!(
        "[roads]\nsource = {source}\n{columns}\n# or, if stations are to lie along these lines:\n[services.response]\ncorridors = {source}\n{name}"
    )
}

fn plan_of_points(source: &str, people: Option<&str>) -> String {
    let facilities = format!("[[facilities]]\nid = \"facilities\"\nsource = {source}\n");
    let points = |people: &str| {
        format!(
            "\n# or, if these are people:\n[people]\nmethod = \"points\"\nsource = {source}\ncolumns = {{ people = {} }}\n",
            quoted(people)
        )
    };
    facilities + &people.map_or_else(String::new, points)
}

fn plan_of_table(name: &str, has_places: bool, fields: &[Field]) -> String {
    let people = one_of(fields, &PEOPLE);
    let zoned = one_of(fields, &[&ZONE_ID[..], &ZONE_NAME[..]].concat()).is_some();
    match (has_places, zoned, people) {
        (true, _, people) => plan_of_points(&quoted(name), people),
        (false, true, Some(_)) => format!("[people]\nmethod = \"spread\"\ntotals = {}\n", quoted(name)),
        (false, true, None) => format!("[zones]\ntable = {}\n", quoted(name)),
        (false, false, _) => {
            format!(
                "[[facilities]]\nid = \"facilities\"\nsource = {}\ncolumns = {{ x = \"…\", y = \"…\" }}   # which of them are the coordinates?\n",
                quoted(name)
            )
        }
    }
}
