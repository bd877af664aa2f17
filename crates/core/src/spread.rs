//! Dasymetric spreading: a zone's total laid over the ground where people live.
//!
//! A zone's people are spread over cell ∩ surface ∩ zone in proportion to that area; each piece becomes one demand point at its centroid
//! (Wright 1936, "A method of mapping densities of population"). Amounts are whole millionths of a person by largest remainder, so
//! that a zone's points add up to its total exactly.

use std::collections::BTreeMap;

use geo::algorithm::bool_ops::FillRule;
use geo::{Area, BooleanOps, BoundingRect, Coord, MultiPolygon};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cells::{Cell, Grid, Part, moments, split};
use crate::ids::ZoneId;
use crate::index::BoxIndex;
use crate::input::{Demand, Group, Zone};
use crate::progress::{Cancelled, Progress};
use crate::units::People;

/// A kind of ground that people live on, such as residential land or buildings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Surface {
    /// Polygons of that kind; they may overlap and reach over zones.
    Mapped {
        /// Its name in findings: `residential`, `building`.
        name: String,
        /// Outer rings counter-clockwise, holes clockwise, metres of the working CRS.
        polygons: Vec<MultiPolygon<f64>>,
    },
    /// All of the zone.
    WholeZone,
}

/// How people are spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SpreadRules {
    /// Side of the cells that surfaces are cut by, metres.
    pub cell_m: f64,
    /// A mapped surface is passed over in a zone where it covers less than this share of what a later mapped one covers there.
    pub min_surface_ratio: f64,
}

/// The surface that one zone's people were spread over.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpreadNote {
    /// The zone.
    pub zone: ZoneId,
    /// The surface's name; `zone` for the whole of it.
    pub surface: String,
    /// Whether it is the whole zone only because no surface that was asked for lies in it.
    pub fallback: bool,
    /// Its area in the zone, m².
    pub area_m2: f64,
    /// Mapped surfaces that lie in the zone but were passed over as nearly absent, with their area, m².
    pub passed_over: Vec<(String, f64)>,
}

/// Spreads every zone's people over the first of `surfaces` that is present in it, else over the whole zone: nobody is left out.
///
/// `groups` hold a total by zone each (age groups, say) and are spread in the same way.
/// Zones of unknown people get points too (of nobody), so that their inhabited ground is known. Points come zone by zone, south to
/// north, west to east.
///
/// # Errors
///
/// [`Cancelled`] through `progress`.
pub fn spread(
    zones: &[Zone],
    groups: &[Group],
    surfaces: &[Surface],
    rules: SpreadRules,
    progress: &dyn Progress,
) -> Result<(Demand, Vec<SpreadNote>), Cancelled> {
    let layers: Vec<Layer<'_>> = surfaces.iter().map(Layer::new).collect();
    let parts: Vec<(SpreadNote, Vec<Piece>)> = zones
        .par_iter()
        .enumerate()
        .map(|(i, zone)| {
            if progress.is_cancelled() {
                return Err(Cancelled);
            }
            let (note, ground) = choose(ZoneId::at(i), zone, &layers, rules);
            progress.advance(1);
            Ok((note, pieces(&ground, rules.cell_m)))
        })
        .collect::<Result<_, _>>()?;
    let groups_of_nobody = groups.iter().map(|g| Group { name: g.name.clone(), people: Vec::new() });
    let mut demand = Demand { groups: groups_of_nobody.collect(), ..Demand::default() };
    let mut notes = Vec::new();
    for ((note, pieces), zone) in parts.into_iter().zip(zones) {
        let weights: Vec<u64> = pieces.iter().map(|p| p.area_mm2).collect();
        demand.people.extend(apportion(zone.people.unwrap_or(People::ZERO), &weights));
        for (points, totals) in demand.groups.iter_mut().zip(groups) {
            points.people.extend(apportion(totals.people.get(note.zone.index()).copied().unwrap_or_default(), &weights));
        }
        demand.zones.extend(pieces.iter().map(|_| Some(note.zone)));
        demand.locations.extend(pieces.iter().map(|p| p.centroid));
        notes.push(note);
    }
    Ok((demand, notes))
}

/// Divides `total` in proportion to `weights`, in whole millionths of a person; the leftover units go to the largest remainders, of
/// equal ones to the first. The parts add up to `total` exactly, unless there is no weight at all.
pub fn apportion(total: People, weights: &[u64]) -> Vec<People> {
    let sum: u128 = weights.iter().map(|&w| u128::from(w)).sum();
    if sum == 0 {
        return vec![People::ZERO; weights.len()];
    }
    let share = |w: u64| u128::from(total.0) * u128::from(w);
    let mut parts: Vec<u64> = weights.iter().map(|&w| (share(w) / sum) as u64).collect();
    let left = total.0 - parts.iter().sum::<u64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(share(weights[i]) % sum), i));
    for &i in order.iter().take(left as usize) {
        parts[i] += 1;
    }
    parts.into_iter().map(People).collect()
}

/// A surface with an R-tree of its polygons' boxes.
enum Layer<'s> {
    Mapped { name: &'s str, polygons: &'s [MultiPolygon<f64>], areas: Vec<f64>, boxes: BoxIndex },
    WholeZone,
}

impl<'s> Layer<'s> {
    fn new(surface: &'s Surface) -> Layer<'s> {
        match surface {
            Surface::WholeZone => Layer::WholeZone,
            Surface::Mapped { name, polygons } => {
                let areas = polygons.iter().map(Area::unsigned_area).collect();
                Layer::Mapped { name, polygons, areas, boxes: BoxIndex::new(polygons) }
            }
        }
    }

    fn name(&self) -> &str {
        match self {
            Layer::Mapped { name, .. } => name,
            Layer::WholeZone => "zone",
        }
    }

    /// Polygons whose box meets the zone's.
    fn near(&self, zone: &Zone) -> Vec<usize> {
        let (Layer::Mapped { boxes, .. }, Some(bounds)) = (self, zone.area.bounding_rect()) else { return Vec::new() };
        boxes.meeting(bounds)
    }

    /// The surface within a zone: overlaps counted once, cut at the border.
    fn within(&self, zone: &Zone) -> MultiPolygon<f64> {
        let Layer::Mapped { polygons, .. } = self else { return zone.area.clone() };
        let near = self.near(zone);
        if near.is_empty() {
            return MultiPolygon::new(vec![]);
        }
        let overlapping = MultiPolygon::new(near.iter().flat_map(|&i| polygons[i].0.iter().cloned()).collect());
        overlapping.intersection_with_fill_rule(&zone.area, FillRule::NonZero)
    }

    /// Whether the surface may cover more than `area_m2` of the zone: its polygons nearby do, overlaps and all. Saves joining most.
    fn may_exceed(&self, zone: &Zone, area_m2: f64) -> bool {
        let Layer::Mapped { areas, .. } = self else { return false };
        self.near(zone).iter().map(|&i| areas[i]).sum::<f64>() > area_m2
    }
}

fn choose(id: ZoneId, zone: &Zone, layers: &[Layer<'_>], rules: SpreadRules) -> (SpreadNote, MultiPolygon<f64>) {
    let mut note = SpreadNote { zone: id, surface: "zone".to_owned(), fallback: false, area_m2: 0.0, passed_over: Vec::new() };
    for (i, layer) in layers.iter().enumerate() {
        let ground = layer.within(zone);
        let area = ground.unsigned_area();
        if area <= 0.0 {
            continue;
        }
        let much = area / rules.min_surface_ratio;
        let outdone = |later: &Layer<'_>| later.may_exceed(zone, much) && later.within(zone).unsigned_area() > much;
        if matches!(layer, Layer::Mapped { .. }) && layers[i + 1..].iter().any(outdone) {
            note.passed_over.push((layer.name().to_owned(), area));
            continue;
        }
        note.surface = layer.name().to_owned();
        note.area_m2 = area;
        return (note, ground);
    }
    (note.fallback, note.area_m2) = (true, zone.area.unsigned_area());
    (note, zone.area.clone())
}

struct Piece {
    area_mm2: u64,
    centroid: Coord<f64>,
}

fn pieces(ground: &MultiPolygon<f64>, cell_m: f64) -> Vec<Piece> {
    let grid = Grid { size: cell_m };
    let mut found: BTreeMap<Cell, (f64, f64, f64)> = BTreeMap::new();
    split(ground, grid, &mut |part| {
        let (cell, sign) = match part {
            Part::Full(cell) => (cell, 1.0),
            Part::Hole(cell) => (cell, -1.0),
            Part::Ring(cell, ring) => {
                let (area, mx, my) = moments(ring, grid.corner(cell));
                let sum = found.entry(cell).or_default();
                *sum = (sum.0 + area, sum.1 + mx, sum.2 + my);
                return;
            }
        };
        let (area, half) = (sign * grid.cell_area(), cell_m / 2.0);
        let sum = found.entry(cell).or_default();
        *sum = (sum.0 + area, sum.1 + area * half, sum.2 + area * half);
    });
    let piece = |(cell, (area, mx, my)): (Cell, (f64, f64, f64))| {
        let corner = grid.corner(cell);
        let area_mm2 = (area * 1e6).round() as u64;
        let centroid = Coord { x: corner.x + mx / area, y: corner.y + my / area };
        (area_mm2 > 0).then_some(Piece { area_mm2, centroid })
    };
    found.into_iter().filter_map(piece).collect()
}

#[cfg(test)]
mod tests {
    use geo::Rect;
    use proptest::prelude::*;

    use super::*;
    use crate::progress::NoProgress;

    fn square(x: f64, y: f64, side: f64) -> MultiPolygon<f64> {
        Rect::new((x, y), (x + side, y + side)).to_polygon().into()
    }

    fn zone(area: MultiPolygon<f64>, people: Option<u64>) -> Zone {
        Zone { id: "z".into(), name: "Z".into(), area, people: people.map(People::persons), class: None }
    }

    fn mapped(name: &str, polygons: Vec<MultiPolygon<f64>>) -> Surface {
        Surface::Mapped { name: name.into(), polygons }
    }

    const RULES: SpreadRules = SpreadRules { cell_m: 100.0, min_surface_ratio: 0.1 };

    #[test]
    fn overlapping_surfaces_count_once() {
        let surface = mapped("residential", vec![square(0.0, 0.0, 100.0), square(0.0, 0.0, 100.0), square(100.0, 0.0, 50.0)]);
        let zones = [zone(square(0.0, 0.0, 1000.0), Some(5))];
        let (demand, notes) = spread(&zones, &[], &[surface], RULES, &NoProgress).unwrap();
        assert_eq!(notes[0].surface, "residential");
        assert_eq!(demand.people, [People::persons(4), People::persons(1)]);
        assert_eq!(demand.locations, [Coord { x: 50.0, y: 50.0 }, Coord { x: 125.0, y: 25.0 }]);
    }

    #[test]
    fn a_nearly_absent_surface_is_passed_over_and_said() {
        let zones = [zone(square(0.0, 0.0, 1000.0), Some(100))];
        let residential = mapped("residential", vec![square(990.0, 0.0, 20.0)]);
        let buildings = mapped("building", vec![square(0.0, 0.0, 200.0)]);
        let (demand, notes) = spread(&zones, &[], &[residential, buildings], RULES, &NoProgress).unwrap();
        assert_eq!((notes[0].surface.as_str(), notes[0].area_m2), ("building", 40_000.0));
        assert_eq!(notes[0].passed_over, [("residential".to_owned(), 200.0)]);
        assert_eq!(demand.len(), 4);
    }

    #[test]
    fn without_any_surface_people_are_spread_over_the_zone() {
        let zones = [zone(square(0.0, 0.0, 200.0), Some(8))];
        let elsewhere = mapped("residential", vec![square(900.0, 900.0, 50.0)]);
        let (demand, notes) = spread(&zones, &[], &[elsewhere], RULES, &NoProgress).unwrap();
        assert_eq!((notes[0].surface.as_str(), notes[0].fallback), ("zone", true));
        assert_eq!(demand.people, [People::persons(2); 4]);
    }

    #[test]
    fn unknown_people_are_nobody_on_known_ground() {
        let zones = [zone(square(0.0, 0.0, 200.0), None)];
        let (demand, notes) = spread(&zones, &[], &[Surface::WholeZone], RULES, &NoProgress).unwrap();
        assert_eq!((demand.len(), demand.total(), notes[0].surface.as_str()), (4, People::ZERO, "zone"));
    }

    #[test]
    fn thirds_by_largest_remainder() {
        let parts = apportion(People(100), &[1, 1, 1]);
        assert_eq!(parts, [People(34), People(33), People(33)]);
        assert_eq!(apportion(People(100), &[0, 0]), [People::ZERO; 2]);
    }

    proptest! {
        #[test]
        fn parts_add_up_exactly(total in 0..u64::MAX / 2, weights in prop::collection::vec(0..u64::MAX / 2, 1..50)) {
            prop_assume!(weights.iter().any(|&w| w > 0));
            let parts = apportion(People(total), &weights);
            prop_assert_eq!(parts.iter().map(|p| u128::from(p.0)).sum::<u128>(), u128::from(total));
        }
    }
}
