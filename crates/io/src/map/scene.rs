//! What the picture is drawn from: borrowed geometry in the metres of the working CRS.

use geo::{Line, MultiPolygon};

use super::words::Lang;

/// Everything the picture shows. Geometry is in metres of the working CRS: x to the east, y to the north.
///
/// Nothing is required: an empty scene gives a page with its title and an empty frame. Coordinates that are not finite
/// or lie beyond 10⁹ m are left out.
#[derive(Debug, Clone, Default)]
pub struct MapScene<'a> {
    /// The heading of the page, such as `Malta: primary care within a 15-minute walk`.
    pub title: &'a str,
    /// The line below the heading; may be empty.
    pub subtitle: &'a str,
    /// Lines below the map: limit, speed, mask, people, source and its credit, date. Long ones are wrapped.
    pub method: Vec<String>,
    /// The language of the legend.
    pub lang: Lang,
    /// The towns: they set the extent of the map.
    pub zones: Vec<ZoneShape<'a>>,
    /// The roads as single segments in any order; they are joined and thinned to what the page can show.
    pub roads: &'a [Line<f64>],
    /// The covered ground.
    pub covered: &'a [MultiPolygon<f64>],
    /// The ground of the towns outside the extent of the roads.
    pub no_data: &'a [MultiPolygon<f64>],
    /// The gaps, in any order.
    pub gaps: Vec<GapShape<'a>>,
    /// The facilities.
    pub facilities: Vec<FacilityMark<'a>>,
}

/// A town.
#[derive(Debug, Clone)]
pub struct ZoneShape<'a> {
    /// Its name as printed.
    pub name: &'a str,
    /// Its ground.
    pub polygon: &'a MultiPolygon<f64>,
    /// Covered people / all people, 0–1, printed below the name where there is room; `None` where people are unknown.
    pub people_share: Option<f64>,
}

/// A gap: uncovered ground of one town.
#[derive(Debug, Clone)]
pub struct GapShape<'a> {
    /// Its ground.
    pub polygon: &'a MultiPolygon<f64>,
    /// Its place in the ranking, 1 being the gap with most people. The ten lowest are numbered and listed.
    pub rank: u32,
    /// The people in it; `None` where they are unknown (drawn hatched).
    pub people: Option<f64>,
    /// The town it lies in.
    pub zone_name: &'a str,
}

/// A facility.
#[derive(Debug, Clone)]
pub struct FacilityMark<'a> {
    /// Metres to the east.
    pub x: f64,
    /// Metres to the north.
    pub y: f64,
    /// Its name, shown by browsers under the pointer.
    pub name: &'a str,
    /// Its kind, as the legend should print it; empty for just "facility". The three most frequent get a shape of their own.
    pub kind: &'a str,
    /// Whether it could be linked to a road: if not it serves nobody and is drawn hollow.
    pub linked: bool,
}

/// How many gaps are numbered and listed.
pub(super) const LISTED: usize = 10;

impl<'a> MapScene<'a> {
    /// The gaps that are numbered and listed, by rank.
    pub(super) fn listed_gaps(&self) -> Vec<&GapShape<'a>> {
        let mut gaps: Vec<_> = self.gaps.iter().collect();
        gaps.sort_by_key(|gap| gap.rank);
        gaps.truncate(LISTED);
        gaps
    }
}

impl GapShape<'_> {
    /// The people if they are known and a number.
    pub(super) fn known_people(&self) -> Option<f64> {
        self.people.filter(|people| people.is_finite())
    }
}
