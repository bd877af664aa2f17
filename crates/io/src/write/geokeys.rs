//! GeoTIFF keys of the working CRS (OGC GeoTIFF 1.1).

use catchment::{Finding, FindingKind, Stage};

use crate::crs::AutoCrs;
use crate::geokeys::{
    CENTRE_LAT, CENTRE_LON, FALSE_EASTING, FALSE_NORTHING, GEODETIC_CRS, LAMBERT_AZIMUTHAL_EQUAL_AREA, LENGTH_UNIT, METHOD, METRE,
    MODEL_TYPE, ORIGIN_LAT, ORIGIN_LON, PIXEL_IS_AREA, PROJECTED, PROJECTED_CITATION, PROJECTED_CRS, PROJECTION, RASTER_TYPE, SCALE,
    TRANSVERSE_MERCATOR, USER_DEFINED, WGS84,
};
use crate::plan::Format;
use crate::run::Run;

/// The three tags that name a CRS in a GeoTIFF.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GeoKeys {
    /// `GeoKeyDirectoryTag`.
    pub directory: Vec<u16>,
    /// `GeoDoubleParamsTag`.
    pub doubles: Vec<f64>,
    /// `GeoAsciiParamsTag`.
    pub text: String,
}

impl GeoKeys {
    /// The keys of a working CRS: its EPSG code, else its projection on WGS84, else its definition as a text alone.
    pub(super) fn of(working: &AutoCrs) -> GeoKeys {
        let definition = working.crs.definition();
        let code = definition.strip_prefix("EPSG:").and_then(|code| code.parse::<u16>().ok());
        let mut keys = Keys::default();
        keys.short(MODEL_TYPE, PROJECTED).short(RASTER_TYPE, PIXEL_IS_AREA);
        match (code, projection(definition)) {
            (Some(code), _) => {
                keys.short(PROJECTED_CRS, code);
                keys.citation(definition);
            }
            (None, Some((method, parameters))) => {
                keys.short(GEODETIC_CRS, WGS84).short(PROJECTED_CRS, USER_DEFINED);
                keys.citation(definition);
                keys.short(PROJECTION, USER_DEFINED).short(METHOD, method).short(LENGTH_UNIT, METRE);
                parameters.into_iter().for_each(|(key, value)| keys.double(key, value));
            }
            (None, None) => {
                keys.short(PROJECTED_CRS, USER_DEFINED);
                keys.citation(definition);
                keys.short(LENGTH_UNIT, METRE);
            }
        }
        keys.finish()
    }
}

/// A finding where rasters are written in a CRS that their readers cannot tell from the keys.
pub(super) fn untold(run: &Run) -> Option<Finding> {
    let definition = run.inputs.working.crs.definition();
    let told = definition.starts_with("EPSG:") || projection(definition).is_some();
    let wanted = run.inputs.plan.outputs.formats.contains(&Format::Geotiff);
    let detail =
        format!("the GeoTIFFs hold `{definition}` as a text alone: set it as their CRS in the GIS, or choose an EPSG code as study.crs");
    (wanted && !told).then(|| Finding::new(Stage::Output, "study.crs", "cost.tif", FindingKind::CrsNotInGeotiff, detail))
}

/// The method and parameters of a PROJ string on WGS84, if it is one of those that `auto` makes or people write by hand.
fn projection(definition: &str) -> Option<(u16, Vec<(u16, f64)>)> {
    let parameters: Vec<(&str, &str)> = definition.split_whitespace().filter_map(|part| part.strip_prefix('+')?.split_once('=')).collect();
    let of = |key: &str| parameters.iter().find(|(k, _)| *k == key).map(|(_, value)| *value);
    let number = |key: &str, default: f64| of(key).map_or(Some(default), |text| text.parse().ok());
    let known = ["proj", "lat_0", "lon_0", "k", "k_0", "x_0", "y_0", "datum", "ellps", "units"];
    let on_wgs84 = of("datum").or(of("ellps")).is_none_or(|name| name == "WGS84");
    if !on_wgs84 || of("units").is_some_and(|unit| unit != "m") || parameters.iter().any(|(key, _)| !known.contains(key)) {
        return None;
    }
    let [lon, lat] = [number("lon_0", 0.0)?, number("lat_0", 0.0)?];
    let shift = [(FALSE_EASTING, number("x_0", 0.0)?), (FALSE_NORTHING, number("y_0", 0.0)?)];
    match of("proj")? {
        "laea" => Some((LAMBERT_AZIMUTHAL_EQUAL_AREA, [vec![(CENTRE_LON, lon), (CENTRE_LAT, lat)], shift.to_vec()].concat())),
        "tmerc" => {
            let scale = number("k", number("k_0", 1.0)?)?;
            Some((TRANSVERSE_MERCATOR, [vec![(ORIGIN_LON, lon), (ORIGIN_LAT, lat), (SCALE, scale)], shift.to_vec()].concat()))
        }
        _ => None,
    }
}

/// Keys in the making.
#[derive(Default)]
struct Keys {
    entries: Vec<[u16; 4]>,
    doubles: Vec<f64>,
    text: String,
}

impl Keys {
    fn short(&mut self, key: u16, value: u16) -> &mut Keys {
        self.entries.push([key, 0, 1, value]);
        self
    }

    fn double(&mut self, key: u16, value: f64) {
        self.entries.push([key, 34_736, 1, self.doubles.len() as u16]);
        self.doubles.push(value);
    }

    /// The definition as a text, which ends with `|` and holds ASCII alone.
    fn citation(&mut self, definition: &str) {
        let text: String = definition.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').filter(|c| *c != '|').collect();
        self.text = text + "|";
        self.entries.push([PROJECTED_CITATION, 34_737, self.text.len() as u16, 0]);
    }

    fn finish(mut self) -> GeoKeys {
        self.entries.sort_unstable();
        let header = [1, 1, 0, self.entries.len() as u16];
        let directory = std::iter::once(header).chain(self.entries).flatten().collect();
        GeoKeys { directory, doubles: self.doubles, text: self.text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(definition: &str) -> GeoKeys {
        let crs = definition.parse().unwrap();
        GeoKeys::of(&AutoCrs { crs, name: String::new(), reason: String::new(), worst_areal_distortion: 0.0 })
    }

    #[test]
    fn a_code_is_told_by_itself() {
        let keys = keys("EPSG:32633");
        let expected = [1, 1, 0, 4, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32_633, 3073, 34_737, 11, 0];
        assert_eq!((keys.directory.as_slice(), keys.text.as_str(), keys.doubles.len()), (&expected[..], "EPSG:32633|", 0));
    }

    #[test]
    fn what_auto_makes_is_told_by_its_parameters() {
        let keys = keys("+proj=laea +lat_0=31.2 +lon_0=-12.5 +datum=WGS84 +units=m");
        assert_eq!(keys.doubles, [-12.5, 31.2, 0.0, 0.0]);
        let entry = |key: u16| keys.directory.chunks(4).skip(1).find(|entry| entry[0] == key).map(|entry| entry[3]);
        let method = [METHOD, GEODETIC_CRS, PROJECTED_CRS, CENTRE_LON, CENTRE_LAT].map(entry);
        assert_eq!(method, [10, 4326, 32_767, 0, 1].map(Some));
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        assert!(projection("+proj=tmerc +lon_0=121 +k=0.9996 +x_0=500000 +ellps=GRS80 +units=m").is_none());
        assert!(projection("+proj=lcc +lat_1=30 +lat_2=40 +datum=WGS84 +units=m").is_none());
        assert!(projection("+proj=tmerc +lon_0=121 +towgs84=1,2,3 +datum=WGS84").is_none());
        let (method, parameters) = projection("+proj=tmerc +lat_0=0 +lon_0=121 +k=0.9996 +x_0=500000 +datum=WGS84 +units=m").unwrap();
        assert_eq!(method, 1);
        assert_eq!(parameters, [(3080, 121.0), (3081, 0.0), (3092, 0.9996), (3082, 500_000.0), (3083, 0.0)]);
    }
}
