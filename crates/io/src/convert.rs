//! Tables and layers in another format, another coordinate system or another encoding.

use std::io::Write as _;
use std::path::Path;

use catchment::geo::orient::Direction;
use catchment::geo::{Coord, CoordsIter, Geometry, MapCoordsInPlace, Orient};
use catchment::{Finding, FindingKind, Stage};
use geojson::{Feature, JsonObject};
use serde_json::{Value, json};

use crate::crs::{Crs, Projector};
use crate::error::{Error, data};
use crate::files::Files;
use crate::load::usual::{X, Y};
use crate::load::{Table, fit_grid, layer, read_own};
use crate::out::OutFile;
use crate::plan::{Columns, CsvEncoding, Format, PlanError, is_layer, is_table};
use crate::write::{About, LayerOut, Sheet, TableOut, collection, csv, flatgeobuf, lines, package, round, workbook};

/// What is asked of a conversion.
#[derive(Debug, Clone, Default)]
pub struct ConvertAsk {
    /// The CRS of the source, above what it says itself.
    pub from: Option<String>,
    /// The CRS of the result; else that of the source, where the format holds it, else WGS84.
    pub to: Option<String>,
    /// A table of control points that fix the local grid `grid`, which `from` and `to` may name; `from` where neither is given.
    pub control: Option<String>,
    /// Of tables: the columns of coordinates, the encoding, the sheet.
    pub columns: Columns,
    /// How a CSV file is encoded that is written.
    pub csv_encoding: CsvEncoding,
}

/// What a conversion did.
#[derive(Debug, Clone, PartialEq)]
pub struct Converted {
    /// What the source is.
    pub format: String,
    /// Rows or features.
    pub rows: usize,
    /// Those with a shape.
    pub shapes: usize,
    /// The CRS that they came in; `None` for a table without coordinates.
    pub from: Option<Crs>,
    /// The CRS that they are written in.
    pub to: Option<Crs>,
    /// What was not used, or is not in the result.
    pub findings: Vec<Finding>,
}

/// What a result is written as, by the end of its name.
fn target_of(out: &Path) -> Result<Format, Error> {
    let end = out.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
    let wrong = |expected: &str| flag("the result", &out.display().to_string(), expected);
    Ok(match end.as_str() {
        "geojson" | "json" => Format::Geojson,
        "geojsonl" | "geojsons" | "ndjson" => Format::Geojsonl,
        "gpkg" => Format::Gpkg,
        "fgb" => Format::Fgb,
        #[cfg(feature = "geoparquet")]
        "parquet" => Format::Parquet,
        #[cfg(not(feature = "geoparquet"))]
        "parquet" => return Err(wrong("a build with `--features geoparquet` for that")),
        "csv" => Format::Csv,
        "xlsx" => Format::Xlsx,
        _ => return Err(wrong("a name that ends in .geojson, .geojsonl, .gpkg, .fgb, .parquet, .csv or .xlsx")),
    })
}

/// Whether a format holds coordinates of a CRS.
fn holds(target: Format, crs: &Crs) -> bool {
    match target {
        Format::Geojson | Format::Geojsonl => crs.is_geographic() && crs.epsg().is_none_or(|code| code == 4326),
        Format::Gpkg | Format::Fgb => crs.wkt().is_some(),
        #[cfg(feature = "geoparquet")]
        Format::Parquet => *crs == Crs::wgs84(),
        Format::Csv | Format::Xlsx | Format::Geotiff => true,
    }
}

/// Whether a format has a place for whose data it holds.
fn tells_attribution(target: Format) -> bool {
    matches!(target, Format::Geojson | Format::Gpkg | Format::Xlsx)
}

fn flag(key: &str, found: &str, expected: &str) -> Error {
    let source = PlanError::Value { key: key.to_owned(), found: format!("`{found}`"), expected: expected.to_owned() };
    Error::Plan { file: "the flags".to_owned(), source }
}

/// What was read, with the coordinates that it came with.
struct Source {
    format: String,
    /// Whose data it is, where it says so.
    attribution: Option<String>,
    features: Vec<Feature>,
    crs: Option<Crs>,
    findings: Vec<Finding>,
}

/// Writes the table or layer `name` of `files` to `file`, in the format that its name ends in.
///
/// Properties, their order and that of the rows stay (a FlatGeobuf orders rows by place). Shapes are turned corner by corner: a straight side stays straight in the new CRS.
/// Of tables, the columns of coordinates become the shape; a table that is written has those of its points first.
///
/// # Errors
///
/// [`Error`] for a source that is missing or broken as a whole, a CRS that is not known or that the format does not hold, and a result that
/// cannot be written; a row without a place is a finding in [`Converted::findings`].
pub fn convert(files: &dyn Files, name: &str, mut file: OutFile, ask: &ConvertAsk) -> Result<Converted, Error> {
    let out = &file.path().to_owned();
    let target = target_of(out)?;
    fitting(name, target, ask)?;
    let mut findings = Vec::new();
    let ask = &with_grid(files, ask, &mut findings)?;
    let mut source = read(files, name, ask)?;
    source.findings.splice(..0, findings);
    let to = source.crs.as_ref().map(|own| wanted(own, target, ask, out)).transpose()?;
    if source.crs.is_none() && (ask.to.is_some() || !target.holds_tables()) {
        return Err(data(name, "header", "no columns of coordinates", "columns with x and y: name them with --x and --y"));
    }
    let high = source.features.iter().filter(|feature| feature.geometry.as_ref().is_some_and(|own| layer::has_heights(&own.value))).count();
    if high > 0 {
        let detail = format!("{high} shapes have heights, which are left out");
        source.findings.push(Finding::new(Stage::Output, name, "", FindingKind::HeightsLeftOut, detail));
    }
    if let (Some(own), Some(to)) = (&source.crs, &to) {
        let projector = Projector::new(own, to).map_err(|source| Error::Crs { what: name.to_owned(), source })?;
        for (row, feature) in source.features.iter_mut().enumerate() {
            turn(feature, row, name, &projector, &mut source.findings);
        }
    }
    let shapes = source.features.iter().filter(|feature| feature.geometry.is_some()).count();
    if let (0, Some(first)) = (shapes, source.findings.iter().find(|finding| LOST.contains(&finding.kind))) {
        return Err(data(
            name,
            &first.id,
            format!("no row with a place: {}", first.detail),
            "coordinates of the CRS that they are said to have: --from, --x, --y",
        ));
    }
    if !matches!(target, Format::Geojson | Format::Geojsonl) {
        source.features.iter_mut().for_each(id_as_property);
    }
    let (rows, mut findings) = (source.features.len(), source.findings);
    if target == Format::Fgb && shapes < rows {
        let detail = format!("{} rows without a shape are left out: readers of a FlatGeobuf stop at them", rows - shapes);
        findings.push(Finding::new(Stage::Output, name, "", FindingKind::RowLeftOut, detail));
    }
    if let Some(text) = source.attribution.as_ref().filter(|_| !tells_attribution(target)) {
        let detail = format!("whose data it is has no place in this format: \"{text}\"");
        findings.push(Finding::new(Stage::Output, name, "", FindingKind::AttributionLeftOut, detail));
    }
    let (bytes, more) = written(source.features, name, out, (target, source.attribution.as_deref()), to.as_ref(), ask)?;
    let unwritten = |source| Error::Write { file: out.to_owned(), source };
    file.write_all(&bytes).map_err(unwritten)?;
    file.finish()?;
    findings.extend(more);
    Ok(Converted { format: source.format, rows, shapes, from: source.crs, to, findings })
}

/// The id that GeoJSON keeps beside the properties, as a property: other formats have no such place.
fn id_as_property(feature: &mut Feature) {
    let id = match &feature.id {
        Some(geojson::feature::Id::String(text)) => json!(text),
        Some(geojson::feature::Id::Number(number)) => json!(number),
        None => return,
    };
    let properties = feature.properties.get_or_insert_default();
    // the number of a package's row is a column already
    if !properties.contains_key("id") && !properties.values().any(|own| *own == id) {
        properties.insert("id".to_owned(), id);
    }
}

/// What is asked, with the CRS of the local grid in the place of its name.
fn with_grid(files: &dyn Files, ask: &ConvertAsk, findings: &mut Vec<Finding>) -> Result<ConvertAsk, Error> {
    let mut ask = ask.clone();
    let Some(file) = &ask.control else { return Ok(ask) };
    let (grid, _) = fit_grid(files, file, &Crs::wgs84(), findings)?;
    let named = |crs: &Option<String>| crs.as_deref() == Some(GRID);
    if !named(&ask.to) && ask.from.is_none() {
        ask.from = Some(GRID.to_owned());
    }
    for crs in [&mut ask.from, &mut ask.to] {
        if named(crs) {
            *crs = Some(grid.crs.to_string());
        }
    }
    Ok(ask)
}

/// What the grid of the control points is called.
const GRID: &str = "grid";

/// Findings of invalid places.
const LOST: [FindingKind; 4] = [FindingKind::BadPlace, FindingKind::BadNumber, FindingKind::BrokenShape, FindingKind::NoPlace];

/// The CRS of the result.
fn wanted(own: &Crs, target: Format, ask: &ConvertAsk, out: &Path) -> Result<Crs, Error> {
    let Some(text) = &ask.to else {
        // GeoJSON does not tell degrees of a map service from others
        let stays = holds(target, own) && (target.holds_tables() || own.epsg().is_some());
        return Ok(if stays { own.clone() } else { Crs::wgs84() });
    };
    let to: Crs = text.parse().map_err(|source| Error::Crs { what: "--to".to_owned(), source })?;
    if holds(target, &to) {
        return Ok(to);
    }
    let expected = match target {
        Format::Geojson | Format::Geojsonl => "degrees of WGS84 (RFC 7946), gcj02 or bd09; .gpkg, .fgb and .csv hold other coordinates",
        _ => "a CRS with an EPSG code; .csv and .xlsx hold any coordinates",
    };
    Err(flag(&format!("--to of {}", out.display()), text, expected))
}

/// Refuses what is asked of a source or a result that has no such thing.
fn fitting(name: &str, target: Format, ask: &ConvertAsk) -> Result<(), Error> {
    let columns = &ask.columns;
    let of_tables = [("--x", &columns.x), ("--y", &columns.y), ("--sheet", &columns.sheet), ("--encoding", &columns.encoding)];
    if let Some((key, told)) = of_tables.into_iter().find(|(_, told)| told.is_some() && is_layer(name)) {
        return Err(flag(key, told.as_deref().unwrap_or_default(), "no such flag for a layer: it is for tables"));
    }
    if ask.csv_encoding != CsvEncoding::Utf8 && target != Format::Csv {
        return Err(flag("--csv-encoding", "another than utf-8", "a result that is a CSV"));
    }
    Ok(())
}

fn read(files: &dyn Files, name: &str, ask: &ConvertAsk) -> Result<Source, Error> {
    if is_layer(name) {
        let read = read_own(files, name, ask.from.as_deref(), Stage::Zones)?;
        let (format, crs, mut findings) = (read.format.to_owned(), Some(read.crs), read.findings);
        if !read.beside.is_empty() {
            let detail = format!("what the collection says beside its features is left out: {}", read.beside.join(", "));
            findings.push(Finding::new(Stage::Output, name, "", FindingKind::MembersLeftOut, detail));
        }
        return Ok(Source { format, attribution: read.attribution, features: read.features, crs, findings });
    }
    if !is_table(name) {
        let expected = "a table (.csv, .tsv, .txt, .xlsx, .ods) or a layer (.geojson, .geojsonl, .shp, .gpkg, .fgb)";
        return Err(data(name, "", "none of what is converted, by its name", expected));
    }
    let bytes = files.read(name)?;
    let mut findings = Vec::new();
    let table = Table::read(&bytes, name, &ask.columns, Stage::Facilities, &mut findings)?;
    let named = |own: &Option<String>, usual: &[&str]| table.column(own.as_deref(), usual);
    let (x, y) = (named(&ask.columns.x, &X)?, named(&ask.columns.y, &Y)?);
    let crs: Option<Crs> = match (x, y) {
        (Some(_), Some(_)) => {
            let text = ask.from.as_deref().unwrap_or("EPSG:4326");
            Some(text.parse().map_err(|source| Error::Crs { what: "--from".to_owned(), source })?)
        }
        _ => None,
    };
    let places = match &crs {
        Some(crs) => table.own_places(crs, &ask.columns, Stage::Facilities, &mut findings)?,
        None => vec![None; table.len()],
    };
    for finding in &mut findings {
        // what a run leaves out is still written here
        finding.detail = finding.detail.replace("the row is not used", "the row is written without a place");
    }
    let names = names(&table, &mut findings);
    let columns: Vec<(usize, Vec<Value>)> = (0..names.len()).map(|column| (column, values(&table, column))).collect();
    let feature = |(row, place): (usize, &Option<Coord<f64>>)| Feature {
        geometry: place.map(|at| geojson::Geometry::from(&Geometry::Point(at.into()))),
        // coordinates that became the shape stand nowhere else
        properties: Some(
            columns
                .iter()
                .filter(|(column, values)| ![x, y].contains(&Some(*column)) || (place.is_none() && !values[row].is_null()))
                .map(|(column, values)| (names[*column].clone(), values[row].clone()))
                .collect(),
        ),
        ..Feature::default()
    };
    let features = places.iter().enumerate().map(feature).collect();
    let format = table.format().to_owned();
    Ok(Source { format, attribution: None, features, crs, findings })
}

/// The names of a table's columns, numbered where one comes again or is empty: that is a finding.
fn names(table: &Table<'_>, findings: &mut Vec<Finding>) -> Vec<String> {
    let (mut names, mut renamed): (Vec<String>, Vec<String>) = Default::default();
    for (place, own) in table.columns().iter().enumerate() {
        let plain = if own.is_empty() { format!("column_{}", place + 1) } else { own.clone() };
        let numbered = (2..).map(|number| format!("{plain}_{number}"));
        let free = std::iter::once(plain.clone()).chain(numbered).find(|name| !names.contains(name)).unwrap_or_default();
        renamed.extend((free != *own).then(|| free.clone()));
        names.push(free);
    }
    if !renamed.is_empty() {
        let detail = format!("columns without a name, or of one that came before, are called {}", renamed.join(", "));
        findings.push(Finding::new(Stage::Output, table.file, "header", FindingKind::ColumnsRenamed, detail));
    }
    names
}

/// The values of a column: numbers where all of them are written as numbers are, so that ids keep their zeros and digits and nothing is
/// rewritten.
fn values(table: &Table<'_>, column: usize) -> Vec<Value> {
    let texts: Vec<&str> = (0..table.len()).map(|row| table.text(row, Some(column))).collect();
    let numbers: Option<Vec<Value>> = texts.iter().map(|text| if text.is_empty() { Some(Value::Null) } else { plain(text) }).collect();
    let as_text = |text: &&str| if text.is_empty() { Value::Null } else { json!(text) };
    numbers.unwrap_or_else(|| texts.iter().map(as_text).collect())
}

/// A number that is written as this text again, of so many digits as any program keeps.
fn plain(text: &str) -> Option<Value> {
    let number = if text.contains('.') { json!(text.parse::<f64>().ok()?) } else { json!(text.parse::<i64>().ok()?) };
    let written = number.to_string();
    (text.len() <= 15 && written == text).then_some(number)
}

/// Turns the shape of a feature into another CRS, its outer rings counter-clockwise; one that lies nowhere there is a finding, and none.
fn turn(feature: &mut Feature, row: usize, name: &str, projector: &Projector, findings: &mut Vec<Finding>) {
    let place = || format!("feature {}", row + 1);
    feature.bbox = None;
    let own = layer::geometry(feature, name, &place()).unwrap_or_else(|error| {
        let detail = format!("{error}; written without a shape");
        findings.push(Finding::new(Stage::Output, name, place(), FindingKind::BrokenShape, detail));
        None
    });
    let Some(mut own) = own else {
        feature.geometry = None;
        return;
    };
    let mut places: Vec<Coord<f64>> = own.coords_iter().collect();
    if let Err(error) = projector.forward(&mut places) {
        findings.push(Finding::new(Stage::Output, name, place(), FindingKind::BadPlace, format!("{error}; written without a shape")));
        feature.geometry = None;
        return;
    }
    let places = std::cell::RefCell::new(places.into_iter());
    own.map_coords_in_place(|old| places.borrow_mut().next().unwrap_or(old));
    let own = match own {
        Geometry::Polygon(polygon) => Geometry::Polygon(polygon.orient(Direction::Default)),
        Geometry::MultiPolygon(polygons) => Geometry::MultiPolygon(polygons.orient(Direction::Default)),
        other => other,
    };
    feature.geometry = Some(geojson::Geometry::from(&own));
}

fn written(
    mut features: Vec<Feature>,
    name: &str,
    out: &Path,
    (target, attribution): (Format, Option<&str>),
    to: Option<&Crs>,
    ask: &ConvertAsk,
) -> Result<(Vec<u8>, Vec<Finding>), Error> {
    let stem = out.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let about = About { stem: &stem, attribution, styled: false, time: "1970-01-01T00:00:00.000Z" };
    let wgs84 = Crs::wgs84();
    let crs = to.unwrap_or(&wgs84);
    if target.holds_tables() {
        let (table, findings) = table_of(features, &stem, name, to)?;
        let bytes = match target {
            Format::Xlsx => workbook(&[Sheet::from(&table)], &about)?,
            _ => csv(&table, ask.csv_encoding),
        };
        return Ok((bytes, findings));
    }
    let mut findings = Vec::new();
    if matches!(target, Format::Geojson | Format::Geojsonl) {
        features.iter_mut().for_each(shorten);
        if *crs != wgs84 {
            let detail = format!("its coordinates are {crs}, which GeoJSON does not tell: whoever reads it must be told");
            findings.push(Finding::new(Stage::Output, &out.display().to_string(), "", FindingKind::CrsNotTold, detail));
        }
    }
    let layer = LayerOut { title: stem.clone(), name: stem.clone(), features };
    let bytes = match target {
        Format::Geojsonl => lines(&layer.features).into_bytes(),
        Format::Gpkg => package(std::slice::from_ref(&layer), crs, &about)?,
        Format::Fgb => flatgeobuf(&layer, crs)?,
        #[cfg(feature = "geoparquet")]
        Format::Parquet => crate::write::geoparquet(&layer)?,
        _ => collection(&layer.features, attribution).into_bytes(),
    };
    Ok((bytes, findings))
}

/// Rounds degrees to a tenth of a millimetre.
fn shorten(feature: &mut Feature) {
    let shape: Option<Geometry<f64>> = feature.geometry.as_ref().and_then(|own| own.try_into().ok());
    if let Some(mut shape) = shape {
        shape.map_coords_in_place(|at| Coord { x: round(at.x, 9), y: round(at.y, 9) });
        feature.geometry = Some(geojson::Geometry::from(&shape));
    }
}

/// Features as the rows of a table: a point's coordinates first; other shapes are left out, which is a finding.
fn table_of(features: Vec<Feature>, stem: &str, name: &str, crs: Option<&Crs>) -> Result<(TableOut, Vec<Finding>), Error> {
    let axes = if crs.is_some_and(Crs::is_geographic) { ["lon", "lat"] } else { ["x", "y"] };
    let decimals = if crs.is_some_and(Crs::is_geographic) { 9 } else { 4 };
    let points = features.iter().any(|feature| feature.geometry.as_ref().is_some_and(is_point));
    let (mut rows, mut left) = (Vec::new(), 0);
    for (row, feature) in features.into_iter().enumerate() {
        let shape = layer::geometry(&feature, name, &format!("feature {}", row + 1))?;
        let at = if let Some(Geometry::Point(point)) = shape { Some(Coord::from(point)) } else { None };
        left += usize::from(shape.is_some() && at.is_none());
        let mut own = JsonObject::new();
        if points {
            own.insert(axes[0].to_owned(), json!(at.map(|at| round(at.x, decimals))));
            own.insert(axes[1].to_owned(), json!(at.map(|at| round(at.y, decimals))));
        }
        for (key, value) in feature.properties.unwrap_or_default() {
            // a property may be called as a coordinate is
            let key = if points && axes.contains(&key.as_str()) { format!("{key}_own") } else { key };
            own.insert(key, value);
        }
        rows.push(own);
    }
    let finding = || {
        let detail = format!("{left} shapes that are no points are not in the table");
        Finding::new(Stage::Output, name, "", FindingKind::ShapeLeftOut, detail)
    };
    Ok((TableOut::of_rows(stem, rows), (left > 0).then(finding).into_iter().collect()))
}

fn is_point(geometry: &geojson::Geometry) -> bool {
    matches!(geometry.value, geojson::GeometryValue::Point { .. })
}
