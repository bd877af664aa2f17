//! What the classes of offices are among those of OpenStreetMap.

use std::collections::{BTreeMap, BTreeSet};

use crate::load::numbers::half_width;
use crate::plan::{RoadsPlan, built_in};

/// Classes of Chinese city streets and roads (GB 50220, JTG B01, and how registers shorten them), as the OpenStreetMap community of China
/// maps them; and the classes that exports of OpenStreetMap make up.
const USUAL: [(&str, &[&str]); 15] = [
    ("motorway", &["高速公路", "高速", "高速路", "城市高速"]),
    ("trunk", &["快速路", "城市快速路", "国道", "一级公路"]),
    ("trunk_link", &["匝道"]),
    ("primary", &["主干路", "主干道", "城市主干路", "城市主干道", "省道", "二级公路"]),
    ("secondary", &["次干路", "次干道", "城市次干路", "城市次干道", "县道", "三级公路"]),
    ("tertiary", &["支路", "城市支路", "乡道", "四级公路"]),
    ("unclassified", &["村道", "等外公路", "专用公路"]),
    ("residential", &["街坊路", "街坊道路", "居住区道路", "小区道路", "巷", "里弄", "弄堂", "胡同"]),
    ("service", &["内部道路", "内部路"]),
    ("pedestrian", &["步行街"]),
    ("footway", &["人行道", "步行道", "人行步道"]),
    ("cycleway", &["自行车道", "非机动车道"]),
    ("track", &["机耕路", "田间道路", "track_grade1", "track_grade2", "track_grade3", "track_grade4", "track_grade5"]),
    ("path", &["小路", "小径"]),
    ("steps", &["台阶", "阶梯", "梯道"]),
];

/// The classes of a layer.
pub(super) struct Classes {
    by_own: BTreeMap<String, String>,
    /// Those that the plan names, as it writes them, until a line has them.
    unseen: BTreeSet<String>,
}

fn plain(own: &str) -> String {
    half_width(own.trim()).to_lowercase()
}

impl Classes {
    pub(super) fn new(plan: &RoadsPlan) -> Classes {
        let usual = USUAL.iter().flat_map(|(class, own)| own.iter().map(|own| (plain(own), (*class).to_owned())));
        let profiles = ["walk", "ambulance"].into_iter().filter_map(|name| built_in(name, None).ok());
        let known = profiles.flat_map(|profile| profile.highway.into_keys()).map(|class| (class.clone(), class));
        let own = plan.classes.iter().map(|(own, class)| (plain(own), class.clone()));
        // later ones stand above earlier ones
        Classes { by_own: usual.chain(known).chain(own).collect(), unseen: plan.classes.keys().map(|own| plain(own)).collect() }
    }

    /// The class of OpenStreetMap; the layer's own where it is not known, which no profile opens unless the plan says so.
    pub(super) fn of(&mut self, own: &str) -> String {
        let key = plain(own);
        self.unseen.remove(&key);
        self.by_own.get(&key).cloned().unwrap_or_else(|| own.trim().to_owned())
    }

    /// Classes that the plan names and no line has.
    pub(super) fn unseen(&self) -> impl Iterator<Item = &str> {
        self.unseen.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_class_is_one_that_walkers_know() {
        let walk = built_in("walk", None).unwrap();
        assert!(USUAL.iter().all(|(class, _)| walk.highway.contains_key(*class)));
    }

    #[test]
    fn the_plan_stands_above_what_is_usual() {
        let mut plan = RoadsPlan::new("x.shp");
        plan.classes = [("支路", "residential"), ("县级", "secondary"), ("未用", "path")].map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        let mut classes = Classes::new(&plan);
        for (own, class) in [
            ("支路", "residential"),
            (" 主干路 ", "primary"),
            ("县级", "secondary"),
            ("Primary", "primary"),
            ("ＰＡＴＨ", "path"),
            ("乡级", "乡级"),
        ] {
            assert_eq!(classes.of(own), class, "{own}");
        }
        assert_eq!(classes.unseen().collect::<Vec<_>>(), ["未用"]);
    }
}
