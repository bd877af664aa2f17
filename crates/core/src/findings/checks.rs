//! The thresholds of findings, and what a study accepts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Finding, FindingKind, Measure, Severity};

/// From which size a finding is a warning or an error, and which errors are accepted up to which size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Checks {
    /// Errors that are accepted, by kind: `no_roads = "25 %"`. A larger one is an error again.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub accept: BTreeMap<FindingKind, Accepted>,
    /// Share of people, or of inhabited ground, outside the extent of the roads: more is a warning.
    pub no_roads_warning: f64,
    /// More is an error.
    pub no_roads_error: f64,
    /// Share of people whose access or number is unknown: more, and the headline begins with them.
    pub unknown_in_headline: f64,
    /// Share of people, or of ground, inside the extent and without a road within the snap limit: more is a warning.
    pub roadless_warning: f64,
    /// Share of facilities in reach of the zones that are linked to no road: more is a warning.
    pub facilities_unlinked_warning: f64,
    /// More is an error.
    pub facilities_unlinked_error: f64,
    /// Share of zones, or of their area, of unknown people: more is an error.
    pub zones_unknown_error: f64,
    /// People a km² of inhabited surface: more is a warning.
    pub density_warning: f64,
    /// More is an error.
    pub density_error: f64,
    /// Least inhabited surface that a density is told of, km².
    pub density_km2: f64,
    /// Length of residential roads in a zone from which a surface is held against them, m.
    pub surface_roads_m: f64,
    /// How near to the surface they must be, m.
    pub surface_near_m: f64,
    /// Which share of them must be, 0 to 1.
    pub surface_share: f64,
    /// People outside all zones, this near to a border, are a warning, m.
    pub people_outside_m: f64,
    /// By how much barriers must move the share of covered people, 0 to 1.
    pub barriers_matter: f64,
    /// The longest gap of a ring that is closed by a straight line, m.
    pub ring_gap_m: f64,
    /// A zone with fewer points of people than this is a warning.
    pub few_points: usize,
    /// The greatest probability by chance at which coordinates are called shifted.
    pub shifted_p: f64,
    /// A facility farther than this from all zones, and from most others, is an outlier, m.
    pub far_outlier_m: f64,
    /// A zone farther than this from all others is a stray, m.
    pub zone_far_m: f64,
}

impl Default for Checks {
    fn default() -> Checks {
        Checks {
            accept: BTreeMap::new(),
            no_roads_warning: 0.02,
            no_roads_error: 0.20,
            unknown_in_headline: 0.10,
            roadless_warning: 0.05,
            facilities_unlinked_warning: 0.02,
            facilities_unlinked_error: 0.50,
            zones_unknown_error: 1.0 / 3.0,
            density_warning: 150_000.0,
            density_error: 1_500_000.0,
            density_km2: 0.05,
            surface_roads_m: 1000.0,
            surface_near_m: 150.0,
            surface_share: 0.5,
            people_outside_m: 500.0,
            barriers_matter: 0.005,
            ring_gap_m: 5.0,
            few_points: 10,
            shifted_p: 0.001,
            far_outlier_m: 50_000.0,
            zone_far_m: 50_000.0,
        }
    }
}

/// Up to which size an error is accepted, as it is written: `"25 %"`, `"3 rows"`, `"120 m"`, `"2000000 /km2"`, `"yes"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Accepted(String);

/// Why a threshold, or a size to accept, cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// A size that does not fit the kind.
    #[error("{kind} = `{found}` is no size of this kind; expected {expected}")]
    Size {
        /// The kind.
        kind: FindingKind,
        /// What was written.
        found: String,
        /// How its size is written.
        expected: &'static str,
    },
    /// A threshold out of its range.
    #[error("{key} = {found}; expected {expected}")]
    Threshold {
        /// The key.
        key: &'static str,
        /// What was written.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A kind that is never an error.
    #[error("{kind} is never an error: there is nothing to accept")]
    NeverAnError {
        /// The kind.
        kind: FindingKind,
    },
}

/// Accepts a kind whatever its size.
pub(super) const YES: &str = "yes";

impl Accepted {
    /// A size as it is written; see [`Accepted::size`] for what fits which kind.
    pub fn new(text: impl Into<String>) -> Accepted {
        Accepted(text.into())
    }

    /// The size in the kind's [`Measure`], a share from 0 to 1.
    ///
    /// # Errors
    ///
    /// [`CheckError::Size`] says how a size of this kind is written.
    pub fn size(&self, kind: FindingKind) -> Result<f64, CheckError> {
        let (units, expected): (&[&str], _) = match kind.measure() {
            Measure::Share => (&["%"], "a percentage, such as \"25 %\""),
            Measure::Rows => (&["rows", "row"], "a number of rows, such as \"3 rows\""),
            Measure::Metres => (&["km", "m"], "a length, such as \"120 m\""),
            Measure::PerKm2 => (&["/km2", "/km²", YES], "people a km², such as \"2000000 /km2\", or \"yes\""),
            Measure::None => (&[YES], "\"yes\""),
        };
        let error = || CheckError::Size { kind, found: self.0.clone(), expected };
        let text = self.0.trim();
        let (unit, number) = units.iter().find_map(|unit| Some((*unit, text.strip_suffix(unit)?.trim()))).ok_or_else(error)?;
        if unit == YES {
            return if number.is_empty() { Ok(f64::INFINITY) } else { Err(error()) };
        }
        let size: f64 = number.parse().map_err(|_| error())?;
        let scale = match unit {
            "%" => 0.01,
            "km" => 1000.0,
            _ => 1.0,
        };
        Some(size * scale).filter(|size| size.is_finite() && *size >= 0.0).ok_or_else(error)
    }

    /// Whether a finding is no larger, to the thousandths that sizes are counted in.
    fn holds(&self, finding: &Finding) -> bool {
        match self.size(finding.kind) {
            Ok(most) if most.is_infinite() => true,
            Ok(most) => finding.size_milli <= finding.kind.measure().thousandths(most),
            Err(_) => false,
        }
    }
}

impl Checks {
    /// Checks the thresholds and the sizes that are accepted.
    ///
    /// # Errors
    ///
    /// [`CheckError`] names the key, what was found and what was expected.
    pub fn check(&self) -> Result<(), CheckError> {
        for (kind, accepted) in &self.accept {
            accepted.size(*kind)?;
            if !kind.may_be_error() {
                return Err(CheckError::NeverAnError { kind: *kind });
            }
        }
        let shares = [
            ("no_roads_warning", self.no_roads_warning),
            ("no_roads_error", self.no_roads_error),
            ("unknown_in_headline", self.unknown_in_headline),
            ("roadless_warning", self.roadless_warning),
            ("facilities_unlinked_warning", self.facilities_unlinked_warning),
            ("facilities_unlinked_error", self.facilities_unlinked_error),
            ("zones_unknown_error", self.zones_unknown_error),
            ("surface_share", self.surface_share),
            ("barriers_matter", self.barriers_matter),
            ("shifted_p", self.shifted_p),
        ];
        let sizes = [
            ("density_warning", self.density_warning),
            ("density_error", self.density_error),
            ("density_km2", self.density_km2),
            ("surface_roads_m", self.surface_roads_m),
            ("surface_near_m", self.surface_near_m),
            ("people_outside_m", self.people_outside_m),
            ("ring_gap_m", self.ring_gap_m),
            ("far_outlier_m", self.far_outlier_m),
            ("zone_far_m", self.zone_far_m),
        ];
        let threshold = |(key, value): (&'static str, f64), most: f64, expected| {
            let fits = (0.0..=most).contains(&value);
            if fits { Ok(()) } else { Err(CheckError::Threshold { key, found: value.to_string(), expected }) }
        };
        shares.into_iter().try_for_each(|own| threshold(own, 1.0, "a share from 0 to 1"))?;
        sizes.into_iter().try_for_each(|own| threshold(own, 1e12, "a number of 0 or more"))
    }

    /// The finding as the study takes it: an error that is accepted is a warning, and says so.
    #[must_use]
    pub fn judged(&self, finding: Finding) -> Finding {
        let accepted = self.accept.get(&finding.kind).filter(|accepted| finding.is_error() && accepted.holds(&finding));
        match accepted {
            Some(_) => Finding { severity: Severity::Warning, accepted: true, ..finding },
            None => finding,
        }
    }

    /// Findings as the study takes them, the gravest first.
    pub(crate) fn judged_all(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let mut judged: Vec<Finding> = findings.into_iter().map(|finding| self.judged(finding)).collect();
        judged.sort();
        judged
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Stage;

    fn checks(kind: FindingKind, accepted: &str) -> Checks {
        Checks { accept: BTreeMap::from([(kind, Accepted::new(accepted))]), ..Checks::default() }
    }

    #[test]
    fn an_error_is_accepted_up_to_its_size_and_no_further() {
        let found = |share| Finding::new(Stage::Roads, "roads", "", FindingKind::NoRoads, "").severity(Severity::Error).sized(share);
        let accepting = checks(FindingKind::NoRoads, "25 %");
        assert_eq!(accepting.check(), Ok(()));
        let [within, at, beyond] = [0.2, 0.25, 0.251].map(|share| accepting.judged(found(share)));
        assert_eq!((within.severity, within.accepted), (Severity::Warning, true));
        assert_eq!((at.severity, at.accepted), (Severity::Warning, true));
        assert_eq!((beyond.severity, beyond.accepted), (Severity::Error, false));
    }

    /// 16.4 × 0.01 is a little less than 0.164.
    #[test]
    fn what_is_printed_is_accepted() {
        for thousandths in (0..=100_000).step_by(7) {
            let share = f64::from(thousandths) / 100_000.0;
            let found = Finding::new(Stage::Roads, "roads", "", FindingKind::NoRoads, "").severity(Severity::Error).sized(share);
            let exact = format!("{}.{:03} %", thousandths / 1000, thousandths % 1000);
            for size in [exact, found.accepting_size()] {
                assert!(checks(FindingKind::NoRoads, &size).judged(found.clone()).accepted, "{share} {size}");
            }
        }
        let density = Finding::new(Stage::People, "", "", FindingKind::ImplausibleDensity, "").severity(Severity::Error);
        let number = checks(FindingKind::ImplausibleDensity, "2000000 /km2");
        assert!(number.judged(density.clone().sized(1_600_000.4)).accepted);
        assert_eq!(density.clone().sized(1_600_000.4).accepting_size(), "1600001 /km2");
        // the total of another place is no density, however low it would be
        let borrowed = density.of_any_size();
        assert_eq!(borrowed.accepting_size(), "yes");
        assert!(!number.judged(borrowed.clone()).accepted);
        assert!(checks(FindingKind::ImplausibleDensity, "yes").judged(borrowed).accepted);
    }

    #[test]
    fn sizes_are_written_with_the_unit_of_their_kind() {
        let size = |kind, text: &str| Accepted::new(text).size(kind).ok();
        assert_eq!(size(FindingKind::NoRoads, "25%"), Some(0.25));
        assert_eq!(size(FindingKind::UnmatchedRows, "3 rows"), Some(3.0));
        assert_eq!(size(FindingKind::RingNotClosed, "0.2 km"), Some(200.0));
        assert_eq!(size(FindingKind::ImplausibleDensity, "2000000 /km²"), Some(2e6));
        for (kind, text) in [
            (FindingKind::NoRoads, "25"),
            (FindingKind::NoRoads, "-1 %"),
            (FindingKind::NoRoads, "NaN %"),
            (FindingKind::UnmatchedRows, "3 %"),
            (FindingKind::RingNotClosed, "yes"),
            (FindingKind::ImplausibleDensity, "5 yes"),
        ] {
            assert_eq!(size(kind, text), None, "{kind} {text}");
        }
        assert!(checks(FindingKind::TwinMerged, "3 rows").check().is_err());
    }

    #[test]
    fn thresholds_have_their_ranges() {
        assert_eq!(Checks::default().check(), Ok(()));
        assert!(Checks { no_roads_error: 20.0, ..Checks::default() }.check().unwrap_err().to_string().starts_with("no_roads_error = 20"));
        assert!(Checks { ring_gap_m: f64::NAN, ..Checks::default() }.check().is_err());
    }
}
