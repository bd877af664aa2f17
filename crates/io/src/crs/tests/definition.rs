use super::super::{Crs, CrsError};
use super::crs;

fn refusal(text: &str) -> String {
    text.parse::<Crs>().unwrap_err().to_string()
}

#[test]
fn every_spelling_of_a_code_is_the_same_crs() {
    for text in [
        "EPSG:32633",
        "epsg:32633",
        " Epsg:32633 ",
        "urn:ogc:def:crs:EPSG::32633",
        "urn:ogc:def:crs:EPSG:9.9:32633",
        "http://www.opengis.net/def/crs/EPSG/0/32633",
    ] {
        assert_eq!(crs(text).definition(), "EPSG:32633", "{text}");
    }
    for text in ["EPSG:4326", "OGC:CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"] {
        assert_eq!(crs(text), Crs::wgs84(), "{text}");
    }
    assert_eq!(crs("+proj=utm   +zone=33 +datum=WGS84 +type=crs").definition(), "+proj=utm +zone=33 +datum=WGS84");
}

#[test]
fn a_number_alone_is_refused_with_the_right_spelling() {
    assert_eq!(refusal("32633"), "CRS \"32633\" is only a number: write \"EPSG:32633\"");
}

#[test]
fn auto_is_not_a_crs_of_its_own() {
    assert_eq!("auto".parse::<Crs>(), Err(CrsError::Auto));
}

#[test]
fn nonsense_is_refused_with_what_is_accepted() {
    for text in ["", "EPSG:", "EPSG:abc", "EPSG:-1", "EPSG:99999999999", "WGS84 / UTM 33N", "a:b:c:d", "上海2000", "EPSG"] {
        let message = refusal(text);
        assert!(message.contains("EPSG:32633") && message.contains("PROJ string"), "{text}: {message}");
    }
}

#[test]
fn an_unknown_code_or_projection_says_what_was_given_and_what_to_do() {
    for text in ["EPSG:1", "EPSG:70000", "+proj=nonsense", "+zone=33", "+"] {
        let message = refusal(text);
        assert!(message.contains(&format!("\"{text}\"")), "{message}");
        assert!(message.contains("EPSG codes and PROJ strings"), "{message}");
        assert_eq!(message.contains("--features proj"), cfg!(not(feature = "proj")), "{message}");
    }
}

#[test]
#[cfg(not(feature = "proj"))]
fn what_only_proj_can_do_is_refused_with_that_hint() {
    // Colombia's national grid is newer than the list; NTF (Paris) counts in grads.
    for text in ["EPSG:9377", "EPSG:4807"] {
        let message = refusal(text);
        assert!(message.contains(text) && message.contains("--features proj"), "{message}");
    }
}

#[test]
fn working_crs_must_be_metric_and_not_mercator() {
    for text in ["EPSG:32633", "EPSG:4549", "EPSG:3035", "+proj=laea +lat_0=31 +lon_0=121 +datum=WGS84 +units=m"] {
        assert_eq!(crs(text).check_working(), Ok(()), "{text}");
    }
    for (text, part) in [
        ("EPSG:4326", "degrees"),
        ("EPSG:4490", "degrees"),
        ("+proj=longlat +datum=WGS84", "degrees"),
        ("EPSG:3857", "×1.37 at 31°N"),
        ("EPSG:900913", "×1.37 at 31°N"),
        ("EPSG:3395", "×1.37 at 31°N"),
        ("+proj=merc +datum=WGS84", "×1.37 at 31°N"),
        ("+proj=webmerc +datum=WGS84", "×1.37 at 31°N"),
        ("EPSG:4978", "geocentric"),
        ("EPSG:2263", "us-ft"),
    ] {
        let message = crs(text).check_working().unwrap_err().to_string();
        assert!(message.contains(part), "{text}: {message}");
        assert!(message.contains("pick a UTM zone") && message.contains("\"auto\""), "{text}: {message}");
    }
}
