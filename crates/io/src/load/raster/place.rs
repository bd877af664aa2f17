//! Where the cells of a GeoTIFF lie: its affine tags and its keys (OGC GeoTIFF 1.1).

use catchment::geo::Coord;
use tiff::TiffResult;
use tiff::decoder::Decoder;
use tiff::tags::Tag;

use super::super::formats::{Told, wkt_crs};
use crate::crs::Crs;
use crate::geokeys::{
    ALBERS_EQUAL_AREA, ANGLE_UNIT, CENTRE_LAT, CENTRE_LON, CITATION, DEGREE, FALSE_EASTING, FALSE_NORTHING, FALSE_ORIGIN_EASTING,
    FALSE_ORIGIN_LAT, FALSE_ORIGIN_LON, FALSE_ORIGIN_NORTHING, GEODETIC_CRS, GEOGRAPHIC, LAMBERT_AZIMUTHAL_EQUAL_AREA,
    LAMBERT_CONFORMAL_CONIC, LENGTH_UNIT, METHOD, METRE, MODEL_TYPE, ORIGIN_LAT, ORIGIN_LON, PARALLEL_1, PARALLEL_2, PIXEL_IS_POINT,
    PROJECTED, PROJECTED_CITATION, PROJECTED_CRS, RASTER_TYPE, SCALE, TRANSVERSE_MERCATOR, USER_DEFINED, WGS84,
};

/// The number that ArcGIS gives to Mollweide's projection, in which GHSL's rasters come; EPSG has none.
const ESRI_MOLLWEIDE: u16 = 54_009;

/// A raster's grid: cell (column, row) goes from `corner + (column × step.x, row × step.y)` one step on; steps may be negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lattice {
    /// The corner that cells are counted from, in the raster's CRS.
    pub corner: Coord<f64>,
    /// From one cell to the next, in the unit of that CRS.
    pub step: Coord<f64>,
}

impl Lattice {
    /// The place that lies so many columns and rows from the corner.
    pub(crate) fn place(&self, at: Coord<f64>) -> Coord<f64> {
        Coord { x: self.corner.x + at.x * self.step.x, y: self.corner.y + at.y * self.step.y }
    }

    /// How many columns and rows a place lies from the corner.
    pub(crate) fn cell(&self, place: Coord<f64>) -> Coord<f64> {
        Coord { x: (place.x - self.corner.x) / self.step.x, y: (place.y - self.corner.y) / self.step.y }
    }

    /// Whether `other` has the same cells, over `columns` × `rows` of them: nowhere a hundredth of a cell off.
    pub(crate) fn is_same(&self, other: &Lattice, columns: u32, rows: u32) -> bool {
        let ends = [Coord { x: 0.0, y: 0.0 }, Coord { x: f64::from(columns), y: f64::from(rows) }];
        ends.into_iter().all(|end| {
            let moved = self.cell(other.place(end)) - end;
            moved.x.abs() < 0.01 && moved.y.abs() < 0.01
        })
    }
}

/// The keys of a GeoTIFF.
struct Keys {
    entries: Vec<[u16; 4]>,
    doubles: Vec<f64>,
    text: String,
}

impl Keys {
    fn read<R: std::io::Read + std::io::Seek>(decoder: &mut Decoder<R>) -> TiffResult<Option<Keys>> {
        let Some(directory) = decoder.find_tag(Tag::GeoKeyDirectoryTag)? else { return Ok(None) };
        let directory = directory.into_u16_vec()?;
        let entries = directory.chunks_exact(4).skip(1).map(|entry| [entry[0], entry[1], entry[2], entry[3]]).collect();
        let doubles = decoder.find_tag(Tag::GeoDoubleParamsTag)?.map_or(Ok(Vec::new()), |value| value.into_f64_vec())?;
        let text = decoder.find_tag(Tag::GeoAsciiParamsTag)?.map_or(Ok(String::new()), |value| value.into_string())?;
        Ok(Some(Keys { entries, doubles, text }))
    }

    fn entry(&self, key: u16) -> Option<[u16; 4]> {
        self.entries.iter().copied().find(|entry| entry[0] == key)
    }

    fn short(&self, key: u16) -> Option<u16> {
        self.entry(key).filter(|entry| entry[1] == 0).map(|entry| entry[3])
    }

    fn double(&self, key: u16) -> Option<f64> {
        self.entry(key).and_then(|entry| self.doubles.get(usize::from(entry[3])).copied())
    }

    fn citation(&self, key: u16) -> Option<&str> {
        let [_, _, length, at] = self.entry(key)?;
        let text = self.text.get(usize::from(at)..(usize::from(at) + usize::from(length)).min(self.text.len()))?;
        Some(text.trim_end_matches(['|', '\0'])).filter(|text| !text.is_empty())
    }

    /// The CRS: by its code, by the text that ArcGIS and GDAL write, by its parameters, else a text that is not understood.
    fn crs(&self) -> Told {
        let model = self.short(MODEL_TYPE);
        let key = if model == Some(GEOGRAPHIC) { GEODETIC_CRS } else { PROJECTED_CRS };
        let code = self.short(key).filter(|code| *code != USER_DEFINED && *code != 0);
        let texts = [PROJECTED_CITATION, CITATION].into_iter().filter_map(|key| self.citation(key));
        let unknown = || {
            let text: Vec<&str> = texts.clone().collect();
            Told::Unknown(if text.is_empty() { "its keys name none".to_owned() } else { text.join("; ").chars().take(160).collect() })
        };
        if code == Some(ESRI_MOLLWEIDE) {
            return "+proj=moll +lon_0=0 +datum=WGS84 +units=m".parse().map_or_else(|_| unknown(), Told::Known);
        }
        if let Some(code) = code {
            return format!("EPSG:{code}").parse().map_or_else(|error: crate::crs::CrsError| Told::Unknown(error.to_string()), Told::Known);
        }
        if model == Some(GEOGRAPHIC) {
            return unknown();
        }
        let of_text = texts.clone().filter_map(|text| text.strip_prefix("ESRI PE String = ")).map(wkt_crs);
        let of_text = of_text.filter_map(|told| if let Told::Known(crs) = told { Some(crs) } else { None }).next();
        of_text.or_else(|| self.by_parameters()?.parse::<Crs>().ok()).map_or_else(unknown, Told::Known)
    }

    /// The PROJ string of a projection of one's own, if it is one of those that populations come in.
    fn by_parameters(&self) -> Option<String> {
        let degrees = self.short(ANGLE_UNIT).is_none_or(|unit| unit == DEGREE);
        let metres = self.short(LENGTH_UNIT) == Some(METRE);
        if self.short(MODEL_TYPE) != Some(PROJECTED) || !degrees || !metres {
            return None;
        }
        let number = |key: u16| self.double(key).unwrap_or(0.0);
        let shift = format!("+x_0={} +y_0={}", number(FALSE_EASTING), number(FALSE_NORTHING));
        let origin = format!("+lat_0={} +lon_0={}", number(ORIGIN_LAT), number(ORIGIN_LON));
        let parallels = || Some(format!("+lat_1={} +lat_2={}", self.double(PARALLEL_1)?, self.double(PARALLEL_2)?));
        let projection = match self.short(METHOD)? {
            TRANSVERSE_MERCATOR => format!("+proj=tmerc {origin} +k={} {shift}", self.double(SCALE).unwrap_or(1.0)),
            LAMBERT_CONFORMAL_CONIC => format!(
                "+proj=lcc {} +lat_0={} +lon_0={} +x_0={} +y_0={}",
                parallels()?,
                self.double(FALSE_ORIGIN_LAT)?,
                self.double(FALSE_ORIGIN_LON)?,
                number(FALSE_ORIGIN_EASTING),
                number(FALSE_ORIGIN_NORTHING)
            ),
            LAMBERT_AZIMUTHAL_EQUAL_AREA => {
                format!("+proj=laea +lat_0={} +lon_0={} {shift}", self.double(CENTRE_LAT)?, self.double(CENTRE_LON)?)
            }
            ALBERS_EQUAL_AREA => format!("+proj=aea {} {origin} {shift}", parallels()?),
            _ => return None,
        };
        let datum = match self.short(GEODETIC_CRS)? {
            WGS84 => "+datum=WGS84",
            // ETRS89, NAD83, CGCS2000, SIRGAS 2000: WGS84's to a metre
            4258 | 4269 | 4490 | 4674 => "+ellps=GRS80 +towgs84=0,0,0",
            _ => return None,
        };
        Some(format!("{projection} {datum} +units=m"))
    }
}

/// Why a raster has no place.
pub(super) struct NoPlace {
    pub found: String,
    pub expected: &'static str,
}

/// The lattice of a GeoTIFF, and what it says of its CRS; `None` where it says nothing.
pub(super) fn read<R: std::io::Read + std::io::Seek>(decoder: &mut Decoder<R>) -> TiffResult<Result<(Lattice, Option<Told>), NoPlace>> {
    let numbers = |decoder: &mut Decoder<R>, tag| -> TiffResult<Vec<f64>> {
        decoder.find_tag(tag)?.map_or(Ok(Vec::new()), |value| value.into_f64_vec())
    };
    let scale = numbers(decoder, Tag::ModelPixelScaleTag)?;
    let ties = numbers(decoder, Tag::ModelTiepointTag)?;
    let matrix = numbers(decoder, Tag::ModelTransformationTag)?;
    let keys = Keys::read(decoder)?;
    let lattice = match lattice(&scale, &ties, &matrix) {
        Ok(lattice) => lattice,
        Err(none) => return Ok(Err(none)),
    };
    // places of points are those of the middle of cells
    let of_points = keys.as_ref().and_then(|keys| keys.short(RASTER_TYPE)) == Some(PIXEL_IS_POINT);
    let half = if of_points { -0.5 } else { 0.0 };
    let lattice = Lattice { corner: lattice.place(Coord { x: half, y: half }), ..lattice };
    Ok(Ok((lattice, keys.as_ref().map(Keys::crs))))
}

fn lattice(scale: &[f64], ties: &[f64], matrix: &[f64]) -> Result<Lattice, NoPlace> {
    let found = match (scale, ties, matrix) {
        (&[x, y, ..], &[column, row, _, east, north, _], _) => {
            let step = Coord { x, y: -y };
            Lattice { corner: Coord { x: east - column * step.x, y: north - row * step.y }, step }
        }
        (_, _, &[a, b, _, x, c, d, _, y, ..]) => {
            if b != 0.0 || c != 0.0 {
                let expected = "one with north or south up: gdalwarp turns it";
                return Err(NoPlace { found: "a raster that is turned or sheared (ModelTransformation)".to_owned(), expected });
            }
            Lattice { corner: Coord { x, y }, step: Coord { x: a, y: d } }
        }
        _ => {
            let found =
                if ties.len() > 6 { "a raster that is placed by ground control points" } else { "a TIFF without a place on the earth" };
            let expected = "a GeoTIFF with ModelPixelScale and ModelTiepoint, or ModelTransformation: gdalwarp makes one";
            return Err(NoPlace { found: found.to_owned(), expected });
        }
    };
    let numbers = [found.corner.x, found.corner.y, found.step.x, found.step.y];
    // a step of nothing, or one that is lost beside the corner's own number
    let (corner, next) = (found.place(Coord { x: 0.0, y: 0.0 }), found.place(Coord { x: 1.0, y: 1.0 }));
    if numbers.iter().any(|n| !n.is_finite()) || corner.x == next.x || corner.y == next.y {
        let found = format!("cells of {} × {} at {}, {}", found.step.x, found.step.y, found.corner.x, found.corner.y);
        return Err(NoPlace { found, expected: "finite numbers, and cells that have a size" });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tie_points_and_matrices_say_the_same() {
        let of = |scale: &[f64], ties: &[f64], matrix: &[f64]| lattice(scale, ties, matrix).map_err(|none| none.found);
        let expected = Lattice { corner: Coord { x: 500.0, y: 900.0 }, step: Coord { x: 10.0, y: -20.0 } };
        assert_eq!(of(&[10.0, 20.0, 0.0], &[0.0, 0.0, 0.0, 500.0, 900.0, 0.0], &[]), Ok(expected));
        assert_eq!(of(&[10.0, 20.0, 0.0], &[2.0, 3.0, 0.0, 520.0, 840.0, 0.0], &[]), Ok(expected));
        let matrix = |b: f64| [10.0, b, 0.0, 500.0, 0.0, -20.0, 0.0, 900.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
        assert_eq!(of(&[], &[], &matrix(0.0)), Ok(expected));
        assert!(of(&[], &[], &matrix(0.1)).unwrap_err().contains("turned"));
        assert!(of(&[], &[], &[]).unwrap_err().contains("without a place"));
        assert!(of(&[], &[0.0; 24], &[]).unwrap_err().contains("control points"));
        assert!(of(&[0.0, 20.0, 0.0], &[0.0; 6], &[]).unwrap_err().contains("cells of 0"));
        assert!(of(&[f64::NAN, 20.0, 0.0], &[0.0; 6], &[]).is_err());
    }

    fn told(entries: &[[u16; 4]], doubles: &[f64], text: &str) -> String {
        match (Keys { entries: entries.to_vec(), doubles: doubles.to_vec(), text: text.to_owned() }).crs() {
            Told::Known(crs) => crs.to_string(),
            Told::Unknown(text) => format!("unknown: {text}"),
        }
    }

    #[test]
    fn codes_of_projected_and_geographic_rasters() {
        assert_eq!(told(&[[1024, 0, 1, 1], [3072, 0, 1, 32_633]], &[], ""), "EPSG:32633");
        assert_eq!(told(&[[1024, 0, 1, 2], [2048, 0, 1, 4326], [4096, 0, 1, 4979]], &[], ""), "EPSG:4326");
        assert_eq!(told(&[[1024, 0, 1, 1], [3072, 0, 1, 54_009]], &[], ""), "+proj=moll +lon_0=0 +datum=WGS84 +units=m");
        assert!(told(&[[1024, 0, 1, 1], [3072, 0, 1, 9]], &[], "").starts_with("unknown: "));
        assert!(told(&[[1024, 0, 1, 2], [2048, 0, 1, 32_767]], &[], "").starts_with("unknown: "));
        assert_eq!(told(&[], &[], ""), "unknown: its keys name none");
    }

    /// The keys that GDAL 3.6 writes for these definitions.
    #[test]
    fn projections_of_one_s_own() {
        let common = [[1024, 0, 1, 1], [2048, 0, 1, 4326], [2054, 0, 1, 9102], [3072, 0, 1, 32_767], [3076, 0, 1, 9001]];
        let with = |own: &[[u16; 4]]| [&common[..], own].concat();
        let laea = with(&[[3075, 0, 1, 10], [3082, 34_736, 1, 2], [3083, 34_736, 1, 3], [3088, 34_736, 1, 1], [3089, 34_736, 1, 0]]);
        assert_eq!(
            told(&laea, &[10.0, 20.0, 0.0, 0.0, 298.257_223_563, 6_378_137.0], ""),
            "+proj=laea +lat_0=10 +lon_0=20 +x_0=0 +y_0=0 +datum=WGS84 +units=m"
        );
        let aea = [[3078, 0], [3079, 1], [3080, 3], [3081, 2], [3082, 4], [3083, 5]].map(|[key, at]| [key, 34_736, 1, at]);
        assert_eq!(
            told(&with(&[&[[3075, 0, 1, 11]][..], &aea].concat()), &[20.0, -23.0, 0.0, 25.0, 0.0, 0.0], ""),
            "+proj=aea +lat_1=20 +lat_2=-23 +lat_0=0 +lon_0=25 +x_0=0 +y_0=0 +datum=WGS84 +units=m"
        );
        let lcc = [[3078, 2], [3079, 3], [3084, 1], [3085, 0], [3086, 4], [3087, 5]].map(|[key, at]| [key, 34_736, 1, at]);
        assert_eq!(
            told(&with(&[&[[3075, 0, 1, 8]][..], &lcc].concat()), &[1.0, 3.0, 30.0, 40.0, 5.0, 6.0], ""),
            "+proj=lcc +lat_1=30 +lat_2=40 +lat_0=1 +lon_0=3 +x_0=5 +y_0=6 +datum=WGS84 +units=m"
        );
        assert!(told(&with(&[[3075, 0, 1, 15]]), &[], "").starts_with("unknown: "), "polar stereographic is not guessed");
    }

    /// GHSL's Mollweide as GDAL 3.6 writes ESRI:54009.
    #[test]
    fn mollweide_by_its_text() {
        let pe = "ESRI PE String = PROJCS[\"World_Mollweide\",GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],PROJECTION[\"Mollweide\"],PARAMETER[\"False_Easting\",0.0],PARAMETER[\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\",0.0],UNIT[\"Meter\",1.0]]|";
        let text = format!("World_Mollweide|WGS 84|{pe}");
        let length = u16::try_from(pe.len()).unwrap();
        let keys = [[1024, 0, 1, 32_767], [1026, 34_737, 16, 0], [2048, 0, 1, 4326], [3073, 34_737, length, 23], [3076, 0, 1, 9001]];
        assert_eq!(told(&keys, &[], &text), "+proj=moll +lon_0=0 +x_0=0 +y_0=0 +datum=WGS84 +units=m");
        let eckert = text.replace("Mollweide", "Eckert_IV");
        assert!(told(&keys, &[], &eckert).contains("World_Eckert_IV"));
    }
}
