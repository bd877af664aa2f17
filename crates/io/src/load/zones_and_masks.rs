//! Zones with their limits, and masks, from the sources that the plan names.

use catchment::{Finding, FindingKind, Limit, Stage, Zone};

use super::limits::{self, Told};
use super::masks::{self, Mapped, MaskPolygons};
use super::names::ZoneNames;
use super::{Loader, zones};
use crate::crs::Projector;
use crate::error::Error;
use crate::plan::{Mask, is_osm};

impl Loader<'_> {
    /// The zones, with their classes; how tables call them; and their limits, as the sources tell them.
    pub(super) fn zones(&mut self) -> Result<(Vec<Zone>, ZoneNames, Told), Error> {
        let plan = &self.plan.zones;
        let mut told = Told::new();
        let mut zones = if is_osm(&plan.source) {
            let mut findings = Vec::new();
            let zones = zones::from_osm(self.osm_of(&plan.source)?, plan, &mut told, &mut findings);
            self.findings.extend(findings);
            zones?
        } else {
            let features = self.layer(&plan.source, plan.crs.as_deref(), Stage::Zones, None)?;
            zones::from_layer(features, plan, &mut told, &mut self.findings)?
        };
        let (names, repeated) = ZoneNames::told_apart(&mut zones, &plan.source);
        self.findings.extend(repeated);
        let names = names.with_aliases(&plan.aliases, &self.plan.study.id)?;
        if let Some(table) = &plan.table {
            let bytes = self.table(table)?;
            let rows = limits::from_table(&mut zones, &names, &mut told, &bytes, (table, &plan.columns), &mut self.findings)?;
            self.count_rows("rows", rows);
        }
        Ok((zones, names, told))
    }

    /// By service, the limit of each zone.
    pub(super) fn zone_limits(&mut self, zones: &[Zone], told: &Told) -> Vec<Vec<Limit>> {
        let plan = &self.plan.zones;
        let own = limits::own(zones, told, plan.table.as_ref().unwrap_or(&plan.source), &mut self.findings);
        let services = &self.plan.services;
        services.iter().map(|service| limits::applied(service, plan, zones, &own, &mut self.findings)).collect()
    }

    /// The polygons of the masks, and the water that land goes without.
    pub(super) fn masks(&mut self, projector: &Projector) -> Result<MaskPolygons, Error> {
        let plan = &self.plan.ground;
        let source = plan.source.as_ref().unwrap_or(&self.plan.roads.source);
        // the plan's check sees to the masks that cannot go without an extract
        let without_water = plan.source.is_none() && self.roads_are_lines();
        let mut findings = Vec::new();
        let mut mapped =
            |loader: &Self, kind: Mapped| Ok::<_, Error>(kind.polygons(loader.osm_of(source)?, source, projector, &mut findings));
        let mut found = MaskPolygons::default();
        if Mapped::of(self.plan).contains(&Mapped::Water) && !without_water {
            found.water = mapped(self, Mapped::Water)?;
        }
        for mask in &plan.mask {
            let polygons = match mask {
                Mask::Zone | Mask::Land => Vec::new(),
                Mask::BuiltUp => mapped(self, Mapped::BuiltUp)?,
                Mask::Residential => mapped(self, Mapped::Residential)?,
                Mask::Layer(file) => {
                    let features = self.layer(file, None, Stage::Zones, Some(projector))?;
                    masks::of_layer(features, file, projector, &mut self.findings)?
                }
            };
            found.masks.push(polygons);
        }
        if Mapped::of(self.plan).contains(&Mapped::Water) && without_water {
            let detail = "roads are a layer, and no ground.source tells of water: land is all ground of the zones, and gaps are drawn on water too; \
                          ground.source names an OpenStreetMap extract with it, ground.mask = [\"zone\"] says that none is meant";
            findings.push(Finding::new(Stage::Zones, source, "land", FindingKind::WaterUnknown, detail));
        }
        self.findings.extend(findings);
        Ok(found)
    }
}
