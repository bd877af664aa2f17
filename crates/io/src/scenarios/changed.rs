//! A study's inputs as a scenario would have them.

use std::sync::Arc;

use catchment::geo::Coord;
use catchment::{Facility, FacilityRecord, FacilityStatus};

use crate::error::Error;
use crate::load::{Inputs, id_order};
use crate::plan::{ChangePlan, PlanError, ScenarioPlan, Verb, nearest, value};

/// A step of a scenario, in the order of building.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub verb: Verb,
    pub set: String,
    /// The facility afterwards; one that closes, as it was.
    pub facility: Facility,
    /// The year of its record that makes it a step.
    pub year: Option<i32>,
}

/// The inputs with the facilities of a scenario, and the steps that lead there from the study as it stands.
pub(super) fn changed(inputs: &Inputs, scenario: &ScenarioPlan) -> Result<(Inputs, Vec<Step>), Error> {
    let mut own = inputs.clone();
    own.standing = Some(Arc::new([inputs.facilities.clone(), inputs.not_open.clone()]));
    own.plan.study.title = format!("{}: {}", inputs.plan.study.title, scenario.title());
    let mut steps = Vec::new();
    if let Some(year) = scenario.year {
        let from = own.plan.planning.get_or_insert_default().year.replace(year);
        steps.extend(years(&mut own, from, year));
    }
    let wrong = |source| Error::Plan { file: inputs.plan.study.id.clone(), source };
    for change in &scenario.changes {
        let Some((verb, id)) = change.verb() else { continue };
        let key = format!("scenarios.changes of `{}`", scenario.id);
        steps.extend(make(&mut own, change, (verb, id), &key, &wrong)?);
    }
    let plan = &inputs.plan;
    let asked = |set: &String| {
        plan.services.iter().any(|service| service.facilities == *set)
            || plan.referrals.iter().any(|referral| referral.from == *set || referral.to.contains(set))
    };
    for (set, facilities) in &mut own.facilities {
        if facilities.is_empty() && asked(set) {
            let found = format!("the end of all facilities of `{set}`");
            return Err(wrong(value(&format!("scenarios of `{}`", scenario.id), &found, "at least one that is open")));
        }
        facilities.sort_by(|a, b| id_order(&a.id).cmp(&id_order(&b.id)));
    }
    Ok((own, steps))
}

/// Opens and closes what the year does, by the years in which it does.
fn years(inputs: &mut Inputs, from: Option<i32>, year: i32) -> Vec<Step> {
    // what is not told by a year between the study's and the scenario's has none
    let between = |told: Option<i32>| told.filter(|told| *told <= year && from.is_none_or(|from| *told > from));
    let mut steps = Vec::new();
    for (set, open) in &mut inputs.facilities {
        let others = inputs.not_open.entry(set.clone()).or_default();
        let (stays, closes): (Vec<Facility>, Vec<Facility>) = std::mem::take(open).into_iter().partition(|own| own.is_open(Some(year)));
        let (opens, stay_shut): (Vec<Facility>, Vec<Facility>) =
            std::mem::take(others).into_iter().partition(|own| own.is_open(Some(year)));
        let step = |verb: Verb, facility: &Facility, year: Option<i32>| Step { verb, set: set.clone(), facility: facility.clone(), year };
        steps.extend(opens.iter().map(|own| step(Verb::Open, own, between(own.record.opens))));
        steps.extend(closes.iter().map(|own| step(Verb::Close, own, between(own.record.closes))));
        *open = stays.into_iter().chain(opens).collect();
        *others = stay_shut.into_iter().chain(closes).collect();
    }
    steps.sort_by_key(|step| (step.year, step.verb == Verb::Close));
    steps
}

/// Makes one change, in every set that holds the facility: the same id at the same place.
fn make(
    inputs: &mut Inputs,
    change: &ChangePlan,
    (verb, id): (Verb, &str),
    key: &str,
    wrong: &dyn Fn(PlanError) -> Error,
) -> Result<Vec<Step>, Error> {
    let projected = |(x, y)| inputs.projector.forward_one(Coord { x, y });
    let place = change.lon.zip(change.lat).map(projected).transpose();
    let place = place.map_err(|source| Error::Crs { what: format!("{key}: lon, lat of `{id}`"), source })?;
    let year = inputs.plan.planning.as_ref().and_then(|planning| planning.year);
    let of = |all: &[Facility]| all.iter().position(|own| own.id == id);
    let open = inputs.facilities.entry(change.facilities.clone()).or_default();
    let others = inputs.not_open.entry(change.facilities.clone()).or_default();
    let step = |set: &str, facility: &Facility| Step { verb, set: set.to_owned(), facility: facility.clone(), year: None };
    if verb == Verb::Add {
        if of(open).is_some() || of(others).is_some() {
            let expected = format!("an id that no facility of `{}` has; `open` opens one that is planned", change.facilities);
            return Err(wrong(value(key, &format!("add = `{id}`, which is there already"), &expected)));
        }
        let location = place.unwrap_or(Coord { x: 0.0, y: 0.0 });
        let (name, kind) = (change.name.clone().unwrap_or_default(), change.kind.clone().unwrap_or_default());
        let record = FacilityRecord::default();
        let mut new = Facility { id: id.to_owned(), name, kind, location, twins: Vec::new(), vehicles: None, record };
        describe(&mut new, change);
        open.push(new.clone());
        return Ok(vec![step(&change.facilities, &new)]);
    }
    let (asked, what): (&[Facility], &str) = match verb {
        Verb::Open => (others, "is planned, closed or a candidate"),
        _ => (open, "is open"),
    };
    let Some(at) = of(asked).map(|position| asked[position].location) else {
        let ids: Vec<&str> = asked.iter().map(|own| own.id.as_str()).collect();
        let expected = format!("the id of a facility of `{}` that {what}{}", change.facilities, nearest(id, &ids));
        return Err(wrong(value(key, &format!("{} = `{id}`", verb.name()), &expected)));
    };
    let same = |all: &[Facility]| all.iter().position(|own| own.id == id && own.location == at);
    let mut steps = Vec::new();
    for (set, open) in &mut inputs.facilities {
        let others = inputs.not_open.entry(set.clone()).or_default();
        let facility = match verb {
            Verb::Open => same(others).map(|position| {
                let own = others.remove(position);
                let record = FacilityRecord { status: FacilityStatus::Existing, opens: None, closes: None, ..own.record };
                open.push(Facility { record, ..own });
                open.len() - 1
            }),
            _ => same(open),
        };
        let Some(position) = facility else { continue };
        let mut own = open[position].clone();
        match verb {
            Verb::Close => {
                open.remove(position);
                let record = FacilityRecord { status: FacilityStatus::Closed, closes: year, ..own.record.clone() };
                others.push(Facility { record, ..own.clone() });
            }
            Verb::Move => own.location = place.unwrap_or(own.location),
            Verb::Change => describe(&mut own, change),
            Verb::Add | Verb::Open => {}
        }
        if verb != Verb::Close {
            open[position] = own.clone();
        }
        steps.push(step(set, &own));
    }
    Ok(steps)
}

/// Gives a facility what a change says of it.
fn describe(facility: &mut Facility, change: &ChangePlan) {
    if let Some(kind) = &change.kind {
        facility.kind.clone_from(kind);
    }
    let record = &mut facility.record;
    record.tier = change.tier.clone().or(record.tier.take());
    record.owner = change.owner.clone().or(record.owner.take());
    if let Some(tags) = &change.tags {
        record.tags.clone_from(tags);
    }
    record.amounts.extend(change.amounts.clone());
}
