//! `[outputs]`: what is written.

use serde::{Deserialize, Serialize};

/// `[outputs]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutputsPlan {
    /// Formats of tables and layers.
    pub formats: Vec<Format>,
    /// How CSV files are encoded.
    pub csv_encoding: CsvEncoding,
    /// Whether text in a CSV that a spreadsheet would compute, as it begins with `=`, `+`, `-` or `@`, gets an apostrophe before it; where that
    /// is left out, only if the encoding is one for Excel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csv_apostrophes: Option<bool>,
    /// Whether `map.svg` and `map.png` are drawn.
    pub map: bool,
    /// Whether `coverage.geojson` is audited against the roads: `audit.json` and `audit.geojson`.
    pub audit: bool,
    /// Whether covered area is measured again at half the cell, so that `summary.json` states by how much it differs.
    pub measure_error: bool,
}

/// A format of tables and layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Layers, a file each.
    Geojson,
    /// Layers, a file each, one feature a line and nothing else.
    Geojsonl,
    /// All layers in one GeoPackage, with styles for QGIS.
    Gpkg,
    /// Layers, a FlatGeobuf each.
    Fgb,
    /// Layers, a GeoParquet each.
    #[cfg(feature = "geoparquet")]
    Parquet,
    /// Tables, a file each.
    Csv,
    /// All tables in one workbook, those that are to be printed first.
    Xlsx,
    /// The cost of every ground cell, one picture a service.
    Geotiff,
}

impl Format {
    /// All formats by the names that plans and flags give them.
    pub const ALL: &[(&str, Format)] = &[
        ("geojson", Format::Geojson),
        ("geojsonl", Format::Geojsonl),
        ("gpkg", Format::Gpkg),
        ("fgb", Format::Fgb),
        #[cfg(feature = "geoparquet")]
        ("parquet", Format::Parquet),
        ("csv", Format::Csv),
        ("xlsx", Format::Xlsx),
        ("geotiff", Format::Geotiff),
    ];

    /// The name in plans and flags, which is the ending of its files but for GeoTIFF.
    pub(crate) fn name(self) -> &'static str {
        Format::ALL.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// Whether layers are written in it.
    pub(crate) fn holds_layers(self) -> bool {
        !self.holds_tables() && self != Format::Geotiff
    }

    /// Whether tables are written in it.
    pub(crate) fn holds_tables(self) -> bool {
        matches!(self, Format::Csv | Format::Xlsx)
    }
}

/// How the text of CSV files is encoded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CsvEncoding {
    /// UTF-8, as programs want it.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-8 behind a mark by which Excel knows it.
    #[serde(rename = "utf-8-bom")]
    Utf8Bom,
    /// GB18030, as offices in China have it.
    #[serde(rename = "gb18030")]
    Gb18030,
}

impl Default for OutputsPlan {
    fn default() -> OutputsPlan {
        OutputsPlan {
            formats: vec![Format::Geojson, Format::Csv],
            csv_encoding: CsvEncoding::Utf8,
            csv_apostrophes: None,
            map: true,
            audit: false,
            measure_error: false,
        }
    }
}

impl OutputsPlan {
    /// How CSV files are written.
    pub fn csv_style(&self) -> CsvStyle {
        let style = CsvStyle::from(self.csv_encoding);
        CsvStyle { apostrophes: self.csv_apostrophes.unwrap_or(style.apostrophes), ..style }
    }
}

/// How CSV files are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CsvStyle {
    /// How their text is encoded.
    pub encoding: CsvEncoding,
    /// Whether text that a spreadsheet would compute gets an apostrophe before it.
    pub apostrophes: bool,
}

impl From<CsvEncoding> for CsvStyle {
    /// Files for Excel have the apostrophes.
    fn from(encoding: CsvEncoding) -> CsvStyle {
        CsvStyle { encoding, apostrophes: encoding != CsvEncoding::Utf8 }
    }
}
