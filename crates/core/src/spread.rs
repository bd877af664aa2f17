//! Dasymetric spreading: a zone's total laid over the ground where people live.
//!
//! A zone's people are spread over cell ∩ surface ∩ zone in proportion to that area, mapped water left out; each piece becomes one demand
//! point at its centroid (Wright 1936, "A method of mapping densities of population"). Amounts are whole millionths of a person by largest
//! remainder, so that a zone's points add up to its total exactly.

mod evidence;
mod layer;
mod pieces;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;

use geo::{Area, LineString, MultiPolygon};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::evidence::LivedIn;
use self::layer::Layer;
use self::pieces::{Piece, pieces};
use crate::check::{self, AnalysisError, InputError};
use crate::ids::ZoneId;
use crate::input::{Demand, Group, Zone};
use crate::progress::{Cancelled, Progress};
use crate::units::People;
use crate::water::Water;

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
    /// The ground within this many metres of the [`Surroundings::roads`].
    AlongRoads(f64),
    /// All of the zone.
    WholeZone,
}

/// What is known of where people live beside the surfaces; metres of the working CRS.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Surroundings<'a> {
    /// Water, where no one lives.
    pub water: &'a [MultiPolygon<f64>],
    /// Roads with front doors: residential and living streets.
    pub roads: &'a [LineString<f64>],
    /// Buildings.
    pub buildings: &'a [MultiPolygon<f64>],
}

/// A surface that covers less of a zone is not in it, m².
const LEAST_M2: f64 = 1.0;

/// How people are spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SpreadRules {
    /// Side of the cells that surfaces are cut by, metres.
    pub cell_m: f64,
    /// A mapped surface is passed over in a zone where it covers less than this share of what a later mapped one covers there.
    pub min_surface_ratio: f64,
    /// With so many metres of roads in a zone, they tell whether a surface is where people live; with fewer, buildings do.
    pub roads_m: f64,
    /// How near to the surface they must be, metres.
    pub near_m: f64,
    /// A surface is passed over in a zone where a smaller share of them is.
    pub near_share: f64,
}

impl Default for SpreadRules {
    fn default() -> SpreadRules {
        SpreadRules { cell_m: 100.0, min_surface_ratio: 0.1, roads_m: 1000.0, near_m: 150.0, near_share: 0.5 }
    }
}

impl SpreadRules {
    fn check(&self) -> Result<(), InputError> {
        check::positive("spread.cell_m", self.cell_m)?;
        check::not_negative("spread.min_surface_ratio", self.min_surface_ratio)?;
        check::not_negative("spread.roads_m", self.roads_m)?;
        check::not_negative("spread.near_m", self.near_m)?;
        check::not_negative("spread.near_share", self.near_share)
    }
}

/// The surface that one zone's people were spread over.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpreadNote {
    /// The zone.
    pub zone: ZoneId,
    /// The surface's name; `roads` for the ground along them, `zone` for the whole of it.
    pub surface: String,
    /// Whether it is the whole zone only because no surface that was asked for lies in it.
    pub fallback: bool,
    /// Its area in the zone, m².
    pub area_m2: f64,
    /// Whether all of the zone is water, so that people stay on it.
    pub on_water: bool,
    /// Surfaces that lie in the zone but were passed over.
    pub passed_over: Vec<PassedOver>,
}

/// A surface that lies in a zone but is not where its people live.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PassedOver {
    /// The surface's name.
    pub surface: String,
    /// Its area in the zone, m².
    pub area_m2: f64,
    /// Why it was passed over.
    pub why: WhyPassedOver,
}

/// Why a surface was passed over in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum WhyPassedOver {
    /// It is nearly absent: a later mapped surface covers far more.
    Sparse,
    /// Few of the zone's roads are near it.
    MissesRoads {
        /// The share of them that is.
        near_share: f64,
        /// Their length in the zone, metres.
        roads_m: f64,
    },
    /// Few of the zone's buildings are near it.
    MissesBuildings {
        /// The share of their ground that is.
        near_share: f64,
    },
}

/// Spreads every zone's people over the land of the first of `surfaces` that is where they live, else over all land of the zone: no one is
/// left out.
///
/// A surface is passed over where few roads, or buildings, of the zone are near it ([`SpreadRules::near_share`]), and a mapped one where it
/// is nearly absent ([`SpreadRules::min_surface_ratio`]). Where all of a zone is water its people stay on it. `groups` hold a total by zone
/// each (age groups, say) and are spread in the same way. Zones of unknown people get points too (of no one), so that their inhabited
/// ground is known. Points come zone by zone, south to north, west to east.
///
/// # Errors
///
/// [`AnalysisError`] for a corner that is nowhere, a group that has not a total for each zone, rules that are no numbers; or through `progress`.
pub fn spread(
    zones: &[Zone],
    groups: &[Group],
    surfaces: &[Surface],
    surroundings: Surroundings<'_>,
    rules: SpreadRules,
    progress: &dyn Progress,
) -> Result<(Demand, Vec<SpreadNote>), AnalysisError> {
    check::zones(zones)?;
    for group in groups {
        check::length(format!("the group `{}`", group.name), group.people.len(), "zone", zones.len())?;
    }
    rules.check()?;
    let lived_in = LivedIn::new(surroundings.roads, surroundings.buildings);
    let layers: Vec<Layer<'_>> = surfaces.iter().map(|surface| Layer::new(surface, &lived_in)).collect();
    let ask = Chooser { layers, lived_in: &lived_in, water: Water::new(surroundings.water), rules };
    let parts: Vec<(SpreadNote, Vec<Piece>)> = zones
        .par_iter()
        .enumerate()
        .map(|(i, zone)| {
            if progress.is_cancelled() {
                return Err(AnalysisError::from(Cancelled));
            }
            let (note, ground) = ask.choose(ZoneId::at(i), zone);
            progress.advance(1);
            let water = Some(&ask.water).filter(|_| !note.on_water);
            Ok((note, pieces(&ground, water, rules.cell_m)))
        })
        .collect::<Result<_, _>>()?;
    let empty_groups = groups.iter().map(|g| Group { name: g.name.clone(), people: Vec::new() });
    let mut demand = Demand { groups: empty_groups.collect(), ..Demand::default() };
    let mut notes = Vec::new();
    for ((note, pieces), zone) in parts.into_iter().zip(zones) {
        let weights: Vec<u64> = pieces.iter().map(|p| p.area_mm2).collect();
        demand.people.extend(apportion(zone.people.unwrap_or(People::ZERO), &weights));
        for (points, totals) in demand.groups.iter_mut().zip(groups) {
            points.people.extend(apportion(totals.people[note.zone.index()], &weights));
        }
        demand.zones.extend(pieces.iter().map(|_| Some(note.zone)));
        demand.locations.extend(pieces.iter().map(|p| p.at));
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

/// Finds the ground of each zone that its people are spread over.
struct Chooser<'a> {
    layers: Vec<Layer<'a>>,
    lived_in: &'a LivedIn<'a>,
    water: Water<'a>,
    rules: SpreadRules,
}

impl Chooser<'_> {
    fn choose(&self, id: ZoneId, zone: &Zone) -> (SpreadNote, MultiPolygon<f64>) {
        let mut note =
            SpreadNote { zone: id, surface: "zone".to_owned(), fallback: false, area_m2: 0.0, on_water: false, passed_over: Vec::new() };
        let evidence = OnceCell::new();
        for (i, layer) in self.layers.iter().enumerate() {
            if matches!(layer, Layer::WholeZone) {
                return self.whole(zone, note);
            }
            let ground = layer.within(zone);
            let ground = self.water.land(&ground).unwrap_or(ground);
            let area_m2 = ground.unsigned_area();
            if area_m2 < LEAST_M2 {
                continue;
            }
            let evidence = evidence.get_or_init(|| self.lived_in.evidence(zone, self.rules.roads_m));
            if let Some(why) = evidence.against(&ground, self.rules).or_else(|| self.sparse(zone, area_m2, i)) {
                note.passed_over.push(PassedOver { surface: layer.name().to_owned(), area_m2, why });
                continue;
            }
            layer.name().clone_into(&mut note.surface);
            note.area_m2 = area_m2;
            return (note, ground);
        }
        note.fallback = true;
        self.whole(zone, note)
    }

    /// The zone's land; all of it where it is water.
    fn whole(&self, zone: &Zone, note: SpreadNote) -> (SpreadNote, MultiPolygon<f64>) {
        let (land, on_water) = self.water.land_or_all(&zone.area);
        (SpreadNote { area_m2: land.unsigned_area(), on_water, ..note }, land.into_owned())
    }

    /// Whether a later mapped surface covers far more of the zone than the one at `i` does.
    fn sparse(&self, zone: &Zone, area_m2: f64, i: usize) -> Option<WhyPassedOver> {
        if !matches!(self.layers[i], Layer::Mapped { .. }) {
            return None;
        }
        let much = area_m2 / self.rules.min_surface_ratio;
        let outdone = |later: &Layer<'_>| later.may_exceed(zone, much) && later.within(zone).unsigned_area() > much;
        self.layers[i + 1..].iter().any(outdone).then_some(WhyPassedOver::Sparse)
    }
}
