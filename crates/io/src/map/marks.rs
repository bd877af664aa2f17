//! Small marks that the map and the legend share: facility symbols, numbers in circles, the hatch.

use std::collections::BTreeMap;

use super::scene::FacilityMark;
use super::text::{Num, Out};

/// The dark blue of everything about facilities.
pub(super) const FACILITY_BLUE: &str = "#08306b";
/// The fill of gaps whose people are unknown.
pub(super) const HATCH: &str = "url(#unknown)";
/// The fill of ground outside the extent of the roads.
pub(super) const NO_DATA: &str = "url(#nodata)";
/// The shapes of the first kinds, then that of all others.
const SHAPES: [&str; 4] =
    ["M-4-4H4V4H-4z", "M0-4.5A4.5 4.5 0 1 1 0 4.5 4.5 4.5 0 1 1 0-4.5z", "M0-5.4L5.4 0 0 5.4-5.4 0z", "M0-5L5 3.8H-5z"];
/// The white cross in a symbol, and where its middle lies in the triangle.
const CROSS: &str = "M-.8-2.5H.8V-.8H2.5V.8H.8V2.5H-.8V.8H-2.5V-.8H-.8z";

/// The kinds of facilities in the order of their shapes, and how large symbols are drawn.
pub(super) struct Symbols<'a> {
    /// Kinds with a shape of their own and how many facilities are of each, most frequent first.
    pub(super) kinds: Vec<(&'a str, usize)>,
    /// Facilities of all other kinds.
    pub(super) others: usize,
    /// 1 for a few facilities, less for many.
    pub(super) scale: f64,
}

impl<'a> Symbols<'a> {
    pub(super) fn of(facilities: &[FacilityMark<'a>]) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for facility in facilities {
            *counts.entry(facility.kind.trim()).or_default() += 1;
        }
        let mut kinds: Vec<_> = counts.into_iter().collect();
        kinds.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let own = if kinds.len() == SHAPES.len() { SHAPES.len() } else { SHAPES.len() - 1 };
        let others = kinds.iter().skip(own).map(|kind| kind.1).sum();
        kinds.truncate(own);
        let scale = (60.0 / facilities.len().max(1) as f64).powf(0.25).clamp(0.4, 1.0);
        Self { kinds, others, scale }
    }

    /// The number of a kind's shape.
    pub(super) fn shape(&self, kind: &str) -> usize {
        self.kinds.iter().position(|k| k.0 == kind.trim()).unwrap_or(SHAPES.len() - 1)
    }

    /// The definitions that [`use_symbol`] refers to, and the hatch.
    pub(super) fn define(&self, out: &mut Out) {
        out.line(format_args!(
            r##"<pattern id="unknown" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="#e2e2e2"/><path d="M-1 1L1-1M0 4L4 0M3 5L5 3" stroke="#6f6f6f" stroke-width=".8"/></pattern>"##
        ));
        out.line(format_args!(
            r##"<pattern id="nodata" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#d9d9d9"/><path d="M0 0L6 6M6 0L0 6" stroke="#8c8c8c" stroke-width=".5"/></pattern>"##
        ));
        for (i, shape) in SHAPES.iter().enumerate() {
            let cross = if i == 3 { r#" transform="translate(0 1)""# } else { "" };
            out.line(format_args!(
                r##"<g id="f{i}"><path d="{shape}" fill="{FACILITY_BLUE}" stroke="#fff" stroke-width="1.2"/><path d="{CROSS}" fill="#fff"{cross}/></g>"##
            ));
            out.line(format_args!(
                r##"<g id="u{i}"><path d="{shape}" fill="none" stroke="#fff" stroke-width="2.6"/><path d="{shape}" fill="#fff" stroke="{FACILITY_BLUE}" stroke-width="1.1" stroke-dasharray="1.6 1"/></g>"##
            ));
        }
    }
}

/// Draws a facility symbol; `title` is shown by browsers under the pointer.
pub(super) fn use_symbol(out: &mut Out, shape: usize, linked: bool, (x, y): (f64, f64), scale: f64, title: &str) {
    let id = if linked { 'f' } else { 'u' };
    out.put(format_args!(r##"<use xlink:href="#{id}{shape}" transform="translate({} {})"##, Num(x), Num(y)));
    if scale < 1.0 {
        out.put(format_args!(" scale({scale:.2})"));
    }
    if title.is_empty() {
        out.line(format_args!(r#""/>"#));
    } else {
        out.line(format_args!(r#""><title>{}</title></use>"#, super::text::escape(title)));
    }
}

/// The radius of the circle around a number.
pub(super) const NUMBER_RADIUS: f64 = 6.2;

/// Draws a number in a dark circle.
pub(super) fn number(out: &mut Out, (x, y): (f64, f64), number: u32) {
    let text = number.to_string();
    let size = if text.len() < 3 { 8.4 } else { 6.0 };
    out.line(format_args!(r##"<circle cx="{}" cy="{}" r="{NUMBER_RADIUS}" fill="#1a1a1a" stroke="#fff"/>"##, Num(x), Num(y)));
    out.text((x, y + size * 0.36), size, r##"text-anchor="middle" fill="#fff""##, &text);
}
