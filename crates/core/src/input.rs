//! What the core is given: facilities, people, zones and roads, in metres of one working CRS.

use std::collections::BTreeMap;

use geo::{Coord, MultiPolygon};
use serde::{Deserialize, Serialize};

use crate::check::{self, InputError};
use crate::coverage::in_total;
use crate::ids::{DemandId, ZoneId};
use crate::units::People;

/// A place that gives care: a clinic, a hospital, an ambulance station.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facility {
    /// The source's own identifier, unique among the facilities of a service.
    pub id: String,
    /// The name that a planner knows it by; empty where the source has none.
    pub name: String,
    /// What it is, in the source's words (`hospital`, `clinic`, …).
    pub kind: String,
    /// Where people enter, metres of the working CRS.
    pub location: Coord<f64>,
    /// Identifiers of records that were found to be this same facility.
    pub twins: Vec<String>,
    /// Emergency vehicles that it holds; `None` where nobody told.
    pub vehicles: Option<u32>,
    /// What planners know of it.
    pub record: FacilityRecord,
}

impl Facility {
    /// Whether it gives care in a year; without a year, whether it does today: then a facility that is planned does not, and `opens` and
    /// `closes` of one that exists play no part.
    pub fn is_open(&self, year: Option<i32>) -> bool {
        let record = &self.record;
        let Some(year) = year else { return record.status == FacilityStatus::Existing };
        let opened = record.opens.is_none_or(|opens| opens <= year);
        let closed = record.closes.is_some_and(|closes| closes <= year);
        match record.status {
            FacilityStatus::Existing => opened && !closed,
            FacilityStatus::Planned => record.opens.is_some() && opened && !closed,
            FacilityStatus::Closed => record.closes.is_some() && opened && !closed,
            FacilityStatus::Candidate => false,
        }
    }
}

/// What planners know of a facility beside where it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FacilityRecord {
    /// Its tier, in the source's words: a centre, a station, a regional hospital.
    pub tier: Option<String>,
    /// Services that it gives: a fever clinic, paediatrics, rehabilitation.
    pub tags: Vec<String>,
    /// Whose it is.
    pub owner: Option<String>,
    /// Whether it stands.
    pub status: FacilityStatus,
    /// The first year with it.
    pub opens: Option<i32>,
    /// The first year without it.
    pub closes: Option<i32>,
    /// What it holds, by name: beds, doctors, m² of floor.
    pub amounts: BTreeMap<String, f64>,
}

/// Whether a facility stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FacilityStatus {
    /// 现状.
    #[default]
    Existing,
    /// 规划, 在建: it opens in a year to come.
    Planned,
    /// 备选: a place where one could be.
    Candidate,
    /// 关闭.
    Closed,
}

/// A place that people know by its name: a village, a quarter, a hamlet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Where it is, metres of the working CRS.
    pub location: Coord<f64>,
}

/// A town, council or district.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// The source's own identifier; text stays text.
    pub id: String,
    /// The name that a planner knows it by.
    pub name: String,
    /// Its ground, metres of the working CRS: outer rings and holes.
    pub area: MultiPolygon<f64>,
    /// Residents; `None` where nobody told how many.
    pub people: Option<People>,
    /// The kind of town that rules speak of (`main-city`, `new-town`); `None` where nobody told.
    pub class: Option<String>,
}

/// Demand points: where people are, and how many. Columns of equal length; row `i` is point `i`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Demand {
    /// Places, metres of the working CRS.
    pub locations: Vec<Coord<f64>>,
    /// The zone of each point; `None` outside every zone.
    pub zones: Vec<Option<ZoneId>>,
    /// People at each point. In a zone of unknown people all are [`People::ZERO`].
    pub people: Vec<People>,
    /// Further counts of the same points: age groups, workers, ….
    pub groups: Vec<Group>,
}

impl Demand {
    /// Number of points.
    pub fn len(&self) -> usize {
        self.locations.len()
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.locations.is_empty()
    }

    /// Some of its points, in this order.
    ///
    /// # Errors
    ///
    /// [`InputError`] where columns are not of one length, or a point is not there.
    pub fn rows(&self, rows: &[DemandId]) -> Result<Demand, InputError> {
        self.check()?;
        check::ids("rows", "demand point", self.len(), rows.iter().map(|row| Some(row.index())))?;
        let people = |all: &[People]| rows.iter().map(|row| all[row.index()]).collect();
        Ok(Demand {
            locations: rows.iter().map(|row| self.locations[row.index()]).collect(),
            zones: rows.iter().map(|row| self.zones[row.index()]).collect(),
            people: people(&self.people),
            groups: self.groups.iter().map(|group| Group { name: group.name.clone(), people: people(&group.people) }).collect(),
        })
    }

    /// The people at each point that counts in totals, and zero at the others: those outside all of the study's `zones`, if it has any.
    pub fn people_in_total(&self, zones: usize) -> Vec<People> {
        let counted = |(people, zone): (&People, &Option<ZoneId>)| if in_total(*zone, zones) { *people } else { People::ZERO };
        self.people.iter().zip(&self.zones).map(counted).collect()
    }

    /// People in all.
    pub fn total(&self) -> People {
        self.people.iter().copied().sum()
    }
}

/// A part of the people, counted point by point beside them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its name in outputs, such as `age_60_up`.
    pub name: String,
    /// Its people at each point of the [`Demand`].
    pub people: Vec<People>,
}

/// Roads as they come from a source, before they are frozen into a [`crate::RoadNetwork`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Roads {
    /// Places of the nodes, metres of the working CRS.
    pub nodes: Vec<Coord<f64>>,
    /// Straight pieces between two nodes.
    pub segments: Vec<RoadSegment>,
    /// Ends of roads that the source cuts off: beyond them there is more that it does not hold.
    pub cut_ends: Vec<Coord<f64>>,
}

/// A straight piece of road between two nodes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RoadSegment {
    /// Position of its first node in [`Roads::nodes`].
    pub from: u32,
    /// Position of its last node in [`Roads::nodes`].
    pub to: u32,
    /// Length on the ellipsoid, millimetres.
    pub length_mm: u32,
    /// Speed from `from` to `to`, metres a second; `None` where that direction is shut.
    pub forward_m_s: Option<f64>,
    /// Speed from `to` to `from`, metres a second; `None` where that direction is shut.
    pub backward_m_s: Option<f64>,
    /// Waiting on it in either direction, milliseconds (half of each signalised crossing at its ends).
    pub delay_ms: u32,
}
