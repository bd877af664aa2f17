//! Text of unknown encoding, and which character parts the columns of a table.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::{Error, data};

/// Text, and how it was encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decoded {
    pub text: String,
    /// The encoding's name.
    pub encoding: &'static str,
    /// Whether nothing told it: no mark at the beginning of the file, no name in the plan, and it is no UTF-8.
    pub guessed: bool,
}

/// Decodes a file: by the name that the plan gives, else by its mark, as UTF-8 where it is that, else by what its bytes look like.
///
/// # Errors
///
/// [`Error::Data`] for a name that no encoding has, and for bytes that the encoding does not know.
pub(super) fn decode(bytes: &[u8], named: Option<&str>, file: &str) -> Result<Decoded, Error> {
    let marked = Encoding::for_bom(bytes);
    let (encoding, guessed) = match (named, marked) {
        // a mark says which way round UTF-16 is, whatever it is called
        (Some(name), Some((own, _))) if known(name, file)?.name().starts_with("UTF-16") && own.name().starts_with("UTF-16") => (own, false),
        (Some(name), _) => (known(name, file)?, false),
        (None, Some((encoding, _))) => (encoding, false),
        (None, None) => match two_bytes(bytes) {
            Some(encoding) => (encoding, true),
            None if std::str::from_utf8(bytes).is_ok() => (UTF_8, false),
            None => (guess(bytes, file)?, true),
        },
    };
    let body = marked.filter(|(own, _)| *own == encoding).map_or(bytes, |(_, length)| &bytes[length..]);
    let (text, broken) = encoding.decode_without_bom_handling(body);
    if broken {
        return Err(no_text(bytes, encoding, named.is_some(), guessed, file));
    }
    Ok(Decoded { text: text.into_owned(), encoding: encoding.name(), guessed })
}

/// Bytes that their encoding does not know, and the line of the first.
fn no_text(bytes: &[u8], encoding: &'static Encoding, named: bool, guessed: bool, file: &str) -> Error {
    let line = first_broken(bytes, encoding);
    let (found, expected) = match (named, guessed) {
        (true, _) => (
            format!("bytes that are no {}", encoding.name()),
            "the encoding that the plan names; without columns.encoding it is looked for",
        ),
        (_, true) => (
            format!("bytes that are text in no one encoding (at best {})", encoding.name()),
            "a table as text in UTF-8, UTF-16 or GB18030, the same throughout, or a workbook; another is named: columns = { encoding = \"…\" }",
        ),
        _ => {
            (format!("bytes that are no {}", encoding.name()), "the encoding that the file's first bytes announce: save it again, as UTF-8")
        }
    };
    data(file, format!("line {line}"), found, expected)
}

/// The line that holds the first bytes that an encoding does not know.
fn first_broken(bytes: &[u8], encoding: &'static Encoding) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(0));
    // as far as it goes: it ends at the first bytes that are not known
    let _ = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    1 + text.matches('\n').count()
}

/// The encoding of that name.
pub(super) fn known(name: &str, file: &str) -> Result<&'static Encoding, Error> {
    let encoding = Encoding::for_label(name.trim().as_bytes());
    let encoding = encoding
        .ok_or_else(|| data(file, "", format!("the encoding `{name}`"), "a name such as `utf-8`, `utf-16le`, `gb18030` or `big5`"))?;
    Ok(widened(encoding))
}

/// GB18030 holds all of GBK.
fn widened(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == GBK { GB18030 } else { encoding }
}

/// Text without a mark in two bytes a character: every second byte of what is written in ASCII is 0.
fn two_bytes(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (low, high) = (zeros(1), zeros(0));
    let many = bytes.len() > 3 && low.max(high) * 8 > bytes.len();
    many.then_some(if low > high { UTF_16LE } else { UTF_16BE })
}

/// What bytes look like that are no UTF-8.
///
/// # Errors
///
/// [`Error::Data`] where some lines are UTF-8 and others are not: half of the names would be read wrongly.
fn guess(bytes: &[u8], file: &str) -> Result<&'static Encoding, Error> {
    let (mut utf8, mut other) = (None, None);
    let mut counts = [0usize; 2];
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_ascii()) {
        match std::str::from_utf8(line) {
            // three bytes a character, as Chinese has: no other encoding looks like that over a whole line but by chance
            Ok(text) if text.chars().any(|c| c.len_utf8() > 2) => {
                utf8.get_or_insert(number + 1);
                counts[0] += 1;
            }
            Ok(_) => counts[1] += 1,
            Err(_) => {
                other.get_or_insert(number + 1);
                counts[1] += 1;
            }
        }
    }
    if let (Some(utf8), Some(other)) = (utf8, other)
        && 10 * counts[0] >= counts[1]
    {
        let found = format!("bytes that are no UTF-8, while line {utf8} is UTF-8: two encodings in one file");
        return Err(data(
            file,
            format!("line {other}"),
            found,
            "one encoding throughout: open the parts it was made of, and save each as UTF-8",
        ));
    }
    Ok(widened(looks_like(bytes)))
}

/// The encoding that bytes look like which are no UTF-8.
///
/// A few names tell a detector little: `镇0` is `Хт0` in a Russian code page. Text in which bytes beyond ASCII come in pairs throughout, each
/// of GB 2312 and none of them inside a Latin word, is Chinese before it is in any encoding of one byte a character.
pub(super) fn looks_like(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    if guessed.is_single_byte() && is_paired(bytes) { GBK } else { guessed }
}

/// Whether all bytes beyond ASCII, and there are some, are pairs of GB 2312, and not the two accents in a row of `Größe` or `créée`.
fn is_paired(bytes: &[u8]) -> bool {
    let pair = |pair: &[u8]| matches!(pair, [0xa1..=0xa9 | 0xb0..=0xf7, 0xa1..=0xfe]);
    let is_word =
        |runs: &[&[u8]]| runs[0].last().is_some_and(u8::is_ascii_lowercase) && runs[2].first().is_some_and(u8::is_ascii_lowercase);
    // in turn ASCII and what is not
    let runs: Vec<&[u8]> = bytes.chunk_by(|a, b| a.is_ascii() == b.is_ascii()).collect();
    let beyond = || runs.iter().filter(|run| !run.is_ascii());
    beyond().next().is_some()
        && beyond().all(|run| run.chunks(2).all(pair))
        && !runs.windows(3).any(|three| !three[1].is_ascii() && is_word(three))
}

/// The character that parts columns: that of comma, tab, semicolon and bar which comes most often in the first line, outside quotes.
pub(super) fn delimiter(text: &str) -> u8 {
    let (mut counts, mut quoted) = ([0usize; 4], false);
    for c in text.trim_start().chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            c if !quoted => counts.iter_mut().zip(DELIMITERS).filter(|(_, own)| char::from(*own) == c).for_each(|(count, _)| *count += 1),
            _ => {}
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    counts.iter().position(|count| *count == most).map_or(b',', |best| DELIMITERS[best])
}

const DELIMITERS: [u8; 4] = *b",\t;|";

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "名称,经度,纬度\n浦江镇社区卫生服务中心,121.5,31.08\n莘庄镇社区卫生服务中心,121.38,31.11\n";

    fn decoded(bytes: &[u8], named: Option<&str>) -> (String, &'static str, bool) {
        let decoded = decode(bytes, named, "t.csv").unwrap();
        (decoded.text, decoded.encoding, decoded.guessed)
    }

    #[test]
    fn encodings_are_found() {
        let of = |text: &str, name: &'static str, guessed| (text.to_owned(), name, guessed);
        assert_eq!(decoded(TEXT.as_bytes(), None), of(TEXT, "UTF-8", false));
        let gb = GB18030.encode(TEXT).0;
        assert_eq!(decoded(&gb, None), of(TEXT, "gb18030", true));
        assert_eq!(decoded(&gb, Some("GBK")), of(TEXT, "gb18030", false));
        // a four-byte character that GBK has not
        let rare = format!("{TEXT}㐀,1,2\n");
        assert_eq!(decoded(&GB18030.encode(&rare).0, None), of(&rare, "gb18030", true));
        for (little, name) in [(true, "UTF-16LE"), (false, "UTF-16BE")] {
            let units = |text: &str| {
                text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect::<Vec<u8>>()
            };
            assert_eq!(decoded(&units(&format!("\u{feff}{TEXT}")), None), of(TEXT, name, false));
            assert_eq!(decoded(&units(TEXT), None), of(TEXT, name, true));
        }
        assert_eq!(decoded(format!("\u{feff}{TEXT}").as_bytes(), None), of(TEXT, "UTF-8", false));
        assert_eq!(decoded(b"", None), of("", "UTF-8", false));
    }

    #[test]
    fn a_few_names_are_chinese_where_they_may_be() {
        for text in ["镇0,1\n镇1,2\n", "街道\n莘庄\n"] {
            assert_eq!(decoded(&GB18030.encode(text).0, None), (text.to_owned(), "gb18030", true));
        }
        // words of an odd number of letters are no pairs
        let cyrillic = "название,x\nУлица Ленина,1\nбольница,2\nпос. Мир,3\n";
        assert_eq!(decoded(&encoding_rs::WINDOWS_1251.encode(cyrillic).0, None), (cyrillic.to_owned(), "windows-1251", true));
        for (text, name) in [("Größe,x\n1,2\n", "windows-1252"), ("date,créée\n1,2\n", "windows-1252")] {
            assert_eq!(decoded(&encoding_rs::WINDOWS_1252.encode(text).0, None), (text.to_owned(), name, true));
        }
        let latin = "nom,x\nHôpital Côte-d’Or,1\nMéru,2\n";
        assert_eq!(decoded(&encoding_rs::WINDOWS_1252.encode(latin).0, None).1, "windows-1252");
    }

    #[test]
    fn what_no_encoding_holds_is_refused() {
        let error = |bytes: &[u8], named| decode(bytes, named, "t.csv").unwrap_err().to_string();
        assert!(error(b"a,b", Some("klingon")).contains("the encoding `klingon`"));
        assert!(error(b"a\n\xff\x80,b", Some("utf-8")).contains("line 2: bytes that are no UTF-8"));
        assert!(error(&[b'a', 0xff], Some("gb18030")).contains("bytes that are no gb18030"));
        let mixed = [TEXT.as_bytes(), &GB18030.encode("嘉定镇社区卫生服务中心,121.2,31.4\n").0].concat();
        assert!(error(&mixed, None).contains("line 4: bytes that are no UTF-8, while line 1 is UTF-8"));
    }

    #[test]
    fn columns_are_parted_by_what_comes_most_often_in_the_header() {
        for (text, expected) in
            [("a,b;c,d\n1;2;3;4;5", b','), ("a\tb\tc\n", b'\t'), ("a;b\n1,2,3,4", b';'), ("\"x,y,z\"|b\n", b'|'), ("one\n", b',')]
        {
            assert_eq!(delimiter(text), expected, "{text}");
        }
    }
}
