//! People, by the method that the plan names.

use std::borrow::Cow;

use catchment::geo::{LineString, MultiPolygon};
use catchment::{Demand, Finding, Group, People, Progress, SpreadNote, Stage, Surroundings, Water, Zone};

use super::masks::{Mapped, MaskPolygons};
use super::names::ZoneNames;
use super::people_osm::Totals;
use super::raster::{self, Raster};
use super::select::{asks_local_roads, water_of_people};
use super::surfaces::{self, Spreading};
use super::{Loader, people, people_cells, people_checks, people_polygons, people_raster};
use crate::crs::Projector;
use crate::error::Error;
use crate::files::InputFile;
use crate::plan::{PeopleMethod, SurfaceName, is_layer};

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
    /// The people, and what is told of where they are.
    pub(super) fn people(
        &mut self,
        zones: &mut [Zone],
        names: &ZoneNames,
        masks: &MaskPolygons,
        projector: &Projector,
        progress: &dyn Progress,
    ) -> Result<LoadedPeople, Error> {
        let (plan, checks) = (&self.plan.people, &self.plan.checks);
        // the plan's check sees to it that a layer of roads is not asked for people
        let roads = &self.plan.roads.source;
        let file = plan.source.clone().unwrap_or_else(|| if is_layer(roads) { plan.totals.clone() } else { roads.clone() });
        let file = file.as_str();
        let water = self.water_of_people(masks, projector)?;
        let loaded = match plan.method {
            PeopleMethod::Spread => self.spread_people(zones, names, &water, file, projector, progress)?,
            PeopleMethod::Points => self.points(zones, file, projector)?,
            PeopleMethod::Polygons | PeopleMethod::Cells => self.shared(zones, &water, file, projector, progress)?,
            PeopleMethod::Raster => self.people_of_rasters(zones, &water, file, projector, progress)?,
        };
        let places = match plan.method {
            PeopleMethod::Spread => None,
            PeopleMethod::Points => Some("points"),
            PeopleMethod::Polygons => Some("parts of polygons"),
            PeopleMethod::Cells | PeopleMethod::Raster => Some("parts of cells"),
        };
        if let Some(places) = places {
            self.findings.extend(people_checks::outside(zones, &loaded.demand, places, file, checks));
            self.findings.extend(people_checks::few_points(zones, &loaded.demand, file, checks));
        }
        let source = if plan.method == PeopleMethod::Spread && plan.totals != "osm" { &plan.totals } else { file };
        let inhabited = people_checks::inhabited_m2(zones, &loaded.demand, &loaded.spread, &Water::new(&water), plan.cell_m);
        self.findings.extend(people_checks::density(zones, &inhabited, source, checks));
        Ok(loaded)
    }

    fn points(&mut self, zones: &mut [Zone], file: &str, projector: &Projector) -> Result<LoadedPeople, Error> {
        let (plan, far_m) = (&self.plan.people, self.plan.checks.far_outlier_m);
        let before = self.findings.len();
        let table = self.points_table(file, &plan.columns, zones, projector)?;
        match people::points(zones, &table, plan, (projector, far_m), &mut self.findings) {
            Ok((demand, rows)) => {
                self.count_rows("rows", rows);
                let read = demand.total();
                Ok(LoadedPeople::of(demand, read))
            }
            Err(error) => self.no_people(zones, before, error),
        }
    }

    /// No people, where a finding since the first `before` says why; zones are not said to be unknown for that as well.
    fn no_people(&mut self, zones: &mut [Zone], before: usize, error: Error) -> Result<LoadedPeople, Error> {
        self.unusable_since(before, error)?;
        zones.iter_mut().for_each(|zone| zone.people = Some(People::ZERO));
        Ok(LoadedPeople::of(Demand::default(), People::ZERO))
    }

    /// The water that people are kept off: what the masks leave out, where they have read it already.
    fn water_of_people<'m>(&mut self, masks: &'m MaskPolygons, projector: &Projector) -> Result<Cow<'m, [MultiPolygon<f64>]>, Error> {
        let Some(file) = water_of_people(self.plan) else { return Ok(Cow::Borrowed(&[])) };
        let of_masks = self.plan.ground.source.as_ref().unwrap_or(&self.plan.roads.source);
        if of_masks == file && Mapped::of(self.plan).contains(&Mapped::Water) {
            return Ok(Cow::Borrowed(&masks.water));
        }
        let mut findings = Vec::new();
        let water = Mapped::Water.polygons(self.osm_of(file)?, file, projector, &mut findings);
        self.findings.extend(findings);
        Ok(Cow::Owned(water))
    }

    /// The people of polygons or cells, shared out over the zones.
    fn shared(
        &mut self,
        zones: &mut [Zone],
        water: &[MultiPolygon<f64>],
        file: &str,
        projector: &Projector,
        progress: &dyn Progress,
    ) -> Result<LoadedPeople, Error> {
        let plan = &self.plan.people;
        let before = self.findings.len();
        let units = if plan.method == PeopleMethod::Polygons {
            let features = self.placed_layer(file, plan.columns.crs.as_deref(), Stage::People, (zones, projector))?;
            people_polygons::units(&features, plan, file, projector, &mut self.findings)
        } else {
            let table = self.cells_table(file, &plan.columns, projector)?;
            self.count_rows("rows", table.len() as u64);
            people_cells::units(&table, plan, projector, &mut self.findings)
        };
        let found = units.and_then(|units| people_polygons::shared(zones, &units, water, plan, file, &mut self.findings, progress));
        match found {
            Ok((demand, read)) => Ok(LoadedPeople::of(demand, read)),
            Err(error) => self.no_people(zones, before, error),
        }
    }

    fn spread_people(
        &mut self,
        zones: &mut [Zone],
        names: &ZoneNames,
        water: &[MultiPolygon<f64>],
        file: &str,
        projector: &Projector,
        progress: &dyn Progress,
    ) -> Result<LoadedPeople, Error> {
        let plan = &self.plan.people;
        let mut findings = Vec::new();
        let groups = if plan.totals == "osm" {
            let zone_data = self.osm.get(&self.plan.zones.source);
            let totals = Totals { zone_data, level: self.plan.zones.admin_level, places: self.osm_of(file)?, file, projector };
            totals.give(zones, &mut findings);
            Vec::new()
        } else {
            self.totals_from_csv(zones, names, &mut findings)?
        };
        people::without_ground(zones, file, &mut findings);
        let mut surfaces = Vec::new();
        for name in &plan.over {
            surfaces.push(surfaces::surface(*name, || self.osm_of(file), file, projector, &mut findings)?);
        }
        let roads = self.local_roads(file, projector)?;
        let other = match plan.over.contains(&SurfaceName::Residential) && !plan.over.contains(&SurfaceName::Building) {
            true => Some(surfaces::surface(SurfaceName::Building, || self.osm_of(file), file, projector, &mut findings)?),
            false => None,
        };
        let buildings = surfaces.iter().chain(&other).find_map(surfaces::buildings).unwrap_or_default();
        let surroundings = Surroundings { water, roads: &roads, buildings };
        let spreading = Spreading { plan, checks: &self.plan.checks, surfaces: &surfaces, surroundings, file };
        let spread = spreading.spread(zones, &groups, &mut findings, progress);
        self.findings.extend(findings);
        let (demand, spread) = spread?;
        let read = zones.iter().filter_map(|zone| zone.people).sum();
        Ok(LoadedPeople { spread, ..LoadedPeople::of(demand, read) })
    }

    /// The roads that tell where people live: of the extract that they are spread from, else of the layer of roads.
    fn local_roads(&self, file: &str, projector: &Projector) -> Result<Vec<LineString<f64>>, Error> {
        if !asks_local_roads(self.plan) {
            return Ok(Vec::new());
        }
        let lines = self.lines.as_ref().filter(|_| self.plan.people.source.is_none());
        Ok(surfaces::local_roads(lines.map_or_else(|| self.osm_of(file), Ok)?, projector))
    }

    /// The raster of the people and those of their groups, which are never in memory as a whole.
    fn people_of_rasters(
        &mut self,
        zones: &mut [Zone],
        water: &[MultiPolygon<f64>],
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
        let found = people_raster::rasters(zones, &rasters, water, plan, projector, &mut self.findings, progress)?;
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
