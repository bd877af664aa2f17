//! Tables of a comparison: 选址方案比较表, 新增点位清单, 新增建设规划表, 主要指标完成情况.

use serde_json::{Value, json};

use super::planning::place;
use super::{Column, KM, MINUTES, Maker, PERCENT, Printed, WHOLE, said};
use crate::map::Lang;
use crate::planning::{NewBuild, NewBuildRow};
use crate::scenarios::Comparison;
use crate::write::formats::Cell;
use crate::write::row::Row;

/// What the study without a scenario is called.
pub(crate) fn as_it_stands(lang: Lang) -> String {
    said(lang, "现状", "as it stands")
}

/// All of them, by number.
pub(crate) fn comparison_tables(all: &Comparison, rows: &[Row], projects: &[Row], targets: &[Row], metrics: [bool; 2]) -> Vec<Printed> {
    let lang = all.baseline.inputs.plan.study.lang;
    let mut printed = Vec::new();
    if !targets.is_empty() {
        printed.push(by_scenario(lang, all, targets));
    }
    for own in &all.scenarios {
        let plan = own.run.office.as_ref().and_then(|office| office.office.new_build());
        let id = own.run.scenario.as_ref().map_or("", |scenario| scenario.id.as_str());
        printed.extend(plan.map(|plan| new_build(lang, id, plan)));
    }
    printed.push(compared(lang, rows, metrics));
    if !projects.is_empty() {
        printed.push(sites(lang, projects));
    }
    printed
}

/// 选址方案比较表.
pub(crate) fn compared(lang: Lang, rows: &[Row], [time, distance]: [bool; 2]) -> Printed {
    let make = Maker(lang);
    let standing = as_it_stands(lang);
    let scenario = move |row: &Row| {
        let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = if text("title").is_empty() { text("scenario") } else { text("title") };
        Cell::from(if text("scenario") == crate::plan::BASELINE { &standing } else { &name }.as_str())
    };
    let mut columns = vec![
        make.text("服务", "service", ["service"]),
        Column { name: said(lang, "方案", "scenario"), cell: Box::new(scenario) },
        make.number("新增数", "new", &["facilities_new"], WHOLE),
        make.number("撤并数", "closed", &["facilities_closed"], WHOLE),
        make.number("迁建数", "moved", &["facilities_moved"], WHOLE),
        make.number("人口覆盖率%", "people covered %", &["people_share"], PERCENT),
        make.number("面积覆盖率%", "area covered %", &["area_share"], PERCENT),
    ];
    if time {
        columns.push(make.number("平均时间（分钟）", "mean time min", &["cost_mean_s"], MINUTES));
        columns.push(make.number("最大时间（分钟）", "greatest time min", &["cost_max_s"], MINUTES));
    }
    if distance {
        columns.push(make.number("平均距离km", "mean distance km", &["cost_mean_m"], KM));
        columns.push(make.number("最大距离km", "greatest distance km", &["cost_max_m"], KM));
    }
    columns.extend([
        make.number("基尼（街镇覆盖率）", "Gini of zones", &["gini_of_zones"], (1.0, 4)),
        make.number("新增覆盖人口", "people gained", &["people_gained"], WHOLE),
        make.number("失去覆盖人口", "people lost", &["people_lost"], WHOLE),
        make.number("每新增1所增加覆盖人口", "people gained for each new one", &["people_gained_per_new"], WHOLE),
        make.number("消除盲区", "gaps closed", &["gaps_closed"], WHOLE),
        make.number("新增盲区", "gaps opened", &["gaps_opened"], WHOLE),
    ]);
    if rows.iter().any(|row| row.contains_key("bound")) {
        let unit = rows.iter().find_map(|row| row.get("unit").and_then(Value::as_str)).unwrap_or_default();
        let shown = if matches!(unit, "people" | "calls" | "sites" | "price") { WHOLE } else { (1.0, 2) };
        columns.extend([
            make.text("优化目标", "optimised", ["model"]),
            make.text("单位", "unit", ["unit"]),
            make.number("目标值", "value", &["value"], shown),
            make.number("优化界", "bound", &["bound"], shown),
            make.number("差距%", "gap %", &["gap"], PERCENT),
        ]);
    }
    Printed::new(lang, "table-09-scenarios", ["表9 方案比较表", "Table 9 Scenarios"], &columns, rows)
}

/// 新增点位清单, in the order of building.
fn sites(lang: Lang, rows: &[Row]) -> Printed {
    let make = Maker(lang);
    let verbs = [
        ("add", "新建", "new"),
        ("open", "启用", "opens"),
        ("close", "撤并", "closes"),
        ("move", "迁建", "moves"),
        ("change", "改扩建", "changes"),
    ];
    let verb = move |row: &Row| {
        let own = row.get("change").and_then(Value::as_str).unwrap_or_default();
        verbs.iter().find(|(name, ..)| *name == own).map_or(Cell::Empty, |(_, zh, en)| Cell::from(said(lang, zh, en).as_str()))
    };
    let columns = [
        make.text("方案", "scenario", ["scenario"]),
        make.text("服务", "service", ["service"]),
        make.text("序号", "order", ["order"]),
        Column { name: said(lang, "方式", "what"), cell: Box::new(verb) },
        make.text("机构", "facility", ["facility_name", "facility_id"]),
        place(lang),
        make.number("经度（WGS84）", "longitude (WGS84)", &["lon"], (1.0, 6)),
        make.number("纬度（WGS84）", "latitude (WGS84)", &["lat"], (1.0, 6)),
        make.text("年份", "year", ["year"]),
        make.number("新增覆盖人口", "people gained", &["people_gained"], WHOLE),
        make.number("失去覆盖人口", "people lost", &["people_lost"], WHOLE),
        make.number("累计覆盖率%", "covered so far %", &["people_share"], PERCENT),
    ];
    Printed::new(lang, "table-10-sites", ["表10 新增点位清单", "Table 10 Sites in order"], &columns, rows)
}

/// 新增建设规划表, as the papers lay it out: `——` for none, a row of the sum.
pub(crate) fn new_build(lang: Lang, id: &str, plan: &NewBuild) -> Printed {
    let make = Maker(lang);
    let row = |name: &str, counts: &[Option<f64>], all: Option<f64>, note: &str| {
        let mut row = Row::new();
        row.insert("zone_name".to_owned(), json!(name));
        for (kind, count) in plan.kinds.iter().zip(counts) {
            row.insert(format!("kind {kind}"), json!(count));
        }
        row.insert("all".to_owned(), json!(all.unwrap_or_else(|| counts.iter().flatten().sum())));
        row.insert("note".to_owned(), json!(note));
        row
    };
    let not_counted = said(lang, "无此街镇，未计入", "no such zone: not counted");
    let note = |own: &NewBuildRow| match own.zone {
        Some(_) => own.note.clone(),
        None => [own.note.as_str(), &not_counted].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "),
    };
    let mut rows: Vec<Row> = plan.rows.iter().map(|own| row(&own.zone_name, &own.counts, own.all, &note(own))).collect();
    let (sums, differ) = printed_sums(lang, plan);
    rows.push(row(&said(lang, "合计", "total"), &sums, plan.sums.as_ref().and_then(|sums| sums.all), &differ));
    let or_dash = |key: String| {
        move |row: &Row| match row.get(&key).and_then(Value::as_f64) {
            Some(count) if count > 0.0 => Cell::fixed(Some(count), 0),
            _ => Cell::from("——"),
        }
    };
    let mut columns = vec![make.text("镇（街道、工业区）", "town", ["zone_name"])];
    columns.extend(plan.kinds.iter().map(|kind| Column { name: kind.clone(), cell: Box::new(or_dash(format!("kind {kind}"))) }));
    columns.push(Column { name: said(lang, "合计", "total"), cell: Box::new(or_dash("all".to_owned())) });
    columns.push(make.text("备注", "note", ["note"]));
    let more = if id.is_empty() { String::new() } else { format!(" {id}") };
    let titles = [format!("表2 新增建设规划表{more}"), format!("Table 2 New facilities{more}")];
    let file = if id.is_empty() { "table-02-new-build".to_owned() } else { format!("table-02-new-build-{id}") };
    Printed::new(lang, &file, [&titles[0], &titles[1]], &columns, &rows)
}

/// The sums by kind as the plan prints them; where its rows make another, a note says so.
fn printed_sums(lang: Lang, plan: &NewBuild) -> (Vec<Option<f64>>, String) {
    let made: Vec<f64> = (0..plan.kinds.len()).map(|kind| plan.total(kind)).collect();
    let told = |kind: usize| plan.sums.as_ref().and_then(|sums| sums.counts.get(kind).copied().flatten());
    let counts: Vec<Option<f64>> = made.iter().enumerate().map(|(kind, made)| Some(told(kind).unwrap_or(*made))).collect();
    let differ = made.iter().zip(&counts).filter(|(made, count)| Some(**made) != **count);
    let differ: Vec<String> = differ.map(|(made, count)| format!("{}≠{made}", count.unwrap_or_default())).collect();
    let note = if differ.is_empty() {
        String::new()
    } else {
        format!("{} {}", said(lang, "与各行之和不符", "not the sum of the rows"), differ.join(", "))
    };
    (counts, note)
}

/// Targets by scenario: a row an indicator, a column a scenario.
fn by_scenario(lang: Lang, all: &Comparison, targets: &[Row]) -> Printed {
    let make = Maker(lang);
    let names: Vec<(String, String)> = all
        .runs()
        .map(|(id, run)| (id.to_owned(), run.scenario.as_ref().map_or_else(|| as_it_stands(lang), |own| own.title().to_owned())))
        .collect();
    let mut wide: Vec<Row> = Vec::new();
    for own in targets {
        let at = wide.iter().position(|row| row.get("indicator") == own.get("indicator")).unwrap_or_else(|| {
            wide.push(own.clone());
            wide.len() - 1
        });
        let scenario = own.get("scenario").and_then(Value::as_str).unwrap_or_default();
        let value = own.get("value_rounded").and_then(Value::as_f64).map(|value| value.to_string());
        let met = own.get("met").and_then(Value::as_bool);
        let status = met.map(|met| if met { said(lang, "达标", "met") } else { said(lang, "未达标", "not met") });
        let text = value.zip(status).map(|(value, status)| format!("{value} ({status})"));
        wide[at].insert(format!("of {scenario}"), json!(text));
    }
    let target = |row: &Row| match (row.get("target").and_then(Value::as_str), row.get("target_year").and_then(Value::as_i64)) {
        (Some(target), Some(year)) => Cell::from(format!("{target} ({year})").as_str()),
        _ => Cell::Empty,
    };
    let mut columns = vec![
        Column { name: said(lang, "主要指标", "indicator"), cell: Box::new(super::planning::both(lang, "title")) },
        Column { name: said(lang, "目标（年）", "target (year)"), cell: Box::new(target) },
    ];
    columns.extend(names.iter().map(|(id, name)| make.text(name, name, [format!("of {id}").as_str()])));
    Printed::new(lang, "table-01b-targets", ["表1附 目标完成情况", "Table 1b Targets"], &columns, &wide)
}
