//! Tables of a siting: 新增点位清单, the frontier, a plan against the best, what each town's count costs.

use serde_json::Value;

use super::planning::place;
use super::{Column, Maker, PERCENT, Printed, WHOLE, said};
use crate::map::Lang;
use crate::write::formats::Cell;
use crate::write::row::Row;

/// The unit of values in Chinese.
pub(crate) fn unit_zh(unit: &str) -> &str {
    match unit {
        "people" => "人",
        "calls" => "次",
        "sites" => "处",
        "price" => "造价",
        "s" => "秒",
        "m" => "米",
        "s, mean" => "平均秒",
        "m, mean" => "平均米",
        other => other,
    }
}

/// Makes the tables of a siting: their headers say what values are in and whom they count.
pub(crate) struct SiteTables<'a> {
    pub(crate) lang: Lang,
    /// What values are in: people, s, m, …
    pub(crate) unit: &'a str,
    /// Whom the plan is for.
    pub(crate) whom: &'a str,
}

impl SiteTables<'_> {
    /// A value of the model.
    fn value(&self, zh: &str, en: &str, key: &str) -> Column {
        let unit = unit_zh(self.unit);
        let decimals = if matches!(self.unit, "s" | "m" | "s, mean" | "m, mean") { 1 } else { 0 };
        Maker(self.lang).number(&format!("{zh}（{unit}）"), &format!("{en}, {}", self.unit), &[key], (1.0, decimals))
    }

    /// People, calls or those of a group.
    fn people(&self, zh: (&str, &str), en: &str, key: &str) -> Column {
        self.of_them(zh, en, key, WHOLE)
    }

    fn share(&self, zh: (&str, &str), en: &str) -> Column {
        self.of_them(zh, en, "people_share", PERCENT)
    }

    fn of_them(&self, zh: (&str, &str), en: &str, key: &str, shown: (f64, usize)) -> Column {
        let whom = match self.whom {
            "people" => "人口",
            "calls" => "呼叫",
            group => group,
        };
        Maker(self.lang).number(&format!("{}{whom}{}", zh.0, zh.1), &format!("{} {en}", self.whom), &[key], shown)
    }

    /// 新增点位清单, in the order of building, with the candidate's plot and what its loss would cost.
    pub(crate) fn chosen(&self, rows: &[Row]) -> Printed {
        let (lang, make) = (self.lang, Maker(self.lang));
        let verb = move |row: &Row| {
            let (zh, en) = match row.get("change").and_then(Value::as_str) {
                Some("close") => ("撤并", "closes"),
                Some("open") => ("启用", "opens"),
                _ => ("新建", "new"),
            };
            Cell::from(said(lang, zh, en).as_str())
        };
        let columns = [
            make.text("序号", "order", ["order"]),
            Column { name: said(lang, "方式", "what"), cell: Box::new(verb) },
            place(lang),
            make.text("类型", "kind", ["kind"]),
            make.text("候选地块", "candidate", ["facility_id"]),
            make.text("名称（或最近地名）", "name, or nearest place", ["name"]),
            make.number("经度（WGS84）", "longitude (WGS84)", &["lon"], (1.0, 6)),
            make.number("纬度（WGS84）", "latitude (WGS84)", &["lat"], (1.0, 6)),
            self.people(("新增覆盖", ""), "gained", "people_gained"),
            self.people(("累计覆盖", ""), "covered so far", "people_covered"),
            self.share(("累计", "覆盖率%"), "covered so far %"),
            self.value("不建则损失", "lost without it", "loss_without"),
            self.value("改用最优替代（300米外）则损失", "lost with the best other at least 300 m away", "regret"),
        ];
        Printed::new(lang, "table-10-sites", ["表10 新增点位清单", "Table 10 Sites in order"], &columns, rows)
    }

    /// The best plans with fewer sites.
    pub(crate) fn frontier(&self, rows: &[Row]) -> Printed {
        let make = Maker(self.lang);
        let columns = [
            make.text("新增数", "new", ["added"]),
            self.value("目标值", "value", "value"),
            self.value("优化界", "bound", "bound"),
            make.number("差距%", "gap %", &["gap"], PERCENT),
            self.people(("覆盖", ""), "covered", "people_covered"),
            self.share(("", "覆盖率%"), "covered %"),
            self.value("最后1所的贡献", "worth of the last one", "value_of_last"),
        ];
        Printed::new(self.lang, "table-frontier", ["新增数与效果", "Frontier: how many against how much"], &columns, rows)
    }

    /// A plan held against the best of the same counts.
    pub(crate) fn evaluated(&self, rows: &[Row]) -> Printed {
        let (lang, make) = (self.lang, Maker(self.lang));
        let plan = move |row: &Row| {
            let (zh, en) = match row.get("plan").and_then(Value::as_str) {
                Some("standing") => ("现状", "as it stands"),
                Some("given") => ("给定方案", "the plan"),
                Some("best of the same counts by town") => ("按街镇指标的最优", "best of the same counts by town"),
                _ => ("同数量最优", "best of the same number"),
            };
            Cell::from(said(lang, zh, en).as_str())
        };
        let columns = [
            Column { name: said(lang, "方案", "plan"), cell: Box::new(plan) },
            make.number("新增数", "new", &["added"], WHOLE),
            self.value("目标值", "value", "value"),
            self.value("优化界", "bound", "bound"),
            self.people(("覆盖", ""), "covered", "people_covered"),
            self.share(("", "覆盖率%"), "covered %"),
            self.value("优于该方案", "better than the plan by", "better_by"),
        ];
        Printed::new(self.lang, "table-evaluation", ["方案评估表", "The plan against the best"], &columns, rows)
    }

    /// What each town's count costs.
    pub(crate) fn quota_prices(&self, rows: &[Row]) -> Printed {
        let columns = [
            place(self.lang),
            Maker(self.lang).number("数量", "count", &["count"], WHOLE),
            self.value("指标代价", "price of the count", "price"),
            self.value("代价上界", "no more than", "bound"),
        ];
        Printed::new(self.lang, "table-quotas", ["街镇指标代价表", "What each town's count costs"], &columns, rows)
    }
}
