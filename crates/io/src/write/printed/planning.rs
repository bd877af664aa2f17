//! Tables of the planning office: 主要指标表, 配置标准对照表, 千人口资源表, 公平性表, 达标表.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Column, Maker, PERCENT, Printed, WHOLE, said};
use crate::map::Lang;
use crate::planning::{Fair, IndicatorRow, MinimumRow, NormRow, Office};
use crate::write::formats::Cell;
use crate::write::row::Row;

/// Rows as the tables hold them.
pub(crate) fn rows<T: Serialize>(of: &[T]) -> Vec<Row> {
    let row = |own: &T| serde_json::to_value(own).ok().and_then(|value| value.as_object().cloned()).unwrap_or_default();
    of.iter().map(row).collect()
}

/// Words by language of a row: the value of `KEY_zh`, of `KEY`, or both.
pub(super) fn both(lang: Lang, key: &'static str) -> impl Fn(&Row) -> Cell {
    let zh_key = format!("{key}_zh");
    move |row: &Row| {
        let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (zh, en) = (text(&zh_key), text(key));
        let or = |own: String, other: &str| if own.is_empty() { other.to_owned() } else { own };
        let said = match lang {
            Lang::Zh => or(zh, &en),
            Lang::En => or(en, &zh),
            Lang::Both if zh.is_empty() || en.is_empty() || zh == en => or(zh, &en),
            Lang::Both => format!("{zh} {en}"),
        };
        Cell::from(said.as_str())
    }
}

fn column(lang: Lang, zh: &str, en: &str, cell: impl Fn(&Row) -> Cell + 'static) -> Column {
    Column { name: said(lang, zh, en), cell: Box::new(cell) }
}

fn number(row: &Row, key: &str) -> Option<f64> {
    row.get(key)?.as_f64()
}

/// Decimals as they are needed, four at most.
fn plain(value: f64) -> String {
    format!("{value:.4}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `low–high`, `≥low` where there is no upper end.
fn band(row: &Row, low: &str, high: &str, decimals: Option<usize>) -> Cell {
    let text = |value: f64| decimals.map_or_else(|| plain(value), |decimals| format!("{value:.decimals$}"));
    match (number(row, low), number(row, high)) {
        (Some(low), Some(high)) if (low - high).abs() < 1e-9 => Cell::from(text(low).as_str()),
        (Some(0.0), Some(high)) => Cell::from(format!("≤{}", text(high)).as_str()),
        (Some(low), Some(high)) => Cell::from(format!("{}–{}", text(low), text(high)).as_str()),
        (Some(low), None) => Cell::from(format!("≥{}", text(low)).as_str()),
        _ => Cell::Empty,
    }
}

/// A word of outputs in the language of the study.
fn word(lang: Lang, key: &'static str, words: &'static [(&'static str, &'static str, &'static str)]) -> impl Fn(&Row) -> Cell {
    move |row: &Row| {
        let own = row.get(key).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap_or_default();
        let known = words.iter().find(|(name, ..)| *name == own);
        Cell::from(known.map_or(own.clone(), |(_, zh, en)| said(lang, zh, en)).as_str())
    }
}

const NORM_STATUS: &[(&str, &str, &str)] =
    &[("short", "不足", "short"), ("met", "达标", "met"), ("over", "超配", "over"), ("unknown", "不详", "unknown")];
const ROUNDING: &[(&str, &str, &str)] =
    &[("up", "向上取整", "up"), ("nearest", "四舍五入", "nearest"), ("down", "向下取整", "down"), ("exact", "不取整", "not rounded")];
const STATUS: &[(&str, &str, &str)] =
    &[("met", "达标", "met"), ("not_met", "未达标", "not met"), ("no_target", "无目标", "no target"), ("unknown", "不详", "unknown")];
const NATURE: &[(&str, &str, &str)] = &[("expected", "预期性", "expected"), ("binding", "约束性", "binding")];
const UNITS: &[(&str, &str, &str)] = &[("zones", "街镇", "zones"), ("demand points", "需求点", "demand points")];
const MET: &[(&str, &str, &str)] = &[("true", "达标", "yes"), ("false", "不达标", "no"), ("null", "不详", "unknown")];

/// 配置标准对照表.
pub(crate) fn norm_tables(lang: Lang, norms: &[NormRow]) -> Vec<Printed> {
    let make = Maker(lang);
    let columns = [
        place(lang),
        column(lang, "规则", "norm", both(lang, "title")),
        make.text("现有", "have", ["have"]),
        column(lang, "应配（下限–上限）", "need (low–high)", |row| band(row, "need_low", "need_high", None)),
        column(lang, "应配（取整前）", "need before rounding", |row| band(row, "need_low_exact", "need_high_exact", Some(2))),
        column(lang, "取整", "rounding", word(lang, "rounding", ROUNDING)),
        make.text("缺口", "gap", ["gap"]),
        column(lang, "结论", "status", word(lang, "status", NORM_STATUS)),
    ];
    vec![Printed::new(lang, "table-04-norms", ["表4 配置标准对照表", "Table 4 Norm check"], &columns, &rows(norms))]
}

/// The name of a zone; of all zones together, that.
pub(super) fn place(lang: Lang) -> Column {
    let name = move |row: &Row| match (row.get("zone_id").and_then(Value::as_str), row.get("zone_name").and_then(Value::as_str)) {
        (Some("all"), Some("all")) => Cell::from(said(lang, "全域", "all").as_str()),
        (_, Some(name)) => Cell::from(name),
        _ => Cell::Empty,
    };
    column(lang, "街镇", "zone", name)
}

/// 公平性表.
pub(crate) fn fair_tables(lang: Lang, fair: &Fair) -> Vec<Printed> {
    let mut tables = Vec::new();
    if !fair.rows.is_empty() {
        tables.push(fairness(lang, &rows(&fair.rows)));
    }
    if !fair.zones.is_empty() {
        tables.push(gathered(lang, &rows(&fair.zones)));
    }
    tables
}

/// 主要指标表, 公布值核对表, 千人口资源表, 达标表.
pub(crate) fn indicator_tables(lang: Lang, office: &Office, indicators: &[IndicatorRow], minimums: &[MinimumRow]) -> Vec<Printed> {
    let mut tables = Vec::new();
    let of_all: Vec<IndicatorRow> = indicators.iter().filter(|row| row.zone.is_none()).cloned().collect();
    if !of_all.is_empty() {
        tables.push(main_indicators(lang, &of_all));
        let published: Vec<IndicatorRow> = of_all.iter().filter(|row| row.baseline_recomputed.is_some()).cloned().collect();
        if !published.is_empty() {
            tables.push(check_of_published(lang, &published));
        }
    }
    tables.extend(by_zone(lang, office, indicators));
    if !minimums.is_empty() {
        tables.push(compliance(lang, &rows(minimums)));
    }
    tables
}

/// A value with its year: `6.02 (2020)`.
fn of_year(row: &Row, key: &str, year: &str) -> Cell {
    let value = row.get(key).filter(|value| !value.is_null());
    let text = value.map(|value| value.as_str().map_or_else(|| value.as_f64().map_or_else(String::new, plain), str::to_owned));
    match (text, row.get(year).and_then(Value::as_i64)) {
        (Some(text), Some(year)) => Cell::from(format!("{text} ({year})").as_str()),
        (Some(text), None) => Cell::from(text.as_str()),
        _ => Cell::Empty,
    }
}

fn main_indicators(lang: Lang, indicators: &[IndicatorRow]) -> Printed {
    let make = Maker(lang);
    let columns = [
        column(lang, "领域", "domain", both(lang, "domain")),
        column(lang, "主要指标", "indicator", both(lang, "title")),
        column(lang, "单位", "unit", both(lang, "unit")),
        column(lang, "现状（年）", "baseline (year)", |row| of_year(row, "baseline", "baseline_year")),
        column(lang, "目标（年）", "target (year)", |row| of_year(row, "target", "target_year")),
        column(lang, "指标性质", "nature", word(lang, "nature", NATURE)),
        make.text("现值", "current", ["value_rounded"]),
        make.number("完成率%", "progress %", &["progress"], PERCENT),
        column(lang, "状态", "status", word(lang, "status", STATUS)),
        make.text("尚需", "still needed", ["needed_for_target"]),
        make.text("口径", "definition", ["detail"]),
    ];
    Printed::new(lang, "table-01-indicators", ["表1 主要指标表", "Table 1 Main indicators"], &columns, &rows(indicators))
}

/// What published values stand for: the count and the people that they imply.
fn check_of_published(lang: Lang, indicators: &[IndicatorRow]) -> Printed {
    let make = Maker(lang);
    let columns = [
        column(lang, "主要指标", "indicator", both(lang, "title")),
        column(lang, "公布值（年）", "published (year)", |row| of_year(row, "baseline", "baseline_year")),
        make.text("复算值", "worked out again", ["baseline_recomputed"]),
        make.number("公布值隐含分子", "numerator that it implies", &["baseline_implies_numerator"], (1.0, 2)),
        make.number("公布值隐含分母", "denominator that it implies", &["baseline_implies_denominator"], WHOLE),
        make.number("按现有数达到目标的分母", "denominator at which today's count is the target", &["target_implies_denominator"], WHOLE),
    ];
    Printed::new(lang, "table-01a-published", ["表1附 公布值核对", "Table 1a Published values checked"], &columns, &rows(indicators))
}

/// 千人口资源表: a row a zone, a column an indicator and its rank.
fn by_zone(lang: Lang, office: &Office, indicators: &[IndicatorRow]) -> Option<Printed> {
    let of_zones = || indicators.iter().filter(|row| row.zone.is_some());
    let mut names: Vec<&IndicatorRow> = Vec::new();
    for row in of_zones() {
        if !names.iter().any(|own| own.indicator == row.indicator)
            && of_zones().any(|own| own.indicator == row.indicator && own.value.is_some())
        {
            names.push(row);
        }
    }
    if names.is_empty() {
        return None;
    }
    let zone = |(position, zone): (usize, &catchment::Zone)| {
        let mut row = Row::new();
        row.insert("zone_id".to_owned(), json!(zone.id));
        row.insert("zone_name".to_owned(), json!(zone.name));
        for own in of_zones().filter(|own| own.zone == Some(position)) {
            row.insert(own.indicator.clone(), json!(own.value_rounded));
            row.insert(format!("{} rank", own.indicator), json!(own.rank));
        }
        row
    };
    let zones: Vec<Row> = office.zones().iter().enumerate().map(zone).collect();
    let make = Maker(lang);
    let mut columns = vec![place(lang)];
    for own in names {
        let or = |own: &str, other: &str| if own.is_empty() { other.to_owned() } else { own.to_owned() };
        let (zh, en) = (or(&own.title_zh, &own.title), or(&own.title, &own.title_zh));
        columns.push(make.text(&zh, &en, [own.indicator.as_str()]));
        columns.push(make.text("排名", "rank", [format!("{} rank", own.indicator).as_str()]));
    }
    Some(Printed::new(lang, "table-05-resources", ["表5 千人口资源表", "Table 5 Resources by zone"], &columns, &zones))
}

fn fairness(lang: Lang, rows: &[Row]) -> Printed {
    let make = Maker(lang);
    const FOUR: (f64, usize) = (1.0, 4);
    let columns = [
        make.text("资源", "resource", ["resource"]),
        column(lang, "单元", "units", word(lang, "units", UNITS)),
        make.number("每单位人口", "per people", &["mean_per"], FOUR),
        make.text("人口单位", "people", ["per"]),
        make.number("基尼（人口）", "Gini by people", &["gini_people"], FOUR),
        make.number("基尼（面积）", "Gini by area", &["gini_area"], FOUR),
        make.number("泰尔（log10）", "Theil L (log10)", &["theil_l_log10"], FOUR),
        make.number("组间", "between classes", &["theil_between_log10"], FOUR),
        make.number("组内", "within classes", &["theil_within_log10"], FOUR),
        make.number("组间贡献率%", "between, %", &["theil_between_share"], PERCENT),
        make.number("变异系数", "CV", &["cv_people_weighted"], FOUR),
        make.number("最大最小比", "max/min", &["max_min_ratio"], (1.0, 2)),
        make.number("Palma", "Palma", &["palma"], FOUR),
        make.text("说明", "notes", ["detail"]),
    ];
    Printed::new(lang, "table-06-fairness", ["表6 公平性表", "Table 6 Fairness"], &columns, rows)
}

fn gathered(lang: Lang, rows: &[Row]) -> Printed {
    let make = Maker(lang);
    const THREE: (f64, usize) = (1.0, 3);
    let columns = [
        make.text("资源", "resource", ["resource"]),
        place(lang),
        make.text("数量", "amount", ["amount"]),
        make.number("人口", "people", &["people"], WHOLE),
        make.number("每单位人口", "per people", &["per_people"], THREE),
        make.number("HRAD", "HRAD", &["hrad"], THREE),
        make.number("PAD", "PAD", &["pad"], THREE),
        make.number("HRAD/PAD", "HRAD/PAD", &["hrad_over_pad"], THREE),
    ];
    Printed::new(lang, "table-06a-agglomeration", ["表6附 资源集聚度", "Table 6a Agglomeration"], &columns, rows)
}

/// 建筑面积达标表, and of any other minimum.
fn compliance(lang: Lang, rows: &[Row]) -> Printed {
    let make = Maker(lang);
    let columns = [
        make.text("机构", "facility", ["facility_name", "facility_id"]),
        place(lang),
        make.text("类型", "tier", ["tier"]),
        make.text("项目", "amount", ["amount"]),
        make.text("现有", "have", ["have"]),
        make.text("标准", "asked", ["asked"]),
        make.text("缺口", "gap", ["gap"]),
        column(lang, "是否达标", "met", word(lang, "met", MET)),
    ];
    Printed::new(lang, "table-08-minimums", ["表8 建筑面积达标表", "Table 8 Minimum amounts"], &columns, rows)
}
