//! Text on the page: how wide it is, where it breaks, and how it is written as XML.

use crate::write::steers;
use std::fmt::{Arguments, Write};

/// Advance widths in hundredths of an em of U+0020..=U+017F in the built-in font (0: not printable).
#[rustfmt::skip]
const WIDTHS: [u8; 352] = [
    26, 27, 40, 65, 55, 83, 70, 23, 30, 30, 55, 55, 25, 32, 27, 37, 55, 55, 55, 55, 55, 55, 55, 55, 55, 55, 27, 27, 55, 55, 55, 43,
    87, 61, 62, 60, 68, 53, 49, 69, 70, 34, 27, 58, 49, 87, 73, 74, 58, 74, 59, 52, 52, 70, 57, 88, 55, 53, 54, 30, 37, 30, 53, 41,
    58, 53, 59, 46, 59, 54, 33, 52, 59, 26, 26, 50, 26, 90, 59, 58, 59, 59, 40, 45, 34, 59, 48, 75, 50, 49, 44, 35, 55, 35, 55, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    26, 27, 55, 55, 55, 55, 55, 49, 58, 83, 33, 49, 55, 32, 83, 50, 43, 55, 33, 33, 58, 59, 65, 27, 21, 33, 35, 49, 74, 74, 74, 43,
    61, 61, 61, 61, 61, 61, 85, 60, 53, 53, 53, 53, 34, 34, 34, 34, 68, 73, 74, 74, 74, 74, 74, 55, 74, 70, 70, 70, 70, 53, 58, 60,
    53, 53, 53, 53, 53, 53, 83, 46, 54, 54, 54, 54, 26, 26, 26, 26, 58, 59, 58, 58, 58, 58, 58, 55, 58, 59, 59, 59, 59, 49, 59, 49,
    61, 53, 61, 53, 61, 53, 60, 46, 60, 46, 60, 46, 60, 46, 68, 59, 68, 59, 53, 54, 53, 54, 53, 54, 53, 54, 53, 54, 69, 52, 69, 52,
    69, 52, 69, 52, 70, 59, 70, 59, 34, 26, 34, 26, 34, 26, 34, 26, 34, 26, 61, 52, 27, 26, 58, 50, 50, 49, 26, 49, 26, 49, 26, 49,
    30, 49, 26, 73, 59, 73, 59, 73, 59, 66, 73, 59, 74, 58, 74, 58, 74, 58, 89, 91, 59, 40, 59, 40, 59, 40, 52, 45, 52, 45, 52, 45,
    52, 45, 52, 34, 52, 34, 52, 34, 70, 59, 70, 59, 70, 59, 70, 59, 70, 59, 70, 59, 88, 75, 53, 49, 53, 54, 44, 54, 44, 54, 44, 29,
];

/// The width of one character in em; outside the table an estimate that errs on the wide side.
fn em(c: char) -> f64 {
    let code = u32::from(c);
    let known = code.checked_sub(0x20).and_then(|i| WIDTHS.get(usize::try_from(i).ok()?));
    match (known, code) {
        (Some(&hundredths), _) => f64::from(hundredths) / 100.0,
        (None, 0x300..=0x36f | 0x200b..=0x200f) => 0.0,
        (None, 0x180..=0x10ff | 0x1e00..=0x1fff | 0x2010..=0x205e) => 0.66,
        _ => 1.0,
    }
}

/// The width of a text in pixels at a font size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

/// Whether a line may break before `next`: between Chinese characters, but not before closing punctuation.
fn breaks_between(last: char, next: char) -> bool {
    let wide = |c: char| u32::from(c) >= 0x2e80;
    (wide(last) || wide(next)) && !"，。、；：！？）》”’」』】,.;:!?)%".contains(next) && !"（《“‘「『【(".contains(last)
}

/// Cuts a text into lines that are no wider than `max_width`, at spaces and between Chinese characters, and inside a
/// word only where the word alone is too wide.
pub(super) fn wrap(text: &str, size: f64, max_width: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for token in tokens(text) {
        if !line.is_empty() && width(&line, size) + width(token.trim_end(), size) > max_width {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        for c in token.chars() {
            if !line.is_empty() && !c.is_whitespace() && width(&line, size) + em(c) * size > max_width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(if c.is_whitespace() { ' ' } else { c });
        }
    }
    if !line.trim().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The pieces of a text that should stay on one line, each with the spaces that follow it.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let (mut start, mut last) = (0, None);
    for (at, c) in text.char_indices() {
        let cut = last.is_some_and(|l: char| (l.is_whitespace() && !c.is_whitespace()) || breaks_between(l, c));
        if cut {
            tokens.push(&text[start..at]);
            start = at;
        }
        last = Some(c);
    }
    tokens.push(&text[start..]);
    tokens
}

/// The text cut with an ellipsis so that it is no wider than `max_width`.
pub(super) fn shorten(text: &str, size: f64, max_width: f64) -> String {
    if width(text, size) <= max_width {
        return text.to_owned();
    }
    let mut room = max_width - em('…') * size;
    let kept: String = text
        .chars()
        .take_while(|&c| {
            room -= em(c) * size;
            room >= 0.0
        })
        .collect();
    format!("{}…", kept.trim_end())
}

/// The text as XML content or attribute value: `& < > " '` escaped; control characters, characters that XML 1.0 forbids and those that turn the
/// direction of writing left out.
pub(crate) fn escape(text: &str) -> String {
    let allowed = |c: char| !matches!(c, '\u{fffe}' | '\u{ffff}') && (!steers(c) || matches!(c, '\n' | '\r' | '\t'));
    let clean: String = text.chars().filter(|&c| allowed(c)).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    quick_xml::escape::escape(clean.as_str()).into_owned()
}

/// The growing SVG text.
#[derive(Default)]
pub(super) struct Out(pub(super) String);

impl Out {
    /// Adds a line of markup.
    pub(super) fn line(&mut self, markup: Arguments<'_>) {
        self.put(markup);
        self.0.push('\n');
    }

    /// Adds markup. Writing to a `String` cannot fail.
    pub(super) fn put(&mut self, markup: Arguments<'_>) {
        let _ = self.0.write_fmt(markup);
    }

    /// Adds a text element at a baseline; `attributes` are raw markup.
    pub(super) fn text(&mut self, (x, y): (f64, f64), size: f64, attributes: &str, text: &str) {
        let space = if attributes.is_empty() { "" } else { " " };
        self.line(format_args!(
            r#"<text x="{}" y="{}" font-size="{}"{space}{attributes}>{}</text>"#,
            Num(x),
            Num(y),
            Num(size),
            escape(text)
        ));
    }
}

/// A number as SVG wants it: rounded to a tenth, without a useless `.0`.
pub(super) struct Num(pub(super) f64);

impl std::fmt::Display for Num {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = (self.0 * 10.0).round() / 10.0;
        write!(f, "{}", if tenths == 0.0 { 0.0 } else { tenths })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_shortened_and_escaped() {
        assert_eq!(wrap("one two three", 10.0, width("one two", 10.0) + 0.1), ["one two", "three"]);
        assert_eq!(wrap("人口，按街镇", 10.0, 30.5), ["人口，", "按街镇"]);
        assert_eq!(wrap("unbreakable", 10.0, 30.0).concat(), "unbreakable");
        assert!(wrap("", 10.0, 30.0).is_empty() && wrap("  ", 10.0, 30.0).is_empty());
        assert_eq!(shorten("Birkirkara", 10.0, 30.0), "Birki…");
        assert_eq!(escape("<a & 'b'>\u{1}\n"), "&lt;a &amp; &apos;b&apos;&gt; ");
    }
}
