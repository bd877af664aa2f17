//! Numbers and degrees as offices write them.

/// A number: thousands may be parted by commas, spaces or apostrophes, digits may be full-width (１２３).
///
/// A comma that parts no group of three digits could be a decimal one: that is no number here, and the row says so.
pub(crate) fn number(text: &str) -> Option<f64> {
    let plain: String = half_width(text).chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’' | '_')).collect();
    let plain = if plain.contains(',') { without_commas(&plain)? } else { plain };
    plain.parse().ok().filter(|n: &f64| n.is_finite())
}

/// The number without the commas that part its thousands; nothing where a comma stands elsewhere.
fn without_commas(text: &str) -> Option<String> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.trim_start_matches(['+', '-']);
    let mut groups = digits.split(',');
    let first = groups.next()?;
    let all_digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let fits = all_digits(first) && first.len() <= 3 && groups.all(|group| group.len() == 3 && all_digits(group)) && !rest.contains(',');
    fits.then(|| text.replace(',', ""))
}

/// Degrees: a decimal number, or degrees, minutes and seconds with their signs (31°14′07.3″N, 121度28分, 31 14 7.3 N).
pub(crate) fn degrees(text: &str) -> Option<f64> {
    if let Some(plain) = number(text) {
        // a number in groups parted by spaces is degrees, minutes and seconds
        if !text.trim().contains(char::is_whitespace) {
            return Some(plain);
        }
    }
    let text = half_width(text).to_uppercase();
    let mut sign = 1.0;
    let mut parts: Vec<f64> = Vec::new();
    let mut digits = String::new();
    let mut end = |digits: &mut String| -> Option<()> {
        if !digits.is_empty() {
            parts.push(digits.parse().ok()?);
            digits.clear();
        }
        Some(())
    };
    for (place, c) in text.trim().chars().enumerate() {
        match c {
            '0'..='9' | '.' => digits.push(c),
            '-' | '−' | '+' if place == 0 => sign = if c == '+' { 1.0 } else { -1.0 },
            'N' | 'E' | '北' | '东' => end(&mut digits)?,
            'S' | 'W' | '南' | '西' => {
                end(&mut digits)?;
                sign = -sign;
            }
            '°' | '度' | '′' | '\'' | '’' | '分' | '″' | '"' | '”' | '秒' | ':' | ' ' | '纬' | '经' => end(&mut digits)?,
            _ => return None,
        }
    }
    end(&mut digits)?;
    let in_range = parts.iter().skip(1).all(|part| *part < 60.0) && (1..=3).contains(&parts.len());
    let whole = parts.split_last().is_some_and(|(_, before)| before.iter().all(|part| part.fract() == 0.0));
    (in_range && whole).then(|| sign * parts.iter().zip([1.0, 60.0, 3600.0]).map(|(part, unit)| part / unit).sum::<f64>())
}

/// Full-width letters, digits and signs (as Chinese input methods write them) in their usual width.
pub(super) fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    text.trim().chars().map(narrow).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_offices() {
        for (text, expected) in [
            ("12", 12.0),
            (" 1,234,567.5 ", 1_234_567.5),
            ("1 234", 1234.0),
            ("1\u{a0}234", 1234.0),
            ("12'345", 12_345.0),
            ("１２３．５", 123.5),
            ("１，２３４", 1234.0),
            ("-3.5e2", -350.0),
            ("0", 0.0),
        ] {
            assert_eq!(number(text), Some(expected), "{text}");
        }
        for text in ["", "3,5", "1,23", "1,2345", "12,34,567", ",123", "1.5,000", "twelve", "NaN", "inf", "1e999", "--2"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn degrees_minutes_and_seconds() {
        let near = |text: &str, expected: f64| {
            let found = degrees(text).unwrap_or(f64::NAN);
            assert!((found - expected).abs() < 1e-9, "{text}: {found}");
        };
        let shanghai = 31.0 + 14.0 / 60.0 + 7.3 / 3600.0;
        for text in ["31°14′07.3″N", "31°14'7.3\"", "31度14分7.3秒", "北纬31度14分7.3秒", "31:14:07.3", "31 14 7.3 N", "N31°14′7.3″"]
        {
            near(text, shanghai);
        }
        near("121.5", 121.5);
        near("121度28分", 121.0 + 28.0 / 60.0);
        near("西经9°30′", -9.5);
        near("9°30′W", -9.5);
        near("-33°30′", -33.5);
        near("１２１．５", 121.5);
        for text in ["", "N", "31°61′", "31.5°14′", "1 2 3 4", "31°14′7.3″X", "abc"] {
            assert_eq!(degrees(text), None, "{text}");
        }
    }
}
