//! Tables and layers of places that belong into the zones.

use catchment::{Finding, Stage, Zone};
use geojson::Feature;

use super::axes::{Axes, InZones, Written};
use super::table::Table;
use super::{Loader, formats, layer};
use crate::crs::Projector;
use crate::error::Error;
use crate::plan::{Columns, is_layer};

impl Loader<'_> {
    /// The features of a layer of places that belong into the zones: x and y that are swapped are an error.
    pub(super) fn placed_layer(
        &mut self,
        name: &str,
        crs: Option<&str>,
        stage: Stage,
        (zones, projector): (&[Zone], &Projector),
    ) -> Result<Vec<Feature>, Error> {
        let own = formats::read_own(self.files, name, crs, stage)?;
        let to_working = Projector::new(&own.crs, projector.to()).map_err(|source| Error::Crs { what: name.to_owned(), source })?;
        let places = Written::new(layer::first_places(&own.features), to_working);
        let zones = InZones::new(zones, self.plan.checks.far_outlier_m);
        let before = self.findings.len();
        self.findings.extend(zones.amiss(&places, &Axes::Shapes, &|row| format!("feature {}", row + 1), (stage, name)));
        match formats::checked(own, name, stage) {
            Ok(read) => Ok(self.taken(read, name, stage, Some(projector))),
            Err(error) => self.unusable_since(before, error).map(|()| Vec::new()),
        }
    }

    /// Puts an error aside that a finding since the first `before` explains; others are errors at once.
    pub(super) fn unusable_since(&mut self, before: usize, error: Error) -> Result<(), Error> {
        if !self.findings[before..].iter().any(Finding::is_error) {
            return Err(error);
        }
        self.unusable.get_or_insert(error);
        Ok(())
    }

    /// A table of points, or a layer of them, that belong into the zones.
    pub(super) fn points_table<'f>(
        &mut self,
        file: &'f str,
        columns: &Columns,
        zones: &[Zone],
        projector: &Projector,
    ) -> Result<Table<'f>, Error> {
        if !is_layer(file) {
            return self.cells_table(file, columns, projector);
        }
        let features = self.placed_layer(file, columns.crs.as_deref(), Stage::People, (zones, projector))?;
        Table::of_layer(&features, file)
    }

    /// A table of cells, or a layer of them, whose shapes say nothing that their indexes do not.
    pub(super) fn cells_table<'f>(&mut self, file: &'f str, columns: &Columns, projector: &Projector) -> Result<Table<'f>, Error> {
        if is_layer(file) {
            let features = self.layer(file, columns.crs.as_deref(), Stage::People, Some(projector))?;
            return Table::of_layer(&features, file);
        }
        let bytes = self.table(file)?;
        Table::read(&bytes, file, columns, Stage::People, &mut self.findings)
    }
}
