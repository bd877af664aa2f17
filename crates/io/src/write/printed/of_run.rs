//! The tables of a run that planners print: as sheets of its workbook, as CSV, and in its report.

use catchment::Metric;
use serde_json::json;

use super::{Column, KM, KM2, MINUTES, Maker, PERCENT, Printed, WHOLE, fair_tables, indicator_tables, norm_tables, said};
use crate::map::Lang;
use crate::referrals::ReferralRun;
use crate::run::Run;
use crate::write::details;
use crate::write::formats::{Cell, Sheet, TableOut};
use crate::write::headline::sentence;
use crate::write::loud::warnings_markdown;
use crate::write::markdown::{Paragraph, inline, item, line};
use crate::write::picture::method;
use crate::write::response_words::response_sentences;
use crate::write::row::{Row, services, total};
use crate::write::words::title;

/// Every table that planners print, by number.
pub(in crate::write) fn printed(run: &Run, tables: &[TableOut]) -> Vec<Printed> {
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
    let mut printed = vec![
        Printed::new(
            lang,
            "table-03-coverage",
            ["表3 街镇覆盖情况表", "Table 3 Coverage by zone"],
            &town_columns(lang, &groups, metrics, &towns),
            &towns,
        ),
        Printed::new(lang, "table-11-gaps", ["表11 盲区清单", "Table 11 Gaps"], &gap_columns(lang, metrics, rows("gaps")), rows("gaps")),
    ];
    if !rows("stations").is_empty() {
        let columns = station_columns(lang, rows("stations"));
        printed.push(Printed::new(lang, "table-07-stations", ["表7 急救站点表", "Table 7 Stations"], &columns, rows("stations")));
    }
    if let Some(own) = &run.office {
        printed.extend(norm_tables(lang, &own.norms).into_iter().filter(|_| !own.norms.is_empty()));
        printed.extend(indicator_tables(lang, &own.office, &own.indicators.indicators, &own.indicators.minimums));
    }
    printed.extend(fair_tables(lang, &run.fair));
    printed.extend(run.referrals.iter().map(|own| referrals(run, own, rows("referrals"))));
    printed.sort_by(|a, b| a.file.cmp(&b.file));
    printed
}

/// All sheets of a run's workbook.
pub(in crate::write) fn sheets(run: &Run, printed: &[Printed], tables: &[TableOut], findings: &TableOut) -> Vec<Sheet> {
    let mut sheets = vec![about(run)];
    sheets.extend(printed.iter().map(Printed::sheet));
    sheets.extend(tables.iter().chain([findings]).map(Sheet::from));
    sheets
}

/// `report.md`: the sentences, the printed tables, and how it was measured.
pub(in crate::write) fn report(run: &Run, printed: &[Printed]) -> String {
    let lang = run.inputs.plan.study.lang;
    let mut text = format!("# {}\n\n", inline(&run.inputs.plan.study.title));
    let mut warnings = warnings_markdown(&run.findings(), lang);
    for (service, report) in services(run) {
        let said = Paragraph { text: sentence(run, service, report, lang), ..Paragraph::default() };
        text += &format!("{}\n\n", said.markdown());
        text += &std::mem::take(&mut warnings);
        text += "\n";
        let lines = details::of_service(run, report).into_iter().chain(response_sentences(run, service, lang));
        text.extend(lines.map(|line| item(&line)));
        text += "\n";
    }
    let access = details::of_access(run);
    text.extend(access.iter().map(|line| item(line)));
    text += if access.is_empty() { "" } else { "\n" };
    text.extend(printed.iter().map(Printed::markdown));
    text += &format!("## {}\n\n", said(lang, "方法口径", "Method"));
    text + &basis(run)
}

/// 方法口径, as a list: by service, then access, fairness, standards.
pub(crate) fn basis(run: &Run) -> String {
    let lang = run.inputs.plan.study.lang;
    let mut text = String::new();
    for (service, report) in services(run) {
        text += &format!("{}\n\n", line(title(service)));
        text.extend(method(run, service, report).iter().map(|line| item(line)));
        text += "\n";
    }
    let mut say = |zh: String, en: String| text += &item(&said(lang, &zh, &en));
    for own in &run.access {
        let plan = &run.inputs.plan.access[own.place];
        let (method, per, limit) = (plan.method.name(), plan.per, own.limit);
        let supply = plan.supply.as_deref().unwrap_or("facilities");
        say(
            format!("可达性 {}：{method}，路网成本，阈值{limit}，供给 {supply}，需求 {}，每{per}人", plan.id, plan.demand),
            format!(
                "Access {}: {method} on costs of the road network, within {limit}; supply {supply}, demand {}, for {per} people",
                plan.id, plan.demand
            ),
        );
    }
    if !run.fair.rows.is_empty() {
        say(
            "基尼系数按人口、按面积；泰尔指数为L型（平均对数离差），对数底10；变异系数按人口加权".to_owned(),
            "Gini by people and by area; Theil is L (mean log deviation) to base 10; CV weighted by people".to_owned(),
        );
    }
    if let Some(standards) = run.office.as_ref().map(|own| own.office.standards()) {
        let or = |own: &str, other: &str| if own.is_empty() { other.to_owned() } else { own.to_owned() };
        let (zh, en) = (or(&standards.title_zh, &standards.title), or(&standards.title, &standards.title_zh));
        say(format!("标准：{zh}"), format!("Standards: {en}"));
    }
    text + "\n"
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

/// 分级转诊表: a row a facility that asks, and for each set that is looked for the nearest and what it costs.
fn referrals(run: &Run, own: &ReferralRun, rows: &[Row]) -> Printed {
    let lang = run.inputs.plan.study.lang;
    let plan = &run.inputs.plan.referrals[own.place];
    let make = Maker(lang);
    let of_set = |set: &str| -> Vec<&Row> {
        rows.iter().filter(|row| row.get("referral") == Some(&json!(plan.id)) && row.get("to_set") == Some(&json!(set))).collect()
    };
    let sets: Vec<Vec<&Row>> = plan.to.iter().map(|set| of_set(set)).collect();
    let suffix = plan.limit.metric.suffix();
    let mut wide: Vec<Row> = Vec::new();
    for i in 0..sets.first().map_or(0, Vec::len) {
        let mut row = sets[0][i].clone();
        for (set, own) in plan.to.iter().zip(&sets) {
            let near = own[i];
            for key in ["nearest_name".to_owned(), "nearest_id".to_owned(), format!("cost_{suffix}"), "within_limit".to_owned()] {
                row.insert(format!("{set} {key}"), near.get(&key).cloned().unwrap_or_default());
            }
        }
        wide.push(row);
    }
    let mut columns = vec![make.text("机构", "facility", ["facility_name", "facility_id"]), make.text("街镇", "zone", ["zone_name"])];
    for set in &plan.to {
        let key = |name: &str| format!("{set} {name}");
        columns.push(make.text(&format!("最近{set}"), &format!("nearest of {set}"), [&*key("nearest_name"), &*key("nearest_id")]));
        let cost = key(&format!("cost_{suffix}"));
        columns.push(match plan.limit.metric {
            Metric::Time => make.number("时间（分钟）", "time min", &[&cost], MINUTES),
            Metric::Distance => make.number("距离km", "distance km", &[&cost], KM),
        });
        let within = key("within_limit");
        let [yes, no] = [said(lang, "是", "yes"), said(lang, "否", "no")];
        columns.push(Column {
            name: said(lang, &format!("{}内", plan.limit), &format!("within {}", plan.limit)),
            cell: Box::new(move |row: &Row| match row.get(&within).and_then(serde_json::Value::as_bool) {
                Some(true) => Cell::from(yes.as_str()),
                Some(false) => Cell::from(no.as_str()),
                None => Cell::Empty,
            }),
        });
    }
    let titles = [format!("表12 分级转诊表 {}", plan.id), format!("Table 12 Referrals {}", plan.id)];
    Printed::new(lang, &format!("table-12-{}", plan.id), [&titles[0], &titles[1]], &columns, &wide)
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
    let some = |key: &str| rows.iter().any(|row| row.get(key).and_then(serde_json::Value::as_f64).is_some_and(|value| value > 0.0));
    if some("area_no_data_m2") || some("people_no_data") {
        columns.push(make.number("无数据面积km²", "area of no data km²", &["area_no_data_m2"], KM2));
        columns.push(make.number("无数据人口", "people of no data", &["people_no_data"], WHOLE));
    }
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
    columns.push(advice(lang));
    columns.extend(stand_in(&make, rows));
    columns
}

/// 建议: what to look at first. Where a barrier lies before the nearest facility, a crossing; where most of the gap's people live within the
/// limit by a straight line, a more direct way; where there is no way at all, the roads of the source; else a new site.
fn advice(lang: Lang) -> Column {
    let cell = move |row: &Row| {
        let text = |key: &str| row.get(key).and_then(serde_json::Value::as_str).is_some();
        let straight = row.get("straight_line_share").and_then(serde_json::Value::as_f64);
        let [zh, en] = match (text("nearest_facility_id"), text("barrier"), straight) {
            (false, ..) => ["核查路网", "look at the roads"],
            (_, true, _) => ["增设过街或过河通道", "a crossing"],
            (.., Some(share)) if share >= 0.5 => ["打通步行捷径", "a more direct way"],
            _ => ["增设站点", "a new site"],
        };
        Cell::from(said(lang, zh, en).as_str())
    };
    Column { name: said(lang, "建议", "look at first"), cell: Box::new(cell) }
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
