//! Service areas: the ground that each facility is the first to reach, or to be reached from.
//!
//! The facility of a place is that of its own exact cost. Places are asked on a lattice of a quarter of a ground cell wherever two
//! facilities meet, and the line between them is sought along every side of the lattice to a few centimetres; squares share these
//! places, so that areas neither overlap nor leave ground between them. Within a square the line is straight.

use std::collections::{BTreeMap, HashMap, HashSet};

use geo::{BooleanOps, Coord, MultiPolygon};
use rayon::prelude::*;

use crate::analysis::{Service, Study};
use crate::ground::{Ground, Window};
use crate::link::{EdgeGrid, LinkStatus, Snaps};
use crate::outline::polygons;
use crate::progress::{Cancelled, Progress, begin};
use crate::search::{NearestFacility, SearchSpace, Sources};

/// Into how many parts, by side, the squares between cells are divided where areas meet.
const FINE: i64 = 4;
/// Halvings of a side of the lattice, to find where areas meet.
const HALVINGS: u32 = 8;
/// Ground of no facility: no road, or no way.
const NOBODY: u32 = u32::MAX;

/// The ground of the zones by the facility that is nearest to it, one shape a facility; empty for one that is nearest to no ground.
///
/// # Errors
///
/// [`Cancelled`] through `progress`.
pub fn service_areas(study: &Study<'_>, service: &Service<'_>, progress: &dyn Progress) -> Result<Vec<MultiPolygon<f64>>, Cancelled> {
    begin(progress, "service areas", service.facilities.len())?;
    let edges = service.edge_grid();
    let links = service.facility_links(&edges);
    let sources = Sources::new(service.network, &links, service.direction);
    let mut space = SearchSpace::default();
    let nearest = sources.nearest_facility(&mut space);
    let survey = Survey { ground: study.ground, edges: &edges, nearest: &nearest };
    let pieces = survey.pieces();
    let whole = study.drawn_ground();
    let area = |facility: u32| {
        if progress.is_cancelled() {
            return Err(Cancelled);
        }
        let own = pieces.get(&facility).map(|pieces| polygons(pieces.iter().copied())).unwrap_or_default();
        progress.advance(1);
        Ok(if own.is_empty() { MultiPolygon::new(Vec::new()) } else { MultiPolygon::new(own).intersection(&whole) })
    };
    (0..service.facilities.len() as u32).into_par_iter().map(area).collect()
}

/// Whose each place is.
struct Survey<'a> {
    ground: &'a Ground,
    edges: &'a EdgeGrid<'a>,
    nearest: &'a NearestFacility<'a>,
}

/// A node of the fine lattice: row, column; every [`FINE`]-th is the centre of a cell.
type Node = (i64, i64);

/// Directed pieces of outline by facility, the facility's ground on their left.
type Pieces = BTreeMap<u32, Vec<[Coord<f64>; 2]>>;

impl Survey<'_> {
    /// Nobody's in cells that no zone comes near.
    fn facility_at(&self, at: Coord<f64>, snaps: &mut Snaps) -> u32 {
        let position = self.ground.window().position(self.ground.grid().cell(at));
        if !position.is_some_and(|position| self.ground.is_active(position)) {
            return NOBODY;
        }
        match self.edges.snap(at, snaps) {
            LinkStatus::Linked => {
                let label = self.nearest.point(snaps);
                if label.cost.is_reached() { label.facility.0 } else { NOBODY }
            }
            LinkStatus::TooFar | LinkStatus::BehindBarrier | LinkStatus::NoData => NOBODY,
        }
    }

    /// The facility of every cell's centre; nobody's where no zone comes near.
    fn cells(&self) -> Vec<u32> {
        let window = self.ground.window();
        let mut owners = vec![NOBODY; window.len()];
        owners.par_chunks_mut(window.columns.max(1)).enumerate().for_each(|(row, owners)| {
            let mut snaps = Snaps::default();
            for (column, owner) in owners.iter_mut().enumerate() {
                let centre = self.ground.grid().centre(window.cell(row * window.columns + column));
                *owner = self.facility_at(centre, &mut snaps);
            }
        });
        owners
    }

    fn pieces(&self) -> Pieces {
        let window = self.ground.window();
        let owners = self.cells();
        let lattice = self.lattice(window, &owners);
        let mut squares: Vec<Node> = lattice.squares.iter().copied().collect();
        squares.sort_unstable();
        let parts: Vec<Pieces> = squares
            .par_chunks(256)
            .map(|squares| {
                let mut pen = Pen { survey: self, lattice: &lattice, snaps: Snaps::default(), pieces: Pieces::new() };
                for &(row, column) in squares {
                    (0..FINE * FINE).for_each(|i| pen.square((row * FINE + i / FINE, column * FINE + i % FINE)));
                }
                pen.pieces
            })
            .collect();
        let mut pieces = Pieces::new();
        for (facility, own) in parts.into_iter().flatten() {
            pieces.entry(facility).or_default().extend(own);
        }
        pieces
    }

    /// Divides every square whose corners differ, and every neighbour that a line between areas reaches through its side.
    fn lattice(&self, window: Window, owners: &[u32]) -> Lattice {
        let (rows, columns) = (window.rows as i64, window.columns as i64);
        let owner = |row: i64, column: i64| owners[(row * columns + column) as usize];
        let mut lattice = Lattice {
            low: Coord { x: 0.0, y: 0.0 },
            step: self.ground.grid().size / FINE as f64,
            owners: HashMap::new(),
            squares: HashSet::new(),
        };
        if window.is_empty() {
            return lattice;
        }
        lattice.low = self.ground.grid().centre(window.cell(0));
        let corners =
            |(row, column): Node| [owner(row, column), owner(row, column + 1), owner(row + 1, column + 1), owner(row + 1, column)];
        let uniform = |square: Node| corners(square).windows(2).all(|pair| pair[0] == pair[1]);
        let mut open: Vec<Node> =
            (0..rows - 1).flat_map(|row| (0..columns - 1).map(move |column| (row, column))).filter(|square| !uniform(*square)).collect();
        lattice.squares.extend(open.iter().copied());
        while !open.is_empty() {
            // many squares at once: each node is asked by the first square that has it
            let mut wanted: Vec<Node> = Vec::new();
            for &(row, column) in &open {
                for i in 0..=FINE {
                    wanted
                        .extend((0..=FINE).map(|j| (row * FINE + i, column * FINE + j)).filter(|node| !lattice.owners.contains_key(node)));
                }
            }
            wanted.sort_unstable();
            wanted.dedup();
            let own = |snaps: &mut Snaps, node: &Node| match (node.0 % FINE, node.1 % FINE) {
                (0, 0) => owner(node.0 / FINE, node.1 / FINE),
                _ => self.facility_at(lattice.place(*node), snaps),
            };
            let found: Vec<u32> = wanted.par_iter().map_init(Snaps::default, own).collect();
            lattice.owners.extend(wanted.into_iter().zip(found));
            let mut next = Vec::new();
            for &(row, column) in &open {
                let sides = [
                    ((row - 1, column), (0, 0), (0, 1)),
                    ((row, column + 1), (0, FINE), (1, 0)),
                    ((row + 1, column), (FINE, 0), (0, 1)),
                    ((row, column - 1), (0, 0), (1, 0)),
                ];
                for (beside, start, step) in sides {
                    let inside = (0..rows - 1).contains(&beside.0) && (0..columns - 1).contains(&beside.1);
                    if !inside || lattice.squares.contains(&beside) {
                        continue;
                    }
                    let node = |i: i64| (row * FINE + start.0 + i * step.0, column * FINE + start.1 + i * step.1);
                    let first = lattice.owners[&node(0)];
                    if (1..FINE).any(|i| lattice.owners[&node(i)] != first) {
                        lattice.squares.insert(beside);
                        next.push(beside);
                    }
                }
            }
            open = next;
        }
        lattice
    }
}

/// Fine nodes with their facilities, wherever areas meet.
struct Lattice {
    low: Coord<f64>,
    step: f64,
    owners: HashMap<Node, u32>,
    /// Squares between cells that are divided.
    squares: HashSet<Node>,
}

impl Lattice {
    fn place(&self, (row, column): Node) -> Coord<f64> {
        Coord { x: self.low.x + column as f64 * self.step, y: self.low.y + row as f64 * self.step }
    }
}

struct Pen<'p> {
    survey: &'p Survey<'p>,
    lattice: &'p Lattice,
    snaps: Snaps,
    pieces: Pieces,
}

impl Pen<'_> {
    /// Draws the lines through one fine square, from its south-western corner counter-clockwise.
    fn square(&mut self, (row, column): Node) {
        let corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)];
        let owners = corners.map(|corner| self.lattice.owners[&corner]);
        let differ: Vec<usize> = (0..4).filter(|&i| owners[i] != owners[(i + 1) % 4]).collect();
        if differ.is_empty() {
            return;
        }
        let meets: Vec<Coord<f64>> = differ.iter().map(|&i| self.meeting(corners[i], corners[(i + 1) % 4])).collect();
        // the arc of corners after meeting i, up to the next, is the ground of one facility
        let arcs: Vec<u32> = differ.iter().map(|&i| owners[(i + 1) % 4]).collect();
        let count = meets.len();
        let same = (0..2).find(|&i| count == 4 && arcs[i] == arcs[i + 2]);
        if count == 2 {
            self.cut(arcs[0], arcs[1], meets[0], meets[1]);
        } else if let Some(first) = same {
            // two opposite corners of one facility: joined, unless the other two are of one as well and hold the middle
            let other = arcs[1 - first];
            let middle = (self.lattice.place(corners[0]) + self.lattice.place(corners[2])) / 2.0;
            let others = other == arcs[3 - first] && self.survey.facility_at(middle, &mut self.snaps) == other;
            let joined = if others { 1 - first } else { first };
            for cut in [(joined + 1) % 4, (joined + 3) % 4] {
                self.cut(arcs[cut], arcs[joined], meets[cut], meets[(cut + 1) % 4]);
            }
        } else {
            let middle = meets.iter().fold(Coord { x: 0.0, y: 0.0 }, |sum, at| sum + *at) / count as f64;
            for i in 0..count {
                let own = self.pieces.entry(arcs[i]).or_default();
                own.extend([[meets[(i + 1) % count], middle], [middle, meets[i]]]);
            }
        }
    }

    /// A line that cuts the arc from `start` to `end` off: `inside` has it, `outside` the rest.
    fn cut(&mut self, inside: u32, outside: u32, start: Coord<f64>, end: Coord<f64>) {
        self.pieces.entry(inside).or_default().push([end, start]);
        self.pieces.entry(outside).or_default().push([start, end]);
    }

    /// Where between two nodes the ground of the first ends; the same from either side.
    fn meeting(&mut self, a: Node, b: Node) -> Coord<f64> {
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        let owner = self.lattice.owners[&low];
        let (mut near, mut far) = (self.lattice.place(low), self.lattice.place(high));
        for _ in 0..HALVINGS {
            let middle = (near + far) / 2.0;
            if self.survey.facility_at(middle, &mut self.snaps) == owner { near = middle } else { far = middle }
        }
        (near + far) / 2.0
    }
}
