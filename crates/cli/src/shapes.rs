//! The commands on shapes: from what was typed to files and a table.

use std::path::PathBuf;

use catchment::{Audit, Fault};
use catchment_io::plan::Format;
use catchment_io::{
    Ask, AuditAsk, Claim, Error, Files, Folder, IsochroneAsk, IsochroneRow, LayerAudit, Made, OwnAudit, Points, ReachAsk, ReachRow, Run,
    area_error, write,
};
use comfy_table::CellAlignment;

use crate::args::Common;
use crate::job::Job;
use crate::shape_args::{Asked, Audit as AuditArgs, Isochrones, Reach, ShapeCommon};
use crate::tables::plain_table;
use crate::terminal::{Terminal, print, results_stand};

/// A check that was asked for and is not met: exit code 1.
#[derive(Debug)]
pub(crate) struct NotMet(pub String);

impl std::fmt::Display for NotMet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotMet {}

/// `isochrones`
pub(crate) fn isochrones(typed: &Isochrones) -> anyhow::Result<()> {
    let ask = IsochroneAsk {
        ask: ask(&typed.asked),
        per_facility: typed.asked.per_facility,
        rings: typed.rings,
        simplify_m: typed.simplify.unwrap_or(0.0),
        cell_m: typed.cell,
    };
    let work = Work::new(&typed.common, "isochrones")?;
    let made = work.make(|job, terminal| catchment_io::isochrones(&job.plan, job.files.as_ref(), &ask, terminal))?;
    work.say(&isochrone_table(&made.found), &made)
}

/// `reach`
pub(crate) fn reach(typed: &Reach) -> anyhow::Result<()> {
    let ask = ReachAsk { ask: ask(&typed.asked), per_facility: typed.asked.per_facility };
    let work = Work::new(&typed.common, "reach")?;
    let made = work.make(|job, terminal| catchment_io::reach(&job.plan, job.files.as_ref(), &ask, terminal))?;
    work.say(&reach_table(&made.found), &made)
}

/// `audit`
pub(crate) fn audit(typed: &AuditArgs) -> anyhow::Result<()> {
    let mut work = Work::new(&typed.common, "audit")?;
    work.job.also_read.push(typed.shapes.clone());
    let file = typed.shapes.display().to_string();
    let here = Folder(PathBuf::new());
    let bytes = here.read(&file)?;
    let points = Points { count: typed.points, seed: typed.seed, leave_out: typed.leave_out };
    let ask = AuditAsk { file: &file, bytes: &bytes, service: typed.service.as_deref(), limit: typed.limit, points };
    let made = work.make(|job, terminal| catchment_io::audit_layer(&job.plan, job.files.as_ref(), &ask, terminal))?;
    work.say(&audit_text(&made.found), &made)?;
    let wrong = made.found.audit.wrong_share();
    match typed.require {
        Some(most) if wrong > most => {
            Err(NotMet(format!("{} of the counted places are on the wrong side; --require allows {}", percent(wrong), percent(most)))
                .into())
        }
        _ => Ok(()),
    }
}

/// What a run's own audits found, a line each.
pub(crate) fn own_audits(audits: &[OwnAudit]) -> String {
    audits.iter().map(|own| format!("Audit of coverage.geojson, {}: {}\n", own.service, faults(&own.audit))).collect()
}

/// By how much covered area differs at half the cell, a line a service; nothing where that was not measured.
pub(crate) fn area_errors(run: &Run) -> String {
    let mut text = String::new();
    for (place, report) in run.reports.iter().enumerate() {
        let error = area_error(run, place);
        if let Some(half) = error.half_cell_m2 {
            let (cell, covered) = (run.inputs.plan.ground.cell_m, report.coverage.total.area.covered.m2());
            let (id, half_cell, bound) = (&report.service, cell / 2.0, km2(error.bound_m2));
            let (before, after, off) = (km2(covered), km2(half), half - covered);
            let share = percent(off / covered.max(f64::MIN_POSITIVE));
            text += &format!(
                "Covered area of {id}: {before} km² with cells of {cell} m, {after} with {half_cell} m: {off:+.0} m² ({share}); bound {bound} km²\n"
            );
        }
    }
    text
}

/// Fails where an audit of a run's own exceeds its tolerance.
pub(crate) fn check_own(audits: &[OwnAudit]) -> anyhow::Result<()> {
    match audits.iter().find(|own| !own.holds()) {
        Some(own) => {
            let (wrong, most) = (percent(own.audit.wrong_share()), percent(catchment_io::AUDIT_TOLERANCE));
            let text = format!(
                "audit of {}: {wrong} of the counted places are on the wrong side, more than {most}: see audit.geojson",
                own.service
            );
            Err(NotMet(text).into())
        }
        None => Ok(()),
    }
}

/// A job with its terminal.
struct Work<'a> {
    job: Job,
    command: &'static str,
    terminal: Terminal,
    common: &'a ShapeCommon,
}

impl Work<'_> {
    fn new<'a>(common: &'a ShapeCommon, command: &'static str) -> anyhow::Result<Work<'a>> {
        let flags = Common { speed: common.speed.clone(), accept: common.accept.clone(), force: common.force, ..Common::default() };
        let mut job = Job::of_plan(&common.plan, &flags)?;
        job.out = common.out.clone().unwrap_or_else(|| format!("catchment-{}-{command}", job.plan.study.id).into());
        Ok(Work { job, command, terminal: Terminal::new(common.quiet), common })
    }

    /// Does the work on its own threads and writes the files.
    fn make<T: Send>(&self, work: impl FnOnce(&Job, &Terminal) -> Result<Made<T>, Error> + Send) -> anyhow::Result<Made<T>> {
        let pool = crate::pool(self.common.threads)?;
        let folder = self.job.claim(Claim {
            formats: vec![Format::Geojson],
            pictures: false,
            ..Claim::new(self.command, &self.job.plan.study.id)
        })?;
        let (made, placed) = pool.install(|| {
            let made = work(&self.job, &self.terminal)?;
            catchment::begin(&self.terminal, "write", 0).map_err(Error::from)?;
            let placed = write(&made, folder)?;
            anyhow::Ok((made, placed))
        })?;
        self.terminal.finish();
        results_stand(&placed, &self.terminal);
        Ok(made)
    }

    /// The result on stdout; on stderr what of shapes and facilities was not used.
    fn say<T>(&self, text: &str, made: &Made<T>) -> anyhow::Result<()> {
        for finding in made.findings.iter().filter(|finding| ["facility_unlinked", "not_a_polygon"].contains(&finding.kind.name())) {
            self.terminal.note(&format!("{} {}: {}", finding.source, finding.id, finding.detail));
        }
        if !self.common.quiet {
            let (files, findings) = (made.files().len(), made.findings.len());
            let out = self.job.out.display();
            print(&format!("{text}{files} files in {out}/ ({findings} findings in issues.csv; README.txt explains every field)\n"));
        }
        Ok(())
    }
}

fn ask(asked: &Asked) -> Ask {
    Ask { service: asked.service.clone(), limits: asked.limits.clone() }
}

fn isochrone_table(rows: &[IsochroneRow]) -> String {
    let lines = rows.iter().map(|row| {
        let empty = if row.empty > 0 { format!(" ({} empty)", row.empty) } else { String::new() };
        let limit = row.beyond.map_or(row.limit.to_string(), |beyond| format!("{beyond} – {}", row.limit));
        let count = format!("{}{empty}", row.shapes);
        [row.service.clone(), limit, count, row.parts.to_string(), row.holes.to_string(), km2(row.area_m2), km(row.road_mm)]
    });
    table(["service", "limit", "shapes", "parts", "holes", "km²", "road km"], lines)
}

fn reach_table(rows: &[ReachRow]) -> String {
    let lines = rows.iter().map(|row| [row.service.clone(), row.limit.to_string(), row.lines.to_string(), km(row.road_mm)]);
    table(["service", "limit", "lines", "road km"], lines)
}

/// What an audit of a layer found.
fn audit_text(found: &LayerAudit) -> String {
    let left = [
        (found.of_other_limits, "of other limits"),
        (found.of_other_services, "of other services"),
        (found.empty, "without geometry"),
        (found.not_polygons, "that are no polygons"),
    ];
    let left: String = left.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}")).collect();
    let invalid = if found.invalid > 0 { format!(" ({} invalid)", found.invalid) } else { String::new() };
    format!(
        "{} within {}: {} of {} features audited{invalid}{left}\n{}\n",
        found.service,
        found.limit,
        found.taken,
        found.features,
        faults(&found.audit)
    )
}

/// Counts and shares of both faults.
fn faults(audit: &Audit) -> String {
    let fault = |fault| {
        let count = audit.count(fault, false);
        let near = count as f64 / audit.near.max(1) as f64;
        format!("{count} ({} of them, {} of the {} near)", percent(count as f64 / audit.counted().max(1) as f64), percent(near), audit.near)
    };
    let crossings = audit.count(Fault::FalseIn, true) + audit.count(Fault::FalseOut, true);
    format!(
        "{} places on roads, {} left out at the limit, {} counted, {} reached; false in {}, false out {}; at crossings {crossings}",
        audit.points,
        audit.left_out,
        audit.counted(),
        audit.reached,
        fault(Fault::FalseIn),
        fault(Fault::FalseOut)
    )
}

fn percent(share: f64) -> String {
    format!("{:.3} %", 100.0 * share)
}

fn km(mm: u64) -> String {
    format!("{:.3}", mm as f64 / 1e6)
}

fn km2(m2: f64) -> String {
    format!("{:.4}", m2 / 1e6)
}

/// A table whose numbers, all but the first two columns, stand to the right.
fn table<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut table = plain_table();
    table.set_header(header);
    rows.for_each(|row| {
        table.add_row(row);
    });
    for column in 2..N {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("{table}\n")
}

#[cfg(test)]
mod tests {
    use catchment::{Cost, Metric};

    use super::*;

    #[test]
    fn a_check_that_is_not_met_ends_with_1() {
        let audit = Audit { points: 10, reached: 5, ..Audit::default() };
        let mut own = OwnAudit { service: "walk".to_owned(), metric: Metric::Time, leave_out: Cost(5_000), audit };
        assert!(check_own(std::slice::from_ref(&own)).is_ok());
        own.audit.offenders.push(catchment::Offender {
            at: catchment::geo::Coord { x: 0.0, y: 0.0 },
            edge: catchment::EdgeId(0),
            cost: Cost(901_000),
            limit: "15min".parse().unwrap(),
            fault: Fault::FalseIn,
            at_crossing: false,
        });
        let error = check_own(&[own]).unwrap_err();
        assert_eq!(crate::code(&error), 1);
        assert!(error.to_string().contains("audit of walk: 10.000 %"), "{error}");
    }
}
