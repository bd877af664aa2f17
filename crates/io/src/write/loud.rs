//! The loud channel: what a reader sees of findings beside the headline.

use std::collections::BTreeMap;

use catchment::{Finding, FindingKind, Measure, People, Severity};
use serde_json::{Value, json};

use super::finding_words::{meaning_zh, remedy_zh};
use super::markdown::{inline, item};
use super::words::thousands;
use crate::map::Lang;

/// Warnings beside a headline; the rest are counted.
const MOST: usize = 8;
/// A detail is cut to so many letters on the loud channel; all of it stands in `issues.csv`.
const LONGEST: usize = 320;

/// All findings of one kind and source, as one line shows them.
struct Group<'f> {
    first: &'f Finding,
    count: usize,
    people: People,
    facilities: u64,
    rows: u64,
}

/// Warnings by kind and source, the one that most people hang on first.
fn groups<'f>(findings: &[&'f Finding]) -> Vec<Group<'f>> {
    let mut groups: BTreeMap<(FindingKind, &str), Group<'f>> = BTreeMap::new();
    let mut warnings: Vec<&&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Warning).collect();
    warnings.sort();
    for finding in warnings {
        let of_none = || Group { first: finding, count: 0, people: People::ZERO, facilities: 0, rows: 0 };
        let group = groups.entry((finding.kind, &finding.source)).or_insert_with(of_none);
        group.count += 1;
        group.people += finding.people.unwrap_or_default();
        group.facilities += finding.facilities;
        group.rows += finding.rows;
    }
    let mut groups: Vec<Group<'f>> = groups.into_values().collect();
    groups.sort_by(|a, b| {
        let weight = |group: &Group<'_>| std::cmp::Reverse((group.first.accepted, group.people, group.facilities, group.rows));
        weight(a).cmp(&weight(b)).then(a.first.cmp(b.first))
    });
    groups
}

/// The lines of warnings that follow a headline: at most eight, each with its count, what it may do to the numbers, and the remedy; then
/// how many notes there are. Nothing where there is neither.
pub fn warning_lines(findings: &[&Finding], lang: Lang) -> Vec<String> {
    let groups = groups(findings);
    let notes = findings.iter().filter(|finding| finding.severity == Severity::Note).count();
    let mut lines = Vec::new();
    let zh = lang == Lang::Zh;
    if !groups.is_empty() {
        lines.push(match zh {
            true => format!("警告{}条：", groups.len()),
            false => format!("{}:", counted(groups.len() as u64, "warning")),
        });
        let line = |group: &Group<'_>| if zh { line_zh(group) } else { line_en(group) };
        lines.extend(groups.iter().take(MOST).map(|group| format!("  {}", line(group))));
        let rest = groups.len().saturating_sub(MOST);
        if rest > 0 {
            lines.push(if zh { format!("  另有{rest}条，见issues.csv") } else { format!("  {rest} more in issues.csv") });
        }
    }
    if notes > 0 {
        let all = match (zh, groups.is_empty()) {
            (true, _) => format!("提示{notes}条，见issues.csv。"),
            (false, true) => format!("No warnings; {} in issues.csv.", counted(notes as u64, "note")),
            (false, false) => format!("{} in issues.csv.", counted(notes as u64, "note")),
        };
        lines.push(all);
    }
    lines
}

/// The same lines as Markdown; empty where there is nothing to say.
pub(super) fn warnings_markdown(findings: &[&Finding], lang: Lang) -> String {
    let mut text = String::new();
    for line in warning_lines(findings, lang) {
        text += &match line.strip_prefix("  ") {
            Some(warning) => item(warning),
            None => format!("\n{}\n\n", inline(&line)),
        };
    }
    text
}

fn line_en(group: &Group<'_>) -> String {
    let Group { first, .. } = group;
    let mut weights = Vec::new();
    if group.people > People::ZERO {
        weights.push(format!("{} people", thousands(group.people.as_f64())));
    }
    if group.facilities > 0 {
        weights.push(counted_as(group.facilities, "facility", "facilities"));
    }
    if group.rows > 0 {
        weights.push(counted(group.rows, "row"));
    }
    let weights = if weights.is_empty() { String::new() } else { format!(" ({})", weights.join(", ")) };
    let accepted = if first.accepted { ", accepted" } else { "" };
    let more = match group.count - 1 {
        0 => String::new(),
        more => format!(" (and {more} more such)"),
    };
    let source = if first.source.is_empty() { String::new() } else { format!(" {}:", first.source) };
    let said = shortened(&first.detail) + &more;
    let stop = if said.ends_with(['?', '.']) { "" } else { "." };
    format!("{}{accepted}{weights}:{source} {said}{stop} {}", first.kind, first.kind.remedy())
}

fn line_zh(group: &Group<'_>) -> String {
    let Group { first, .. } = group;
    let mut weights = Vec::new();
    if group.people > People::ZERO {
        weights.push(format!("{}人", thousands(group.people.as_f64())));
    }
    if group.facilities > 0 {
        weights.push(format!("{}处设施", group.facilities));
    }
    if group.rows > 0 {
        weights.push(format!("{}行", group.rows));
    }
    weights.extend(size_text(first).map(|size| format!("程度{size}")));
    let weights = if weights.is_empty() { String::new() } else { format!("（{}）", weights.join("，")) };
    let accepted = if first.accepted { "，已接受" } else { "" };
    let about = [first.source.as_str(), first.id.as_str()].into_iter().filter(|own| !own.is_empty()).collect::<Vec<_>>().join(" ");
    let about = if about.is_empty() { about } else { format!("{about}{}：", if group.count > 1 { "等" } else { "" }) };
    format!("{}{accepted}{weights}：{about}{}{}", first.kind, meaning_zh(first.kind), remedy_zh(first.kind))
}

fn counted(count: u64, what: &str) -> String {
    counted_as(count, what, &format!("{what}s"))
}

fn counted_as(count: u64, one: &str, several: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{} {several}", thousands(count as f64)) }
}

fn shortened(detail: &str) -> String {
    let detail = detail.trim_end_matches('.').replace('\n', " ");
    match detail.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", detail[..end].trim_end()),
        None => detail,
    }
}

/// The size of a finding as a plan accepts it; `None` if it has none.
fn size_text(finding: &Finding) -> Option<String> {
    let size = finding.size();
    match finding.kind.measure() {
        _ if matches!(finding.size_milli, 0 | u64::MAX) => None,
        Measure::Share => Some(format!("{:.1} %", 100.0 * size)),
        Measure::Rows => None,
        Measure::Metres => Some(format!("{size:.0} m")),
        Measure::PerKm2 => Some(format!("{} /km²", thousands(size))),
        _ => None,
    }
}

/// What the plan accepts although it cannot be true, as the sentence of a result says it; `None` if nothing is.
pub(crate) fn accepted<'f>(findings: impl Iterator<Item = &'f Finding>, lang: Lang) -> Option<String> {
    let mut accepted: Vec<&Finding> = findings.filter(|finding| finding.accepted).collect();
    accepted.sort();
    let one = |finding: &&Finding| {
        let size = size_text(finding).or_else(|| (finding.rows > 0).then(|| counted(finding.rows, "row")));
        let size = size.map_or_else(String::new, |size| format!(" ({size})"));
        match lang {
            Lang::Zh => format!("{}{size}", meaning_zh(finding.kind).trim_end_matches('。')),
            Lang::En | Lang::Both => format!("{}{size}", finding.kind),
        }
    };
    let mut parts: Vec<String> = accepted.iter().map(one).collect();
    parts.dedup();
    (!parts.is_empty()).then(|| parts.join(if lang == Lang::Zh { "；" } else { ", " }))
}

/// Findings counted by severity, and each warning, for `summary.json`.
pub(crate) fn summary(findings: &[&Finding]) -> Value {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let warning = |group: &Group<'_>| {
        json!({
            "kind": group.first.kind.name(), "source": group.first.source, "count": group.count,
            "people": super::round(group.people.as_f64(), 6), "facilities": group.facilities, "rows": group.rows,
            "accepted": group.first.accepted, "size": size_text(group.first),
            "detail": group.first.detail, "remedy": group.first.kind.remedy(),
        })
    };
    json!({
        "warnings": groups(findings).iter().map(warning).collect::<Vec<_>>(),
        "notes": count(Severity::Note),
    })
}
