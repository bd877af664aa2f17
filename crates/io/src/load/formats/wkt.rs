//! The CRS that a `.prj` or a GeoPackage tells in well-known text: by its authority's code, or by the parameters of a
//! transverse Mercator or of Mollweide's projection.

use super::Told;
use crate::crs::Crs;

/// `NAME["text", 1, OTHER[…]]`.
#[derive(Debug, Default)]
struct Node {
    keyword: String,
    texts: Vec<String>,
    children: Vec<Node>,
}

/// Reads a CRS.
pub(in crate::load) fn crs(text: &str) -> Told {
    let unknown = || Told::Unknown(text.chars().take(120).collect());
    let mut rest = text.trim();
    let Some(root) = node(&mut rest, 0) else { return unknown() };
    let named = root.child(&["AUTHORITY", "ID"]).and_then(|own| {
        let [authority, code] = own.texts.get(..2)? else { return None };
        format!("{authority}:{code}").parse::<Crs>().ok()
    });
    named.or_else(|| by_name(&root)).or_else(|| transverse_mercator(&root)).or_else(|| mollweide(&root)).map_or_else(unknown, Told::Known)
}

/// The names that ArcGIS gives, which writes no codes.
fn by_name(root: &Node) -> Option<Crs> {
    let name = root.texts.first()?.to_uppercase();
    let code = match name.as_str() {
        "GCS_WGS_1984" | "WGS 84" | "WGS_1984" | "WGS_1984_3D" => 4326,
        "GCS_CHINA_GEODETIC_COORDINATE_SYSTEM_2000" | "GCS_CGCS2000" => 4490,
        "GCS_ETRS_1989" => 4258,
        other => {
            let zone = other.strip_prefix("WGS_1984_UTM_ZONE_").or_else(|| other.strip_prefix("WGS 84 / UTM ZONE "))?;
            let (number, north) = (zone.trim_end_matches(['N', 'S']).parse::<u32>().ok()?, zone.ends_with('N'));
            if !(1..=60).contains(&number) {
                return None;
            }
            if north { 32_600 + number } else { 32_700 + number }
        }
    };
    format!("EPSG:{code}").parse().ok()
}

/// A transverse Mercator (Gauss–Krüger, UTM) on an ellipsoid whose datum is WGS84's to a metre.
fn transverse_mercator(root: &Node) -> Option<Crs> {
    let projection = root.child(&["PROJECTION"])?.texts.first()?.to_uppercase();
    if !["TRANSVERSE_MERCATOR", "GAUSS_KRUGER"].contains(&projection.as_str()) {
        return None;
    }
    let datum = root.child(&["GEOGCS", "GEODCRS"])?.texts.first()?.to_uppercase();
    let same_datum = ["WGS", "CHINA_GEODETIC_COORDINATE_SYSTEM_2000", "CGCS2000", "ETRS", "GRS"].iter().any(|own| datum.contains(own));
    let [lat, lon, k, x, y] =
        ["latitude_of_origin", "central_meridian", "scale_factor", "false_easting", "false_northing"].map(|name| root.parameter(name));
    let text = format!(
        "+proj=tmerc +lat_0={} +lon_0={} +k={} +x_0={} +y_0={} +ellps=GRS80 +towgs84=0,0,0 +units=m",
        lat.unwrap_or(0.0),
        lon?,
        k.unwrap_or(1.0),
        x?,
        y.unwrap_or(0.0)
    );
    (same_datum && root.in_metres()).then(|| text.parse().ok()).flatten()
}

/// Mollweide's equal-area projection of the world, in which GHSL's rasters come (ESRI:54009).
fn mollweide(root: &Node) -> Option<Crs> {
    let projection = root.child(&["PROJECTION"])?.texts.first()?;
    let datum = root.child(&["GEOGCS", "GEODCRS"])?.texts.first()?.to_uppercase();
    let fits = projection.eq_ignore_ascii_case("Mollweide") && datum.contains("WGS") && root.in_metres();
    let [lon, x, y] = ["central_meridian", "false_easting", "false_northing"].map(|name| root.parameter(name).unwrap_or(0.0));
    fits.then(|| format!("+proj=moll +lon_0={lon} +x_0={x} +y_0={y} +datum=WGS84 +units=m").parse().ok()).flatten()
}

impl Node {
    fn child(&self, keywords: &[&str]) -> Option<&Node> {
        self.children.iter().find(|child| keywords.contains(&child.keyword.as_str()))
    }

    fn parameter(&self, name: &str) -> Option<f64> {
        let own = self.children.iter().filter(|child| child.keyword == "PARAMETER");
        let mut fitting = own.filter(|child| child.texts.first().is_some_and(|text| text.eq_ignore_ascii_case(name)));
        fitting.next()?.texts.get(1)?.parse().ok()
    }

    fn in_metres(&self) -> bool {
        let unit = self.child(&["UNIT"]).and_then(|unit| unit.texts.get(1)?.parse::<f64>().ok());
        unit == Some(1.0)
    }
}

/// Nested so deep nothing sound is.
const DEEPEST: u32 = 32;

/// Reads one node off the front of `rest`.
fn node(rest: &mut &str, depth: u32) -> Option<Node> {
    let open = rest.find(['[', '('])?;
    let keyword = rest[..open].trim().to_uppercase();
    if depth > DEEPEST || keyword.is_empty() || !keyword.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let mut node = Node { keyword, ..Node::default() };
    *rest = &rest[open + 1..];
    loop {
        *rest = rest.trim_start();
        match rest.chars().next()? {
            ']' | ')' => {
                *rest = &rest[1..];
                return Some(node);
            }
            ',' => *rest = &rest[1..],
            '"' => {
                let end = rest[1..].find('"')?;
                node.texts.push(rest[1..=end].to_owned());
                *rest = &rest[end + 2..];
            }
            _ => {
                let end = rest.find(['[', '(', ',', ']', ')'])?;
                if rest[end..].starts_with(['[', '(']) {
                    node.children.push(self::node(rest, depth + 1)?);
                } else {
                    node.texts.push(rest[..end].trim().to_owned());
                    *rest = &rest[end..];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match crs(text) {
            Told::Known(crs) => crs.to_string(),
            Told::Unknown(text) => format!("unknown: {text}"),
        }
    }

    #[test]
    fn codes_and_names() {
        let finland = r#"PROJCS["ETRS89 / TM35FIN(E,N)",GEOGCS["ETRS89",DATUM["d",SPHEROID["GRS 1980",6378137,298.257222101,AUTHORITY["EPSG","7019"]]],AUTHORITY["EPSG","4258"]],PROJECTION["Transverse_Mercator"],UNIT["metre",1],AUTHORITY["EPSG","3067"]]"#;
        assert_eq!(shown(finland), "EPSG:3067");
        assert_eq!(shown(r#"GEOGCRS["WGS 84",DATUM["World Geodetic System 1984"],ID["EPSG",4326]]"#), "EPSG:4326");
        assert_eq!(
            shown(
                r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#
            ),
            "EPSG:4326"
        );
        assert_eq!(shown(r#"PROJCS["WGS_1984_UTM_Zone_51N",GEOGCS["GCS_WGS_1984"],UNIT["Meter",1.0]]"#), "EPSG:32651");
    }

    #[test]
    fn a_gauss_kruger_of_cgcs2000_by_its_parameters() {
        let text = r#"PROJCS["CGCS2000_3_Degree_GK_CM_120E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;
        let Told::Known(own) = crs(text) else { panic!("{}", shown(text)) };
        // EPSG:4549 is that projection
        let place = catchment::geo::Coord { x: 121.381, y: 31.112 };
        let [a, b] = [own, "EPSG:4549".parse().unwrap()]
            .map(|to| crate::crs::Projector::new(&Crs::wgs84(), &to).unwrap().forward_one(place).unwrap());
        assert!((a.x - b.x).hypot(a.y - b.y) < 1e-3, "{a:?} {b:?}");
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let deep = "A[".repeat(100_000);
        for text in [
            "",
            "nonsense",
            "PROJCS[\"Beijing_1954\",GEOGCS[\"GCS_Beijing_1954\"],PROJECTION[\"Gauss_Kruger\"],UNIT[\"Meter\",1.0]]",
            "A[\"",
            deep.as_str(),
        ] {
            assert!(shown(text).starts_with("unknown: "), "{}", shown(text));
        }
    }
}
