//! Which zone a name that fits none may mean.

use super::fold::{dense, words};

/// How much alike two names are: the lower the more, and then the fewer letters differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Likeness {
    pub how: How,
    letters: usize,
}

/// In which way two names are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// They are the same but for words and letters that say what kind of place it is.
    SamePlace,
    /// A few letters of a long name differ.
    Misspelt,
    /// One holds the other, or one letter of a short name differs: little by itself.
    Partly,
}

/// Words that say what kind of place a name is of.
const KINDS: [&str; 66] = [
    "arrondissement",
    "ayuntamiento",
    "bezirk",
    "borough",
    "burgh",
    "canton",
    "cd",
    "circondario",
    "city",
    "ciudad",
    "comarca",
    "commune",
    "comune",
    "community",
    "concelho",
    "council",
    "county",
    "departamento",
    "departement",
    "department",
    "distretto",
    "district",
    "distrikt",
    "distrito",
    "fraktion",
    "freguesia",
    "gemeinde",
    "gmina",
    "governorate",
    "hamlet",
    "kabupaten",
    "kanton",
    "kecamatan",
    "kommun",
    "kommune",
    "kota",
    "kreis",
    "landkreis",
    "lga",
    "local",
    "markt",
    "marktgemeinde",
    "metropolitan",
    "municipal",
    "municipality",
    "municipio",
    "of",
    "parish",
    "powiat",
    "prefecture",
    "province",
    "provincia",
    "quarter",
    "region",
    "stadt",
    "stadtteil",
    "subdistrict",
    "suburb",
    "town",
    "township",
    "upazila",
    "urban",
    "village",
    "ville",
    "ward",
    "woreda",
];

/// What stands at the end of a Chinese, Japanese or Korean name for the kind of place; the longer before their ends.
const ENDS: [&str; 41] = [
    "街道办事处",
    "特别行政区",
    "居民委员会",
    "村民委员会",
    "自治区",
    "自治州",
    "自治县",
    "自治縣",
    "自治旗",
    "居委会",
    "村委会",
    "街道",
    "街道辦",
    "街道办",
    "地区",
    "地區",
    "社区",
    "社區",
    "苏木",
    "镇",
    "鎮",
    "乡",
    "鄉",
    "村",
    "路",
    "区",
    "區",
    "县",
    "縣",
    "市",
    "省",
    "盟",
    "旗",
    "郡",
    "町",
    "구",
    "군",
    "동",
    "면",
    "시",
    "읍",
];

/// Articles before a name, which one list writes and another leaves out.
const ARTICLES: [&str; 29] = [
    "al", "an", "das", "de", "den", "der", "die", "el", "gli", "het", "ic", "id", "il", "in", "ir", "is", "it", "ix", "iz", "l", "la",
    "las", "le", "les", "lo", "los", "o", "os", "the",
];

/// Letters of a name of which one may differ, by script: a Chinese letter says as much as a syllable or two.
const DENSE_LEAST: usize = 3;
const LEAST: usize = 5;

/// How much alike two names are; `None` where nothing says that they mean the same place.
pub(super) fn alike(a: &str, b: &str) -> Option<Likeness> {
    let (ours, theirs) = (readings(a), readings(b));
    let pairs = ours.iter().flat_map(|a| theirs.iter().map(move |b| (a, b)));
    let like = |(a, b): (&Reading, &Reading)| match [a.aside, b.aside] {
        [false, false] => of_words(&a.words, &b.words),
        // what two names have in brackets is where they lie: (Ohio)
        [true, true] => None,
        _ => (a.words == b.words).then_some(Likeness { how: How::Partly, letters: 0 }),
    };
    pairs.filter_map(like).min()
}

/// A way to read a name.
struct Reading {
    words: Vec<String>,
    /// It stands in brackets.
    aside: bool,
}

/// A name as a whole, and its parts where it says a place twice: `Biel/Bienne`, `Victoria (Gozo)`.
fn readings(name: &str) -> Vec<Reading> {
    let mut all = vec![Reading { words: essence(name), aside: false }];
    let mut aside = false;
    for part in name.split_inclusive(['/', '|', '(', ')', '（', '）', '[', ']', ';', '；']) {
        let words = essence(part);
        if !words.is_empty() && !all.iter().any(|own| own.words == words) {
            all.push(Reading { words, aside });
        }
        aside = match part.chars().last() {
            Some('(' | '（' | '[') => true,
            Some(')' | '）' | ']') => false,
            _ => aside,
        };
    }
    all
}

/// The words of a name that tell it from others of its kind.
fn essence(name: &str) -> Vec<String> {
    let all = words(name);
    let own: Vec<String> = all.iter().filter(|word| !KINDS.contains(&word.as_str())).map(|word| without_end(word)).collect();
    if own.is_empty() { all } else { own }
}

/// A word without the ends that say what kind of place it is, as long as two letters are left.
fn without_end(word: &str) -> String {
    let mut left = word;
    while let Some(shorter) = ENDS.iter().find_map(|end| left.strip_suffix(end).filter(|left| left.chars().count() >= 2)) {
        left = shorter;
    }
    left.to_owned()
}

fn of_words(a: &[String], b: &[String]) -> Option<Likeness> {
    let [one, other] = [a.concat(), b.concat()];
    let [shorter, longer] = if one.chars().count() <= other.chars().count() { [&one, &other] } else { [&other, &one] };
    let (least, most) = (shorter.chars().count(), longer.chars().count());
    if least == 0 {
        return None;
    }
    if one == other {
        return Some(Likeness { how: How::SamePlace, letters: 0 });
    }
    if numbers(&one) != numbers(&other) {
        return None;
    }
    let letters = strsim::damerau_levenshtein(&one, &other);
    let is_dense = one.chars().chain(other.chars()).any(dense);
    let may_differ =
        if is_dense { usize::from(most >= DENSE_LEAST) + usize::from(most >= 2 * DENSE_LEAST) } else { most.div_ceil(LEAST) - 1 };
    // a short name has to be all but there: five letters, of which one differs
    let may_differ = if is_dense || most > LEAST { may_differ.min(3) } else { usize::from(most == LEAST) };
    if letters <= may_differ {
        return Some(Likeness { how: How::Misspelt, letters });
    }
    let short = least >= if is_dense { 2 } else { 3 } && letters == 1;
    let held = if is_dense { least >= 2 && longer.contains(shorter.as_str()) } else { least >= 4 && held(a, b) };
    (short || held || misspelt_behind_article(a, b)).then_some(Likeness { how: How::Partly, letters })
}

/// Whether one name has an article before it that the other lacks, and the rest is the other but for a few letters: Les Monegetti, Moneghetti.
fn misspelt_behind_article(a: &[String], b: &[String]) -> bool {
    let [few, many] = if a.len() <= b.len() { [a, b] } else { [b, a] };
    match many {
        [article, rest @ ..] if rest.len() == few.len() && ARTICLES.contains(&article.as_str()) => {
            of_words(few, rest).is_some_and(|found| found.how == How::Misspelt)
        }
        _ => false,
    }
}

/// Whether the words of one name stand in the other, one after another.
fn held(a: &[String], b: &[String]) -> bool {
    let [few, many] = if a.len() <= b.len() { [a, b] } else { [b, a] };
    !few.is_empty() && many.windows(few.len()).any(|part| part == few)
}

/// The numbers of a name: those that differ by one are neighbours, not misspelt.
fn numbers(name: &str) -> Vec<char> {
    const CHINESE: [char; 12] = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '百', '〇'];
    name.chars().filter(|c| c.is_numeric() || CHINESE.contains(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn how(a: &str, b: &str) -> Option<How> {
        assert_eq!(alike(a, b), alike(b, a), "{a} and {b}");
        alike(a, b).map(|found| found.how)
    }

    #[test]
    fn names_that_mean_one_place() {
        for (a, b) in [
            ("江川街道", "江川路街道"),
            ("古美街道", "古美路街道"),
            ("莘庄", "莘庄镇"),
            ("浦江乡", "浦江镇"),
            ("虹桥镇人民", "虹桥镇人民"),
            ("Gemeinde Balzers", "Balzers"),
            ("Balzers (FL)", "Balzers"),
            ("Biel/Bienne", "Bienne"),
            ("City of Springfield", "Springfield"),
            ("Munchen", "München"),
            ("Hal Ghaxaq", "Ħal Għaxaq"),
        ] {
            assert_eq!(how(a, b), Some(How::SamePlace), "{a} and {b}");
        }
        for (a, b) in [("Balzer", "Balzers"), ("Schelenberg", "Schellenberg"), ("Vadzu", "Vaduz"), ("江穿路口街道", "江川路口街道")]
        {
            assert_eq!(how(a, b), Some(How::Misspelt), "{a} and {b}");
        }
        for (a, b) in [
            ("Rabat", "Ir-Rabat"),
            ("Saint-Denis", "Saint-Denis-en-Val"),
            ("Lija", "Lia"),
            ("Moneghetti", "Les Monegetti"),
            ("江穿街道", "江川路街道"),
        ] {
            assert_eq!(how(a, b), Some(How::Partly), "{a} and {b}");
        }
    }

    #[test]
    fn names_of_different_places() {
        for (a, b) in [
            ("Ward 1", "Ward 2"),
            ("第一街道", "第二街道"),
            ("Zone 10", "Zone 11"),
            ("Vaduz", "Triesen"),
            ("Eschen", "Mauren"),
            ("莘庄镇", "浦江镇"),
            ("Oberdorf", "Niederdorf"),
            ("East", "West"),
            ("Town", "City"),
            ("Springfield (Ohio)", "Columbus (Ohio)"),
            ("古美路街道（闵行）", "莘庄镇（闵行）"),
            ("Ward A (1)", "Quarter B (1)"),
            ("Albany", "St Albans"),
            ("Moneghetti", "Les Moulins"),
            ("", "Vaduz"),
        ] {
            assert_eq!(how(a, b), None, "{a} and {b}");
        }
    }
}
