//! What shares are shares of, and which limit applied where, in words: no area rate is printed without its mask and km².

use std::collections::BTreeMap;

use catchment::{ByStatus, Coverage, Limit, Metric, Report, SquareMm, ZoneId};

use super::words::thousands;
use crate::plan::Mask;
use crate::run::Run;

/// The masks of a run with what they hold of one row, in the plan's order.
pub(super) fn masks<'r>(run: &'r Run, coverage: &'r Coverage) -> impl Iterator<Item = (&'r Mask, &'r ByStatus<SquareMm>)> {
    run.inputs.plan.ground.mask.iter().zip(std::iter::once(&coverage.area).chain(&coverage.masks))
}

/// Square kilometres with the digits that a reader can use: `1,234`, `315.8`, `0.960`.
pub fn km2(area: SquareMm) -> String {
    let km2 = area.m2() / 1e6;
    match km2 {
        _ if km2 >= 999.95 => thousands(km2),
        _ if km2 >= 9.9995 => format!("{km2:.1}"),
        _ => format!("{km2:.3}"),
    }
}

/// A mask in a sentence: `of the land`.
pub(super) fn mask_en(mask: &Mask) -> String {
    match mask {
        Mask::Zone => "all ground of the zones".to_owned(),
        Mask::Land => "the land".to_owned(),
        Mask::BuiltUp => "the built-up land".to_owned(),
        Mask::Residential => "the residential land".to_owned(),
        Mask::Layer(_) => format!("the ground of `{}`", mask.name()),
    }
}

/// The same in Chinese.
pub fn mask_zh(mask: &Mask) -> &str {
    match mask {
        Mask::Zone => "全域",
        Mask::Land => "陆域",
        Mask::BuiltUp => "建设用地",
        Mask::Residential => "居住用地",
        Mask::Layer(_) => mask.name(),
    }
}

/// The limits that applied and the zones of each, the shortest first; one alone where no zone has another.
pub(super) fn limits(run: &Run, report: &Report) -> Vec<(Limit, Vec<usize>)> {
    if !report.limits().differ() {
        return vec![(report.limit, (0..run.inputs.zones.len()).collect())];
    }
    let mut zones: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for z in 0..run.inputs.zones.len() {
        zones.entry(report.limit_of(Some(ZoneId::at(z))).cost).or_default().push(z);
    }
    zones.into_iter().map(|(cost, zones)| (Limit { cost, ..report.limit }, zones)).collect()
}

/// The limit in a sentence: `15 min`, or how many zones have which.
pub(super) fn limit_en(run: &Run, report: &Report) -> String {
    match limits(run, report).as_slice() {
        [(limit, _)] => limit.to_string(),
        several => {
            let parts = several.iter().map(|(limit, zones)| format!("{limit} in {}", zones.len()));
            format!("the limit of their zone ({})", parts.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The same in Chinese.
pub(super) fn limit_zh(run: &Run, report: &Report) -> String {
    match limits(run, report).as_slice() {
        [(limit, _)] => one_zh(*limit),
        several => {
            let parts = several.iter().map(|(limit, zones)| format!("{}{}个街镇", one_zh(*limit), zones.len()));
            format!("分区限值（{}）", parts.collect::<Vec<_>>().join("、"))
        }
    }
}

/// A limit in Chinese.
pub(crate) fn one_zh(limit: Limit) -> String {
    match limit.metric {
        Metric::Time => limit.to_string().replace(" min", "分钟").replace(" s", "秒"),
        Metric::Distance => limit.to_string().replace(" km", "公里").replace(" m", "米"),
    }
}

/// Where area is a share of several masks: each with its km² and what of it is covered.
pub fn side_by_side(run: &Run, coverage: &Coverage) -> Option<String> {
    let part = |mask: &Mask, share: &str, km2: &str| format!("{} {share} of {km2} km²", mask.name());
    joined(run, coverage, "; ", &part)
}

/// The same in Chinese.
pub fn side_by_side_zh(run: &Run, coverage: &Coverage) -> Option<String> {
    let part = |mask: &Mask, share: &str, km2: &str| format!("{}{share}（{km2}平方公里）", mask_zh(mask));
    joined(run, coverage, "、", &part)
}

fn joined(run: &Run, coverage: &Coverage, comma: &str, part: &dyn Fn(&Mask, &str, &str) -> String) -> Option<String> {
    let percent = |share: Option<f64>| share.map_or("–".to_owned(), |share| format!("{:.2}%", 100.0 * share));
    let parts: Vec<String> = masks(run, coverage).map(|(mask, area)| part(mask, &percent(area.share()), &km2(area.known()))).collect();
    (parts.len() > 1).then(|| parts.join(comma))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn square_kilometres_with_the_digits_that_count() {
        let shown = [0, 960_000, 9_999_400, 9_999_600, 315_753_655, 999_949_000, 1_234_567_890].map(|m2| km2(SquareMm(m2 * 1_000_000)));
        assert_eq!(shown, ["0.000", "0.960", "9.999", "10.0", "315.8", "999.9", "1,235"]);
    }

    #[test]
    fn limits_in_chinese() {
        let shown = ["15min", "90s", "45s", "3.5km", "800m"].map(|limit| one_zh(limit.parse().unwrap()));
        assert_eq!(shown, ["15分钟", "1.5分钟", "45秒", "3.5公里", "800米"]);
    }
}
