//! How much of a headline hangs on the walking speed: coverage at a slow and at a brisk walk.
//!
//! Where every part of a way takes longer by the same factor, who is covered at another speed is told by the costs of the one search: those
//! within the limit times the factor. Costs are rounded on every arc, so that points within half a unit an arc of the limit may differ from
//! a run at that speed. Ferries and delays, and legs or steps whose speed the plan sets, do not follow: then another search tells.

use catchment::{
    Cost, CoverageTable, LinkRules, Metric, People, Profile, Progress, Report, RoadNetwork, Service, Status, Study, begin, cover,
};

use crate::error::Error;
use crate::load::Inputs;
use crate::plan::{Plan, ServicePlan};
use crate::run::SpeedPoint;

/// Coverage of a service at another walking speed.
#[derive(Debug, Clone, PartialEq)]
pub struct RangePoint {
    /// The service's position in the plan.
    pub service: usize,
    /// The walking speed, metres a second.
    pub speed_m_s: f64,
    /// People who would be covered, of those of whom it is known.
    pub covered: People,
    /// Their share of these, 0 to 1; `None` where there are none.
    pub share: Option<f64>,
}

impl RangePoint {
    /// From the coverage that a search at this speed found.
    pub(crate) fn searched(service: usize, speed_m_s: f64, coverage: &CoverageTable) -> RangePoint {
        let covered = coverage.total.people.map(|people| people.covered).unwrap_or_default();
        RangePoint { service, speed_m_s, covered, share: coverage.total.people_share() }
    }

    /// From the costs of a run at the plan's own speed, which all scale.
    pub(crate) fn scaled(inputs: &Inputs, service: usize, profile: &Profile, speed_m_s: f64, report: &Report) -> RangePoint {
        let factor = speed_m_s / profile.speed_m_s;
        // a hair more, as whole units are compared with a product of fractions
        let within = |cost: Cost, limit: Cost| f64::from(cost.0) <= f64::from(limit.0) * factor + 1e-6;
        let is_covered = |i: usize| {
            let (own, limit) = (report.assessments[i], report.limit_of(inputs.demand.zones[i]));
            matches!(own.status, Status::Covered | Status::Uncovered) && within(own.label.cost, limit.cost)
        };
        let known = |i: usize| inputs.demand.zones[i].is_some_and(|zone| report.coverage.zones[zone.index()].people.is_some());
        let covered = (0..inputs.demand.len()).filter(|&i| known(i) && is_covered(i)).map(|i| inputs.demand.people[i]).sum::<People>();
        let all = report.coverage.total.people.map(|people| people.known()).filter(|all| *all > People::ZERO);
        RangePoint { service, speed_m_s, covered, share: all.map(|all| covered.as_f64() / all.as_f64()) }
    }
}

/// Coverage of a service at each speed of its sweeps: a network and a search of its own.
pub(crate) fn at_other_speeds(
    inputs: &Inputs,
    study: &Study<'_>,
    service: usize,
    asked: &Service<'_>,
    progress: &dyn Progress,
) -> Result<Vec<SpeedPoint>, Error> {
    let plan = &inputs.plan.services[service];
    let wanted = plan.swept_speeds();
    let swept = inputs.swept_roads.get(&plan.profile).map_or(&[][..], Vec::as_slice);
    let mut points = Vec::new();
    for (profile, network) in swept.iter().filter(|(profile, _)| wanted.contains(&profile.speed_m_s)) {
        let coverage = at_speed(study, asked, (profile, network), progress)?;
        points.push(SpeedPoint { service, speed_m_s: profile.speed_m_s, coverage });
    }
    Ok(points)
}

fn at_speed(
    study: &Study<'_>,
    asked: &Service<'_>,
    (profile, network): (&Profile, &RoadNetwork),
    progress: &dyn Progress,
) -> Result<CoverageTable, Error> {
    let speed_m_s = profile.speed_m_s;
    begin(progress, &format!("speed {speed_m_s} m/s"), 0)?;
    let link = LinkRules { access_speed_m_s: profile.access_speed_m_s, ..asked.link };
    Ok(cover(study, &Service { network, link, speed_m_s, ..*asked }, progress)?)
}

/// Coverage of a service at a slow and at a brisk walk: from the costs of its own search, or from those of another where these do not scale.
/// A speed that does not scale is left out where a prepared network has the roads at one speed alone.
pub(crate) fn at_a_range_of_speeds(
    inputs: &Inputs,
    study: &Study<'_>,
    (service, report): (usize, &Report),
    asked: &Service<'_>,
    swept: &[SpeedPoint],
    progress: &dyn Progress,
) -> Result<Vec<RangePoint>, Error> {
    let plan = &inputs.plan.services[service];
    let Some((profile, _)) = inputs.roads.get(&plan.profile) else { return Ok(Vec::new()) };
    let networks = inputs.swept_roads.get(&plan.profile).map_or(&[][..], Vec::as_slice);
    let mut points = Vec::new();
    for speed_m_s in inputs.plan.range_m_s(plan) {
        let searched = swept.iter().find(|own| own.service == service && own.speed_m_s == speed_m_s);
        let network = networks.iter().find(|(own, _)| own.speed_m_s == speed_m_s);
        points.push(match (inputs.plan.scales(&plan.profile, speed_m_s), searched, network) {
            (true, ..) => RangePoint::scaled(inputs, service, profile, speed_m_s, report),
            (_, Some(own), _) => RangePoint::searched(service, speed_m_s, &own.coverage),
            (_, _, Some((profile, network))) => {
                RangePoint::searched(service, speed_m_s, &at_speed(study, asked, (profile, network), progress)?)
            }
            _ => continue,
        });
    }
    Ok(points)
}

impl Plan {
    /// The other walking speeds at which a service's coverage is told, metres a second, ascending: none of a vehicle, and none of a distance.
    pub fn range_m_s(&self, service: &ServicePlan) -> Vec<f64> {
        let is_timed_walk = |own: &Profile| own.drive.is_none() && service.limit.metric == Metric::Time;
        let profile = self.profile(&service.profile).ok().filter(is_timed_walk);
        let Some(profile) = profile else { return Vec::new() };
        let mut speeds: Vec<f64> = profile.range_m_s.into_iter().filter(|speed| *speed != profile.speed_m_s).collect();
        speeds.sort_by(f64::total_cmp);
        speeds.dedup();
        speeds
    }

    /// Whether every part of a way takes longer by the same factor at another walking speed.
    pub(crate) fn scales(&self, profile_name: &str, speed_m_s: f64) -> bool {
        let (Ok(own), Ok(other)) = (self.profile(profile_name), self.profile_at(profile_name, speed_m_s)) else { return false };
        let factor = speed_m_s / own.speed_m_s;
        let follows = |own: f64, other: f64| (own * factor - other).abs() <= 1e-6;
        let all = follows(own.access_speed_m_s, other.access_speed_m_s) && follows(own.steps_m_s, other.steps_m_s);
        all && own.crossing_delay_s == 0.0 && !own.ferry
    }
}
