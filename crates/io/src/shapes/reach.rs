//! `reach.geojson`: the roads within limits, to the millimetre.

use std::time::Instant;

use catchment::geo::{Coord, LineString};
use catchment::{Cost, FacilityId, Limit, NearestFacility, Progress, ReachedEdges, ReachedLine, SearchSpace, Sources, begin};
use geojson::{Feature, Geometry, JsonObject};
use serde_json::json;

use super::dictionary::REACH;
use super::isochrones::whose;
use super::made::{Command, Made, metres, texts, unit};
use super::studied::{Ask, Ready, Studied};
use crate::crs::Projector;
use crate::error::Error;
use crate::files::Files;
use crate::plan::Plan;
use crate::write::{collection_of, feature, inverse, round};

/// Which roads.
#[derive(Debug, Clone, Default)]
pub struct ReachAsk {
    /// Services and limits.
    pub ask: Ask,
    /// Those of each facility; else those of the nearest of all.
    pub per_facility: bool,
}

/// The roads of a service and limit, for a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachRow {
    /// The service's id.
    pub service: String,
    /// The limit.
    pub limit: Limit,
    /// Lines.
    pub lines: usize,
    /// Their length in all, mm; a road within the limit of several facilities counts for each.
    pub road_mm: u64,
}

/// Finds the roads within the limits of a plan's services.
///
/// # Errors
///
/// [`Error`] as [`load`](crate::load()); [`Error::Plan`] for a service that the plan has not, or limits of two metrics.
pub fn reach(plan: &Plan, files: &dyn Files, ask: &ReachAsk, progress: &dyn Progress) -> Result<Made<Vec<ReachRow>>, Error> {
    let started = Instant::now();
    let studied = Studied::load(plan, files, &ask.ask, progress)?;
    let mut layer = Layer { projector: &studied.inputs.projector, features: Vec::new(), rows: Vec::new() };
    for ready in studied.services() {
        begin(progress, &format!("reach {}", ready.plan.id), if ask.per_facility { ready.service.facilities.len() } else { 0 })?;
        layer.service(&ready, ask.per_facility, progress)?;
    }
    let Layer { features, rows, .. } = layer;
    let asked = json!({ "service": ask.ask.service, "limits": texts(&ask.ask.limits), "per_facility": ask.per_facility });
    let command = Command { name: "reach", asked, about: REACH, started };
    let layer = collection_of(&studied.inputs, &features).into_bytes();
    command.made(&studied, rows, Vec::new(), vec![("reach.geojson".to_owned(), layer)])
}

struct Layer<'a> {
    projector: &'a Projector,
    features: Vec<Feature>,
    rows: Vec<ReachRow>,
}

impl Layer<'_> {
    fn service(&mut self, ready: &Ready<'_>, per_facility: bool, progress: &dyn Progress) -> Result<(), Error> {
        let service = &ready.service;
        let row = |limit: &Limit| ReachRow { service: ready.plan.id.clone(), limit: *limit, lines: 0, road_mm: 0 };
        let mut rows: Vec<ReachRow> = ready.limits.iter().map(row).collect();
        let edges = service.edge_grid()?;
        let links = service.facility_links(&edges);
        let sources = Sources::new(service.network, &links, service.direction)?;
        let mut space = SearchSpace::default();
        if per_facility {
            let longest = ready.limits.last().map_or(Cost::ZERO, |limit| limit.cost);
            for id in (0..service.facilities.len()).map(FacilityId::at) {
                self.limits(ready, Some(id), &sources.catchment(id, longest, &mut space), &mut rows)?;
                begin_step(progress)?;
            }
        } else {
            self.limits(ready, None, &sources.nearest_facility(&mut space), &mut rows)?;
        }
        self.rows.extend(rows);
        Ok(())
    }

    /// The lines of every limit, from one search.
    fn limits(
        &mut self,
        ready: &Ready<'_>,
        facility: Option<FacilityId>,
        nearest: &NearestFacility<'_>,
        rows: &mut [ReachRow],
    ) -> Result<(), Error> {
        let facility = facility.and_then(|id| ready.service.facilities.get(id.index()));
        for row in rows {
            let lines = ReachedEdges::new(nearest, row.limit.cost).lines(nearest);
            row.lines += lines.len();
            row.road_mm += lines.iter().map(|line| line.length_mm).sum::<u64>();
            for line in lines {
                let mut properties = whose(ready, facility);
                measures(&mut properties, row.limit, &line);
                self.features.push(feature(Some(self.wgs84(line.line)?), properties));
            }
        }
        Ok(())
    }

    /// A line in longitude and latitude to 8 decimals; both its ends stay, however near they are.
    fn wgs84(&self, line: LineString<f64>) -> Result<Geometry, Error> {
        let mut places = line.0;
        inverse(self.projector, &mut places)?;
        places.iter_mut().for_each(|c| *c = Coord { x: round(c.x, 8), y: round(c.y, 8) });
        Ok(Geometry::from(&LineString(places)))
    }
}

fn begin_step(progress: &dyn Progress) -> Result<(), Error> {
    progress.advance(1);
    if progress.is_cancelled() { Err(Error::Cancelled(catchment::Cancelled)) } else { Ok(()) }
}

fn measures(properties: &mut JsonObject, limit: Limit, line: &ReachedLine) {
    let values = [("limit", limit.as_f64()), ("cost_min", line.cost_min.as_f64()), ("cost_max", line.cost_max.as_f64())];
    for (name, value) in values {
        properties.insert(unit(name, limit.metric), json!(value));
    }
    properties.insert("length_m".to_owned(), json!(metres(line.length_mm)));
}
