//! Rings around the faces of a drawing that are area.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::segments::{Role, Segment, offset, turn};
use crate::osm::positions::Position;

/// A ring that visits each of its places once; the last place is joined to the first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ring {
    pub(super) places: Vec<Position>,
    /// The role that all its segments share.
    pub(super) role: Role,
    /// The way of one of its segments.
    pub(super) way: i64,
}

/// Traces the rings of a drawing whose segments meet only at ends, an even number at each. The area is what an odd number of
/// rings encloses.
pub(super) fn rings(segments: &[Segment]) -> Vec<Ring> {
    let mut drawing = Drawing::new(segments);
    drawing.colour();
    drawing.trace()
}

/// A segment in one of its directions: `2 × index`, plus one for the way back.
type Arrow = usize;

struct Drawing<'a> {
    segments: &'a [Segment],
    /// The arrows that leave each place, counter-clockwise from the west.
    leaving: HashMap<Position, Vec<Arrow>>,
    /// Whether there is area to the left of an arrow.
    area_left: Vec<Option<bool>>,
}

impl<'a> Drawing<'a> {
    fn new(segments: &'a [Segment]) -> Self {
        let mut leaving: HashMap<Position, Vec<Arrow>> = HashMap::new();
        for (i, segment) in segments.iter().enumerate() {
            leaving.entry(segment.from).or_default().push(2 * i);
            leaving.entry(segment.to).or_default().push(2 * i + 1);
        }
        let mut drawing = Drawing { segments, leaving: HashMap::new(), area_left: vec![None; 2 * segments.len()] };
        for (place, arrows) in &mut leaving {
            arrows.sort_by(|&a, &b| by_angle(*place, drawing.end(a), drawing.end(b)));
        }
        drawing.leaving = leaving;
        drawing
    }

    fn start(&self, arrow: Arrow) -> Position {
        self.end(arrow ^ 1)
    }

    fn end(&self, arrow: Arrow) -> Position {
        let segment = &self.segments[arrow / 2];
        if arrow.is_multiple_of(2) { segment.to } else { segment.from }
    }

    /// Finds out on which side of each arrow there is area. Segments are sorted, so the first uncoloured one starts at the
    /// western end of a connected part; west of it is whatever the other parts enclose there.
    fn colour(&mut self) {
        let parts = Parts::of(self);
        for i in 0..self.segments.len() {
            if self.area_left[2 * i].is_none() {
                let west = self.segments[i].from;
                let inside = parts.enclose(self.segments, west);
                let first = self.leaving[&west][0];
                self.colour_part(first, !inside);
            }
        }
    }

    /// Carries the colour of one arrow to everything that is connected with it: around a place it alternates.
    fn colour_part(&mut self, first: Arrow, area_left: bool) {
        let mut open = vec![(first, area_left)];
        while let Some((arrow, mut area_left)) = open.pop() {
            if self.area_left[arrow].is_some() {
                continue;
            }
            let around = &self.leaving[&self.start(arrow)];
            let at = around.iter().position(|&other| other == arrow);
            let (before, after) = around.split_at(at.unwrap_or(0));
            for &next in after.iter().chain(before) {
                self.area_left[next] = Some(area_left);
                open.push((next ^ 1, !area_left));
                area_left = !area_left;
            }
        }
    }

    fn trace(&self) -> Vec<Ring> {
        let mut done = vec![false; self.area_left.len()];
        let mut rings = Vec::new();
        for first in 0..done.len() {
            if self.area_left[first] == Some(true) && !done[first] {
                let mut tour = Vec::new();
                let mut arrow = first;
                while !done[arrow] {
                    done[arrow] = true;
                    tour.push(arrow);
                    arrow = self.next(arrow);
                }
                self.split(&tour, &mut rings);
            }
        }
        rings
    }

    /// The next arrow around the face to the left: the first one clockwise from the way back.
    fn next(&self, arrow: Arrow) -> Arrow {
        let around = &self.leaving[&self.end(arrow)];
        let back = around.iter().position(|&other| other == arrow ^ 1);
        let back = back.unwrap_or(0);
        around[(back + around.len() - 1) % around.len()]
    }

    /// Cuts a tour that comes by the same place again into simple rings.
    fn split(&self, tour: &[Arrow], rings: &mut Vec<Ring>) {
        let mut path: Vec<Arrow> = Vec::new();
        let mut on_path: HashMap<Position, usize> = HashMap::new();
        for &arrow in tour {
            on_path.insert(self.start(arrow), path.len());
            path.push(arrow);
            if let Some(&at) = on_path.get(&self.end(arrow)) {
                let ring = path.split_off(at);
                for &arrow in &ring {
                    on_path.remove(&self.start(arrow));
                }
                rings.push(self.ring(&ring));
            }
        }
    }

    fn ring(&self, arrows: &[Arrow]) -> Ring {
        let segments = arrows.iter().map(|arrow| &self.segments[arrow / 2]);
        let mut roles = segments.clone().map(|segment| segment.role);
        let first = roles.next().unwrap_or(Role::Open);
        Ring {
            places: arrows.iter().map(|&arrow| self.start(arrow)).collect(),
            role: if roles.all(|role| role == first) { first } else { Role::Open },
            way: segments.map(|segment| segment.way).min().unwrap_or(0),
        }
    }
}

/// Counter-clockwise order of two places seen from `centre`, starting just after the west.
fn by_angle(centre: Position, a: Position, b: Position) -> Ordering {
    let sector = |place| match offset(centre, place) {
        (_, north) if north < 0 => 0,
        (east, 0) if east < 0 => 2,
        _ => 1,
    };
    let (in_a, in_b) = (sector(a), sector(b));
    in_a.cmp(&in_b).then_with(|| 0.cmp(&turn(centre, a, b)))
}

/// The connected parts of a drawing.
struct Parts {
    of_segment: Vec<usize>,
    /// West, east, south and north end of each part.
    extents: Vec<[i32; 4]>,
    segments_of: Vec<Vec<usize>>,
}

impl Parts {
    fn of(drawing: &Drawing<'_>) -> Self {
        let mut parts = Parts { of_segment: vec![usize::MAX; drawing.segments.len()], extents: Vec::new(), segments_of: Vec::new() };
        for i in 0..drawing.segments.len() {
            if parts.of_segment[i] == usize::MAX {
                parts.flood(drawing, i);
            }
        }
        parts
    }

    fn flood(&mut self, drawing: &Drawing<'_>, first: usize) {
        let part = self.segments_of.len();
        let mut extent = [i32::MAX, i32::MIN, i32::MAX, i32::MIN];
        let mut members = Vec::new();
        let mut open = vec![first];
        while let Some(i) = open.pop() {
            if self.of_segment[i] != usize::MAX {
                continue;
            }
            self.of_segment[i] = part;
            members.push(i);
            for place in [drawing.segments[i].from, drawing.segments[i].to] {
                let [west, east, south, north] = extent;
                extent = [west.min(place.lon_e7), east.max(place.lon_e7), south.min(place.lat_e7), north.max(place.lat_e7)];
                open.extend(drawing.leaving[&place].iter().map(|arrow| arrow / 2));
            }
        }
        self.extents.push(extent);
        self.segments_of.push(members);
    }

    /// Whether an odd number of rings encloses the western end of a part. The part's own segments all lie east of it.
    fn enclose(&self, segments: &[Segment], place: Position) -> bool {
        let (lon, lat) = (place.lon_e7, place.lat_e7);
        let around = self.extents.iter().zip(&self.segments_of);
        let around = around.filter(|([west, east, south, north], _)| (*west..=*east).contains(&lon) && (*south..=*north).contains(&lat));
        let segments = around.flat_map(|(_, members)| members.iter().map(|&i| &segments[i]));
        let to_the_west = segments.filter(|segment| {
            let (from, to) = (segment.from, segment.to);
            let spans = (from.lat_e7 > lat) != (to.lat_e7 > lat);
            let side = turn(from, to, place);
            spans && if to.lat_e7 > from.lat_e7 { side < 0 } else { side > 0 }
        });
        to_the_west.count() % 2 == 1
    }
}
