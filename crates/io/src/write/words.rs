//! Sentences of a result, in English and Chinese.

use catchment::Report;

use super::shares::{km2, limit_en, limit_zh, mask_en, mask_zh};
use crate::map::Lang;
use crate::plan::{Mask, ServicePlan};
use crate::run::Run;

/// A sentence names towns, those with most people who are not covered first, until so much of all those people is theirs.
const NAMED: f64 = 0.8;

/// The zones with most people who are not covered, most first: their position and those people.
pub fn most_uncovered(report: &Report) -> Vec<(usize, f64)> {
    let zones = report.coverage.zones.iter().enumerate();
    let mut blind: Vec<(usize, f64)> = zones.filter_map(|(z, c)| Some((z, c.people?.not_covered().as_f64()))).collect();
    blind.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    blind.retain(|(_, people)| *people > 0.0);
    blind
}

/// Of those zones, the ones that make up 80 % of the people who are not covered, and their part of them.
pub(super) fn most_of_the_gap(report: &Report) -> (Vec<usize>, f64) {
    let blind = most_uncovered(report);
    let all: f64 = blind.iter().map(|(_, people)| people).sum();
    let (mut named, mut sum) = (Vec::new(), 0.0);
    for (zone, people) in blind {
        named.push(zone);
        sum += people;
        if sum >= NAMED * all {
            break;
        }
    }
    (named, if all > 0.0 { sum / all } else { 0.0 })
}

/// The sentence of a result, as plans print it: towns by people who are not covered, until 80 % of these are named.
///
/// Mask and km² stand beside the area. The Chinese one is that of 闵行's plan, where the service says what care it is:
/// 「居民步行15分钟基层医疗服务圈覆盖率为68.24%，常住人口覆盖率达85.84%，覆盖盲区占比31.76%，主要位于…」.
pub fn sentence(run: &Run, service: &ServicePlan, report: &Report, lang: Lang) -> String {
    let total = &report.coverage.total;
    let percent = |share: Option<f64>| share.map_or("–".to_owned(), |s| format!("{:.2}%", 100.0 * s));
    let (area, people) = (percent(total.area_share()), percent(total.people_share()));
    let mask = run.inputs.plan.ground.mask.first().unwrap_or(&Mask::Zone);
    let ground = km2(total.area.total());
    let blind = percent(total.area_share().map(|s| 1.0 - s));
    let (most, part) = most_of_the_gap(report);
    let names: Vec<&str> = most.iter().map(|zone| run.inputs.zones[*zone].name.as_str()).collect();
    let sums = total.people.unwrap_or_default();
    let unknown: Vec<&str> = run.inputs.zones.iter().filter(|z| z.people.is_none()).map(|z| z.name.as_str()).collect();
    let english = || {
        let known = if unknown.is_empty() { "residents" } else { "known residents" };
        let mut text = format!(
            "{}: within {}{}, {people} of {known} ({} of {}) and {area} of {} ({ground} km²) are covered; blind spots are {blind} of it",
            title(service),
            limit_en(run, report),
            if service.care.is_empty() { String::new() } else { format!(" of {}", service.care) },
            thousands(sums.covered.as_f64()),
            thousands(sums.total().as_f64()),
            mask_en(mask)
        );
        if !names.is_empty() {
            text += &format!(", {:.0}% of their people in {}", 100.0 * part, listed(&names, ", ", " and "));
        }
        if !unknown.is_empty() {
            text += &format!("; the people of {} are not known", listed(&unknown, ", ", " and "));
        }
        text + "."
    };
    let chinese = || {
        let mut text = format!(
            "{}居民{}{}{}服务圈覆盖率为{area}，常住人口覆盖率达{people}，覆盖盲区占比{blind}",
            if service.care_zh.is_empty() { format!("{}：", title(service)) } else { String::new() },
            if service.profile == "walk" { "步行" } else { "" },
            limit_zh(run, report),
            service.care_zh,
        );
        if !names.is_empty() {
            text += &format!("，主要位于{}", listed(&names, "、", "和"));
        }
        text += &format!("（口径：{}，{ground}平方公里）", mask_zh(mask));
        if !unknown.is_empty() {
            text += &format!("（{}人口不详，未计入）", listed(&unknown, "、", "和"));
        }
        text + "。"
    };
    match lang {
        Lang::En => english(),
        Lang::Zh => chinese(),
        Lang::Both => format!("{}\n{}", english(), chinese()),
    }
}

/// The service's title, or its id.
pub fn title(service: &ServicePlan) -> &str {
    if service.title.is_empty() { &service.id } else { &service.title }
}

pub(super) fn listed(names: &[&str], comma: &str, and: &str) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] => format!("{}{and}{last}", head.join(comma)),
    }
}

/// A whole number with thousands parted by commas.
pub fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value <= -0.5 { format!("−{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let shown = [0.0, 999.4, 999.5, 1_234_567.0, -4321.0].map(thousands);
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567", "−4,321"]);
    }

    #[test]
    fn lists_end_with_and() {
        assert_eq!(listed(&["a", "b", "c"], ", ", " and "), "a, b and c");
        assert_eq!(listed(&["吴泾镇", "马桥镇"], "、", "和"), "吴泾镇和马桥镇");
    }
}
