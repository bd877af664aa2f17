//! Local grids: fitted to their control points before anything is read in them.

use catchment::{Finding, FindingKind, Stage};

use super::Table;
use crate::crs::{Crs, FittedGrid};
use crate::error::{Error, data};
use crate::files::{Files, InputFile};
use crate::load::usual::NAME;
use crate::plan::{Columns, Plan};

/// More than this left at a control point says that it, or the grid, is not what it should be, metres.
const FAR_OFF_M: f64 = 1.0;

/// Usual names of the columns of control points.
const OWN_X: [&str; 3] = ["x", "local_x", "横坐标"];
const OWN_Y: [&str; 3] = ["y", "local_y", "纵坐标"];
const KNOWN_X: [&str; 6] = ["lon", "lng", "longitude", "east", "easting", "经度"];
const KNOWN_Y: [&str; 5] = ["lat", "latitude", "north", "northing", "纬度"];

/// Fits a grid to a table of control points; what was found, and what is left at them, are findings.
pub(crate) fn fit(files: &dyn Files, file: &str, known: &Crs, findings: &mut Vec<Finding>) -> Result<(FittedGrid, InputFile), Error> {
    let bytes = files.read(file)?;
    let mut input = InputFile::new(file, &bytes);
    let table = Table::read(&bytes, file, &Columns::default(), Stage::Zones, findings)?;
    let columns = |x: &[&str], y: &[&str], [key_x, key_y]: [&str; 2]| {
        let [x, y] = [(x, key_x), (y, key_y)].map(|(usual, key)| table.column(None, usual)?.ok_or_else(|| missing(&table, usual, key)));
        Ok::<Columns, Error>(Columns { x: Some(table.name(x?).to_owned()), y: Some(table.name(y?).to_owned()), ..Columns::default() })
    };
    let own = columns(&OWN_X, &OWN_Y, ["the grid's x", "the grid's y"])?;
    let other = columns(&KNOWN_X, &KNOWN_Y, ["the known longitude or easting", "the known latitude or northing"])?;
    // any metric CRS will do to read plain numbers
    let plain = table.own_places(&Crs::plain_metres(), &own, Stage::Zones, findings)?;
    let known_places = table.own_places(known, &other, Stage::Zones, findings)?;
    let rows: Vec<usize> = (0..table.len()).filter(|&row| plain[row].is_some() && known_places[row].is_some()).collect();
    let [plain, places]: [Vec<_>; 2] = [&plain, &known_places].map(|all| rows.iter().filter_map(|&row| all[row]).collect());
    let fit = FittedGrid::fit(&plain, &places, known).map_err(|source| Error::Crs { what: file.to_owned(), source })?;
    if fit.looks_swapped() {
        return Err(data(file, "", "x and y of the grid the wrong way round", "x to the east and y to the north: swap the columns"));
    }
    input.rows = vec![("control points".to_owned(), rows.len() as u64)];
    let names = table.column(None, &NAME)?;
    let point = |place: usize| match table.text(rows[place], names) {
        "" => format!("line {}", table.line(rows[place])),
        name => name.to_owned(),
    };
    tell(&fit, file, point, findings);
    Ok((fit, input))
}

fn missing(table: &Table<'_>, usual: &[&str], what: &str) -> Error {
    data(table.file, "header", format!("the columns {}", table.columns().join(", ")), format!("{what} as one of {}", usual.join(", ")))
}

fn tell(fit: &FittedGrid, file: &str, point: impl Fn(usize) -> String, findings: &mut Vec<Finding>) {
    let left: Vec<String> = fit.residuals_m.iter().enumerate().map(|(i, left)| format!("{} {left:.3}", point(i))).collect();
    let detail = format!(
        "{} control points: {:.6} m a unit, turned by {:.4}°, {:.3} m left on average (root mean square); at each, m: {}",
        fit.residuals_m.len(),
        fit.scale,
        fit.turn_deg,
        fit.rms_m(),
        left.join(", ")
    );
    findings.push(Finding::new(Stage::Zones, file, "", FindingKind::GridFitted, detail));
    let worst = fit.residuals_m.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    if let Some((place, left)) = worst.filter(|(_, left)| **left > FAR_OFF_M) {
        let detail = format!("{left:.1} m are left at {}: is it right, and is the grid the same everywhere?", point(place));
        findings.push(Finding::new(Stage::Zones, file, point(place), FindingKind::ControlPointOff, detail));
    }
}

/// The plan with the CRS of every grid that it names, fitted; the files that were read for it.
pub(super) fn resolved(plan: &Plan, files: &dyn Files, findings: &mut Vec<Finding>) -> Result<(Plan, Vec<InputFile>), Error> {
    let (mut plan, mut inputs) = (plan.clone(), Vec::new());
    let grids = plan.grids.clone();
    for (name, grid) in &grids {
        let known = grid.crs.as_deref().unwrap_or("EPSG:4326");
        let known: Crs = known.parse().map_err(|source| Error::Crs { what: format!("grids.{name}.crs"), source })?;
        let (fit, input) = fit(files, &grid.points, &known, findings)?;
        inputs.push(input);
        let uses = plan.data_crs().filter(|crs| *crs == name);
        let mut used = 0;
        uses.for_each(|crs| {
            *crs = fit.crs.to_string();
            used += 1;
        });
        if used == 0 {
            let detail = format!("no file of the plan is in the grid `{name}`: crs = \"{name}\"");
            findings.push(Finding::new(Stage::Zones, &grid.points, name, FindingKind::GridUnused, detail));
        }
    }
    Ok((plan, inputs))
}
