//! Classes of people: where one shade ends and the next begins, and how people are printed.

/// Light to dark, safe for colour-blind eyes and still ordered in grey (ColorBrewer YlOrBr).
const SHADES: [&str; 5] = ["#fee391", "#fec44f", "#fe9929", "#d95f0e", "#993404"];

/// The shares of gaps below each break, before rounding: most gaps are small and a few are large.
const QUANTILES: [f64; 4] = [0.4, 0.7, 0.87, 0.96];

/// Up to five classes, parted by round numbers of people.
pub(super) struct Classes {
    breaks: Vec<f64>,
}

impl Classes {
    /// Classes for these amounts of people.
    pub(super) fn of(people: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = people.filter(|p| p.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let (Some(&least), Some(&most)) = (sorted.first(), sorted.last()) else {
            return Self { breaks: Vec::new() };
        };
        let at = |q: f64| sorted[((sorted.len() - 1) as f64 * q).round() as usize];
        let mut breaks: Vec<f64> = QUANTILES.iter().map(|&q| round_number(at(q))).collect();
        breaks.retain(|&b| b >= 1.0 && b > least && b <= most);
        breaks.dedup();
        Self { breaks }
    }

    /// The class of an amount, from 0.
    pub(super) fn class(&self, people: f64) -> usize {
        self.breaks.partition_point(|&b| b <= people)
    }

    /// How many classes there are.
    pub(super) fn len(&self) -> usize {
        self.breaks.len() + 1
    }

    /// The colour of a class: with fewer classes the shades lie further apart.
    pub(super) fn shade(&self, class: usize) -> &'static str {
        let picks: &[usize] = match self.breaks.len() {
            0 => &[2],
            1 => &[1, 3],
            2 => &[0, 2, 4],
            3 => &[0, 1, 2, 4],
            _ => &[0, 1, 2, 3, 4],
        };
        SHADES[picks[class.min(picks.len() - 1)]]
    }

    /// The range of a class as the legend prints it; the lower end belongs to the class.
    pub(super) fn label(&self, class: usize) -> String {
        let low = class.checked_sub(1).and_then(|i| self.breaks.get(i));
        match (low, self.breaks.get(class)) {
            (None, None) => "≥ 0".to_owned(),
            (None, Some(&high)) => format!("< {}", people(high)),
            (Some(&low), Some(&high)) => format!("{} – {}", people(low), people(high)),
            (Some(&low), None) => format!("≥ {}", people(low)),
        }
    }
}

/// The nearest of 1, 2, 5 × 10ⁿ, 0 for what is not positive.
pub(super) fn round_number(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    let ten = 10f64.powf(value.log10().floor());
    let lead = value / ten;
    let step = if lead < 1.5 {
        1.0
    } else if lead < 3.5 {
        2.0
    } else if lead < 7.5 {
        5.0
    } else {
        10.0
    };
    (step * ten * 1e6).round() / 1e6
}

/// People in whole numbers with thousands parted: `12,345`; `< 1` for a part of a person.
pub(super) fn people(amount: f64) -> String {
    if amount > 0.0 && amount < 0.5 {
        return "< 1".to_owned();
    }
    let digits = format!("{:.0}", amount.max(0.0));
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_round_and_rising() {
        let classes = Classes::of((1..=1000).map(f64::from));
        let labels: Vec<String> = (0..classes.len()).map(|class| classes.label(class)).collect();
        assert_eq!(labels, ["< 500", "500 – 1,000", "≥ 1,000"]);
        assert_eq!((classes.class(499.0), classes.class(500.0), classes.class(1e9)), (0, 1, 2));
        assert_eq!(Classes::of(std::iter::empty()).len(), 1);
        assert_eq!(Classes::of([7.0, 7.0].into_iter()).len(), 1);
        assert_eq!([0.3, 1.0, 34.0, 36.0, 740.0, 760.0].map(round_number), [0.2, 1.0, 20.0, 50.0, 500.0, 1000.0]);
        assert_eq!([0.0, 0.3, 999.0, 1000.0, 1_234_567.0].map(people), ["0", "< 1", "999", "1,000", "1,234,567"]);
    }
}
