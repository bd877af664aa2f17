//! What a service's headline hangs on: facilities beyond the edge of the data or of the zones, and barriers that the plan does not name.

use catchment::geo::{BoundingRect, Coord, Rect};
use catchment::{Finding, FindingKind, People, Report, Sensitivity, Service, Severity, Stage, Study, ZoneIndex, nodes_beyond_zones};

use crate::error::Error;
use crate::load::Inputs;
use crate::plan::is_osm;
use crate::write::thousands;

/// A smaller share is no warning: it moves a headline by less than a tenth of a point.
const LEAST_SHARE: f64 = 0.0005;

/// The findings about a service and its report.
pub(crate) fn doubts(
    inputs: &Inputs,
    study: &Study<'_>,
    place: usize,
    service: &Service<'_>,
    report: &Report,
) -> Result<Vec<Finding>, Error> {
    let known = report.coverage.zones.iter().filter_map(|row| row.people);
    let people: People = known.map(|people| people.known()).sum();
    if people == People::ZERO {
        return Ok(Vec::new());
    }
    let asked = Sensitivity::new(study, service, &report.assessments)?;
    let own = Doubts { inputs, study, place, service, people };
    let mut findings = Vec::new();
    findings.extend(own.roads_cut_off(&asked)?);
    findings.extend(own.facilities_at_border(&asked)?);
    findings.extend(own.barriers_matter(asked)?);
    Ok(findings)
}

struct Doubts<'a> {
    inputs: &'a Inputs,
    study: &'a Study<'a>,
    place: usize,
    service: &'a Service<'a>,
    /// All in zones whose people are known.
    people: People,
}

impl Doubts<'_> {
    fn share(&self, people: People) -> f64 {
        people.as_f64() / self.people.as_f64()
    }

    /// "at most 3.4 points: 1,234 people", and the finding that it stands in.
    fn at_most(&self, kind: FindingKind, people: People, more: &str) -> Option<Finding> {
        if people == People::ZERO {
            return None;
        }
        let share = self.share(people);
        let severity = if share < LEAST_SHARE { Severity::Note } else { Severity::Warning };
        let detail = format!("at most {:.1} points: {} people who are not covered {more}", 100.0 * share, thousands(people.as_f64()));
        let finding = Finding::new(Stage::Coverage, self.service.id, "", kind, detail);
        Some(finding.severity(severity).people(people).sized(share))
    }

    fn limit(&self) -> String {
        if self.service.limits().differ() { "their zone's limit".to_owned() } else { self.service.limit.to_string() }
    }

    /// Uncovered people who reach the edge of the road file within the limit.
    fn roads_cut_off(&self, asked: &Sensitivity<'_>) -> Result<Option<Finding>, Error> {
        let profile = &self.inputs.plan.services[self.place].profile;
        let Some(nodes) = self.inputs.edge_nodes.get(profile) else { return Ok(None) };
        let more = format!(
            "are within {} of the edge of the road file (roads cut off there: {}): a facility beyond it may cover them",
            self.limit(),
            nodes.len()
        );
        Ok(self.at_most(FindingKind::RoadsCutOff, asked.uncovered_near(nodes)?, &more))
    }

    /// Uncovered people who get out of all zones within the limit, while no facility of the list lies out there.
    fn facilities_at_border(&self, asked: &Sensitivity<'_>) -> Result<Option<Finding>, Error> {
        let service = self.service;
        let id = &self.inputs.plan.services[self.place].facilities;
        let Some(set) = self.inputs.plan.facilities.iter().find(|set| set.id == *id) else { return Ok(None) };
        // an extract ends where it ends, not at the zones
        let index = ZoneIndex::new(self.study.zones);
        if is_osm(&set.source) || self.leads_beyond(&index, asked.straight_reach_m()) {
            return Ok(None);
        }
        let nodes = nodes_beyond_zones(service.network, &index, service.link.min_component);
        let more = format!(
            "get beyond the border of the zones within {}, where roads lead on and the list `{}` knows no facility (within the zones: {}): a \
             neighbour's may cover them",
            self.limit(),
            set.source,
            service.facilities.iter().filter(|own| index.locate(own.location).is_some()).count()
        );
        let finding = self.at_most(FindingKind::FacilitiesAtBorder, asked.uncovered_near(&nodes)?, &more);
        Ok(finding.map(|finding| finding.facilities(service.facilities.len())))
    }

    /// Whether the facilities do not end at the border of the zones: one lies outside within reach of them, or most lie outside.
    fn leads_beyond(&self, zones: &ZoneIndex<'_>, reach: f64) -> bool {
        let boxes: Vec<Rect<f64>> = self.study.zones.iter().filter_map(|zone| zone.area.bounding_rect()).collect();
        let is_near = |c: Coord<f64>| {
            let within = |low: f64, v: f64, high: f64| (low - reach..=high + reach).contains(&v);
            boxes.iter().any(|b| within(b.min().x, c.x, b.max().x) && within(b.min().y, c.y, b.max().y))
        };
        let places = self.service.facilities.iter().map(|facility| facility.location);
        let outside: Vec<Coord<f64>> = places.filter(|at| zones.locate(*at).is_none()).collect();
        2 * outside.len() >= self.service.facilities.len() || outside.into_iter().any(is_near)
    }

    /// What mapped water, railways and motorways would change, where the plan names no barriers.
    fn barriers_matter(&self, asked: Sensitivity<'_>) -> Result<Option<Finding>, Error> {
        let Some(barriers) = &self.inputs.unnamed_barriers else { return Ok(None) };
        let Some(effect) = asked.with_barriers(barriers)? else { return Ok(None) };
        let [without, with] = [effect.covered, effect.covered_with].map(|people| self.share(people));
        let moved = (without - with).abs();
        if moved < self.inputs.plan.checks.barriers_matter {
            return Ok(None);
        }
        let detail = format!(
            "{:.2} % of people are covered if access legs do not cross {}, {:.2} % as the plan stands, which names no barriers: the straight \
             way to the road crosses one for {} people and {} facilities",
            100.0 * with,
            effect.kinds.join(", "),
            100.0 * without,
            thousands(effect.people_crossing.as_f64()),
            effect.facilities_crossing,
        );
        let finding = Finding::new(Stage::Link, self.service.id, "", FindingKind::BarriersMatter, detail);
        Ok(Some(finding.people(effect.people_crossing).facilities(effect.facilities_crossing).sized(moved)))
    }
}
