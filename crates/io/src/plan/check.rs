//! What the shape of a plan alone does not say: references, ranges, names that are used twice.

use super::error::{distinct, file_name, nearest, positive, value};
use super::{
    BarriersPlan, Format, Plan, PlanError, RESERVED, Selector, ServicePlan, grids, is_layer, is_osm, limits, mask, people, planning, roads,
    scenarios,
};

impl Plan {
    /// Checks what the shape alone does not say: references, ranges, names that are used twice.
    ///
    /// # Errors
    ///
    /// [`PlanError`] for the first thing found.
    pub fn check(&self) -> Result<(), PlanError> {
        file_name("study.id", &self.study.id)?;
        self.check_sources()?;
        self.check_columns()?;
        positive("people.cell_m", self.people.cell_m, 1.0, 10_000.0)?;
        positive("people.min_surface_ratio", self.people.min_surface_ratio, 0.0, 1.0)?;
        positive("ground.cell_m", self.ground.cell_m, 1.0, 200.0)?;
        positive("gaps.min_people", self.gaps.min_people, 0.0, 1e12)?;
        positive("gaps.min_area_m2", self.gaps.min_area_m2, 0.0, 1e12)?;
        self.checks.check()?;
        mask::check(self)?;
        roads::check(self)?;
        people::check(&self.people)?;
        let sets: Vec<&str> = self.facilities.iter().map(|f| f.id.as_str()).collect();
        distinct("facilities", &sets)?;
        for set in &self.facilities {
            positive("facilities.merge_within_m", set.merge_within_m, 0.0, 100_000.0)?;
            set.osm.iter().try_for_each(|text| Selector::parse(text).map(|_| ()))?;
        }
        self.barriers.as_ref().map_or(Ok(()), BarriersPlan::check)?;
        let services: Vec<&str> = self.services.iter().map(|s| s.id.as_str()).collect();
        if services.is_empty() {
            return Err(value("services", "empty", "at least one [[services]]"));
        }
        distinct("services", &services)?;
        self.services.iter().try_for_each(|service| self.check_service(service, &sets))?;
        planning::check(self)?;
        scenarios::check(self)?;
        self.siting.as_ref().map_or(Ok(()), |siting| siting.check(self))?;
        if self.outputs.measure_error {
            positive("ground.cell_m where outputs.measure_error halves it", self.ground.cell_m, 2.0, 200.0)?;
        }
        if self.outputs.audit && !self.outputs.formats.contains(&Format::Geojson) {
            return Err(value("outputs.audit", "true", "`geojson` among outputs.formats: coverage.geojson is what is audited"));
        }
        Ok(())
    }

    fn check_service(&self, service: &ServicePlan, sets: &[&str]) -> Result<(), PlanError> {
        file_name("services.id", &service.id)?;
        if !sets.contains(&service.facilities.as_str()) {
            let expected = format!("a set of [[facilities]]: {}{}", sets.join(", "), nearest(&service.facilities, sets));
            return Err(value("services.facilities", &format!("`{}`", service.facilities), &expected));
        }
        self.profile(&service.profile)?;
        let limits = service.limits.values().chain([&service.limit]);
        if limits.into_iter().any(|limit| limit.cost.0 == 0) {
            return Err(value(&format!("a limit of services.id `{}`", service.id), "0", "limits above zero"));
        }
        limits::check(self, service)?;
        if let Some(response) = &service.response {
            response.check(service)?;
            if self.takes_speed(&service.profile) {
                let expected = "a vehicle's profile beside [services.response]: \"ambulance\", or one with that as its base";
                return Err(value(&format!("services.profile of `{}`", service.id), &format!("`{}`", service.profile), expected));
            }
            if let Some(name) = self.people.groups.iter().find(|name| RESERVED.contains(&name.as_str())) {
                let expected = "another name of the group: response times are counted by `people` and by `calls`, too";
                return Err(value("people.groups", &format!("`{name}`"), expected));
            }
        }
        if !service.swept_speeds().is_empty() && !self.takes_speed(&service.profile) {
            let expected = "none for a vehicle, which has a speed for each class of road: use response.periods";
            return Err(value(&format!("services.sweep of `{}`", service.id), "speeds", expected));
        }
        if let Some(sweep) = service.sweep.iter().find(|sweep| !sweep.fits(service.limit)) {
            let expected = format!("what its limit of {} counts: limits of the same kind; speeds for a limit of time", service.limit);
            return Err(value("services.sweep", &format!("`{sweep}`"), &expected));
        }
        Ok(())
    }

    /// Checks that keys of tables stand beside tables: no layer has a sheet, nor an encoding that these tell.
    fn check_columns(&self) -> Result<(), PlanError> {
        let mut told = vec![("people.columns", self.people.source.as_deref(), &self.people.columns)];
        told.extend(self.facilities.iter().map(|set| ("facilities.columns", Some(set.source.as_str()), &set.columns)));
        let responses = self.services.iter().filter_map(|service| service.response.as_ref());
        told.extend(responses.map(|own| ("services.response.calls_columns", own.calls.as_deref(), &own.calls_columns)));
        for (key, source, columns) in told {
            let Some(source) = source.filter(|source| is_layer(source)) else { continue };
            if let Some(encoding) = &columns.encoding {
                let expected =
                    format!("nothing beside the layer `{source}`; that of a Shapefile stands behind its name: ….shp|encoding=gb18030");
                return Err(value(&format!("{key}.encoding"), &format!("`{encoding}`"), &expected));
            }
            if let Some(sheet) = &columns.sheet {
                return Err(value(&format!("{key}.sheet"), &format!("`{sheet}`"), &format!("nothing beside the layer `{source}`")));
            }
        }
        Ok(())
    }

    /// Checks that every source has a name and every CRS a meaning.
    fn check_sources(&self) -> Result<(), PlanError> {
        let mut sources =
            vec![("roads.source", &self.roads.source), ("zones.source", &self.zones.source), ("people.totals", &self.people.totals)];
        sources.extend(self.people.source.as_ref().map(|source| ("people.source", source)));
        sources.extend(self.facilities.iter().map(|set| ("facilities.source", &set.source)));
        if let Some((key, _)) = sources.iter().find(|(_, source)| source.trim().is_empty()) {
            return Err(value(key, "empty", "the name of a file, relative to the plan"));
        }
        if is_osm(&self.zones.source) && self.zones.admin_level.is_none() {
            return Err(value(
                "zones.admin_level",
                "missing",
                "the level of the boundaries, such as 8, since zones.source is OpenStreetMap's",
            ));
        }
        grids::check(self)
    }
}
