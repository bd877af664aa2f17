//! GeoPackage 1.3: all layers in one SQLite database, with styles that QGIS picks up.

use ::geojson::JsonObject;
use catchment::geo::{BoundingRect, CoordsIter, Geometry, Rect};
use geozero::{CoordDimensions, ToWkb};
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, MAIN_DB, params, params_from_iter};
use serde_json::Value;

use super::schema::{Field, Kind, fields, text};
use super::style::qml;
use super::{About, LayerOut, many};
use crate::crs::Crs;
use crate::error::{Error, data};
use crate::load::sql_quoted;

/// The tables that a GeoPackage must have.
const TABLES: &str = "
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
    description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
    srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
    CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', NULL);
INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL);
";

/// The table in which QGIS looks for styles.
const STYLES: &str = "
CREATE TABLE IF NOT EXISTS layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
    description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME);
";

/// The column of the shapes, and that of the features' numbers.
const SHAPE: &str = "geom";
const NUMBER: &str = "fid";

/// All layers, in the CRS of their coordinates.
pub(crate) fn package(layers: &[LayerOut], crs: &Crs, about: &About<'_>) -> Result<Vec<u8>, Error> {
    let file = format!("{}.gpkg", about.stem);
    let no_code = || data(&file, "", format!("the CRS {crs}, which has no EPSG code"), "one that a GeoPackage can name: EPSG:…");
    let (code, definition) = crs.epsg().zip(crs.wkt()).ok_or_else(no_code)?;
    let wrong = |error: rusqlite::Error| data(&file, "", error.to_string(), "layers that a GeoPackage holds");
    let mut database = Connection::open_in_memory().map_err(wrong)?;
    database.execute_batch(TABLES).map_err(wrong)?;
    let transaction = database.transaction().map_err(wrong)?;
    let mut known = vec![(4326u16, Crs::wgs84().wkt().unwrap_or_default())];
    known.extend((code != 4326).then_some((code, definition)));
    for (code, definition) in known {
        let srs = "INSERT INTO gpkg_spatial_ref_sys VALUES (?1, ?2, 'EPSG', ?2, ?3, NULL)";
        transaction.execute(srs, params![format!("EPSG:{code}"), code, definition]).map_err(wrong)?;
    }
    for layer in layers {
        let shapes = many(layer)?;
        let package = Package { database: &transaction, code, about };
        package.layer(layer, &shapes).map_err(wrong)?;
    }
    transaction.commit().map_err(wrong)?;
    Ok(database.serialize(MAIN_DB).map_err(wrong)?.to_vec())
}

/// The name of the kind that all shapes are of.
fn kind(shapes: &[Option<Geometry<f64>>]) -> &'static str {
    let one = |shape: &Geometry<f64>| match shape {
        Geometry::Point(_) => "POINT",
        Geometry::MultiPoint(_) => "MULTIPOINT",
        Geometry::MultiLineString(_) => "MULTILINESTRING",
        Geometry::MultiPolygon(_) => "MULTIPOLYGON",
        _ => "GEOMETRY",
    };
    let mut kinds: Vec<&str> = shapes.iter().flatten().map(one).collect();
    kinds.dedup();
    if let [only] = kinds.as_slice() { only } else { "GEOMETRY" }
}

/// A package in the making.
struct Package<'a> {
    database: &'a Connection,
    code: u16,
    about: &'a About<'a>,
}

impl Package<'_> {
    fn layer(&self, layer: &LayerOut, shapes: &[Option<Geometry<f64>>]) -> rusqlite::Result<()> {
        let rows: Vec<&JsonObject> = layer.features.iter().filter_map(|feature| feature.properties.as_ref()).collect();
        let fields = fields(&rows, &[SHAPE, NUMBER]);
        let table = sql_quoted(&layer.name);
        let own: String = fields.iter().map(|field| format!(", {} {}", sql_quoted(&field.name), sql(field.kind))).collect();
        let kind = kind(shapes);
        self.database
            .execute_batch(&format!("CREATE TABLE {table} ({NUMBER} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {SHAPE} {kind}{own})"))?;
        let boxes = shapes.iter().flatten().filter_map(|shape| shape.bounding_rect());
        let bounds = boxes.reduce(|a, b| {
            let low = (a.min().x.min(b.min().x), a.min().y.min(b.min().y));
            Rect::new(low, (a.max().x.max(b.max().x), a.max().y.max(b.max().y)))
        });
        let [w, s, e, n] = [bounds.map(|b| b.min().x), bounds.map(|b| b.min().y), bounds.map(|b| b.max().x), bounds.map(|b| b.max().y)];
        self.database.execute(
            "INSERT INTO gpkg_contents VALUES (?1, 'features', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![layer.name, self.described(layer), self.about.time, w, s, e, n, self.code],
        )?;
        self.database
            .execute("INSERT INTO gpkg_geometry_columns VALUES (?1, ?2, ?3, ?4, 0, 0)", params![layer.name, SHAPE, kind, self.code])?;
        let places: String = (0..fields.len()).map(|_| ", ?").collect();
        let mut statement = self.database.prepare(&format!("INSERT INTO {table} VALUES (NULL, ?{places})"))?;
        for (feature, shape) in layer.features.iter().zip(shapes) {
            let blob = shape.as_ref().and_then(|shape| self.blob(shape)).map_or(Cell::Null, Cell::Blob);
            let values = fields.iter().map(|field| cell(field, feature.properties.as_ref()));
            statement.execute(params_from_iter(std::iter::once(blob).chain(values)))?;
        }
        if self.about.styled { self.style(layer) } else { Ok(()) }
    }

    /// What the layer shows, and whose data it is made from.
    fn described(&self, layer: &LayerOut) -> String {
        let source = self.about.attribution.map_or_else(String::new, |text| format!(" ({text})"));
        format!("{}{source}", layer.title)
    }

    /// The style by which QGIS draws the layer, where it is one of ours.
    fn style(&self, layer: &LayerOut) -> rusqlite::Result<()> {
        let Some(qml) = qml(layer) else { return Ok(()) };
        self.database.execute_batch(STYLES)?;
        self.database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, \
             useAsDefault, description, owner, ui, update_time) VALUES ('', '', ?1, ?2, 'catchment', ?3, '', 1, ?4, '', NULL, ?5)",
            params![layer.name, SHAPE, qml, layer.title, self.about.time],
        )?;
        let listed = "INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES ('layer_styles', 'attributes', 'layer_styles', ?1)";
        self.database.execute(listed, [self.about.time]).map(|_| ())
    }

    /// A shape as the format holds it; nothing for one without a place.
    fn blob(&self, shape: &Geometry<f64>) -> Option<Vec<u8>> {
        shape.coords_iter().next()?;
        shape.to_gpkg_wkb(CoordDimensions::xy(), Some(i32::from(self.code)), Vec::new()).ok()
    }
}

fn sql(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "BOOLEAN",
        Kind::Integer => "INTEGER",
        Kind::Real => "DOUBLE",
        Kind::Text => "TEXT",
    }
}

fn cell(field: &Field, values: Option<&JsonObject>) -> Cell {
    match (values.and_then(|values| values.get(&field.key)), field.kind) {
        (None | Some(Value::Null), _) => Cell::Null,
        (Some(value), Kind::Boolean) => value.as_bool().map_or(Cell::Null, |own| Cell::Integer(own.into())),
        (Some(value), Kind::Integer) => value.as_i64().map_or(Cell::Null, Cell::Integer),
        (Some(value), Kind::Real) => value.as_f64().map_or(Cell::Null, Cell::Real),
        (Some(value), Kind::Text) => Cell::Text(text(value)),
    }
}
