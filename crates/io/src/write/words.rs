//! Words that sentences share: titles, lists, numbers.

use catchment::{Coverage, People, Report};

use crate::plan::ServicePlan;

/// The zones with most people who are not covered, most first: their position and those people.
pub fn most_uncovered(report: &Report) -> Vec<(usize, f64)> {
    let zones = report.coverage.zones.iter().enumerate();
    let mut blind: Vec<(usize, f64)> = zones.filter_map(|(z, c)| Some((z, c.people?.not_covered().as_f64()))).collect();
    blind.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    blind.retain(|(_, people)| *people > 0.0);
    blind
}

/// The least and the greatest share of all people that can be covered, 0 to 1, whatever access those have who live outside the extent of the
/// roads; `None` if it is known of all but fewer than one in two thousand.
pub(super) fn bounds(total: &Coverage) -> Option<[f64; 2]> {
    let people = total.people.filter(|people| u128::from(people.no_data.0) * 2000 >= u128::from(people.total().0).max(1))?;
    let of_all = |part: People| part.as_f64() / people.total().as_f64();
    Some([of_all(people.covered), of_all(people.covered + people.no_data)])
}

/// The service's title, or its id.
pub fn title(service: &ServicePlan) -> &str {
    if service.title.is_empty() { &service.id } else { &service.title }
}

/// Longer names are cut in a sentence.
const LONGEST: usize = 80;

pub(super) fn listed(names: &[&str], comma: &str, and: &str) -> String {
    let cut = |name: &str| name.char_indices().nth(LONGEST).map_or_else(|| name.to_owned(), |(end, _)| format!("{}…", &name[..end]));
    let plain: Vec<String> = names.iter().map(|name| cut(&name.replace(steers, " "))).collect();
    match plain.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] => format!("{}{and}{last}", head.join(comma)),
    }
}

/// Whether a character moves a terminal's cursor, breaks a line, turns the direction of writing, or is not seen. Those that join letters or keep
/// them apart are names' own: Persian and the scripts of India need them.
pub fn steers(c: char) -> bool {
    let unseen = matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{feff}');
    c.is_control() || unseen || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
