//! A plan that exists, held against the best one of the same counts.

use std::collections::{BTreeMap, BTreeSet};

use catchment::geo::Coord;
use catchment::{Located, Quota, Site, ZoneId, begin};

use super::Quiet;
use super::answers::Answers;
use super::candidates::Candidate;
use super::problem::Problem;
use super::rows::EvaluationRow;
use crate::error::Error;
use crate::plan::{ModelName, PlanError, ScenarioPlan, SitingPlan, Verb, value};
use crate::write::round;

/// What a scenario does to a service: a problem whose candidates are what it builds, and its plan.
struct Given {
    problem: Problem,
    copies: Vec<u32>,
    /// Which of those that stand it closes.
    closed: BTreeSet<usize>,
    names: String,
}

impl Answers<'_> {
    /// A scenario's sites, or the best places for its counts by town, held against the best plan of the same number, which closes what the
    /// scenario closes.
    pub(super) fn evaluation(&self, scenario: &ScenarioPlan) -> Result<Vec<EvaluationRow>, Error> {
        begin(self.progress, "evaluation", 0)?;
        let number = |copies: &[u32]| self.new_sites(copies).iter().map(|j| copies[*j]).sum::<u32>();
        let mut rows = Vec::new();
        rows.push(self.as_it_is("standing", self.problem, &self.stands(), 0, None)?);
        let mut best = self.problem.clone();
        let (given, added) = match self.counts.filter(|_| scenario.new_build.is_some()) {
            Some(_) => {
                let added = number(&self.located.copies);
                (self.row("best of the same counts by town", &self.located, added)?, added)
            }
            None => {
                let given = self.given(scenario)?;
                let added = number(&given.copies);
                for j in &given.closed {
                    best.sites[*j] = Site { at_least: 0, at_most: 0, ..best.sites[*j] };
                }
                (self.as_it_is("given", &given.problem, &given.copies, added, Some(given.names))?, added)
            }
        };
        let sites = (self.problem.standing as u32..self.problem.sites.len() as u32).collect();
        best.quotas = vec![Quota { name: format!("{added} new"), sites, at_least: added, at_most: added }];
        let best = self.allowed(best.solve(&best.options, &Quiet(self.progress)))?;
        let best = best.map(|found| self.row("best of the same number", &found, added)).transpose()?;
        let better = |best: f64| given.value.map(|given| round(self.better_by(best, given), 6));
        let better = best.as_ref().and_then(|best| best.value).and_then(better);
        rows.push(given);
        rows.extend(best.map(|row| EvaluationRow { better_by: better, ..row }));
        Ok(rows)
    }

    /// The row of a plan that was found.
    fn row(&self, plan: &str, found: &Located, added: u32) -> Result<EvaluationRow, Error> {
        let people = self.people(&found.copies)?;
        Ok(EvaluationRow {
            plan: plan.to_owned(),
            added,
            value: Some(round(found.value, 6)),
            bound: Some(round(found.bound, 6)),
            proven: Some(found.proven),
            people_covered: round(people, 6),
            people_share: self.share(people),
            better_by: None,
            sites: self.names(&found.copies),
        })
    }

    /// The row of a plan that leaves no choice: worth nothing that could be told where it does not give what the model demands.
    fn as_it_is(&self, plan: &str, problem: &Problem, copies: &[u32], added: u32, names: Option<String>) -> Result<EvaluationRow, Error> {
        let found = self.allowed(problem.with(copies).solve(&problem.options, &Quiet(self.progress)))?;
        let served = found.as_ref().filter(|_| self.siting.model == ModelName::CapacitatedMclp).map(|found| found.value);
        let people = served.unwrap_or_else(|| problem.covered(copies).1.as_f64());
        let value = found.map(|found| round(found.value, 6));
        Ok(EvaluationRow {
            plan: plan.to_owned(),
            added,
            value,
            bound: value,
            proven: value.map(|_| true),
            people_covered: round(people, 6),
            people_share: self.share(people),
            better_by: None,
            sites: names.unwrap_or_default(),
        })
    }

    /// What a scenario builds, opens, moves and closes for the service.
    fn given(&self, scenario: &ScenarioPlan) -> Result<Given, Error> {
        let file = self.inputs.plan.study.id.clone();
        let wrong = |found: &str, expected: &str| -> Error {
            let source: PlanError = value("siting.evaluate", found, expected);
            Error::Plan { file: file.clone(), source }
        };
        let set = self.inputs.plan.services.iter().find(|own| own.id == self.service.id).map_or("", |own| &own.facilities);
        let shut = self.inputs.not_open.get(set).map_or(&[][..], Vec::as_slice);
        let (mut candidates, mut closed) = (Vec::new(), BTreeSet::new());
        for change in scenario.changes.iter().filter(|own| own.facilities == set) {
            let Some((verb, id)) = change.verb() else { continue };
            if matches!(verb, Verb::Close | Verb::Move) {
                closed.extend(self.service.facilities.iter().position(|own| own.id == id));
            }
            let location = match (verb, change.lon, change.lat) {
                (Verb::Add | Verb::Move, Some(lon), Some(lat)) => {
                    let mut at = [Coord { x: lon, y: lat }];
                    let far = |_| wrong(&format!("`{id}`, which lies too far away"), "places near the study");
                    self.inputs.projector.forward(&mut at).map_err(far)?;
                    at[0]
                }
                (Verb::Open, ..) => match shut.iter().find(|own| own.id == id) {
                    Some(own) => own.location,
                    None => continue,
                },
                _ => continue,
            };
            let room = self.siting.room.as_ref().and_then(|name| change.amounts.get(name).copied());
            candidates.push(Candidate {
                id: id.to_owned(),
                name: change.name.clone().unwrap_or_default(),
                location,
                zone: ZoneId::at(0),
                kind: String::new(),
                price: 0,
                room: room.or(self.siting.room_new),
                opens: verb == Verb::Open,
            });
        }
        if candidates.is_empty() {
            let expected = "a scenario that adds, opens or moves facilities of the service, or has counts by town";
            return Err(wrong(&format!("`{}`, which builds none", scenario.id), expected));
        }
        let plain = SitingPlan {
            counts: None,
            kinds: BTreeMap::new(),
            budget: None,
            min_by_zone: None,
            moves: 0,
            add: None,
            ..self.siting.clone()
        };
        let (mut problem, _) = Problem::new(self.inputs, &plain, self.service, &candidates, None, &Quiet(self.progress))?;
        problem.model = self.problem.model;
        let stays = self.stays();
        let stands = |j: usize| stays[j] > 0 && !closed.contains(&j);
        let copies = (0..problem.sites.len()).map(|j| u32::from(j >= problem.standing || stands(j))).collect();
        let names = candidates.iter().map(|own| own.label()).collect::<Vec<_>>().join("; ");
        Ok(Given { problem, copies, closed, names })
    }
}
