//! `[[referrals]]`: of each facility of a set, the nearest of other sets.

use std::collections::{BTreeMap, BTreeSet};

use catchment::{Assessment, Demand, Direction, Facility, FacilityId, Metric, People, Progress, Status, ZoneIndex, assess_demand, begin};

use crate::error::Error;
use crate::load::Inputs;
use crate::plan::{ReferralPlan, ServicePlan};
use crate::run::{Networks, service_of};

/// The nearest facilities of one question of the plan.
#[derive(Debug, Clone)]
pub struct ReferralRun {
    /// Its position in the plan.
    pub place: usize,
    /// By facility of the set that asks, its zone.
    pub zones: Vec<Option<usize>>,
    /// By set that is looked for, what became of each facility that asks.
    pub nearest: Vec<Vec<Assessment>>,
    /// By set that is looked for, whether the facility that asks is one of it (the same id at the same place): then it is its own nearest, and not counted.
    pub itself: Vec<Vec<bool>>,
}

impl ReferralRun {
    /// What became of the facilities that look for a set and are none of it.
    pub fn asking(&self, set: usize) -> impl Iterator<Item = &Assessment> {
        self.nearest[set].iter().zip(&self.itself[set]).filter(|(_, itself)| !**itself).map(|(own, _)| own)
    }

    /// How many of them have one within the limit.
    pub fn within(&self, set: usize) -> usize {
        self.asking(set).filter(|own| own.status == Status::Covered).count()
    }

    /// The facility of a set that is nearest to the one that asks; `None` where there is no way to any.
    pub fn nearest_of(&self, set: usize, asks: usize) -> Option<FacilityId> {
        let label = self.nearest[set][asks].label;
        label.cost.is_reached().then_some(label.facility)
    }
}

impl ReferralPlan {
    /// The question as a service of each facility of `set`.
    fn service(&self, set: &str) -> ServicePlan {
        ServicePlan {
            id: self.id.clone(),
            title: String::new(),
            care: String::new(),
            care_zh: String::new(),
            facilities: set.to_owned(),
            profile: self.profile.clone(),
            limit: self.limit,
            limits: BTreeMap::new(),
            zone_limits: false,
            direction: self.direction,
            sweep: Vec::new(),
            response: None,
        }
    }

    /// What costs count.
    pub(crate) fn metric(&self) -> Metric {
        self.limit.metric
    }

    /// Who travels, as tables say it.
    pub(crate) fn travels(&self) -> &'static str {
        match self.direction {
            Direction::ToFacility => "to-facility",
            Direction::FromFacility => "from-facility",
        }
    }
}

/// Answers one question.
pub(crate) fn refer(inputs: &Inputs, place: usize, networks: &Networks, progress: &dyn Progress) -> Result<Option<ReferralRun>, Error> {
    let plan = &inputs.plan.referrals[place];
    begin(progress, &format!("referrals {}", plan.id), 0)?;
    let Some(asking) = inputs.facilities.get(&plan.from) else { return Ok(None) };
    let index = ZoneIndex::new(&inputs.zones);
    let located: Vec<_> = asking.iter().map(|facility| index.locate(facility.location)).collect();
    let demand = Demand {
        locations: asking.iter().map(|facility| facility.location).collect(),
        zones: vec![None; asking.len()],
        people: vec![People::ZERO; asking.len()],
        groups: Vec::new(),
    };
    let (mut nearest, mut itself) = (Vec::new(), Vec::new());
    for set in &plan.to {
        let service = plan.service(set);
        let roads = inputs.roads.get(&plan.profile).zip(networks.get(&(plan.profile.clone(), plan.limit.metric)));
        let (Some(((profile, _), network)), Some(facilities)) = (roads, inputs.facilities.get(set)) else { return Ok(None) };
        let asked = service_of(&inputs.plan, &service, profile, (facilities, network, &inputs.barriers, &[]), &inputs.demand.locations);
        nearest.push(assess_demand(&demand, &asked));
        let key = |own: &'_ Facility| (own.id.clone(), own.location.x.to_bits(), own.location.y.to_bits());
        let there: BTreeSet<_> = facilities.iter().map(key).collect();
        itself.push(asking.iter().map(|own| there.contains(&key(own))).collect());
    }
    Ok(Some(ReferralRun { place, zones: located.into_iter().map(|zone| zone.map(|zone| zone.index())).collect(), nearest, itself }))
}
