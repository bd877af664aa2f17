//! Text in a Markdown document: names from files are a part of it, and none of it is markup.

use super::words::steers;

/// Text as it reads, in a cell or within a line: no emphasis, code, HTML, link, picture or border of a column.
pub(crate) fn inline(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let within_word = before.is_alphanumeric() && letters.peek().is_some_and(|next| next.is_alphanumeric());
        match c {
            '<' => shown += "&lt;",
            '>' => shown += "&gt;",
            // between letters it is no emphasis
            '_' if within_word => shown.push('_'),
            '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '|' => shown.extend(['\\', c]),
            c if steers(c) => shown.push(' '),
            c => shown.push(c),
        }
        before = c;
    }
    shown
}

/// The same as a line of its own, or an item of a list: it begins no heading, no list and no rule.
pub(crate) fn line(text: &str) -> String {
    let mut shown = inline(text.trim_start());
    let digits = shown.bytes().take_while(u8::is_ascii_digit).count();
    let marks = |at: usize, marks: &[char]| shown.get(at..).is_some_and(|rest| rest.starts_with(marks));
    if digits == 0 && marks(0, &['#', '+', '-', '=']) || digits > 0 && marks(digits, &['.', ')']) {
        shown.insert(digits, '\\');
    }
    shown
}

/// A paragraph of a report, in plain text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Paragraph {
    /// What stands in bold before the rest.
    pub(crate) strong: String,
    pub(crate) text: String,
}

impl Paragraph {
    /// As plain text.
    pub(crate) fn plain(&self) -> String {
        format!("{}{}", self.strong, self.text)
    }

    /// As Markdown, without the end of the paragraph.
    pub(crate) fn markdown(&self) -> String {
        match self.strong.is_empty() {
            // a line of its own is a paragraph of its own
            true => self.text.split('\n').map(line).collect::<Vec<_>>().join("\n\n"),
            false => format!("**{}**{}", inline(self.strong.trim()), inline(&self.text)),
        }
    }
}

/// An item of a list.
pub(crate) fn item(text: &str) -> String {
    format!("- {}\n", line(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_is_markup() {
        assert_eq!(inline(r"\[click\](http://evil.example) **b**"), r"\\\[click\\\](http://evil.example) \*\*b\*\*");
        assert_eq!(inline("<b>`x`|_a_~~c~~"), r"&lt;b&gt;\`x\`\|\_a\_\~\~c\~\~");
        assert_eq!(inline("a\u{2028}b\u{feff}c\nd"), "a b c d");
        for plain in ["St. John's-on-Sea (North)", "吴泾镇", "no_roads", "Ħ'Attard, 5.5 %"] {
            assert_eq!(inline(plain), plain);
        }
    }

    #[test]
    fn no_line_begins_a_block() {
        for (text, shown) in [("# a", "\\# a"), ("- a", "\\- a"), ("12. a", "12\\. a"), ("  + a", "\\+ a"), ("12 a.", "12 a."), ("", "")] {
            assert_eq!(line(text), shown);
        }
    }
}
