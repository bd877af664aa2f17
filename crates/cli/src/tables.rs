//! Further tables of a service: its largest gaps, and its sweep.

use catchment::{Gap, Metric, People};
use catchment_io::{Run, SweepPoint, sweep_points, thousands};
use comfy_table::{CellAlignment, ContentLineStyle, LineStyle, Table, TableStyle};

/// How many gaps are shown.
const SHOWN: usize = 5;

/// The gaps with most people: where, how many, how far beyond the limit, from which facility. Nothing where nobody is known to be in any.
pub(crate) fn gap_table(run: &Run, service: usize, zh: bool) -> String {
    let plan = &run.inputs.plan.services[service];
    let beyond = match (zh, plan.limit.metric) {
        (false, Metric::Time) => "min beyond",
        (false, Metric::Distance) => "m beyond",
        (true, Metric::Time) => "超出（分钟）",
        (true, Metric::Distance) => "超出（米）",
    };
    let header = match zh {
        true => ["编号", "地点", "街镇", "人口", beyond, "最近设施"],
        false => ["gap", "place", "zone", "people", beyond, "nearest facility"],
    };
    let gaps = run.reports[service].gaps.gaps.iter().filter(|gap| gap.people.is_some_and(|people| people > People::ZERO));
    let all = gaps.clone().count();
    let rows: Vec<[String; 6]> = gaps.take(SHOWN).map(|gap| gap_row(run, service, gap)).collect();
    let mut text = table(header.map(str::to_owned), &rows, [0, 3, 4]);
    if all > SHOWN {
        text += &if zh { format!(" 其余{}处见gaps.csv\n", all - SHOWN) } else { format!(" {} more in gaps.csv\n", all - SHOWN) };
    }
    text
}

fn gap_row(run: &Run, service: usize, gap: &Gap) -> [String; 6] {
    let plan = &run.inputs.plan.services[service];
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let place = gap.facts.place.and_then(|near| run.inputs.places.get(near.place.index())).map(|place| place.name.clone());
    let beyond = gap.facts.excess_mean.map(|cost| match plan.limit.metric {
        Metric::Time => format!("{:.1}", cost.as_f64() / 60.0),
        Metric::Distance => format!("{:.0}", cost.as_f64()),
    });
    let facility = gap.nearest.and_then(|id| run.inputs.facilities.get(&plan.facilities)?.get(id.index()));
    let facility = facility.map(|f| if f.name.is_empty() { f.id.clone() } else { f.name.clone() });
    [
        gap.rank.to_string(),
        or_dash(place),
        run.inputs.zones[gap.zone.index()].name.clone(),
        thousands(gap.people.unwrap_or_default().as_f64()),
        or_dash(beyond),
        or_dash(facility),
    ]
}

/// Coverage of all zones together at every value of the service's sweep; nothing without one.
pub(crate) fn curve_table(run: &Run, service: usize, zh: bool) -> String {
    let header = match zh {
        true => ["阈值", "速度 m/s", "已覆盖", "人口覆盖率%", "面积覆盖率%"],
        false => ["limit", "speed m/s", "covered", "people %", "area %"],
    };
    let rows: Vec<[String; 5]> = sweep_points(run, service).iter().map(|point| curve_row(run, service, zh, point)).collect();
    table(header.map(str::to_owned), &rows, [1, 2, 3, 4])
}

fn curve_row(run: &Run, service: usize, zh: bool, point: &SweepPoint<'_>) -> [String; 5] {
    let report = &run.reports[service];
    let by_zone = if zh { "分区" } else { "by zone" };
    let own = || if report.limits().differ() { by_zone.to_owned() } else { report.limit.to_string() };
    let total = &point.coverage.total;
    let percent = |share: Option<f64>| share.map_or("–".to_owned(), |s| format!("{:.1}", 100.0 * s));
    [
        point.limit.map_or_else(own, |limit| limit.to_string()),
        point.speed_m_s.map_or("–".to_owned(), |speed| format!("{speed:.2}")),
        thousands(total.people.unwrap_or_default().covered.as_f64()),
        percent(total.people_share()),
        percent(total.area_share()),
    ]
}

/// Spaces between columns, a line under the header.
const LINES: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none().junction(' '))
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .content_lines(ContentLineStyle::none().junction(' '));

/// A table with a line under its header alone.
pub(crate) fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(LINES);
    table
}

/// A table with these columns to the right; nothing without rows.
fn table<const N: usize, const R: usize>(header: [String; N], rows: &[[String; N]], right: [usize; R]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut table = plain_table();
    table.set_header(header);
    table.add_rows(rows.iter().cloned());
    for column in right {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("\n{table}\n")
}
