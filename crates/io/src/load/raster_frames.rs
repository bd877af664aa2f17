//! The people of a raster frame by frame: what is kept of a cell is its demand points.

use catchment::geo::Coord;
use catchment::{Demand, Finding, FindingKind, Group, People, Stage, ZoneId, apportion};

use super::raster::{Borders, Cells, Frame, Piece, Raster};
use super::shores::{Ground, Shores};
use crate::crs::Projector;
use crate::error::Error;

/// A cell of more people than this holds no people.
const MOST: f64 = 1e10;

/// What is read of some frames.
pub(super) struct Part {
    pub demand: Demand,
    /// People of the cells that touch a zone.
    pub read: People,
    /// People of the others, and how many there are with people.
    pub beyond: People,
    pub beyond_cells: u64,
    /// By raster.
    pub odd: Vec<Odd>,
}

impl Part {
    pub(super) fn new(rasters: usize) -> Part {
        let groups = (1..rasters).map(|_| Group { name: String::new(), people: Vec::new() }).collect();
        let demand = Demand { groups, ..Demand::default() };
        Part { demand, read: People::ZERO, beyond: People::ZERO, beyond_cells: 0, odd: vec![Odd::default(); rasters] }
    }

    pub(super) fn add(&mut self, other: Part) {
        self.demand.locations.extend(other.demand.locations);
        self.demand.zones.extend(other.demand.zones);
        self.demand.people.extend(other.demand.people);
        for (own, other) in self.demand.groups.iter_mut().zip(other.demand.groups) {
            own.people.extend(other.people);
        }
        self.read += other.read;
        self.beyond += other.beyond;
        self.beyond_cells += other.beyond_cells;
        self.odd.iter_mut().zip(other.odd).for_each(|(own, other)| own.add(other));
    }
}

/// Cells whose number is none of people.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Odd {
    negative: u64,
    sum: f64,
    too_many: u64,
}

impl Odd {
    /// The people of a cell: nobody where it says nothing.
    fn people(&mut self, value: f64) -> People {
        if value < 0.0 {
            self.negative += 1;
            self.sum += value;
        } else if value > MOST {
            self.too_many += 1;
        } else {
            return People::from_f64(value).unwrap_or_default();
        }
        People::ZERO
    }

    fn add(&mut self, other: Odd) {
        self.negative += other.negative;
        self.sum += other.sum;
        self.too_many += other.too_many;
    }

    pub(super) fn tell(&self, file: &str, findings: &mut Vec<Finding>) {
        let mut add = |kind, detail| findings.push(Finding::new(Stage::People, file, "", kind, detail));
        if self.negative > 0 {
            let detail = format!(
                "{} cells below zero, {} in all, are not used; if that is their mark for no data, set it as such",
                self.negative, self.sum
            );
            add(FindingKind::NegativePeople, detail);
        }
        if self.too_many > 0 {
            add(FindingKind::NoNumberOfPeople, format!("{} cells of more than 10 billion people are not used", self.too_many));
        }
    }
}

/// All that one frame needs.
pub(super) struct Reader<'r, 's> {
    /// That of the people, then those of the groups.
    pub rasters: &'r [Raster<'s>],
    /// Those of the shores' areas.
    pub borders: &'r Borders,
    pub shores: &'r Shores<'r>,
    /// The cells that count.
    pub within: Frame,
    /// Columns and rows that a cell is divided into.
    pub parts: (u32, u32),
    /// Columns and rows of cells that are joined.
    pub blocks: (u32, u32),
    /// From the raster's CRS to the working one.
    pub own: &'r Projector,
}

impl Reader<'_, '_> {
    /// The people of a frame, in the working CRS.
    pub(super) fn frame(&self, frame: Frame) -> Result<Part, Error> {
        let values: Vec<Vec<f64>> = self.rasters.iter().map(|raster| raster.values(frame)).collect::<Result<_, _>>()?;
        let cells = self.borders.cells(frame);
        let mut part = Part::new(self.rasters.len());
        let (columns, within) = (frame.columns as usize, self.within);
        let wanted = |from: u32, count: u32, own: u32, own_count: u32| {
            (from.max(own) - own) as usize..((from + count).min(own + own_count).max(own) - own) as usize
        };
        let mut counts = vec![People::ZERO; self.rasters.len()];
        for row in wanted(within.row, within.rows, frame.row, frame.rows) {
            for column in wanted(within.column, within.columns, frame.column, frame.columns) {
                let cell = row * columns + column;
                for ((count, own), odd) in counts.iter_mut().zip(&values).zip(&mut part.odd) {
                    *count = odd.people(own[cell]);
                }
                if counts.iter().any(|count| *count > People::ZERO) {
                    self.cell(&cells, cell, &counts, &mut part);
                }
            }
        }
        if self.blocks != (1, 1) {
            part.demand = joined(&part.demand, self.blocks);
        }
        let corner = Coord { x: f64::from(frame.column), y: f64::from(frame.row) };
        let Some(raster) = self.rasters.first() else { return Ok(part) };
        part.demand.locations.iter_mut().for_each(|at| *at = raster.lattice.place(*at + corner));
        self.own.forward(&mut part.demand.locations).map_err(|source| Error::Crs { what: raster.name.clone(), source })?;
        for (zone, at) in part.demand.zones.iter_mut().zip(&mut part.demand.locations) {
            (*zone, *at) = self.shores.settled(*zone, *at);
        }
        Ok(part)
    }

    /// The points of a cell, columns and rows from the corner of the frame.
    fn cell(&self, cells: &Cells, cell: usize, counts: &[People], part: &mut Part) {
        let pieces = cells.pieces(cell, self.parts);
        let mut lived_on = Vec::new();
        let pieces = self.lived_on(pieces.as_slice(), &mut lived_on);
        let people = counts.first().copied().unwrap_or_default();
        if pieces.is_empty() {
            part.beyond += people;
            part.beyond_cells += u64::from(people > People::ZERO);
            return;
        }
        part.read += people;
        let columns = std::iter::once(&mut part.demand.people).chain(part.demand.groups.iter_mut().map(|group| &mut group.people));
        if let [whole] = pieces {
            part.demand.locations.push(whole.at);
            part.demand.zones.push(whole.zone);
            columns.zip(counts).for_each(|(column, count)| column.push(*count));
            return;
        }
        let weights: Vec<u64> = pieces.iter().map(weight).collect();
        let shares: Vec<Vec<People>> = counts.iter().map(|count| apportion(*count, &weights)).collect();
        // so few people that one of the parts gets nobody
        let lived_in: Vec<usize> = (0..pieces.len()).filter(|i| shares.iter().any(|own| own[*i] > People::ZERO)).collect();
        part.demand.locations.extend(lived_in.iter().map(|i| pieces[*i].at));
        part.demand.zones.extend(lived_in.iter().map(|i| pieces[*i].zone));
        columns.zip(&shares).for_each(|(column, own)| column.extend(lived_in.iter().map(|i| own[*i])));
    }
}

impl Reader<'_, '_> {
    /// The pieces of a cell without water, unless all of them are; none where no zone has any. `land` is room for them.
    fn lived_on<'p>(&self, pieces: &'p [Piece], land: &'p mut Vec<Piece>) -> &'p [Piece] {
        let ground = |piece: &Piece| piece.zone.map(|number| self.shores.ground(number));
        let of_zone = |piece: &Piece| matches!(ground(piece), Some(Ground::Land(_) | Ground::Water(_)));
        let is_dry = |piece: &&Piece| matches!(ground(piece), Some(Ground::Land(_)) | None);
        if pieces.iter().all(|piece| is_dry(&piece)) {
            return pieces;
        }
        if !pieces.iter().any(of_zone) {
            return &[];
        }
        land.extend(pieces.iter().filter(is_dry));
        if land.is_empty() { pieces } else { land }
    }
}

/// Area in whole numbers, so that shares are exact.
fn weight(piece: &Piece) -> u64 {
    (piece.share * (1u64 << 40) as f64).round() as u64
}

/// The points of blocks of cells as one each, by zone, where their people are on average; somebody lives at each of them.
fn joined(demand: &Demand, (columns, rows): (u32, u32)) -> Demand {
    let place = |(at, zone): (&Coord<f64>, &Option<ZoneId>)| (at.y as u32 / rows, at.x as u32 / columns, *zone);
    let keys: Vec<(u32, u32, Option<ZoneId>)> = demand.locations.iter().zip(&demand.zones).map(place).collect();
    let mut order: Vec<usize> = (0..demand.len()).collect();
    order.sort_by_key(|i| keys[*i]);
    let blocks: Vec<&[usize]> = order.chunk_by(|a, b| keys[*a] == keys[*b]).collect();
    // where only a group has people, they have the say
    let weight = |i: &usize| demand.groups.iter().map(|group| group.people[*i]).fold(demand.people[*i], People::max).as_f64();
    let mean = |own: &&[usize]| {
        let total: f64 = own.iter().map(weight).sum();
        own.iter().fold(Coord { x: 0.0, y: 0.0 }, |mean, i| mean + demand.locations[*i] * (weight(i) / total))
    };
    let sums = |people: &[People]| blocks.iter().map(|own| own.iter().map(|i| people[*i]).sum()).collect();
    Demand {
        locations: blocks.iter().map(mean).collect(),
        zones: blocks.iter().filter_map(|own| own.first()).map(|i| demand.zones[*i]).collect(),
        people: sums(&demand.people),
        groups: demand.groups.iter().map(|group| Group { name: group.name.clone(), people: sums(&group.people) }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_points_lie_where_their_people_are() {
        let demand = Demand {
            locations: vec![Coord { x: 0.5, y: 0.5 }, Coord { x: 2.5, y: 0.5 }, Coord { x: 3.5, y: 0.5 }, Coord { x: 1.5, y: 2.5 }],
            zones: vec![Some(ZoneId(1)), Some(ZoneId(1)), Some(ZoneId(1)), None],
            people: [1, 3, 8, 0].map(People::persons).to_vec(),
            groups: vec![Group { name: "old".to_owned(), people: [0, 1, 2, 4].map(People::persons).to_vec() }],
        };
        let found = joined(&demand, (3, 3));
        assert_eq!(found.zones, [None, Some(ZoneId(1)), Some(ZoneId(1))]);
        assert_eq!(found.people, [0, 4, 8].map(People::persons));
        assert_eq!(found.groups[0].people, [4, 1, 2].map(People::persons));
        assert_eq!(found.locations, [Coord { x: 1.5, y: 2.5 }, Coord { x: 2.0, y: 0.5 }, Coord { x: 3.5, y: 0.5 }]);
    }
}
