//! The separator audit: do polygons part reached from unreached road?
//!
//! Places are drawn on the roads, evenly by length; each place's own exact cost says whether it is within the limit, the polygons say
//! whether they hold it. *False in*: held, but beyond the limit; *false out*: within the limit, but not held. The test is Baum, Bläsius,
//! Gemsa, Rutter and Wegner's definition of an isocontour (ESA 2016) put to the polygons of any tool.

use geo::{Coord, MultiPolygon};
use rayon::prelude::*;
use serde::Serialize;

use crate::check::{self, InputError};
use crate::ids::EdgeId;
use crate::link::EdgeGrid;
use crate::random::Random;
use crate::search::NearestFacility;
use crate::units::{Cost, Limit};

/// A place this near one of the other side on the same road, where costs jump (a one-way end), is on no side, mm.
const JUMP_MM: u32 = 100;

/// A place this near a crossing of two roads without a junction cannot be on the right side for both, m.
const CROSSING_M: f64 = 1.0;

/// How many places are drawn, and which do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditRules {
    /// Places drawn.
    pub points: u32,
    /// The same seed draws the same places.
    pub seed: u64,
    /// Places whose cost is this near the limit, or nearer, do not count; nor do those within 0.1 m of where the cost of their road jumps
    /// across the limit (a one-way end).
    pub leave_out: Cost,
}

/// How a place is on the wrong side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The polygons hold it, but it is beyond the limit.
    FalseIn,
    /// It is within the limit, but the polygons do not hold it.
    FalseOut,
}

/// A place on the wrong side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Offender {
    /// Where, metres of the working CRS.
    pub at: Coord<f64>,
    /// The road.
    pub edge: EdgeId,
    /// Its exact cost; [`Cost::UNREACHED`] without a way.
    pub cost: Cost,
    /// The limit that applies there.
    pub limit: Limit,
    /// How it is wrong.
    pub fault: Fault,
    /// Whether roads cross here without a junction (a bridge, a tunnel): no polygon can be right for both.
    pub at_crossing: bool,
}

/// What an audit found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Audit {
    /// Places drawn on roads for which a limit applies.
    pub points: usize,
    /// Of these, within the margin around the limit: not counted further.
    pub left_out: usize,
    /// Of the others, within the limit.
    pub reached: usize,
    /// Of the others, those whose cost is two to four thirds of the limit (10 to 20 minutes around 15): where polygons go wrong.
    pub near: usize,
    /// Length of the roads that places are drawn on, mm: those that points may be tied to.
    pub road_mm: u64,
    /// Length of the roads on islands, mm: points are tied past them, so that they are on no side, and no place is drawn on them.
    pub island_mm: u64,
    /// Places on the wrong side, in the order drawn.
    pub offenders: Vec<Offender>,
}

impl Audit {
    /// Places that count.
    pub fn counted(&self) -> usize {
        self.points - self.left_out
    }

    /// Places on the wrong side as a share of those that count, 0 to 1; crossings, where no polygon can be right, are left aside.
    pub fn wrong_share(&self) -> f64 {
        let wrong = self.offenders.iter().filter(|o| !o.at_crossing).count();
        wrong as f64 / self.counted().max(1) as f64
    }

    /// Places of one fault; those at crossings, or the others.
    pub fn count(&self, fault: Fault, at_crossing: bool) -> usize {
        self.offenders.iter().filter(|o| o.fault == fault && o.at_crossing == at_crossing).count()
    }
}

/// Audits `polygons`. `limit_at` says which limit applies at a place; none where the polygons make no claim.
///
/// # Complexity
///
/// O((points + corners) log corners), in parallel.
///
/// # Errors
///
/// [`InputError`] where `edges` are of another network than `nearest`, or a limit counts something else than its costs.
pub fn audit(
    polygons: &MultiPolygon<f64>,
    edges: &EdgeGrid<'_>,
    nearest: &NearestFacility<'_>,
    limit_at: &(dyn Fn(Coord<f64>) -> Option<Limit> + Sync),
    rules: AuditRules,
) -> Result<Audit, InputError> {
    check::same_network("the edges", edges.network(), nearest.network())?;
    let holder = Holder::new(polygons);
    let places = draw(edges, rules);
    let metric = nearest.network().metric();
    let judged: Vec<Option<Judged>> = places
        .par_iter()
        .map(|&(edge, offset_mm)| {
            let at = place(edges, edge, offset_mm);
            let Some(limit) = limit_at(at) else { return Ok(None) };
            check::limit("the limit of a place", limit, metric)?;
            let cost = nearest.place(edge, offset_mm).cost;
            let (reached, held) = (limit.admits(cost), holder.holds(at));
            let length = edges.network().edge(edge).length_mm;
            let beside = || [offset_mm.saturating_sub(JUMP_MM), offset_mm.saturating_add(JUMP_MM).min(length)];
            let jumps = || beside().into_iter().any(|offset| limit.admits(nearest.place(edge, offset).cost) != reached);
            let left_out = cost.is_reached() && cost.0.abs_diff(limit.cost.0) <= rules.leave_out.0 || (reached != held && jumps());
            let thirds = 3 * u64::from(cost.0);
            let near = (2 * u64::from(limit.cost.0)..=4 * u64::from(limit.cost.0)).contains(&thirds);
            let fault = if held { Fault::FalseIn } else { Fault::FalseOut };
            let offender = (!left_out && reached != held).then(|| Offender {
                at,
                edge,
                cost,
                limit,
                fault,
                at_crossing: is_crossing(edges, nearest, limit, edge, at),
            });
            Ok(Some(Judged { left_out, reached, near, offender }))
        })
        .collect::<Result<_, InputError>>()?;
    let network = edges.network();
    let length = |eligible: bool| {
        let roads = network.roads().filter(|id| edges.is_eligible(*id) == eligible);
        roads.map(|id| u64::from(network.edge(id).length_mm)).sum()
    };
    let mut audit = Audit { road_mm: length(true), island_mm: length(false), ..Audit::default() };
    for judged in judged.into_iter().flatten() {
        audit.points += 1;
        audit.left_out += usize::from(judged.left_out);
        audit.reached += usize::from(judged.reached && !judged.left_out);
        audit.near += usize::from(judged.near && !judged.left_out);
        audit.offenders.extend(judged.offender);
    }
    Ok(audit)
}

struct Judged {
    left_out: bool,
    reached: bool,
    near: bool,
    offender: Option<Offender>,
}

/// Places on eligible edges, evenly by length: the edge and mm along it.
fn draw(edges: &EdgeGrid<'_>, rules: AuditRules) -> Vec<(EdgeId, u32)> {
    let network = edges.network();
    let eligible: Vec<EdgeId> = network.roads().filter(|id| edges.is_eligible(*id)).collect();
    let mut ends: Vec<u64> = Vec::with_capacity(eligible.len());
    let mut sum = 0;
    for id in &eligible {
        sum += u64::from(network.edge(*id).length_mm);
        ends.push(sum);
    }
    let mut random = Random(rules.seed);
    let count = if sum == 0 { 0 } else { rules.points };
    (0..count)
        .map(|_| {
            let at = random.below(sum);
            let i = ends.partition_point(|end| *end <= at);
            let id = eligible[i];
            let length = network.edge(id).length_mm;
            (id, length - (ends[i] - at) as u32)
        })
        .collect()
}

fn place(edges: &EdgeGrid<'_>, id: EdgeId, offset_mm: u32) -> Coord<f64> {
    let network = edges.network();
    let edge = network.edge(id);
    let (a, b) = (network.location(edge.tail), network.location(edge.head));
    let share = f64::from(offset_mm) / f64::from(edge.length_mm.max(1));
    Coord { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) }
}

/// Whether another road, of the other status there, crosses `edge` within a metre of `at` without sharing a node with it.
fn is_crossing(edges: &EdgeGrid<'_>, nearest: &NearestFacility<'_>, limit: Limit, edge: EdgeId, at: Coord<f64>) -> bool {
    let network = edges.network();
    let own = network.edge(edge);
    let ends = |id: EdgeId| {
        let edge = network.edge(id);
        [edge.tail, edge.head]
    };
    let (a, b) = (network.location(own.tail), network.location(own.head));
    let length = (b.x - a.x).hypot(b.y - a.y).max(f64::MIN_POSITIVE);
    let along = (at.x - a.x).hypot(at.y - a.y) / length;
    let reach = CROSSING_M / length;
    let part = |share: f64| {
        let share = share.clamp(0.0, 1.0);
        Coord { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) }
    };
    let reached = |id: EdgeId, share: f64| {
        let offset_mm = (share.clamp(0.0, 1.0) * f64::from(network.edge(id).length_mm)).round() as u32;
        limit.admits(nearest.place(id, offset_mm).cost)
    };
    let mut found = false;
    edges.crossed(part(along - reach), part(along + reach), &mut |other, share| {
        let apart = other != edge && !ends(other).iter().any(|node| ends(edge).contains(node));
        found |= apart && reached(other, share) != reached(edge, along);
    });
    found
}

/// Polygons in bands from south to north, for quick answers to "does it hold this place?".
struct Holder {
    low: f64,
    height: f64,
    bands: Vec<Vec<Line>>,
}

#[derive(Debug, Clone, Copy)]
struct Line {
    polygon: u32,
    a: Coord<f64>,
    b: Coord<f64>,
}

impl Holder {
    fn new(polygons: &MultiPolygon<f64>) -> Holder {
        let lines: Vec<Line> = polygons
            .iter()
            .enumerate()
            .flat_map(|(i, p)| {
                let rings = std::iter::once(p.exterior()).chain(p.interiors());
                rings.flat_map(move |ring| ring.lines().map(move |l| Line { polygon: i as u32, a: l.start, b: l.end }))
            })
            .collect();
        let ys = || lines.iter().flat_map(|l| [l.a.y, l.b.y]);
        let (low, high) = (ys().fold(f64::INFINITY, f64::min), ys().fold(f64::NEG_INFINITY, f64::max));
        let count = (lines.len() / 4).clamp(1, 1 << 16);
        // no more than some four bands a line, however tall the lines are
        let tall: f64 = lines.iter().map(|l| (l.a.y - l.b.y).abs()).sum::<f64>() / (4.0 * lines.len().max(1) as f64);
        let height = ((high - low) / count as f64).max(tall).max(f64::MIN_POSITIVE);
        let mut holder = Holder { low, height, bands: vec![Vec::new(); count + 1] };
        for line in lines {
            let (first, last) = (holder.band(line.a.y.min(line.b.y)), holder.band(line.a.y.max(line.b.y)));
            holder.bands[first..=last].iter_mut().for_each(|band| band.push(line));
        }
        holder
    }

    fn band(&self, y: f64) -> usize {
        (((y - self.low) / self.height).max(0.0) as usize).min(self.bands.len() - 1)
    }

    /// Whether any polygon holds a place: an odd number of its lines lie to the east.
    fn holds(&self, at: Coord<f64>) -> bool {
        let mut odd: Vec<u32> = Vec::new();
        for line in &self.bands[self.band(at.y)] {
            if (line.a.y > at.y) != (line.b.y > at.y) {
                let x = line.a.x + (at.y - line.a.y) / (line.b.y - line.a.y) * (line.b.x - line.a.x);
                if x > at.x {
                    match odd.iter().position(|p| *p == line.polygon) {
                        Some(known) => drop(odd.swap_remove(known)),
                        None => odd.push(line.polygon),
                    }
                }
            }
        }
        !odd.is_empty()
    }
}
