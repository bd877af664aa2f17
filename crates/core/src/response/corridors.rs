//! Corridors: the stretches of a line that stations reach within a limit, and the gaps between them.

use geo::{Coord, LineString};
use serde::Serialize;

use crate::analysis::Service;
use crate::assess::Status;
use crate::index::ZoneIndex;
use crate::input::Zone;
use crate::link::{EdgeGrid, LinkStatus, Snaps};
use crate::search::{Label, NearestFacility, SearchSpace, Sources};

/// Places of a line are asked at most so far apart, metres.
const STEP_M: f64 = 10.0;
/// How exactly the ends of a stretch are found, metres.
const EXACT_M: f64 = 0.01;

/// A stretch of a line with one status.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stretch {
    /// Which piece of the corridor it lies on.
    pub piece: usize,
    /// Where it begins, metres along its piece in the plane of the working CRS.
    pub from_m: f64,
    /// Where it ends.
    pub to_m: f64,
    /// Its status: covered stretches are within the limit.
    pub status: Status,
    /// The costliest of the places that were asked (every ten metres), and its facility; unreached where there is none.
    pub worst: Label,
    /// Its line, metres of the working CRS.
    #[serde(skip)]
    pub line: LineString<f64>,
}

/// Divides `pieces` of a corridor into stretches by what `service` reaches within its limit (that of the zone that a place lies in).
///
/// A place on the line is tied to the nearest road like any other, its leg counted. Stretches shorter than ten metres between two of
/// another status may be missed.
pub fn stretches(pieces: &[LineString<f64>], service: &Service<'_>, zones: &[Zone]) -> Vec<Stretch> {
    let edges = service.edge_grid();
    let links = service.facility_links(&edges);
    let sources = Sources::new(service.network, &links, service.direction);
    let mut space = SearchSpace::default();
    let nearest = sources.nearest_facility(&mut space);
    let mut walker = Walker { service, edges: &edges, nearest: &nearest, zones: ZoneIndex::new(zones), snaps: Snaps::default() };
    pieces.iter().enumerate().flat_map(|(piece, line)| walker.walk(piece, line)).collect()
}

struct Walker<'a> {
    service: &'a Service<'a>,
    edges: &'a EdgeGrid<'a>,
    nearest: &'a NearestFacility<'a>,
    zones: ZoneIndex<'a>,
    snaps: Snaps,
}

impl Walker<'_> {
    fn ask(&mut self, at: Coord<f64>) -> (Status, Label) {
        match self.edges.snap(at, &mut self.snaps) {
            LinkStatus::Linked => {
                let label = self.nearest.point(&self.snaps);
                (Status::of_label(label, self.service.limit_of(self.zones.locate(at))), label)
            }
            LinkStatus::TooFar | LinkStatus::BehindBarrier | LinkStatus::NoData => (Status::Unlinked, Label::UNREACHED),
        }
    }

    fn walk(&mut self, piece: usize, line: &LineString<f64>) -> Vec<Stretch> {
        let mut done: Vec<Stretch> = Vec::new();
        let Some(&first) = line.0.first() else { return done };
        let (status, label) = self.ask(first);
        let begin = |from_m, status, worst, at| Stretch { piece, from_m, to_m: from_m, status, worst, line: LineString(vec![at]) };
        let mut open = begin(0.0, status, label, first);
        let mut passed_m = 0.0;
        for part in line.lines() {
            let length_m = part.delta().x.hypot(part.delta().y);
            let at = |share: f64| part.start + part.delta() * share;
            let steps = (length_m / STEP_M).ceil().max(1.0) as u32;
            let mut last = 0.0;
            for step in 1..=steps {
                let share = f64::from(step) / f64::from(steps);
                let (status, label) = self.ask(at(share));
                if status != open.status {
                    let change = self.change(&at, [last, share], open.status, EXACT_M / length_m.max(EXACT_M));
                    let (from_m, place) = (passed_m + change * length_m, at(change));
                    open.to_m = from_m;
                    open.line.0.push(place);
                    done.push(std::mem::replace(&mut open, begin(from_m, status, label, place)));
                }
                if costlier(label, open.worst) {
                    open.worst = label;
                }
                last = share;
            }
            passed_m += length_m;
            open.to_m = passed_m;
            open.line.0.push(part.end);
        }
        done.push(open);
        done.retain(|stretch| stretch.to_m > stretch.from_m);
        done
    }

    /// Where between two shares of a part the status changes.
    fn change(&mut self, at: &impl Fn(f64) -> Coord<f64>, [mut low, mut high]: [f64; 2], before: Status, exact: f64) -> f64 {
        while high - low > exact {
            let middle = (low + high) / 2.0;
            if self.ask(at(middle)).0 == before { low = middle } else { high = middle }
        }
        (low + high) / 2.0
    }
}

fn costlier(label: Label, than: Label) -> bool {
    label.cost.is_reached() && (!than.cost.is_reached() || label.cost > than.cost)
}
