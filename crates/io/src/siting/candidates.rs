//! Where one may be built: road junctions, a grid, public places or plots of a set of facilities; not where it is forbidden.

use std::collections::BTreeSet;

use catchment::geo::{BoundingRect, Coord, Intersects, MultiPolygon};
use catchment::{
    EdgeGrid, Facility, FacilityStatus, Finding, FindingKind, LinkStatus, Linkage, NodeId, PlaceIndex, RoadNetwork, Stage, ZoneId,
    ZoneIndex,
};

use crate::error::Error;
use crate::files::{Files, InputFile};
use crate::load::{Inputs, polygons_of_layer};
use crate::plan::{GRID, JUNCTIONS, OWN, ServicePlan, SitingPlan, value};

/// A place where one may be built.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its id: that of the set's record, or one of ours for junctions and the grid.
    pub id: String,
    /// Its name, or what it is near to.
    pub name: String,
    /// Where it is, metres of the working CRS.
    pub location: Coord<f64>,
    /// The zone that it is in.
    pub zone: ZoneId,
    /// The kind that may be built there; empty where the plan names none.
    pub kind: String,
    /// What it costs.
    pub price: u64,
    /// How many people it has room for; without a number, as many as come.
    pub room: Option<f64>,
    /// Whether the service's own set has it, so that it opens and is not new.
    pub opens: bool,
}

impl Candidate {
    /// Its id, with its name where it has one.
    pub(super) fn label(&self) -> String {
        if self.name.is_empty() { self.id.clone() } else { format!("{} ({})", self.id, self.name) }
    }
}

/// What a place is before kinds, zones and roads are looked at.
struct Place {
    id: String,
    name: String,
    location: Coord<f64>,
    price: Option<f64>,
    room: Option<f64>,
}

/// Candidates of all kinds, in order. Invalid places are findings.
pub(super) fn candidates(
    inputs: &Inputs,
    siting: &SitingPlan,
    service: &ServicePlan,
    edges: &EdgeGrid<'_>,
    files: &dyn Files,
    read: &mut Vec<InputFile>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Candidate>, Error> {
    let mut forbidden: Vec<MultiPolygon<f64>> = Vec::new();
    if let Some(file) = &siting.forbidden {
        forbidden = polygons_of_layer(files, file, &inputs.projector, read, &inputs.plan.checks, findings)?;
    }
    let sets = [inputs.facilities.get(&service.facilities), inputs.not_open.get(&service.facilities)];
    let mut taken: BTreeSet<String> = sets.into_iter().flatten().flatten().map(|own| own.id.clone()).collect();
    let names = PlaceIndex::of_places(&inputs.places);
    let zones = ZoneIndex::new(&inputs.zones);
    let mut kinds: Vec<(&str, &str)> =
        siting.kinds.iter().map(|(name, kind)| (name.as_str(), kind.candidates.as_deref().unwrap_or(&siting.candidates))).collect();
    if kinds.is_empty() {
        kinds.push(("", &siting.candidates));
    }
    let mut found = Vec::new();
    for (kind, source) in kinds {
        let places = places(inputs, siting, service, source, edges.network())?;
        let all = places.len();
        let (mut dropped, mut rounded) = ([0usize; 3], 0);
        let links = Linkage::new(edges, &places.iter().map(|place| place.location).collect::<Vec<_>>());
        let own = siting.kinds.get(kind);
        for (i, place) in places.into_iter().enumerate() {
            let Some(zone) = zones.locate(place.location) else {
                dropped[0] += 1;
                continue;
            };
            if forbidden.iter().any(|area| area.intersects(&place.location)) {
                dropped[1] += 1;
                continue;
            }
            if links.status(i) != LinkStatus::Linked {
                dropped[2] += 1;
                continue;
            }
            let name = match place.name.is_empty() {
                true => {
                    names.nearest(place.location, 1).first().map_or_else(String::new, |(near, _)| inputs.places[near.index()].name.clone())
                }
                false => place.name,
            };
            let price = own.and_then(|own| own.price).map(|price| price as f64).or(place.price);
            let price = match (siting.price.as_ref(), price) {
                (Some(name), None) => {
                    let detail = format!("`{}` has no `{name}`, which is to be its price; left out", place.id);
                    findings.push(Finding::new(Stage::Planning, source, &place.id, FindingKind::NoPrice, detail));
                    continue;
                }
                (_, Some(price)) if !(0.0..1e15).contains(&price) => {
                    let detail = format!("`{}` has the price {price}; left out", place.id);
                    findings.push(Finding::new(Stage::Planning, source, &place.id, FindingKind::BadPrice, detail));
                    continue;
                }
                (_, price) => price.unwrap_or(1.0),
            };
            rounded += usize::from(price.fract() != 0.0);
            let opens = source == OWN;
            // a scenario can build what has an id of its own
            let mut id = place.id;
            if !opens && !taken.insert(id.clone()) {
                let base = if kind.is_empty() { format!("{source}/{id}") } else { format!("{kind}/{id}") };
                let numbered = (2..).map(|n| format!("{base}/{n}"));
                id = std::iter::once(base.clone()).chain(numbered).find(|id| !taken.contains(id)).unwrap_or(base);
                taken.insert(id.clone());
            }
            found.push(Candidate {
                id,
                name,
                location: place.location,
                zone,
                kind: kind.to_owned(),
                price: price.round() as u64,
                room: own.and_then(|own| own.room).or(place.room).or(siting.room_new),
                opens,
            });
        }
        if rounded > 0 {
            let detail = format!("{rounded} prices are no whole numbers and are rounded: give them, and the budget, in a smaller unit");
            findings.push(Finding::new(Stage::Planning, source, "", FindingKind::PricesRounded, detail));
        }
        let [outside, shut, unlinked] = dropped;
        for (count, kind, why) in [
            (outside, FindingKind::CandidatesOutside, "lie in no zone"),
            (shut, FindingKind::CandidatesForbidden, "lie in an area of siting.forbidden"),
            (unlinked, FindingKind::CandidatesUnlinked, "have no road to tie them to"),
        ] {
            if count > 0 {
                findings.push(Finding::new(Stage::Planning, source, "", kind, format!("{count} of {all} candidates {why}; left out")));
            }
        }
    }
    if found.is_empty() {
        let source = value(
            "siting.candidates",
            &format!("`{}`, of which none can be used", siting.candidates),
            "places in a zone, on a road, with a price where siting.price asks for one, and not forbidden",
        );
        return Err(Error::Plan { file: inputs.plan.study.id.clone(), source });
    }
    Ok(found)
}

fn places(inputs: &Inputs, siting: &SitingPlan, service: &ServicePlan, source: &str, network: &RoadNetwork) -> Result<Vec<Place>, Error> {
    let plain = |id: String, location| Place { id, name: String::new(), location, price: None, room: None };
    Ok(match source {
        JUNCTIONS => {
            let junctions = (0..network.junction_count()).map(NodeId::at);
            junctions.enumerate().map(|(i, node)| plain(format!("junction-{}", i + 1), network.location(node))).collect()
        }
        GRID => grid(inputs, siting.grid_m).into_iter().enumerate().map(|(i, at)| plain(format!("grid-{}", i + 1), at)).collect(),
        OWN => {
            let shut = inputs.not_open.get(&service.facilities).map_or(&[][..], Vec::as_slice);
            let may = |own: &&Facility| matches!(own.record.status, FacilityStatus::Candidate | FacilityStatus::Planned);
            shut.iter().filter(may).map(|own| of_facility(own, siting)).collect()
        }
        set => {
            let all = inputs.facilities.get(set).into_iter().chain(inputs.not_open.get(set)).flatten();
            all.filter(|own| own.record.status != FacilityStatus::Closed).map(|own| of_facility(own, siting)).collect()
        }
    })
}

fn of_facility(own: &Facility, siting: &SitingPlan) -> Place {
    let amount = |name: &Option<String>| name.as_ref().and_then(|name| own.record.amounts.get(name).copied());
    Place { id: own.id.clone(), name: own.name.clone(), location: own.location, price: amount(&siting.price), room: amount(&siting.room) }
}

/// Points of a grid in the boxes around zones, each once, row by row.
fn grid(inputs: &Inputs, side_m: f64) -> Vec<Coord<f64>> {
    let mut cells: Vec<(i64, i64)> = Vec::new();
    for bounds in inputs.zones.iter().filter_map(|zone| zone.area.bounding_rect()) {
        let cell = |x: f64| (x / side_m).floor() as i64;
        let (low, high) = (bounds.min(), bounds.max());
        cells.extend((cell(low.y)..=cell(high.y)).flat_map(|row| (cell(low.x)..=cell(high.x)).map(move |column| (row, column))));
    }
    cells.sort_unstable();
    cells.dedup();
    cells.into_iter().map(|(row, column)| Coord { x: (column as f64 + 0.5) * side_m, y: (row as f64 + 0.5) * side_m }).collect()
}
