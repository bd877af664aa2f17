//! The sheets of a run's workbook: those that planners print, then every table as it is.

use catchment::Metric;
use serde_json::json;

use super::{Column, KM, KM2, MINUTES, Maker, PERCENT, Printed, WHOLE, said};
use crate::map::Lang;
use crate::run::Run;
use crate::write::formats::{Cell, Sheet, TableOut};
use crate::write::picture::method;
use crate::write::response_words::response_sentences;
use crate::write::row::{Row, services, total};
use crate::write::words::{sentence, title};

/// All sheets of a run's workbook.
pub(in crate::write) fn sheets(run: &Run, tables: &[TableOut], issues: &TableOut) -> Vec<Sheet> {
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
        Printed::new(
            lang,
            "table-03-coverage",
            ["街镇覆盖情况", "Coverage by zone"],
            &town_columns(lang, &groups, metrics, &towns),
            &towns,
        )
        .sheet(),
        Printed::new(lang, "table-11-gaps", ["盲区清单", "List of gaps"], &gap_columns(lang, metrics, rows("gaps")), rows("gaps")).sheet(),
    ];
    if !rows("stations").is_empty() {
        let columns = station_columns(lang, rows("stations"));
        sheets.push(Printed::new(lang, "table-07-stations", ["急救站点", "Stations"], &columns, rows("stations")).sheet());
    }
    sheets.extend(tables.iter().chain([issues]).map(Sheet::from));
    sheets
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
