//! The layers of the map from the ground up: land, covered ground, gaps, roads, boundaries, facilities.

use geo::MultiPolygon;

use super::classes::{Classes, people};
use super::fit::Fit;
use super::marks::{HATCH, NO_DATA, Symbols, use_symbol};
use super::paths::PathData;
use super::roads::road_paths;
use super::scene::{GapShape, MapScene};
use super::text::{Num, Out, escape};

pub(super) const OUTSIDE_FILL: &str = "#eceff1";
pub(super) const LAND_FILL: &str = "#fcfbf7";
pub(super) const COVERED_FILL: &str = "#bcd9ea";
pub(super) const COVERED_EDGE: &str = "#6ba3c4";
pub(super) const GAP_EDGE: &str = "#7a3b0c";
pub(super) const ROAD_COLOUR: &str = "#8a8f96";
pub(super) const ZONE_COLOUR: &str = "#3f4a57";

/// Draws all layers, cut off at the frame.
pub(super) fn draw(out: &mut Out, scene: &MapScene<'_>, fit: &Fit, classes: &Classes, symbols: &Symbols<'_>) {
    let zones: Vec<String> = scene.zones.iter().map(|zone| path(fit, zone.polygon)).collect();
    out.line(format_args!(r##"<g clip-path="url(#frame)" stroke-linejoin="round" stroke-linecap="round">"##));
    out.line(format_args!(r#"<g id="land" fill="{LAND_FILL}" fill-rule="evenodd">"#));
    shapes(out, &zones);
    out.line(format_args!(r#"</g><g id="no-data" fill="{NO_DATA}" fill-rule="evenodd">"#));
    shapes(out, &scene.no_data.iter().map(|polygon| path(fit, polygon)).collect::<Vec<_>>());
    out.line(format_args!(r#"</g><g id="covered" fill="{COVERED_FILL}" stroke="{COVERED_EDGE}" stroke-width=".5" fill-rule="evenodd">"#));
    shapes(out, &scene.covered.iter().map(|polygon| path(fit, polygon)).collect::<Vec<_>>());
    out.line(format_args!(r#"</g><g id="gaps" stroke="{GAP_EDGE}" stroke-width=".35" fill-rule="evenodd">"#));
    // The largest last, so that none hides below a neighbour's edge.
    let mut gaps: Vec<&GapShape<'_>> = scene.gaps.iter().collect();
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.rank));
    gaps.iter().for_each(|gap| draw_gap(out, gap, fit, classes));
    out.line(format_args!(r#"</g><g id="roads" fill="none" stroke="{ROAD_COLOUR}" stroke-opacity=".6" stroke-width=".35">"#));
    shapes(out, &road_paths(scene.roads, fit));
    out.line(format_args!(r#"</g><g id="zones" fill="none" stroke="{ZONE_COLOUR}" stroke-width=".75">"#));
    shapes(out, &zones);
    out.line(format_args!("</g>"));
    draw_facilities(out, scene, fit, symbols);
    out.line(format_args!("</g>"));
}

/// The path data of polygons on the page.
fn path(fit: &Fit, polygon: &MultiPolygon<f64>) -> String {
    let mut data = PathData::default();
    data.polygons(&fit.polygons(polygon));
    data.0
}

fn shapes(out: &mut Out, paths: &[String]) {
    for data in paths.iter().filter(|data| !data.is_empty()) {
        out.line(format_args!(r#"<path d="{data}"/>"#));
    }
}

fn draw_gap(out: &mut Out, gap: &GapShape<'_>, fit: &Fit, classes: &Classes) {
    let fill = gap.known_people().map_or(HATCH, |people| classes.shade(classes.class(people)));
    let amount = gap.known_people().map_or_else(|| "–".to_owned(), people);
    let title = escape(&format!("{}. {}: {}", gap.rank, gap.zone_name, amount));
    let data = path(fit, gap.polygon);
    if !data.is_empty() {
        out.line(format_args!(r#"<path fill="{fill}" d="{data}"><title>{title}</title></path>"#));
    }
}

fn draw_facilities(out: &mut Out, scene: &MapScene<'_>, fit: &Fit, symbols: &Symbols<'_>) {
    out.line(format_args!(r#"<g id="facilities">"#));
    for facility in &scene.facilities {
        let at = fit.point(geo::Coord { x: facility.x, y: facility.y });
        if let Some(place) = at.filter(|&place| fit.frame.contains(place)) {
            let shape = symbols.shape(facility.kind);
            use_symbol(out, shape, facility.linked, place, symbols.scale, facility.name);
        }
    }
    out.line(format_args!("</g>"));
}

/// The frame's edge, drawn over what it cuts off.
pub(super) fn draw_frame(out: &mut Out, fit: &Fit, fill: &str, stroke: &str) {
    let frame = fit.frame;
    out.line(format_args!(
        r#"<rect x="{}" y="{}" width="{}" height="{}" fill="{fill}" stroke="{stroke}"/>"#,
        Num(frame.x),
        Num(frame.y),
        Num(frame.w),
        Num(frame.h)
    ));
}
