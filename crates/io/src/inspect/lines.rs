//! The lines of a plan that would read a file.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Field;
use crate::load::Suspicion;
use crate::load::usual::{H3, ID, NAME, PEOPLE, ROAD_CLASS, ROAD_LEVEL, ROAD_NAME, ROAD_ONEWAY, ROAD_SPEED, ZONE_ID, ZONE_NAME};

/// The field with one of these names, else nothing.
pub(super) fn one_of<'f>(fields: &'f [Field], names: &[&str]) -> Option<&'f str> {
    names.iter().find_map(|name| fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))).map(|field| field.name.as_str())
}

/// Text as TOML writes it: a basic string knows the escapes of JSON.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// What a plan says where the suspicion is right; `axes` are a table's columns of coordinates. Nothing where it cannot say it.
pub(super) fn mended(found: &Suspicion, axes: Option<&[String; 2]>) -> String {
    let crs = found.crs.as_ref().map(|crs| format!("crs = {}", quoted(crs)));
    let swapped = axes.filter(|_| found.swapped).map(|[x, y]| format!("x = {}, y = {}", quoted(y), quoted(x)));
    let said: Vec<String> = swapped.into_iter().chain(crs).collect();
    match (said.is_empty(), axes) {
        (true, _) => String::new(),
        (false, Some(_)) => format!("# if they are what they look like, its columns say so:\n# columns = {{ {} }}\n", said.join(", ")),
        (false, None) => format!("# if they are what they look like, it says so (of points: in its columns):\n# {}\n", said.join(", ")),
    }
}

pub(super) fn plan_of_layer(name: &str, geometries: &BTreeMap<String, usize>, fields: &[Field]) -> String {
    // what most of its features are
    let most = geometries.iter().filter(|(kind, _)| *kind != "none").max_by_key(|(_, count)| **count).map_or("", |(kind, _)| kind.as_str());
    let has = |kinds: &[&str]| kinds.contains(&most);
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
    match most {
        "MultiPoint" => "# no plan reads shapes of several points: make them single ones\n".to_owned(),
        _ => "# no plan reads a layer without points, lines or polygons\n".to_owned(),
    }
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

pub(super) fn plan_of_table(name: &str, has_places: bool, fields: &[Field]) -> String {
    let people = one_of(fields, &PEOPLE);
    // the name alone does not make a column one of H3 cells
    let cells = H3.iter().take(H3.len() - 2).find_map(|name| one_of(fields, &[name]));
    if let (false, Some(_), Some(people)) = (has_places, cells, people) {
        let (source, people) = (quoted(name), quoted(people));
        return format!("[people]\nmethod = \"cells\"\nsource = {source}\ncolumns = {{ people = {people} }}\n");
    }
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
