//! What planners know of a facility, from the columns that the plan names.

use catchment::{FacilityRecord, FacilityStatus, Finding, FindingKind, Stage};

use super::numbers::number;
use crate::plan::Columns;

/// Reads a record: `told` says what stands in a column. What does not fit its key is a finding, and unknown.
pub(super) fn record<'t>(
    columns: &Columns,
    (file, id): (&str, &str),
    told: impl Fn(&str) -> Option<std::borrow::Cow<'t, str>>,
    findings: &mut Vec<Finding>,
) -> FacilityRecord {
    let text = |column: &Option<String>| {
        let text = column.as_deref().and_then(&told)?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let mut bad = |kind: FindingKind, detail: String| findings.push(Finding::new(Stage::Facilities, file, id, kind, detail));
    let mut year = |column: &Option<String>| {
        let text = text(column)?;
        let year = number(text.trim_end_matches('年')).filter(|year| year.fract() == 0.0 && (1800.0..2200.0).contains(year));
        if year.is_none() {
            bad(FindingKind::BadYear, format!("`{text}` is no year of 1800 to 2199; it is unknown"));
        }
        year.map(|year| year as i32)
    };
    let (opens, closes) = (year(&columns.opens), year(&columns.closes));
    let status = text(&columns.status).map_or(FacilityStatus::Existing, |word| {
        status(&word).unwrap_or_else(|| {
            bad(FindingKind::BadStatus, format!("`{word}` is none of existing, planned, candidate, closed; taken for existing"));
            FacilityStatus::Existing
        })
    });
    let mut amounts = std::collections::BTreeMap::new();
    for (name, column) in &columns.amounts {
        let Some(text) = text(&Some(column.clone())) else { continue };
        match number(&text).filter(|amount| *amount >= 0.0) {
            Some(amount) => {
                amounts.insert(name.clone(), amount);
            }
            None => bad(FindingKind::BadNumber, format!("{name}: `{text}` is no number of 0 or more; it is unknown")),
        }
    }
    let parted = |text: String| text.split([';', '；', '、', '|']).map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    FacilityRecord {
        tier: text(&columns.tier),
        tags: text(&columns.tags).map(parted).unwrap_or_default(),
        owner: text(&columns.owner),
        status,
        opens,
        closes,
        amounts,
    }
}

/// What a word says of a facility.
fn status(word: &str) -> Option<FacilityStatus> {
    match word.to_lowercase().as_str() {
        "existing" | "open" | "现状" | "现有" | "在用" => Some(FacilityStatus::Existing),
        "planned" | "under construction" | "规划" | "在建" | "新建" | "拟建" => Some(FacilityStatus::Planned),
        "candidate" | "备选" | "候选" => Some(FacilityStatus::Candidate),
        "closed" | "关闭" | "撤销" | "停业" => Some(FacilityStatus::Closed),
        _ => None,
    }
}

/// What a twin knows and the first record does not.
pub(super) fn fill(first: &mut FacilityRecord, twin: FacilityRecord) {
    first.tier = first.tier.take().or(twin.tier);
    first.owner = first.owner.take().or(twin.owner);
    first.opens = first.opens.or(twin.opens);
    first.closes = first.closes.or(twin.closes);
    for tag in twin.tags {
        if !first.tags.contains(&tag) {
            first.tags.push(tag);
        }
    }
    for (name, amount) in twin.amounts {
        first.amounts.entry(name).or_insert(amount);
    }
}
