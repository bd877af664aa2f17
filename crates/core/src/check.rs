//! Checks of what a caller hands over: once, where it comes in, so that no number is made of what cannot be true.

use geo::{Coord, CoordsIter};

use crate::analysis::{Service, Study};
use crate::assess::Assessment;
use crate::gaps::GapRules;
use crate::ids::ZoneId;
use crate::input::{Demand, Facility, Zone};
use crate::link::LinkRules;
use crate::network::RoadNetwork;
use crate::progress::Cancelled;
use crate::units::{Limit, Metric};

/// Input that cannot be what it is said to be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// A limit that counts something else than the costs that it is compared with.
    #[error("{what} is {found}, a limit by {}; costs count {} here: expected a limit by {}", found.metric.name(), expected.name(), expected.name())]
    Metric {
        /// Which limit.
        what: String,
        /// The limit.
        found: Limit,
        /// What the costs count.
        expected: Metric,
    },
    /// A network whose costs count something else than the question does.
    #[error("{what} needs a network by {}; the costs of this one count {}", expected.name(), found.name())]
    NetworkMetric {
        /// What was asked.
        what: &'static str,
        /// What its costs count.
        found: Metric,
        /// What they must count.
        expected: Metric,
    },
    /// Columns of unequal length.
    #[error("{what} has {found} entries; expected {expected}, one for each {of}")]
    Length {
        /// Which column.
        what: String,
        /// How many entries it has.
        found: usize,
        /// What each of them belongs to.
        of: &'static str,
        /// How many there are of that.
        expected: usize,
    },
    /// An id of something that is not there.
    #[error("row {row} of {what} names {of} {found}; there are {count}, counted from 0")]
    NoSuch {
        /// Which column.
        what: String,
        /// Its row.
        row: usize,
        /// What is named.
        of: &'static str,
        /// The id.
        found: usize,
        /// How many there are.
        count: usize,
    },
    /// A place that is not on the plane.
    #[error("row {row} of {what} lies at ({x}, {y}); expected finite coordinates, in metres")]
    NoPlace {
        /// Which column.
        what: String,
        /// Its row.
        row: usize,
        /// The first coordinate.
        x: f64,
        /// The second one.
        y: f64,
    },
    /// A number out of its range, or no number.
    #[error("{what} is {found}; expected {expected}")]
    Number {
        /// Which number.
        what: String,
        /// What was found.
        found: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// Points that are linked to another network than the one at hand.
    #[error("{what}: linked to another road network; link the points to this one (a copy of a network is the same one)")]
    OtherNetwork {
        /// What is linked to it.
        what: &'static str,
    },
    /// A search in one direction of travel and people who were prepared for the other.
    #[error("the residents travel in the other direction: make them for the direction of the search")]
    OtherDirection,
}

/// Why an analysis has no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AnalysisError {
    /// Input that cannot be what it is said to be.
    #[error(transparent)]
    Input(#[from] InputError),
    /// It was ended.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// A column has one entry for each of something.
pub(crate) fn length(what: impl Into<String>, found: usize, of: &'static str, expected: usize) -> Result<(), InputError> {
    if found == expected { Ok(()) } else { Err(InputError::Length { what: what.into(), found, of, expected }) }
}

/// Two parts of a question are of one network.
pub(crate) fn same_network(what: &'static str, found: &RoadNetwork, network: &RoadNetwork) -> Result<(), InputError> {
    if found.stamp() == network.stamp() { Ok(()) } else { Err(InputError::OtherNetwork { what }) }
}

/// A number is finite and above zero.
pub(crate) fn positive(what: &str, found: f64) -> Result<(), InputError> {
    within(what, found, found > 0.0, "a finite number above 0")
}

/// A number is finite and not below zero.
pub(crate) fn not_negative(what: &str, found: f64) -> Result<(), InputError> {
    within(what, found, found >= 0.0, "a finite number, 0 or more")
}

fn within(what: &str, found: f64, fits: bool, expected: &'static str) -> Result<(), InputError> {
    if fits && found.is_finite() { Ok(()) } else { Err(InputError::Number { what: what.to_owned(), found, expected }) }
}

/// All numbers of a column are finite and not below zero.
pub(crate) fn none_negative(what: &str, column: &[f64]) -> Result<(), InputError> {
    match column.iter().position(|value| !(value.is_finite() && *value >= 0.0)) {
        Some(row) => not_negative(&format!("row {row} of {what}"), column[row]),
        None => Ok(()),
    }
}

/// Places are finite.
pub(crate) fn places(what: &str, places: impl Iterator<Item = Coord<f64>>) -> Result<(), InputError> {
    for (row, Coord { x, y }) in places.enumerate() {
        if !(x.is_finite() && y.is_finite()) {
            return Err(InputError::NoPlace { what: what.to_owned(), row, x, y });
        }
    }
    Ok(())
}

/// Ids name something that is there.
pub(crate) fn ids(what: &str, of: &'static str, count: usize, ids: impl Iterator<Item = Option<usize>>) -> Result<(), InputError> {
    for (row, found) in ids.enumerate() {
        if let Some(found) = found.filter(|found| *found >= count) {
            return Err(InputError::NoSuch { what: what.to_owned(), row, of, found, count });
        }
    }
    Ok(())
}

/// Zone ids name zones that are there.
pub(crate) fn zone_ids(what: &str, zones: &[Option<ZoneId>], count: usize) -> Result<(), InputError> {
    ids(what, "zone", count, zones.iter().map(|zone| zone.map(ZoneId::index)))
}

/// Limits count what costs do.
pub(crate) fn limits<'l>(what: &str, limits: impl IntoIterator<Item = &'l Limit>, expected: Metric) -> Result<(), InputError> {
    match limits.into_iter().enumerate().find(|(_, limit)| limit.metric != expected) {
        Some((row, found)) => Err(InputError::Metric { what: format!("row {row} of {what}"), found: *found, expected }),
        None => Ok(()),
    }
}

/// A limit counts what costs do.
pub(crate) fn limit(what: &str, found: Limit, expected: Metric) -> Result<(), InputError> {
    if found.metric == expected { Ok(()) } else { Err(InputError::Metric { what: what.to_owned(), found, expected }) }
}

/// Every point has an assessment, whose facility is there.
pub(crate) fn assessments(assessments: &[Assessment], points: usize, facilities: Option<usize>) -> Result<(), InputError> {
    length("assessments", assessments.len(), "demand point", points)?;
    let Some(count) = facilities else { return Ok(()) };
    let facility = |own: &Assessment| Some(own.label.facility.index()).filter(|_| own.label.cost.is_reached());
    ids("assessments", "facility", count, assessments.iter().map(facility))
}

/// Facilities lie somewhere.
pub(crate) fn facilities(facilities: &[Facility]) -> Result<(), InputError> {
    places("facilities", facilities.iter().map(|facility| facility.location))
}

/// The corners of zones are finite.
pub(crate) fn zones(zones: &[Zone]) -> Result<(), InputError> {
    for (row, zone) in zones.iter().enumerate() {
        if let Some(Coord { x, y }) = zone.area.coords_iter().find(|at| !(at.x.is_finite() && at.y.is_finite())) {
            return Err(InputError::NoPlace { what: "zones".to_owned(), row, x, y });
        }
    }
    Ok(())
}

impl Demand {
    /// Checks that all columns have one length and all places are finite.
    ///
    /// # Errors
    ///
    /// [`InputError`] names the column and the row.
    pub fn check(&self) -> Result<(), InputError> {
        let points = self.locations.len();
        length("demand.zones", self.zones.len(), "demand point", points)?;
        length("demand.people", self.people.len(), "demand point", points)?;
        for group in &self.groups {
            length(format!("the group `{}`", group.name), group.people.len(), "demand point", points)?;
        }
        places("demand.locations", self.locations.iter().copied())
    }

    /// The same, and that every point lies in one of so many zones or in none.
    ///
    /// # Errors
    ///
    /// [`InputError`] names the column and the row.
    pub fn check_in(&self, zones: usize) -> Result<(), InputError> {
        self.check()?;
        zone_ids("demand.zones", &self.zones, zones)
    }
}

impl Study<'_> {
    /// Checks that columns have one length, zones exist, all places are finite, and the ground is that of these zones.
    ///
    /// # Errors
    ///
    /// [`InputError`] names the column and the row.
    ///
    /// # Complexity
    ///
    /// One look at each point and corner.
    pub fn check(&self) -> Result<(), InputError> {
        self.check_rows()?;
        length("the ground", self.ground.zones.len(), "zone", self.zones.len())
    }

    /// The same, whatever the ground.
    pub(crate) fn check_rows(&self) -> Result<(), InputError> {
        zones(self.zones)?;
        self.demand.check_in(self.zones.len())?;
        places("places", self.places.iter().map(|place| place.location))
    }
}

impl Service<'_> {
    /// Checks that all limits count what the network's costs do, facilities lie somewhere, and speeds and rules are possible.
    ///
    /// # Errors
    ///
    /// [`InputError`] names what is wrong.
    pub fn check(&self) -> Result<(), InputError> {
        let metric = self.network.metric();
        limit("service.limit", self.limit, metric)?;
        limits("service.zone_limits", self.zone_limits, metric)?;
        limits("service.sweep", self.sweep, metric)?;
        self.check_search()?;
        self.gaps.check()?;
        positive("service.speed_m_s", self.speed_m_s)?;
        positive("service.detour_factor", self.detour_factor)
    }

    /// What a search needs, whatever the limits.
    pub(crate) fn check_search(&self) -> Result<(), InputError> {
        self.link.check()?;
        facilities(self.facilities)
    }

    /// The same, and that there is a limit for each of so many zones, or for none.
    pub(crate) fn check_in(&self, zones: usize) -> Result<(), InputError> {
        self.check()?;
        match self.zone_limits.len() {
            0 => Ok(()),
            found => length("service.zone_limits", found, "zone", zones),
        }
    }
}

impl LinkRules {
    /// Checks that the snap limit is not negative and the speed is above zero.
    ///
    /// # Errors
    ///
    /// [`InputError::Number`].
    pub fn check(&self) -> Result<(), InputError> {
        not_negative("link.snap_m", self.snap_m)?;
        positive("link.access_speed_m_s", self.access_speed_m_s)
    }
}

impl GapRules {
    /// Checks that the least people and the least area are numbers, not below zero.
    ///
    /// # Errors
    ///
    /// [`InputError::Number`].
    pub fn check(&self) -> Result<(), InputError> {
        not_negative("gaps.min_people", self.min_people)?;
        not_negative("gaps.min_area_m2", self.min_area_m2)
    }
}
