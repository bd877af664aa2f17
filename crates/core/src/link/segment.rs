//! The straight line of an edge, in full precision: how far it is from a point, what it crosses, what of it lies in a triangle.

use geo::Coord;

use crate::network::RoadNetwork;

/// The straight line from an edge's tail to its head.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub a: Coord<f64>,
    pub step: Coord<f64>,
}

impl Segment {
    /// That of the edge `id`.
    pub(super) fn of(network: &RoadNetwork, id: u32) -> Segment {
        let edge = &network.edges()[id as usize];
        let (a, b) = (network.location(edge.tail), network.location(edge.head));
        Segment { a, step: Coord { x: b.x - a.x, y: b.y - a.y } }
    }

    /// A place on it, 0 to 1 along it.
    pub(super) fn at(&self, along: f64) -> Coord<f64> {
        Coord { x: self.a.x + along * self.step.x, y: self.a.y + along * self.step.y }
    }

    /// Square of its distance from `point`, and the foot's place along it, 0 to 1.
    pub(super) fn foot(&self, point: Coord<f64>) -> (f64, f64) {
        let (px, py) = (point.x - self.a.x, point.y - self.a.y);
        let length_2 = self.step.x * self.step.x + self.step.y * self.step.y;
        let per_length_2 = if length_2 > 0.0 { 1.0 / length_2 } else { 0.0 };
        let along = (px * self.step.x + py * self.step.y) * per_length_2;
        // numbers all: quicker than `clamp`, which asks
        let along = if along > 0.0 { along } else { 0.0 };
        let along = if along < 1.0 { along } else { 1.0 };
        let (ex, ey) = (px - along * self.step.x, py - along * self.step.y);
        (ex * ex + ey * ey, along)
    }

    /// Where along the line from `a` to `b` it is crossed, 0 to 1.
    pub(super) fn crossing(&self, a: Coord<f64>, b: Coord<f64>) -> Option<f64> {
        let step = Coord { x: b.x - a.x, y: b.y - a.y };
        let turn = step.x * self.step.y - step.y * self.step.x;
        let to = Coord { x: self.a.x - a.x, y: self.a.y - a.y };
        let own = (to.x * self.step.y - to.y * self.step.x) / turn;
        let along = (to.x * step.y - to.y * step.x) / turn;
        ((0.0..=1.0).contains(&own) && (0.0..=1.0).contains(&along)).then_some(along)
    }

    /// From where to where along it, 0 to 1, it lies in a triangle.
    pub(super) fn within(&self, [a, b, c]: [Coord<f64>; 3]) -> Option<[f64; 2]> {
        let turn = |p: Coord<f64>, q: Coord<f64>, r: Coord<f64>| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
        let sign = turn(a, b, c).signum();
        let end = self.at(1.0);
        let mut part = [0.0f64, 1.0];
        for (p, q) in [(a, b), (b, c), (c, a)] {
            let (from, to) = (sign * turn(p, q, self.a), sign * turn(p, q, end));
            match (from >= 0.0, to >= 0.0) {
                (false, false) => return None,
                (true, false) => part[1] = part[1].min(from / (from - to)),
                (false, true) => part[0] = part[0].max(from / (from - to)),
                (true, true) => {}
            }
        }
        (part[0] <= part[1]).then_some(part)
    }
}
