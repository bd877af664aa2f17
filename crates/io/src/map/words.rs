//! The legend's words, in English and Chinese.

use serde::{Deserialize, Serialize};

/// A language of outputs: the map, the summary, the table on the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
    /// English followed by Chinese.
    Both,
}

/// One thing to say, in both languages.
pub(super) struct Word(&'static str, &'static str);

impl Lang {
    /// The word in this language.
    pub(super) fn say(self, word: &Word) -> String {
        match self {
            Self::En => word.0.to_owned(),
            Self::Zh => word.1.to_owned(),
            Self::Both => format!("{} {}", word.0, word.1),
        }
    }

    /// The word with its `{}` replaced.
    pub(super) fn say_with(self, word: &Word, value: &str) -> String {
        self.say(word).replace("{}", value)
    }

    /// The value of the SVG's `xml:lang`.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::En | Self::Both => "en",
            Self::Zh => "zh-CN",
        }
    }
}

pub(super) const LEGEND: Word = Word("Legend", "图例");
pub(super) const COVERED: Word = Word("Covered: within the limit", "已覆盖：在限值以内");
pub(super) const GAPS: Word = Word("Gaps by people", "盲区（按人口）");
pub(super) const UNKNOWN: Word = Word("Gap, people unknown", "盲区，人口未知");
pub(super) const ELSEWHERE: Word = Word("Neither covered nor a gap", "未覆盖，亦非盲区");
pub(super) const NO_DATA: Word = Word("No data: outside the road file", "无数据：道路资料范围之外");
pub(super) const ZONE: Word = Word("Boundary", "分区边界");
pub(super) const ROAD: Word = Word("Road", "道路");
pub(super) const FACILITY: Word = Word("Facility", "设施");
pub(super) const OTHER_KIND: Word = Word("Other facility", "其他设施");
pub(super) const NOT_LINKED: Word = Word("Facility not linked to any road", "未接入路网的设施");
pub(super) const SHARE: Word = Word("Share of people covered", "人口覆盖率");
pub(super) const LARGEST: Word = Word("Largest gaps", "最大盲区");
pub(super) const PEOPLE: Word = Word("People", "人口");
pub(super) const OTHERS: Word = Word("{} other gaps", "其余 {} 处盲区");
pub(super) const OTHER: Word = Word("1 other gap", "其余 1 处盲区");
pub(super) const NO_GAPS: Word = Word("No gaps", "无盲区");
pub(super) const NORTH: Word = Word("N", "北");
