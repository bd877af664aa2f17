//! The text of a CRS, read and judged.

use std::fmt;
use std::str::FromStr;

use super::CrsError;
use super::china::Shift;
#[cfg(feature = "proj")]
use super::proj_engine;
use super::proj4rs_engine;
use super::projector::Step;
use super::similarity::{PREFIX, Similarity};

/// WGS84 longitude and latitude in degrees, the CRS of files that state none.
const WGS84: &str = "EPSG:4326";

/// Popular Web Mercator under the numbers that older software gave it; all mean EPSG:3857.
const WEB_MERCATOR_ALIASES: [u32; 4] = [900_913, 102_100, 102_113, 3_785];

/// What kind of plane (or globe) the coordinates of a CRS live on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Longitude and latitude, degrees.
    Geographic,
    /// Degrees that a Chinese map service has shifted.
    Shifted(Shift),
    /// A local grid, by a similarity away from a metric CRS.
    Local,
    /// Mercator on sphere or ellipsoid, in any units.
    Mercator,
    /// Earth-centred x, y, z.
    Geocentric,
    /// Projected, in a unit that is not the metre.
    OtherUnit(String),
    /// Projected, metres.
    Metric,
}

/// A coordinate reference system that this build can transform.
///
/// Coordinates are always (longitude, latitude) in degrees or (easting, northing), whatever order the authority states.
///
/// ```
/// use catchment_io::crs::Crs;
/// let crs: Crs = "epsg:32633".parse()?;
/// assert_eq!(crs.to_string(), "EPSG:32633");
/// assert!(crs.check_working().is_ok());
/// assert!("EPSG:3857".parse::<Crs>()?.check_working().is_err());
/// # Ok::<(), catchment_io::crs::CrsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Crs {
    definition: String,
    kind: Kind,
}

impl Crs {
    /// WGS84 longitude and latitude in degrees (EPSG:4326 in x, y order; the same as OGC:CRS84).
    #[must_use]
    pub fn wgs84() -> Self {
        Self { definition: WGS84.to_owned(), kind: Kind::Geographic }
    }

    /// Metres of no place: for numbers that are read as they are.
    pub(crate) fn plain_metres() -> Self {
        Self { definition: "metres".to_owned(), kind: Kind::Metric }
    }

    /// The definition as the engines take it: `EPSG:<code>` or a PROJ string.
    #[must_use]
    pub fn definition(&self) -> &str {
        &self.definition
    }

    /// Its EPSG code, where it has one.
    #[must_use]
    pub fn epsg(&self) -> Option<u16> {
        self.definition.strip_prefix("EPSG:")?.parse().ok()
    }

    /// Its definition as well-known text (OGC 01-009), where its EPSG code is a known one.
    #[must_use]
    pub fn wkt(&self) -> Option<&'static str> {
        self.epsg().and_then(crs_definitions::from_code).map(|own| own.wkt)
    }

    /// Whether coordinates are longitude and latitude in degrees.
    #[must_use]
    pub fn is_geographic(&self) -> bool {
        matches!(self.kind, Kind::Geographic | Kind::Shifted(_))
    }

    /// The step between its coordinates and those that an engine transforms, if there is one; and the CRS of the latter.
    pub(super) fn step(&self) -> (Option<Step>, Crs) {
        let local = self.definition.strip_prefix(PREFIX).and_then(Similarity::parse);
        match (self.kind.clone(), local) {
            (Kind::Shifted(shift), _) => (Some(Step::Shift(shift)), Crs::wgs84()),
            (Kind::Local, Some((similarity, base))) => match base.parse() {
                Ok(base) => (Some(Step::Similarity(similarity)), base),
                Err(_) => (None, self.clone()),
            },
            _ => (None, self.clone()),
        }
    }

    /// Checks that areas and lengths can be measured in this CRS: projected, in metres, not Mercator.
    ///
    /// # Errors
    /// [`CrsError::NotWorking`] with the reason. How far areas are distorted in a given place is another question:
    /// [`Projector::check_distortion`](super::Projector::check_distortion).
    pub fn check_working(&self) -> Result<(), CrsError> {
        let reason = match &self.kind {
            Kind::Metric => return Ok(()),
            Kind::Geographic | Kind::Shifted(_) => "its coordinates are degrees, and areas and lengths need metres".to_owned(),
            Kind::Local => "it is a local grid, whose scale may be any".to_owned(),
            Kind::Mercator => "it is a Mercator projection, which is for display (areas inflated ×1.37 at 31°N, ×4 at 60°N)".to_owned(),
            Kind::Geocentric => "its coordinates are geocentric, not on a plane".to_owned(),
            Kind::OtherUnit(unit) => {
                format!("its unit is \"{unit}\", and everything is measured in metres")
            }
        };
        Err(CrsError::NotWorking { crs: self.to_string(), reason })
    }

    /// From a definition in the engines' form; the build's best engine says whether it is known.
    fn from_definition(definition: String, given: &str) -> Result<Self, CrsError> {
        #[cfg(feature = "proj")]
        let kind = proj_engine::kind_of(&definition);
        #[cfg(not(feature = "proj"))]
        let kind = match proj4rs_engine::missing_datum_shift(&definition) {
            Some(detail) => {
                return Err(CrsError::NoDatumShift { crs: given.to_owned(), detail });
            }
            None => proj4rs_engine::kind_of(&definition),
        };
        match kind {
            Ok(kind) => Ok(Self { definition, kind }),
            Err(detail) => Err(CrsError::Unknown { given: given.to_owned(), detail }),
        }
    }

    fn from_epsg(code: u32, given: &str) -> Result<Self, CrsError> {
        match code {
            4326 => Ok(Self::wgs84()),
            code if WEB_MERCATOR_ALIASES.contains(&code) => Self::from_definition("EPSG:3857".to_owned(), given),
            code => Self::from_definition(format!("EPSG:{code}"), given),
        }
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.definition)
    }
}

impl FromStr for Crs {
    type Err = CrsError;

    /// Reads `EPSG:<code>`, `OGC:CRS84`, their URN and URL forms (as in a GeoJSON `crs` member) in any case, or a PROJ string; `gcj02` and
    /// `bd09` for degrees of Chinese map services, `cgcs2000` for EPSG:4490, and `similarity:a,b,x,y;EPSG:…` for a local grid.
    fn from_str(given: &str) -> Result<Self, CrsError> {
        let text = given.trim();
        if text.starts_with('+') {
            // the pure Rust engine cuts a longitude in the middle of a character
            if let Some(c) = text.chars().find(|c| !c.is_ascii()) {
                let detail = format!("`{c}` is no character of a PROJ string");
                return Err(CrsError::Unknown { given: text.to_owned(), detail });
            }
            return Self::from_definition(normalised_proj_string(text), text);
        }
        if let Some(local) = text.strip_prefix(PREFIX) {
            let malformed = || CrsError::Malformed { given: text.to_owned() };
            let (_, base) = Similarity::parse(local).ok_or_else(malformed)?;
            base.parse::<Crs>()?.check_working()?;
            return Ok(Crs { definition: text.to_owned(), kind: Kind::Local });
        }
        if text.eq_ignore_ascii_case("auto") {
            return Err(CrsError::Auto);
        }
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        match plain.as_str() {
            "gcj02" => return Ok(Crs { definition: "gcj02".to_owned(), kind: Kind::Shifted(Shift::Gcj02) }),
            "bd09" | "bd09ll" => return Ok(Crs { definition: "bd09".to_owned(), kind: Kind::Shifted(Shift::Bd09) }),
            "cgcs2000" => return Self::from_epsg(4490, text),
            _ => {}
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(CrsError::BareNumber { given: text.to_owned() });
        }
        let malformed = || CrsError::Malformed { given: text.to_owned() };
        let (authority, code) = authority_and_code(text).ok_or_else(malformed)?;
        match (authority.as_str(), code.as_str()) {
            ("ogc", "crs84") => Ok(Self::wgs84()),
            ("epsg", code) => Self::from_epsg(code.parse().map_err(|_| malformed())?, text),
            _ => Err(malformed()),
        }
    }
}

/// Splits `EPSG:4326`, `urn:ogc:def:crs:EPSG::4326` and `http://www.opengis.net/def/crs/EPSG/0/4326`, in lower case.
fn authority_and_code(text: &str) -> Option<(String, String)> {
    let lower = text.to_ascii_lowercase();
    let parts: Vec<&str> = match lower.split_once("/def/crs/") {
        Some((_, path)) => path.split('/').collect(),
        None => lower.strip_prefix("urn:ogc:def:crs:").unwrap_or(&lower).split(':').collect(),
    };
    match parts.as_slice() {
        [authority, code] | [authority, _, code] if !code.is_empty() => Some(((*authority).to_owned(), (*code).to_owned())),
        _ => None,
    }
}

/// One space between parameters, and no `+type=crs` (the engines add it where they want it).
fn normalised_proj_string(text: &str) -> String {
    let parameters: Vec<&str> = text.split_whitespace().filter(|part| *part != "+type=crs").collect();
    parameters.join(" ")
}

/// The pure Rust engine's view, for a CRS that PROJ can also answer for.
#[cfg(feature = "proj")]
pub(super) fn kind_by_proj4rs(definition: &str) -> Option<Kind> {
    proj4rs_engine::kind_of(definition).ok()
}
