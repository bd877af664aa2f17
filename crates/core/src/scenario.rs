//! Projects in the order in which they are built: what each of them adds to coverage after those before it.

use geo::Coord;
use serde::Serialize;

use crate::analysis::{Service, Study};
use crate::check::{self, AnalysisError};
use crate::ids::FacilityId;
use crate::link::{LinkStatus, Linkage};
use crate::progress::{Cancelled, Progress, begin};
use crate::search::{Residents, WhatIf};
use crate::units::People;

/// One step of a plan: facilities that open together, and some that close then. A move is both.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Project {
    /// Where facilities open.
    pub opens: Vec<Coord<f64>>,
    /// Which ones close: those of the service by their ids; one that an earlier project opened has the next id after them, in the order
    /// in which they opened. Ids of none are passed over.
    pub closes: Vec<FacilityId>,
}

/// What a project does, given what was built before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProjectEffect {
    /// People within their limit who were not before.
    pub gained: People,
    /// People who were within their limit before and no longer are.
    pub lost: People,
    /// People of all zones within their limit when it is built.
    pub covered: People,
    /// How each of its new facilities is tied to the roads.
    pub links: Vec<LinkStatus>,
}

/// Builds projects one after another, from a service as it stands.
///
/// What opens comes before what closes, so that nobody counts as lost whom the same project serves in another place.
///
/// # Errors
///
/// [`AnalysisError`] where the study or the service cannot be so, or a new facility lies nowhere; or through `progress`.
///
/// # Complexity
///
/// One search of the whole network, then what each project touches.
pub fn build_in_order(
    study: &Study<'_>,
    service: &Service<'_>,
    projects: &[Project],
    progress: &dyn Progress,
) -> Result<Vec<ProjectEffect>, AnalysisError> {
    study.check_rows()?;
    service.check_in(study.zones.len())?;
    projects.iter().try_for_each(|project| check::places("project.opens", project.opens.iter().copied()))?;
    begin(progress, "projects", projects.len())?;
    let edges = service.edge_grid()?;
    let demand_links = service.demand_links(&edges, &study.demand.locations);
    let people = study.demand.people_in_total(study.zones.len());
    let residents = Residents::new(service.network, service.direction, &demand_links, &people)?;
    let limits = service.limits();
    let mut what_if = WhatIf::new(&residents, &service.facility_links(&edges), &study.demand.zones, limits, limits.greatest().cost)?;
    let mut effects = Vec::with_capacity(projects.len());
    for project in projects {
        if progress.is_cancelled() {
            return Err(Cancelled.into());
        }
        let links = Linkage::new(&edges, &project.opens).after(service.pre_travel);
        let mut effect = ProjectEffect { gained: People::ZERO, lost: People::ZERO, covered: People::ZERO, links: Vec::new() };
        for i in 0..links.len() {
            effect.gained += what_if.open(links.snaps(i)).gained;
            effect.links.push(links.status(i));
        }
        for facility in &project.closes {
            effect.lost += what_if.close(*facility).lost;
        }
        what_if.commit();
        effect.covered = what_if.covered_in_all();
        effects.push(effect);
        progress.advance(1);
    }
    Ok(effects)
}
