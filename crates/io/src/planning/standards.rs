//! Standards: norms, indicators, minimum amounts and what fairness is asked of, as data that a planner edits.

use catchment::{Combine, Operator, Rounding, Target, WholeNumbers};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::plan::{Only, PlanError, distinct, file_name, value};

/// The standards that are in the program, by name.
pub const BUILT_IN: [(&str, &str); 3] = [
    ("shanghai-2025", include_str!("../../standards/shanghai-2025.toml")),
    ("minhang-2025", include_str!("../../standards/minhang-2025.toml")),
    ("example", include_str!("../../standards/example.toml")),
];

/// A file of standards.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Standards {
    /// What the file is.
    pub title: String,
    /// The same in Chinese.
    pub title_zh: String,
    /// What is counted, by name.
    pub quantities: Vec<Quantity>,
    /// How many there should be.
    pub norms: Vec<Norm>,
    /// Numbers with targets.
    pub indicators: Vec<Indicator>,
    /// What every facility of a kind should have at least.
    pub minimums: Vec<Minimum>,
    /// What is looked at for how evenly it is spread.
    pub fairness: Vec<Fairness>,
}

/// Where a rule or a figure stands in print.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The document.
    pub file: String,
    /// Its words.
    pub phrase: String,
}

/// Something that is counted. Where the table of figures has a column of its name (or `column`), that is its value; else facilities are
/// counted, or one of their amounts is summed up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quantity {
    /// The name that rules call it by.
    pub id: String,
    /// What it is.
    pub title: String,
    /// The same in Chinese.
    pub title_zh: String,
    /// Its column in the table of figures, where that has another name.
    pub column: Option<String>,
    /// The set of facilities that are counted; all of them where none is named.
    pub facilities: Option<String>,
    /// Of those, the ones that are counted; no facility is, where neither this nor `facilities` is written.
    pub count: Option<Only>,
    /// The amount of each that is summed up, instead of counting heads.
    pub sum: Option<String>,
    /// Columns of a plan's table of new facilities by town, which add to it where such a table is given. A quantity that is nothing else
    /// counts these alone.
    pub new_build: Vec<String>,
    /// What it is the sum of: quantities or figures. Where a figure tells the sum as well, both must agree.
    pub of: Vec<String>,
}

/// How many there should be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Norm {
    /// Its name in outputs.
    pub id: String,
    /// What it asks.
    pub title: String,
    /// The same in Chinese.
    pub title_zh: String,
    /// Where it stands.
    pub source: Option<Source>,
    /// What is there: a quantity.
    pub have: String,
    /// Whether each zone is looked at, or all together.
    pub by: Level,
    /// The classes of zones that it is for; all where none is written.
    pub class: Vec<String>,
    /// What it asks for; several are an either-or rule.
    pub need: Vec<NeedRule>,
    /// How several go together.
    pub combine: Combine,
    /// Whether more than asked for is no excess.
    pub at_least: bool,
    /// How a need becomes a whole number.
    pub round: WholeNumbers,
    /// One more has a place where a quantity of the zone is large.
    pub may_add: Option<MayAdd>,
    /// No more than there were in that year (原则上不再增加).
    pub no_more_than_in: Option<i32>,
    /// The year whose figures it is held against: new towns are planned for people to come.
    pub year: Option<i32>,
}

/// Whether each zone is looked at, or all together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Each zone.
    #[default]
    Zone,
    /// All zones together.
    All,
}

/// One for so many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeedRule {
    /// Of what: a quantity; `zones` counts zones.
    pub per: String,
    /// One for every so many: a number, or a band of two.
    pub every: Every,
}

/// A number or a band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Every {
    /// One number.
    One(f64),
    /// From, to.
    Band([f64; 2]),
}

impl Every {
    /// Fewest and most.
    pub fn band(self) -> [f64; 2] {
        match self {
            Every::One(number) => [number, number],
            Every::Band(band) => band,
        }
    }
}

/// 「服务范围大于5平方公里的，可增设1家」.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MayAdd {
    /// How many more.
    pub count: f64,
    /// Where this quantity …
    #[serde(rename = "where")]
    pub quantity: String,
    /// … is above this.
    pub above: f64,
}

/// A number with a target.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Indicator {
    /// Its name in outputs.
    pub id: String,
    /// The field that it belongs to (领域).
    pub domain: String,
    /// The same in Chinese.
    pub domain_zh: String,
    /// What it counts.
    pub title: String,
    /// The same in Chinese.
    pub title_zh: String,
    /// Its unit.
    pub unit: String,
    /// The same in Chinese.
    pub unit_zh: String,
    /// How it is counted (口径).
    pub basis: String,
    /// The same in Chinese.
    pub basis_zh: String,
    /// Where it stands.
    pub source: Option<Source>,
    /// A quantity.
    pub numerator: String,
    /// The quantity that it is a share of; the numerator itself is the value where none is written.
    pub denominator: Option<String>,
    /// For so many of the denominator: 1000; 100 for per cent.
    pub per: Option<f64>,
    /// Whether each zone has one, too.
    pub by_zone: bool,
    /// Decimals that are printed.
    pub decimals: u8,
    /// How they are cut.
    pub round: Rounding,
    /// 预期性 or 约束性.
    pub nature: Nature,
    /// What was published before.
    pub baseline: Option<Published>,
    /// What it should be.
    pub target: Option<TargetRule>,
}

/// What a target binds to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Nature {
    /// 预期性.
    #[default]
    Expected,
    /// 约束性.
    Binding,
}

/// A value in print.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Of which year.
    pub year: i32,
    /// The value.
    pub value: f64,
}

/// What an indicator should be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetRule {
    /// By which year.
    pub year: i32,
    /// The value.
    pub value: f64,
    /// ≥, ≤ or about.
    #[serde(default)]
    pub operator: Operator,
    /// How far off is still right.
    #[serde(default)]
    pub tolerance: f64,
}

impl TargetRule {
    /// The target.
    pub fn target(&self) -> Target {
        Target { operator: self.operator, value: self.value, tolerance: self.tolerance }
    }

    /// `≥6.73`, `≤12`, `7.5±0.2`.
    pub fn text(&self) -> String {
        match self.operator {
            Operator::AtLeast => format!("≥{}", self.value),
            Operator::AtMost => format!("≤{}", self.value),
            Operator::About if self.tolerance > 0.0 => format!("{}±{}", self.value, self.tolerance),
            Operator::About => self.value.to_string(),
        }
    }
}

/// What every facility of a kind should have at least (达标).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Minimum {
    /// Its name in outputs.
    pub id: String,
    /// What it asks.
    pub title: String,
    /// The same in Chinese.
    pub title_zh: String,
    /// Where it stands.
    pub source: Option<Source>,
    /// The set of facilities that it is for; all of them where none is named.
    pub facilities: Option<String>,
    /// Of those, the ones that it is for.
    pub only: Only,
    /// The amount that is looked at.
    pub amount: String,
    /// So much of it at least.
    pub least: Option<f64>,
    /// Or so much by whom it serves: pairs of served people from which a minimum holds, and that minimum.
    pub steps: Vec<[f64; 2]>,
    /// Whom it serves: an amount of the facility (`served_people`), or a quantity of its zone (`people`).
    pub served: Option<String>,
}

/// How evenly a quantity is spread over zones.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fairness {
    /// The quantity.
    pub resource: String,
    /// For whom: a quantity; `people` where none is written.
    pub people: Option<String>,
    /// Printed for so many people; 1,000 where none is written.
    pub per: Option<f64>,
}

impl Standards {
    /// Reads standards; `name` is the file's, for errors.
    ///
    /// # Errors
    ///
    /// [`Error::Plan`] names the file, the key, what was found and what was expected.
    pub fn parse(text: &str, name: &str) -> Result<Standards, Error> {
        let error = |source| Error::Plan { file: name.to_owned(), source };
        let standards: Standards = toml::from_str(text).map_err(|e| error(PlanError::of_toml(&e, text)))?;
        standards.check().map_err(error)?;
        Ok(standards)
    }

    /// The standards of several files as one.
    ///
    /// # Errors
    ///
    /// [`PlanError`] where two of them use an id for different things.
    pub(crate) fn joined(all: Vec<Standards>) -> Result<Standards, PlanError> {
        let mut joined = Standards::default();
        for own in all {
            joined.title = [joined.title, own.title].iter().filter(|title| !title.is_empty()).cloned().collect::<Vec<_>>().join("; ");
            joined.title_zh =
                [joined.title_zh, own.title_zh].iter().filter(|title| !title.is_empty()).cloned().collect::<Vec<_>>().join("；");
            joined
                .quantities
                .extend(own.quantities.into_iter().filter(|quantity| !joined.quantities.contains(quantity)).collect::<Vec<_>>());
            joined.norms.extend(own.norms);
            joined.indicators.extend(own.indicators);
            joined.minimums.extend(own.minimums);
            joined.fairness.extend(own.fairness.into_iter().filter(|rule| !joined.fairness.contains(rule)).collect::<Vec<_>>());
        }
        joined.check_ids()?;
        Ok(joined)
    }

    fn check_ids(&self) -> Result<(), PlanError> {
        let ids = |key: &str, ids: Vec<&String>| {
            ids.iter().try_for_each(|id| file_name(&format!("{key}.id"), id))?;
            distinct(key, &ids.iter().map(|id| id.as_str()).collect::<Vec<_>>())
        };
        ids("quantities", self.quantities.iter().map(|own| &own.id).collect())?;
        ids("norms", self.norms.iter().map(|own| &own.id).collect())?;
        ids("indicators", self.indicators.iter().map(|own| &own.id).collect())?;
        ids("minimums", self.minimums.iter().map(|own| &own.id).collect())
    }

    fn check(&self) -> Result<(), PlanError> {
        self.check_ids()?;
        for quantity in &self.quantities {
            if self.holds(quantity, &quantity.id, self.quantities.len()) {
                let key = format!("quantities.of of `{}`", quantity.id);
                return Err(value(&key, "a sum that holds itself", "quantities that do not lead back to it"));
            }
        }
        self.norms.iter().try_for_each(Norm::check)?;
        self.indicators.iter().try_for_each(Indicator::check)?;
        self.minimums.iter().try_for_each(Minimum::check)?;
        let empty = self.fairness.iter().find(|own| own.resource.is_empty());
        empty.map_or(Ok(()), |_| Err(value("fairness.resource", "missing", "a quantity")))
    }
}

impl Standards {
    /// Whether a sum holds a quantity among its parts, or theirs, so many steps down.
    fn holds(&self, sum: &Quantity, id: &str, steps: usize) -> bool {
        let deeper = |part: &String| self.quantities.iter().find(|own| own.id == *part).is_some_and(|own| self.holds(own, id, steps - 1));
        sum.of.iter().any(|part| part == id || (steps > 0 && deeper(part)))
    }
}

impl Norm {
    fn check(&self) -> Result<(), PlanError> {
        let key = |name: &str| format!("norms.{name} of `{}`", self.id);
        if self.have.is_empty() {
            return Err(value(&key("have"), "missing", "a quantity: what is there"));
        }
        if self.need.is_empty() == self.no_more_than_in.is_none() {
            let found = if self.need.is_empty() { "neither" } else { "both" };
            let expected = "need = [{ per = \"people\", every = 10000 }], or no_more_than_in = 2020";
            return Err(value(&key("need or no_more_than_in"), found, expected));
        }
        for rule in &self.need {
            let [fewest, most] = rule.every.band();
            let rising = fewest > 0.0 && fewest <= most && most.is_finite();
            if !rising {
                return Err(value(&key("need.every"), &format!("{fewest} to {most}"), "numbers above zero, the lesser first"));
            }
        }
        Ok(())
    }
}

impl Indicator {
    fn check(&self) -> Result<(), PlanError> {
        let key = |name: &str| format!("indicators.{name} of `{}`", self.id);
        if self.numerator.is_empty() {
            return Err(value(&key("numerator"), "missing", "a quantity"));
        }
        if self.per.is_some_and(|per| per <= 0.0 || !per.is_finite()) {
            return Err(value(&key("per"), "not above zero", "1000, or 100 for per cent"));
        }
        if self.per.is_some() != self.denominator.is_some() {
            return Err(value(&key("per"), "one of `per` and `denominator`", "both, or none"));
        }
        if self.decimals > 9 {
            return Err(value(&key("decimals"), &self.decimals.to_string(), "0 to 9"));
        }
        Ok(())
    }
}

impl Minimum {
    fn check(&self) -> Result<(), PlanError> {
        let key = |name: &str| format!("minimums.{name} of `{}`", self.id);
        if self.amount.is_empty() {
            return Err(value(&key("amount"), "missing", "an amount of facilities, such as `floor_area_m2`"));
        }
        if self.least.is_some() != self.steps.is_empty() {
            return Err(value(&key("least or steps"), if self.steps.is_empty() { "neither" } else { "both" }, "one of them"));
        }
        if !self.steps.is_empty() && self.served.is_none() {
            return Err(value(&key("served"), "missing", "whom a facility serves: one of its amounts, or a quantity of its zone"));
        }
        if !self.steps.windows(2).all(|pair| pair[0][0] < pair[1][0]) {
            return Err(value(&key("steps"), "not rising", "served people in rising order: [[0, 120], [5000, 250]]"));
        }
        Ok(())
    }

    /// What a facility that serves so many should have.
    pub fn asks(&self, served: Option<f64>) -> Option<f64> {
        let step = || self.steps.iter().rfind(|step| served.is_some_and(|served| served >= step[0])).map(|step| step[1]);
        self.least.or_else(step)
    }
}
