//! What services with a response need besides: calls, corridors, water.

use std::collections::BTreeMap;

use catchment::{Barriers, Demand, Stage, Zone};

use super::corridors::{self, Corridor};
use super::masks::Mapped;
use super::select::{WATER, water_source};
use super::{Loader, barriers, calls};
use crate::crs::Projector;
use crate::error::Error;

/// Calls and corridors by service.
pub(super) type OfResponses = (BTreeMap<String, Demand>, BTreeMap<String, Vec<Corridor>>);

impl Loader<'_> {
    /// Calls and corridors of the services with a response.
    pub(super) fn of_responses(&mut self, zones: &[Zone], projector: &Projector) -> Result<OfResponses, Error> {
        let (mut calls, mut corridors) = OfResponses::default();
        for service in &self.plan.services {
            let Some(response) = &service.response else { continue };
            if let Some(file) = &response.calls {
                let far_m = self.plan.checks.far_outlier_m;
                let table = self.points_table(file, &response.calls_columns, zones, projector)?;
                let (demand, rows) = calls::calls(zones, &table, &response.calls_columns, (projector, far_m), &mut self.findings)?;
                self.count_rows("rows", rows);
                calls.insert(service.id.clone(), demand);
            }
            if let Some(file) = &response.corridors {
                let features = self.layer(file, None, Stage::Roads, Some(projector))?;
                let lines = corridors::corridors(&features, &response.corridor_name, file, projector, &mut self.findings)?;
                corridors.insert(service.id.clone(), lines);
            }
        }
        Ok((calls, corridors))
    }

    /// Water and coasts of the extract that holds them.
    pub(super) fn water(&mut self, projector: &Projector) -> Result<Option<Barriers>, Error> {
        let Some(file) = water_source(self.plan) else { return Ok(None) };
        let mut findings = Vec::new();
        let found = barriers::from_osm(self.osm_of(file)?, &WATER, file, projector, &mut findings);
        // masks may have read the same water, and told what is wrong with it
        if !Mapped::of(self.plan).contains(&Mapped::Water) {
            self.findings.extend(findings);
        }
        Ok(Some(Barriers::new(found)))
    }
}
