//! The sheets of the workbook: those that planners print, with headers in the language of the study, then every table as it is.

use catchment::Metric;
use serde_json::json;

use super::formats::{Cell, Sheet, TableOut};
use super::picture::method;
use super::response_words::response_sentences;
use super::row::{Row, round, services, total};
use super::words::{sentence, title};
use crate::map::Lang;
use crate::run::Run;

/// All sheets of a run's workbook.
pub(super) fn sheets(run: &Run, tables: &[TableOut], issues: &TableOut) -> Vec<Sheet> {
    let lang = run.inputs.plan.study.lang;
    let rows = |name: &str| tables.iter().find(|table| table.name == name).map_or(&[][..], |table| table.rows.as_slice());
    let groups: Vec<&str> = run.inputs.demand.groups.iter().map(|group| group.name.as_str()).collect();
    let mut towns: Vec<Row> = Vec::new();
    for (service, report) in services(run) {
        towns.extend(rows("zones").iter().filter(|row| row.get("service") == Some(&json!(service.id))).cloned());
        let mut sum = total(run, service, report);
        sum.insert("zone_name".to_owned(), json!(said(lang, "合计", "total")));
        towns.push(sum);
    }
    let metrics = [Metric::Time, Metric::Distance].map(|metric| services(run).any(|(service, _)| service.limit.metric == metric));
    let mut sheets = vec![
        about(run),
        sheet(lang, ["街镇覆盖情况", "Coverage by zone"], &town_columns(lang, &groups, metrics, &towns), &towns),
        sheet(lang, ["盲区清单", "List of gaps"], &gap_columns(lang, metrics, rows("gaps")), rows("gaps")),
    ];
    if !rows("stations").is_empty() {
        sheets.push(sheet(lang, ["急救站点", "Stations"], &station_columns(lang, rows("stations")), rows("stations")));
    }
    sheets.extend(tables.iter().chain([issues]).map(Sheet::from));
    sheets
}

/// Words in the language of the study, or in both.
fn said(lang: Lang, zh: &str, en: &str) -> String {
    match lang {
        Lang::En => en.to_owned(),
        Lang::Zh => zh.to_owned(),
        Lang::Both => format!("{zh} {en}"),
    }
}

/// What was asked and found, and how it was measured.
fn about(run: &Run) -> Sheet {
    let lang = run.inputs.plan.study.lang;
    let mut lines = Vec::new();
    for (service, report) in services(run) {
        lines.push(title(service).to_owned());
        lines.push(sentence(run, service, report, lang));
        lines.extend(response_sentences(run, service, lang));
        lines.extend(method(run, service, report));
    }
    let rows = lines.iter().map(|line| vec![Cell::from(line.as_str())]).collect();
    Sheet { name: said(lang, "方法口径", "Method"), header: vec![run.inputs.plan.study.title.clone()], rows }
}

/// A column of a printed table: its name, and what it shows of a row.
struct Column {
    name: String,
    cell: Box<dyn Fn(&Row) -> Cell>,
}

fn sheet(lang: Lang, [zh, en]: [&str; 2], columns: &[Column], rows: &[Row]) -> Sheet {
    let row = |row: &Row| columns.iter().map(|column| (column.cell)(row)).collect();
    let header = columns.iter().map(|column| column.name.clone()).collect();
    Sheet { name: said(lang, zh, en), header, rows: rows.iter().map(row).collect() }
}

/// Makes columns in a language.
struct Maker(Lang);

impl Maker {
    /// A value as it is: the first of these that is known.
    fn text<const N: usize>(&self, zh: &str, en: &str, keys: [&str; N]) -> Column {
        let keys = keys.map(str::to_owned);
        let known =
            move |row: &Row| keys.iter().filter_map(|key| row.get(key)).find(|value| !value.is_null()).map_or(Cell::Empty, Cell::from);
        Column { name: said(self.0, zh, en), cell: Box::new(known) }
    }

    /// The sum of values in another unit, so many decimals; nothing where any of them is unknown.
    fn number(&self, zh: &str, en: &str, keys: &[&str], (scale, decimals): (f64, usize)) -> Column {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let sum = move |row: &Row| keys.iter().map(|key| row.get(key)?.as_f64()).sum::<Option<f64>>();
        let shown = move |row: &Row| sum(row).map(|sum| round(sum * scale, 6));
        Column { name: said(self.0, zh, en), cell: Box::new(move |row| Cell::fixed(shown(row), decimals)) }
    }
}

const KM2: (f64, usize) = (1e-6, 3);
const PERCENT: (f64, usize) = (100.0, 2);
const WHOLE: (f64, usize) = (1.0, 0);
const MINUTES: (f64, usize) = (1.0 / 60.0, 1);
const KM: (f64, usize) = (1e-3, 2);

/// 街镇覆盖情况表.
fn town_columns(lang: Lang, groups: &[&str], [time, distance]: [bool; 2], rows: &[Row]) -> Vec<Column> {
    let make = Maker(lang);
    let has = |key: &str| rows.iter().any(|row| row.get(key).is_some_and(|value| !value.is_null()));
    let mut columns = vec![
        make.text("服务", "service", ["service"]),
        make.text("街镇", "zone", ["zone_name"]),
        make.number("面积km²", "area km²", &["area_m2"], KM2),
        make.number("掩膜面积km²", "mask km²", &["mask_area_m2"], KM2),
        make.number("常住人口", "people", &["people_total"], WHOLE),
    ];
    columns.extend(groups.iter().map(|group| make.number(group, group, &[&format!("people_{group}_total")], WHOLE)));
    columns.extend([
        make.number("设施数", "facilities", &["facilities"], WHOLE),
        make.number("面积覆盖率%", "area covered %", &["area_share"], PERCENT),
        make.number("人口覆盖率%", "people covered %", &["people_share"], PERCENT),
        make.number("盲区面积km²", "area not covered km²", &["area_uncovered_m2", "area_unreachable_m2", "area_unlinked_m2"], KM2),
        make.number("盲区人口", "people not covered", &["people_uncovered", "people_unreachable", "people_unlinked"], WHOLE),
        make.number("占全区盲区比%", "share of all not covered %", &["gap_people_share_of_all"], PERCENT),
    ]);
    columns.extend(time.then(|| make.number("平均时间（分钟）", "mean time min", &["cost_mean_s"], MINUTES)));
    columns.extend(distance.then(|| make.number("平均距离km", "mean distance km", &["cost_mean_m"], KM)));
    columns.extend(has("limit_s").then(|| make.number("阈值（分钟）", "limit min", &["limit_s"], MINUTES)));
    columns.extend(has("limit_m").then(|| make.number("阈值km", "limit km", &["limit_m"], KM)));
    columns.push(make.number("未接入路网人口", "people without a road nearby", &["people_unlinked"], WHOLE));
    columns.extend(stand_in(&make, rows));
    columns
}

/// What the facilities stand in for, where they do.
fn stand_in(make: &Maker, rows: &[Row]) -> Option<Column> {
    let told = rows.iter().any(|row| row.get("stand_in_for").is_some_and(|value| !value.is_null()));
    told.then(|| make.text("代替", "stand in for", ["stand_in_for"]))
}

/// 盲区清单.
fn gap_columns(lang: Lang, [time, distance]: [bool; 2], rows: &[Row]) -> Vec<Column> {
    let make = Maker(lang);
    let mut columns = vec![
        make.text("服务", "service", ["service"]),
        make.text("编号", "rank", ["rank"]),
        make.text("街镇", "zone", ["zone_name"]),
        make.text("地点", "place", ["place_name"]),
        make.number("面积km²", "area km²", &["area_m2"], KM2),
        make.number("人口", "people", &["people"], WHOLE),
        make.text("最近设施", "nearest facility", ["nearest_facility_name", "nearest_facility_id"]),
    ];
    if time {
        columns.push(make.number("平均时间（分钟）", "mean time min", &["cost_mean_s"], MINUTES));
        columns.push(make.number("平均超出（分钟）", "mean beyond the limit min", &["excess_mean_s"], MINUTES));
    }
    if distance {
        columns.push(make.number("平均距离km", "mean distance km", &["cost_mean_m"], KM));
        columns.push(make.number("平均超出km", "mean beyond the limit km", &["excess_mean_m"], KM));
    }
    columns.extend(stand_in(&make, rows));
    columns
}

/// 急救站点表.
fn station_columns(lang: Lang, rows: &[Row]) -> Vec<Column> {
    let make = Maker(lang);
    let mut columns = vec![
        make.text("服务", "service", ["service"]),
        make.text("站点", "station", ["station_name", "station_id"]),
        make.text("街镇", "zone", ["zone_name"]),
        make.text("车辆数", "vehicles", ["vehicles"]),
        make.number("服务面积km²", "service area km²", &["area_reached_first_m2"], KM2),
        make.number("服务人口", "people served", &["people_reached_first"], WHOLE),
        make.number("名义半径km", "nominal radius km", &["nominal_radius_m"], KM),
        make.number("平均距离km", "mean distance km", &["distance_mean_m"], KM),
        make.number("P90距离km", "P90 distance km", &["distance_p90_m"], KM),
        make.number("平均反应时间（分钟）", "mean response min", &["response_mean_s"], MINUTES),
    ];
    let within = rows.iter().flat_map(Row::keys).filter_map(|key| key.strip_prefix("share_within_"));
    let mut limits: Vec<&str> = Vec::new();
    for limit in within {
        if !limits.contains(&limit) {
            limits.push(limit);
        }
    }
    let share = |limit: &str| {
        let minutes = limit.trim_end_matches("min").replace('_', ".");
        let [zh, en] = [format!("≤{minutes}分钟人口%"), format!("people within {minutes} min %")];
        make.number(&zh, &en, &[&format!("share_within_{limit}")], PERCENT)
    };
    columns.extend(limits.into_iter().map(share));
    columns.extend(stand_in(&make, rows));
    columns
}
