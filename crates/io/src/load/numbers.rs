//! Numbers and degrees as offices write them.

/// Signs that part thousands.
const PARTING: [char; 6] = [',', ' ', '\u{a0}', '\u{202f}', '\'', '’'];

/// A number: thousands may be parted by commas, spaces or apostrophes (one of them throughout), digits may be full-width (１２３).
///
/// A sign that parts no groups of three digits, or a first group of 0, could mean something else (a decimal comma): that is no number here.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = half_width(text);
    let parting = text.chars().find(|c| PARTING.contains(c));
    let plain = match parting {
        Some(sign) => without(&text, sign)?,
        None => text,
    };
    plain.parse().ok().filter(|n: &f64| n.is_finite())
}

/// The number without the signs that part its thousands; nothing where one stands elsewhere.
fn without(text: &str, sign: char) -> Option<String> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.trim_start_matches(['+', '-']).split(sign);
    let first = groups.next()?;
    let all_digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let leads = all_digits(first) && first.len() <= 3 && !first.starts_with('0');
    let fits = leads && groups.all(|group| group.len() == 3 && all_digits(group)) && !rest.contains(sign);
    fits.then(|| text.replace(sign, ""))
}

/// Which way a coordinate counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Axis {
    /// Longitude.
    East,
    /// Latitude.
    North,
}

/// Degrees: a decimal number, or degrees, minutes and seconds with their signs (31°14′07.3″N, 121度28分, 31 14 7.3 N).
///
/// Units stand in their order; a letter must be one of the axis, and stands for the sign.
pub(crate) fn degrees(text: &str, axis: Axis) -> Option<f64> {
    let text = half_width(text);
    if let Ok(plain) = text.parse::<f64>() {
        return Some(plain).filter(|n| n.is_finite());
    }
    let (mut sign, mut hemisphere) = (None, None);
    let mut parts: [Option<f64>; 3] = [None; 3];
    let (mut digits, mut next) = (String::new(), 0usize);
    for (place, c) in text.to_uppercase().chars().chain(std::iter::once(' ')).enumerate() {
        let unit = match c {
            '0'..='9' | '.' => {
                digits.push(c);
                continue;
            }
            '-' | '−' | '+' if place == 0 => {
                sign = Some(if c == '+' { 1.0 } else { -1.0 });
                continue;
            }
            'N' | 'S' | '北' | '南' | 'E' | 'W' | '东' | '西' => {
                let own = if matches!(c, 'N' | 'S' | '北' | '南') { Axis::North } else { Axis::East };
                let fits = own == axis && hemisphere.is_none();
                hemisphere = Some(if matches!(c, 'S' | '南' | 'W' | '西') { -1.0 } else { 1.0 }).filter(|_| fits);
                hemisphere?;
                None
            }
            '°' | '度' => Some(0),
            '′' | '\'' | '’' | '分' => Some(1),
            '″' | '"' | '”' | '秒' => Some(2),
            ':' | ' ' | '纬' | '经' => None,
            _ => return None,
        };
        if digits.is_empty() {
            // a sign of a unit without a number
            if unit.is_some() {
                return None;
            }
            continue;
        }
        let unit = unit.unwrap_or(next);
        if unit != next || unit > 2 {
            return None;
        }
        parts[unit] = Some(digits.parse().ok()?);
        digits.clear();
        next = unit + 1;
    }
    let [whole, minutes, seconds] = parts;
    let last = if seconds.is_some() { 2 } else { usize::from(minutes.is_some()) };
    let sound = parts.iter().take(last).all(|part| part.is_some_and(|part| part.fract() == 0.0));
    let below = [minutes, seconds].into_iter().flatten().all(|part| part < 60.0);
    let sign = match (sign, hemisphere) {
        (Some(_), Some(_)) => return None,
        (sign, hemisphere) => sign.or(hemisphere).unwrap_or(1.0),
    };
    (sound && below).then_some(())?;
    Some(sign * (whole? + minutes.unwrap_or(0.0) / 60.0 + seconds.unwrap_or(0.0) / 3600.0))
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
            ("12 345.5", 12_345.5),
            ("１２３．５", 123.5),
            ("１，２３４", 1234.0),
            ("-3.5e2", -350.0),
            ("0", 0.0),
        ] {
            assert_eq!(number(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "3,5",
            "0,125",
            "0,500",
            "3 5",
            "1 2 3",
            "1_000",
            "1,234 567",
            "1,23",
            "1,2345",
            "12,34,567",
            ",123",
            "1.5,000",
            "twelve",
            "NaN",
            "inf",
            "1e999",
            "--2",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn degrees_minutes_and_seconds() {
        let near = |text: &str, axis: Axis, expected: f64| {
            let found = degrees(text, axis).unwrap_or(f64::NAN);
            assert!((found - expected).abs() < 1e-9, "{text}: {found}");
        };
        let shanghai = 31.0 + 14.0 / 60.0 + 7.3 / 3600.0;
        for text in ["31°14′07.3″N", "31°14'7.3\"", "31度14分7.3秒", "北纬31度14分7.3秒", "31:14:07.3", "31 14 7.3 N", "N31°14′7.3″"]
        {
            near(text, Axis::North, shanghai);
        }
        near("121.5", Axis::East, 121.5);
        near("121度28分", Axis::East, 121.0 + 28.0 / 60.0);
        near("西经9°30′", Axis::East, -9.5);
        near("9.5W", Axis::East, -9.5);
        near("-33°30′", Axis::North, -33.5);
        near("１２１．５", Axis::East, 121.5);
        for text in
            ["", "N", "31°61′", "31.5°14′", "1 2 3 4", "31°14′7.3″X", "abc", "31°30″", "30′", "31′14°", "-9°30′S", "31°E", "31°N N", "3,5"]
        {
            assert_eq!(degrees(text, Axis::North), None, "{text}");
        }
    }
}
