//! Names as they are compared: Unicode forms, widths, letter case, blanks and signs do not tell two of them apart.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A name without what spellings of one name differ in: Unicode form, width, letter case, blanks, the sign of a dash or an apostrophe.
pub(super) fn folded(name: &str) -> String {
    letters(name).filter(|c| !c.is_whitespace()).collect()
}

/// The same with its blanks, and without signs that cannot be seen.
fn letters(name: &str) -> impl Iterator<Item = char> {
    // ß and the final sigma are the same letters as in capitals
    let cased: String = name.nfkc().collect::<String>().to_uppercase().to_lowercase();
    let shown: Vec<char> = cased.nfkc().filter(|c| !hidden(*c)).map(plain_sign).collect();
    shown.into_iter()
}

/// Signs without ink: marks of direction, joiners, soft hyphens, the byte order mark.
fn hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// One sign for all that are written for it.
fn plain_sign(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' => '-',
        '\u{2018}'..='\u{201b}' | '\u{2bb}'..='\u{2bd}' | '\u{2b9}' | '\u{60}' | '\u{b4}' | '\u{2032}' | '\u{55a}' => '\'',
        '\u{30fb}' | '\u{2022}' | '\u{2027}' | '\u{22c5}' | '\u{ff65}' => '·',
        '【' | '〔' | '［' => '[',
        '】' | '〕' | '］' => ']',
        other => other,
    }
}

/// The words of a name, without accents and signs. Where letters are written without blanks between words, such as Chinese ones, a word
/// goes on to the next sign.
pub(super) fn words(name: &str) -> Vec<String> {
    let bare: String = letters(name).nfd().filter(|c| !is_combining_mark(*c)).nfc().map(unaccented).collect();
    // an apostrophe is part of its word: St Paul's, Ta' Kerċem
    let parted = bare.replace('\'', "");
    parted.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Letters whose stroke no decomposition takes away.
fn unaccented(c: char) -> char {
    match c {
        'ħ' => 'h',
        'ł' => 'l',
        'ø' => 'o',
        'đ' | 'ð' => 'd',
        'ı' => 'i',
        'ŧ' => 't',
        other => other,
    }
}

/// Whether a letter is of a script without blanks between words, in which two or three letters are a name.
pub(super) fn dense(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one() {
        for (a, b) in [
            ("München  Süd", "Mu\u{308}nchen Su\u{308}d"),
            ("古美路街道(闵行)", " 古美路街道（闵行）"),
            ("莘庄 镇", "莘庄镇"),
            ("莘庄\u{3000}镇", "莘庄镇"),
            ("Ta' Kerċem", "TA’ KERĊEM"),
            ("Saint-Denis", "Saint\u{2011}Denis"),
            ("Großdorf", "GROSSDORF"),
            ("Ｗａｒｄ　１２", "ward 12"),
            ("\u{feff}Vaduz", "Vaduz\u{200b}"),
            ("ΣΠΑΡΤΗΣ", "Σπάρτης".replace('ά', "α").as_str()),
        ] {
            assert_eq!(folded(a), folded(b), "{a} and {b}");
        }
        for (a, b) in [("Ward 1", "Ward 2"), ("München", "Munchen"), ("莘庄镇", "莘庄"), ("Newport", "Newports")] {
            assert_ne!(folded(a), folded(b), "{a} and {b}");
        }
    }

    #[test]
    fn words_go_without_accents_and_signs() {
        assert_eq!(words("Ħal Għaxaq (St Paul's)"), ["hal", "ghaxaq", "st", "pauls"]);
        assert_eq!(words("古美路街道（闵行）"), ["古美路街道", "闵行"]);
    }
}
