//! The headline: what a service found, in sentences of one subject each, in English and Chinese.

use catchment::{Direction, People, Report};

use super::loud;
use super::response::stand_in;
use super::shares::{km2, limit_en, limit_zh, mask_en, mask_zh};
use super::words::{bounds, listed, thousands, title};
use crate::map::Lang;
use crate::plan::{Mask, PeopleMethod, ServicePlan};
use crate::run::Run;

/// Towns are named, those with most of what a sentence counts first, until they hold so much of it.
const NAMED_PART: f64 = 0.5;
/// So many of them are named in English; the rest are counted.
const NAMED_EN: usize = 3;
/// In Chinese at least three and at most five, and all are counted.
const NAMED_ZH: [usize; 2] = [3, 5];
/// So many zones of unknown people are named; more are counted.
const NAMED_UNKNOWN: usize = 5;

/// The headline of a service, as plans print it: people covered, and how much of that hangs on the walking speed or on traffic; where the
/// others live; the ground; what is not known. The towns of the English one hold half of the people who are not covered, those of the Chinese
/// one half of the ground that is not, which is what its 盲区占比 counts.
///
/// The Chinese one is that of 闵行's plan, where the service says what care it is:
/// 「居民步行15分钟基层医疗服务圈覆盖率为68.24%，常住人口覆盖率达85.84%，覆盖盲区占比31.76%，主要位于…」.
pub fn sentence(run: &Run, service: &ServicePlan, report: &Report, lang: Lang) -> String {
    let said = Said::new(run, service, report);
    match lang {
        Lang::En => said.english(),
        Lang::Zh => said.chinese(),
        Lang::Both => format!("{}\n{}", said.english(), said.chinese()),
    }
}

/// A share in English: `45.5 %`. What is neither none nor all is not rounded to it.
pub(super) fn percent_en(share: f64) -> String {
    match 100.0 * share {
        below if below > 0.0 && below < 0.05 => "under 0.1 %".to_owned(),
        above if (99.95..100.0).contains(&above) => "over 99.9 %".to_owned(),
        percent => format!("{percent:.1} %"),
    }
}

/// A share of a range, in whole percent where it has two digits.
fn percent_of_range(share: f64) -> String {
    match 100.0 * share {
        percent if (9.5..99.5).contains(&percent) => format!("{percent:.0} %"),
        _ => percent_en(share),
    }
}

/// A share in Chinese: `68.24%`.
pub(super) fn percent_zh(share: f64) -> String {
    match 100.0 * share {
        below if below > 0.0 && below < 0.005 => "不足0.01%".to_owned(),
        above if (99.995..100.0).contains(&above) => "99.99%以上".to_owned(),
        percent => format!("{percent:.2}%"),
    }
}

/// A speed with one decimal or two: `1.0`, `1.39`.
fn speed(metres_a_second: f64) -> String {
    let text = format!("{metres_a_second:.2}");
    text.strip_suffix('0').map_or(text.clone(), str::to_owned)
}

/// A sentence begins with a capital letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// People of no data: how many, their share, and the least and greatest share of all that can be covered.
struct NoData {
    people: People,
    share: f64,
    bounds: [f64; 2],
}

/// What the headline of a service tells.
struct Said<'r> {
    run: &'r Run,
    service: &'r ServicePlan,
    report: &'r Report,
    mask: &'r Mask,
    no_data: Option<NoData>,
    /// Zones of unknown people.
    unknown: Vec<&'r str>,
    /// Whether what is not known comes first.
    is_doubtful: bool,
}

impl<'r> Said<'r> {
    fn new(run: &'r Run, service: &'r ServicePlan, report: &'r Report) -> Said<'r> {
        let total = &report.coverage.total;
        let no_data = bounds(total).map(|bounds| {
            let people = total.people.unwrap_or_default();
            NoData { people: people.no_data, share: people.no_data.as_f64() / people.total().as_f64(), bounds }
        });
        let unknown = || run.inputs.zones.iter().zip(&report.coverage.zones).filter(|(zone, _)| zone.people.is_none());
        let ground: f64 = unknown().map(|(_, row)| row.area.total().m2()).sum();
        let unknown_ground = ground / total.area.total().m2().max(f64::MIN_POSITIVE);
        let much = no_data.as_ref().map_or(0.0, |own| own.share) + unknown_ground;
        Said {
            run,
            service,
            report,
            mask: run.inputs.plan.ground.mask.first().unwrap_or(&Mask::Zone),
            no_data,
            unknown: unknown().map(|(zone, _)| zone.name.as_str()).collect(),
            is_doubtful: much > run.inputs.plan.checks.unknown_in_headline,
        }
    }

    /// Covered people, those of whom it is known, and the share; none where nobody is known.
    fn people(&self) -> Option<(People, People, f64)> {
        let people = self.report.coverage.total.people.filter(|people| people.known() > People::ZERO)?;
        Some((people.covered, people.known(), people.covered.as_f64() / people.known().as_f64()))
    }

    /// Whether where people live is a model: only points are places of people.
    fn is_estimate(&self) -> bool {
        self.run.inputs.plan.people.method != PeopleMethod::Points
    }

    /// Covered km², all of which it is known, and the share; how much there is in all, where roads do not tell of all of it.
    fn ground(&self) -> (String, String, Option<f64>, Option<String>) {
        let area = &self.report.coverage.total.area;
        let in_all = (area.known().m2() < 0.9995 * area.total().m2()).then(|| km2(area.total()));
        (km2(area.covered), km2(area.known()), area.share(), in_all)
    }

    /// Towns by how much of something they have, most first, until they hold half of it and are so many; and the share that they hold.
    fn towns(&self, least: usize, amount: impl Fn(&catchment::Coverage) -> f64) -> (Vec<&'r str>, f64) {
        let mut rows: Vec<(usize, f64)> = self.report.coverage.zones.iter().map(amount).enumerate().filter(|(_, own)| *own > 0.0).collect();
        rows.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let all: f64 = rows.iter().map(|(_, own)| own).sum();
        let (mut names, mut sum) = (Vec::new(), 0.0);
        for (zone, own) in rows {
            if sum >= NAMED_PART * all && names.len() >= least {
                break;
            }
            names.push(self.run.inputs.zones[zone].name.as_str());
            sum += own;
        }
        (names, if all > 0.0 { sum / all } else { 0.0 })
    }

    /// Shares at a slow and at a brisk walk, by speed.
    fn range(&self) -> Vec<(f64, f64)> {
        let place = self.place();
        let points = self.run.ranges.iter().filter(|point| Some(point.service) == place);
        points.filter_map(|point| Some((point.speed_m_s, point.share?))).collect()
    }

    /// Shares within the limit by period of traffic, with the factor of speeds; the first is free flow.
    fn periods(&self) -> Vec<(&'r str, f64, f64)> {
        let Some(found) = self.run.responses.iter().find(|own| Some(own.service) == self.place()) else { return Vec::new() };
        if self.report.limits().differ() {
            return Vec::new();
        }
        let of_people = found.times.iter().filter(|times| times.weight == "people");
        let share = |times: &'r crate::response::ResponseTimes| {
            let row = &times.table.total;
            Some((times.period.as_str(), times.speed_factor, row.share(found.within(row, self.report.limit))?))
        };
        of_people.filter_map(share).collect()
    }

    /// What the facilities stand in for.
    fn stand_in(&self) -> Option<&'r str> {
        stand_in(&self.run.inputs.plan, self.service)
    }

    fn place(&self) -> Option<usize> {
        self.run.inputs.plan.services.iter().position(|own| own.id == self.service.id)
    }

    fn own_speed(&self) -> f64 {
        self.run.inputs.roads.get(&self.service.profile).map_or(0.0, |(profile, _)| profile.speed_m_s)
    }

    fn english(&self) -> String {
        let doubt = self.doubt_en();
        let mut all = Vec::new();
        if self.is_doubtful {
            all.extend(doubt.clone());
        }
        let within = format!(
            "within {}{}",
            limit_en(self.run, self.report),
            if self.service.care.is_empty() { String::new() } else { format!(" of {}", self.service.care) }
        );
        let (covered, known, share, in_all) = self.ground();
        let ground = share.map(|share| {
            let known = match &in_all {
                Some(all) => format!("{} inside the road data ({covered} of {known} km²; {all} km² in all)", mask_en(self.mask)),
                None => format!("{} ({covered} of {known} km²)", mask_en(self.mask)),
            };
            format!("{} of {known} lies", percent_en(share))
        });
        if let Some((covered, known, share)) = self.people() {
            let who = if self.is_estimate() { "estimated residents" } else { "residents" };
            let inside = if self.no_data.is_some() { " inside the road data" } else { "" };
            let does = if self.service.direction == Direction::ToFacility { "live" } else { "are reached" };
            let of = format!("{} of {}", thousands(covered.as_f64()), thousands(known.as_f64()));
            let first = format!("{} of {who}{inside} ({of}) {does} {within}{}", percent_en(share), self.range_en());
            all.push(format!("{}: {first}", title(self.service)));
            let others = People(known.0 - covered.0);
            let (towns, part) = self.towns(1, |row| row.people.map_or(0.0, |people| people.not_covered().as_f64()));
            if others > People::ZERO && self.run.inputs.zones.len() > 1 {
                let part = if part > 0.9995 { "all".to_owned() } else { percent_of_range(part) };
                let (named, more) = towns.split_at(towns.len().min(NAMED_EN));
                let towns = match more.len() {
                    0 => listed(named, ", ", " and "),
                    more => format!("{} and {more} more", listed(named, ", ", ", ")),
                };
                all.push(format!("Of the other {}, {part} live in {towns}", thousands(others.as_f64())));
            }
            all.extend(ground.map(|ground| capital(&format!("{ground} within the limit"))));
        } else if let Some(ground) = ground {
            all.push(format!("{}: {ground} {within}", title(self.service)));
        }
        if !self.is_doubtful {
            all.extend(doubt);
        }
        all.extend(self.stand_in().map(|what| format!("The facilities are stand-ins for {what}")));
        let findings = self.run.inputs.findings.iter().chain(&self.report.findings);
        all.extend(loud::accepted(findings, Lang::En).map(|accepted| format!("Accepted by the plan: {accepted}")));
        all.iter().map(|own| format!("{own}.")).collect::<Vec<_>>().join(" ")
    }

    /// What other speeds would say, behind the share: of traffic, or of a slow and a brisk walk.
    fn range_en(&self) -> String {
        let periods = self.periods();
        if let Some((_, others @ [_, ..])) = periods.split_first() {
            let of = |(name, factor, share): &(&str, f64, f64)| format!("{} at {name} ({factor} × speed)", percent_of_range(*share));
            return format!(" in free flow, {}", others.iter().map(of).collect::<Vec<_>>().join(", "));
        }
        let own = self.own_speed();
        let walk = |at: f64| if at < own { "slow" } else { "brisk" };
        match self.range().as_slice() {
            [] => String::new(),
            [(at, share)] => format!("; {} at a {} walk ({} m/s)", percent_of_range(*share), walk(*at), speed(*at)),
            [(low, least), .., (high, most)] => {
                let second = if walk(*low) == walk(*high) { "walk of".to_owned() } else { format!("{} one", walk(*high)) };
                let (least, most) = (percent_of_range(*least), percent_of_range(*most));
                match second.as_str() {
                    _ if least == most => format!("; the same at {} to {} m/s", speed(*low), speed(*high)),
                    "walk of" => format!("; between {least} at {} m/s and {most} at {} m/s", speed(*low), speed(*high)),
                    _ => format!("; between {least} at a slow walk ({} m/s) and {most} at a {second} ({} m/s)", speed(*low), speed(*high)),
                }
            }
        }
    }

    fn doubt_en(&self) -> Vec<String> {
        let mut all = Vec::new();
        if let Some(own) = &self.no_data {
            all.push(format!(
                "{} residents ({}) live outside the road data: of all residents, {} to {} are covered",
                thousands(own.people.as_f64()),
                percent_en(own.share),
                percent_en(own.bounds[0]),
                percent_en(own.bounds[1])
            ));
        }
        match self.unknown.as_slice() {
            [] => {}
            few if few.len() <= NAMED_UNKNOWN => all.push(format!("The people of {} are not known", listed(few, ", ", " and "))),
            many => all.push(format!("The people of {} of {} zones are not known", many.len(), self.run.inputs.zones.len())),
        }
        all
    }

    fn chinese(&self) -> String {
        let doubt = self.doubt_zh();
        let mut text = if self.is_doubtful { format!("{doubt}。") } else { String::new() };
        let (covered, known, share, in_all) = self.ground();
        let percent = |share: Option<f64>| share.map_or("–".to_owned(), percent_zh);
        let of_people = self.people().map_or_else(String::new, |(_, _, share)| {
            let estimate = if self.is_estimate() { "（推算）" } else { "" };
            let free = if self.periods().len() > 1 { "畅通时" } else { "" };
            format!("{free}常住人口覆盖率{estimate}达{}，{}", percent_zh(share), self.range_zh())
        });
        text += &format!(
            "{}居民{}{}{}服务圈覆盖率为{}，{of_people}覆盖盲区占比{}",
            if self.service.care_zh.is_empty() { format!("{}：", title(self.service)) } else { String::new() },
            if self.service.profile == "walk" { "步行" } else { "" },
            limit_zh(self.run, self.report),
            self.service.care_zh,
            percent(share),
            percent(share.map(|share| 1.0 - share)),
        );
        let (towns, _) = self.towns(NAMED_ZH[0], |row| row.area.known().m2() - row.area.covered.m2());
        if !towns.is_empty() && self.run.inputs.zones.len() > 1 {
            let [_, most] = NAMED_ZH;
            text += &match towns.len() {
                few if few <= most => format!("，主要位于{}", listed(&towns, "、", "和")),
                all => format!("，主要位于{}等{all}个街镇", listed(&towns[..most], "、", "、")),
            };
        }
        let of_ground = in_all.map_or_else(|| format!("{covered}/{known}"), |all| format!("道路资料范围内{covered}/{known}，全域{all}"));
        text += &format!("（口径：{}，{of_ground}平方公里）", mask_zh(self.mask));
        if !self.is_doubtful && !doubt.is_empty() {
            text += &format!("（{doubt}）");
        }
        if let Some(what) = self.stand_in() {
            text += &format!("（以现有设施代替{what}）");
        }
        let findings = self.run.inputs.findings.iter().chain(&self.report.findings);
        if let Some(accepted) = loud::accepted(findings, Lang::Zh) {
            text += &format!("（已接受：{accepted}）");
        }
        text + "。"
    }

    fn range_zh(&self) -> String {
        let periods = self.periods();
        let mut parts: Vec<String> = Vec::new();
        if let Some((_, others)) = periods.split_first() {
            parts.extend(others.iter().map(|(name, factor, share)| format!("{name}时段（车速×{factor}）为{}", percent_zh(*share))));
        } else {
            let own = self.own_speed();
            let walk = |at: f64| if at < own { "慢走" } else { "快走" };
            let range = self.range();
            if let [(low, least), .., (high, most)] = range.as_slice()
                && percent_zh(*least) == percent_zh(*most)
            {
                return format!("步速{}至{}米/秒时相同，", speed(*low), speed(*high));
            }
            parts.extend(range.iter().map(|(at, share)| format!("{}（{}米/秒）为{}", walk(*at), speed(*at), percent_zh(*share))));
        }
        parts.iter().map(|part| format!("{part}，")).collect()
    }

    fn doubt_zh(&self) -> String {
        let mut parts = Vec::new();
        if let Some(own) = &self.no_data {
            parts.push(format!(
                "{}人（{}）在道路资料范围之外，全部常住人口覆盖率在{}至{}之间",
                thousands(own.people.as_f64()),
                percent_zh(own.share),
                percent_zh(own.bounds[0]),
                percent_zh(own.bounds[1])
            ));
        }
        match self.unknown.as_slice() {
            [] => {}
            few if few.len() <= NAMED_UNKNOWN => parts.push(format!("{}人口不详，未计入", listed(few, "、", "和"))),
            many => parts.push(format!("{}个街镇中{}个人口不详，未计入", self.run.inputs.zones.len(), many.len())),
        }
        parts.join("；")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_to_neither_none_nor_all() {
        let shares = [0.0, 0.0004, 0.455_19, 0.9994, 0.999_6, 1.0];
        assert_eq!(shares.map(percent_en), ["0.0 %", "under 0.1 %", "45.5 %", "99.9 %", "over 99.9 %", "100.0 %"]);
        let shares = [0.0, 0.000_04, 0.682_4, 0.999_96, 1.0];
        assert_eq!(shares.map(percent_zh), ["0.00%", "不足0.01%", "68.24%", "99.99%以上", "100.00%"]);
        assert_eq!([0.3649, 0.0312, 0.9951, 1.0].map(percent_of_range), ["36 %", "3.1 %", "99.5 %", "100.0 %"]);
    }

    #[test]
    fn speeds_have_one_decimal_or_two() {
        assert_eq!([1.0, 1.39, 0.834, 1.2].map(speed), ["1.0", "1.39", "0.83", "1.2"]);
    }
}
