//! People, by the method that the plan names.

use catchment::{Demand, Finding, Group, People, Progress, SpreadNote, Stage, Zone};

use super::names::ZoneNames;
use super::people_polygons::Unit;
use super::raster::{self, Raster};
use super::{Loader, people, people_cells, people_polygons, people_raster};
use crate::crs::Projector;
use crate::error::Error;
use crate::files::InputFile;
use crate::plan::{PeopleMethod, is_layer};

/// People as points, and what is told of them.
pub(super) struct LoadedPeople {
    pub demand: Demand,
    pub spread: Vec<SpreadNote>,
    /// What must come out again.
    pub read: People,
    pub beyond: People,
}

impl LoadedPeople {
    fn of(demand: Demand, read: People) -> LoadedPeople {
        LoadedPeople { demand, spread: Vec::new(), read, beyond: People::ZERO }
    }
}

impl Loader<'_> {
    pub(super) fn people(
        &mut self,
        zones: &mut [Zone],
        names: &ZoneNames,
        projector: &Projector,
        progress: &dyn Progress,
    ) -> Result<LoadedPeople, Error> {
        let plan = &self.plan.people;
        // the plan's check sees to it that a layer of roads is not asked for people
        let roads = &self.plan.roads.source;
        let file = plan.source.clone().unwrap_or_else(|| if is_layer(roads) { plan.totals.clone() } else { roads.clone() });
        let file = file.as_str();
        match plan.method {
            PeopleMethod::Spread => self.spread_people(zones, names, file, projector, progress),
            PeopleMethod::Points => {
                let (before, far_m) = (self.findings.len(), self.plan.checks.far_outlier_m);
                let table = self.points_table(file, &plan.columns, zones, projector)?;
                match people::points(zones, &table, plan, (projector, far_m), &mut self.findings) {
                    Ok((demand, rows)) => {
                        self.count_rows("rows", rows);
                        let read = demand.total();
                        Ok(LoadedPeople::of(demand, read))
                    }
                    Err(error) => self.unusable_since(before, error).map(|()| LoadedPeople::of(Demand::default(), People::ZERO)),
                }
            }
            PeopleMethod::Polygons => {
                let before = self.findings.len();
                let features = self.placed_layer(file, plan.columns.crs.as_deref(), Stage::People, (zones, projector))?;
                let units = people_polygons::units(&features, plan, file, projector, &mut self.findings);
                match units.and_then(|units| self.shared(zones, &units, file, progress)) {
                    Ok(people) => Ok(people),
                    Err(error) => self.unusable_since(before, error).map(|()| LoadedPeople::of(Demand::default(), People::ZERO)),
                }
            }
            PeopleMethod::Cells => {
                let table = self.cells_table(file, &plan.columns, projector)?;
                self.count_rows("rows", table.len() as u64);
                let units = people_cells::units(&table, plan, projector, &mut self.findings)?;
                self.shared(zones, &units, file, progress)
            }
            PeopleMethod::Raster => self.people_of_rasters(zones, file, projector, progress),
        }
    }

    /// The people of areas, shared out over the zones.
    fn shared(&mut self, zones: &mut [Zone], units: &[Unit], file: &str, progress: &dyn Progress) -> Result<LoadedPeople, Error> {
        let (demand, read) = people_polygons::shared(zones, units, &self.plan.people, file, &mut self.findings, progress)?;
        Ok(LoadedPeople::of(demand, read))
    }

    fn spread_people(
        &mut self,
        zones: &mut [Zone],
        names: &ZoneNames,
        file: &str,
        projector: &Projector,
        progress: &dyn Progress,
    ) -> Result<LoadedPeople, Error> {
        let plan = &self.plan.people;
        let mut findings = Vec::new();
        let groups = if plan.totals == "osm" {
            let boundaries = self.osm.get(&self.plan.zones.source);
            people::totals_from_osm(zones, boundaries, self.osm_of(file)?, file, projector, &mut findings);
            Vec::new()
        } else {
            self.totals_from_csv(zones, names, &mut findings)?
        };
        people::without_ground(zones, file, &mut findings);
        let mut surfaces = Vec::new();
        for name in &plan.over {
            surfaces.push(people::surface(*name, || self.osm_of(file), file, projector, &mut findings)?);
        }
        let spread = people::spread_totals(zones, &groups, &surfaces, plan, file, &mut findings, progress);
        self.findings.extend(findings);
        let (demand, spread) = spread?;
        let read = zones.iter().filter_map(|zone| zone.people).sum();
        Ok(LoadedPeople { spread, ..LoadedPeople::of(demand, read) })
    }

    /// The raster of the people and those of their groups, which are never in memory as a whole.
    fn people_of_rasters(
        &mut self,
        zones: &mut [Zone],
        file: &str,
        projector: &Projector,
        progress: &dyn Progress,
    ) -> Result<LoadedPeople, Error> {
        let plan = &self.plan.people;
        let names: Vec<&str> = std::iter::once(file).chain(plan.groups.iter().map(|name| plan.rasters[name].as_str())).collect();
        let mut sources = Vec::new();
        for name in &names {
            let (path, _) = raster::parts(name)?;
            let source = self.files.open(path)?;
            if !self.inputs.iter().any(|input| input.file == path) {
                self.inputs.push(InputFile::of_source(path, &source)?);
            }
            sources.push(source);
        }
        let rasters: Vec<Raster<'_>> =
            sources.iter().zip(&names).map(|(source, name)| Raster::open(source, name)).collect::<Result<_, _>>()?;
        let found = people_raster::rasters(zones, &rasters, plan, projector, &mut self.findings, progress)?;
        Ok(LoadedPeople { beyond: found.beyond, ..LoadedPeople::of(found.demand, found.read) })
    }

    fn totals_from_csv(&mut self, zones: &mut [Zone], names: &ZoneNames, findings: &mut Vec<Finding>) -> Result<Vec<Group>, Error> {
        let file = self.plan.people.totals.clone();
        let bytes = self.table(&file)?;
        let (groups, rows) = people::totals_from_csv(zones, names, &bytes, &self.plan.people, findings)?;
        self.count_rows("rows", rows);
        Ok(groups)
    }
}
