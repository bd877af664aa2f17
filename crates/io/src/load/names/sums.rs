//! Rows that sum up others: how they are called, and whether they do.

use super::fold::{dense, words};
use crate::load::numbers::half_width;

/// A row that sums up others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SumRow {
    /// Of all rows: 合计, total.
    All,
    /// Of some of them, or of all: 小计, subtotal, 闵行区合计.
    Some,
}

/// Words that stand for a sum wherever they stand in a label.
const SUMS: [&str; 30] = [
    "ensemble",
    "gesamt",
    "gesamtergebnis",
    "gesamtsumme",
    "insgesamt",
    "jumlah",
    "overall",
    "razem",
    "samtals",
    "sum",
    "suma",
    "summa",
    "summe",
    "toplam",
    "total",
    "totaal",
    "totale",
    "totales",
    "totals",
    "totalt",
    "yhteensa",
    "zusammen",
    "celkem",
    "osszesen",
    "celkom",
    "sumatoria",
    "итого",
    "всего",
    "разом",
    "συνολο",
];
/// Words that say of a sum that it is one of some rows.
const PARTS: [&str; 9] =
    ["subtotal", "subtotals", "subtotale", "zwischensumme", "teilsumme", "soustotal", "tussentotaal", "подытог", "valisumma"];
/// What else a label of a sum may say; by itself `all` is one, too.
const FILLERS: [&str; 14] =
    ["all", "and", "de", "for", "general", "generale", "grand", "in", "of", "people", "population", "the", "towns", "zones"];
/// Beginnings and ends of a sum's label where words have no blanks between them.
const DENSE_SUMS: [&str; 13] = ["合计", "合計", "总计", "總計", "总和", "總和", "共计", "共計", "总数", "總數", "総計", "합계", "총계"];
const DENSE_PARTS: [&str; 3] = ["小计", "小計", "소계"];
/// Such labels that mean the whole by themselves.
const DENSE_WHOLE: [&str; 12] = ["全区", "全區", "全市", "全县", "全縣", "全域", "全镇", "全省", "全国", "全體", "全体", "計"];

/// What a label says of a row that is of no zone: whether it is a sum of others.
pub(crate) fn sum_row(label: &str) -> Option<SumRow> {
    let words = words(label);
    let text = words.concat();
    let is = |of: &[&str], word: &String| of.contains(&word.as_str());
    if text.chars().any(dense) {
        let ends = |of: &[&str]| of.iter().any(|sum| text.starts_with(sum) || text.ends_with(sum));
        let whole = DENSE_WHOLE.contains(&text.as_str()) || DENSE_SUMS.contains(&text.as_str());
        return match (whole, ends(&DENSE_PARTS) || ends(&DENSE_SUMS)) {
            (true, _) => Some(SumRow::All),
            (false, true) => Some(SumRow::Some),
            (false, false) => None,
        };
    }
    let part = words.iter().any(|word| is(&PARTS, word))
        || words.windows(2).any(|pair| ["sub", "sous"].contains(&pair[0].as_str()) && is(&SUMS, &pair[1]));
    if part {
        return Some(SumRow::Some);
    }
    let named = words.iter().any(|word| is(&SUMS, word)) || words.first().is_some_and(|word| word == "all");
    if named && words.iter().all(|word| is(&SUMS, word) || is(&FILLERS, word) || word.chars().all(char::is_numeric)) {
        return Some(SumRow::All);
    }
    let at_an_end = [words.first(), words.last()].into_iter().flatten().any(|word| is(&SUMS, word));
    at_an_end.then_some(SumRow::Some)
}

/// A number as it is printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PrintedNumber {
    pub value: f64,
    /// Digits behind the point.
    pub decimals: u32,
}

impl PrintedNumber {
    /// The number `value` that `text` prints.
    pub(crate) fn new(value: f64, text: &str) -> PrintedNumber {
        let text = half_width(text);
        let behind = text.rsplit_once('.').map_or("", |(_, behind)| behind);
        PrintedNumber { value, decimals: behind.chars().take_while(char::is_ascii_digit).count() as u32 }
    }

    /// By how much it may be off for being rounded; nothing for a whole number.
    fn half_unit(self) -> f64 {
        0.5 * 10f64.powi(-(self.decimals.min(18) as i32))
    }
}

/// What a row of a table is to its sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// It is of a zone.
    Zone,
    /// It is of a place that is no zone.
    Other,
    /// It sums up others.
    Sum(SumRow),
}

/// A sum that its rows do not add up to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Differs {
    /// The row of the sum.
    pub row: usize,
    /// What stands there.
    pub declared: f64,
    /// What its rows make.
    pub made: f64,
    /// Whether it looks like a mean of the rows: it lies among them, and far from their sum.
    pub mean: bool,
}

/// Whether a column is called by what cannot be added up: a rate, a share, a mean.
pub(crate) fn is_rate(column: &str) -> bool {
    const SIGNS: [&str; 12] = ["%", "‰", "/", "率", "比", "每", "均", "密度", "指数", "中位", "千人", "万人"];
    const WORDS: [&str; 14] = [
        "average",
        "avg",
        "density",
        "index",
        "mean",
        "median",
        "per",
        "percent",
        "percentage",
        "proportion",
        "rate",
        "ratio",
        "share",
        "anteil",
    ];
    SIGNS.iter().any(|sign| column.contains(sign)) || words(column).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// The sums of a column that its rows do not add up to, beyond the rounding of the printed digits. A missing number is none; sums over
/// rows with an unknown one are not judged, nor those of a table that is mostly about other places than the study's.
pub(crate) fn differing(parts: &[Part], cells: &[Option<PrintedNumber>]) -> Vec<Differs> {
    let count = |part: Part| parts.iter().filter(|own| **own == part).count();
    let elsewhere = count(Part::Other) > count(Part::Zone);
    let sums = (0..parts.len()).filter_map(|row| match (parts[row], cells[row]) {
        (Part::Sum(kind), Some(declared)) => Some((row, kind, declared)),
        _ => None,
    });
    sums.filter_map(|(row, kind, declared)| {
        let spans = spans(parts, row, kind);
        let made: Vec<Option<Made>> = spans.iter().map(|span| Made::of(span, cells)).collect();
        let fits = made.iter().flatten().any(|made| made.fits(declared));
        let first = made.first().copied().flatten().filter(|_| !fits && !elsewhere && made.iter().all(Option::is_some))?;
        let nearest = made.iter().flatten().copied().min_by(|a, b| a.off(declared).total_cmp(&b.off(declared))).unwrap_or(first);
        let of_all = spans.first().into_iter().flatten().filter_map(|row| cells[*row]);
        let (low, high) = of_all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), own| (low.min(own.value), high.max(own.value)));
        let mean = (low..=high).contains(&declared.value) && nearest.off(declared) > 0.2 * nearest.value.abs();
        Some(Differs { row, declared: declared.value, made: nearest.value, mean })
    })
    .collect()
}

/// The rows that a sum may be of: all, those of zones; of a partial sum, those before it or behind it up to the next sum.
fn spans(parts: &[Part], row: usize, kind: SumRow) -> Vec<Vec<usize>> {
    let single = |row: &usize| !matches!(parts[*row], Part::Sum(_));
    let mut spans: Vec<Vec<usize>> =
        vec![(0..parts.len()).filter(single).collect(), (0..parts.len()).filter(|row| parts[*row] == Part::Zone).collect()];
    if kind == SumRow::Some {
        let mut before: Vec<usize> = (0..row).rev().take_while(single).collect();
        before.reverse();
        spans.push(before);
        spans.push((row + 1..parts.len()).take_while(single).collect());
    }
    spans.retain(|span| !span.is_empty());
    spans.dedup();
    spans
}

/// What rows make.
#[derive(Debug, Clone, Copy)]
struct Made {
    value: f64,
    /// By how much rounding of the rows may move it.
    slack: f64,
    whole: bool,
}

impl Made {
    /// The sum of rows; `None` if one is unknown.
    fn of(rows: &[usize], cells: &[Option<PrintedNumber>]) -> Option<Made> {
        rows.iter().try_fold(Made { value: 0.0, slack: 0.0, whole: true }, |made, row| {
            let own = cells[*row]?;
            Some(Made { value: made.value + own.value, slack: made.slack + own.half_unit(), whole: made.whole && own.decimals == 0 })
        })
    }

    fn off(self, declared: PrintedNumber) -> f64 {
        (self.value - declared.value).abs()
    }

    fn fits(self, declared: PrintedNumber) -> bool {
        // whole numbers all are counts: they are not rounded
        let slack = if self.whole && declared.decimals == 0 { 0.0 } else { self.slack + declared.half_unit() };
        self.off(declared) <= slack + 1e-9 * self.value.abs().max(1.0)
    }
}
