//! What `report.md` says beside the headline and the tables: the ground by mask, how many gaps there are, what a straight line would have said,
//! how much people can draw on.

use catchment::{People, Report, Status};

use super::headline::{percent_en, percent_zh};
use super::shares::{side_by_side, side_by_side_zh};
use super::words::thousands;
use crate::map::Lang;
use crate::plan::ReferralPlan;
use crate::run::Run;

/// In the languages of a study, English first.
fn in_languages(lang: Lang, zh: impl FnOnce() -> String, en: impl FnOnce() -> String) -> Vec<String> {
    match lang {
        Lang::En => vec![en()],
        Lang::Zh => vec![zh()],
        Lang::Both => vec![en(), zh()],
    }
}

/// Sentences on a service.
pub(super) fn of_service(run: &Run, report: &Report) -> Vec<String> {
    let lang = run.inputs.plan.study.lang;
    let total = &report.coverage.total;
    let mut lines = Vec::new();
    if let (Some(en), Some(zh)) = (side_by_side(run, total), side_by_side_zh(run, total)) {
        lines.extend(in_languages(lang, || format!("面积覆盖率，分口径：{zh}。"), || format!("Area by mask: {en}.")));
    }
    lines.extend(gaps(report, lang));
    let people = report.people_nearest_road_beyond_barrier;
    if people > People::ZERO {
        let people = thousands(people.as_f64());
        lines.extend(in_languages(
            lang,
            || format!("{people}人的最近道路在阻隔的另一侧，改接较远的道路或未接入路网。"),
            || format!("The nearest road of {people} people lies beyond a barrier: they are linked to a farther one, or not linked."),
        ));
    }
    let all = total.people.unwrap_or_default().known();
    if all > People::ZERO {
        let share = |people: People| people.as_f64() / all.as_f64();
        let (plain, detour) = (share(total.straight_line), share(total.straight_line_detour));
        lines.extend(in_languages(
            lang,
            || format!("仅供对照：按限值长度的直线距离计，人口覆盖率为{}，计入绕行系数为{}。", percent_zh(plain), percent_zh(detour)),
            || {
                let (plain, detour) = (percent_en(plain), percent_en(detour));
                format!("For comparison only: a straight line as long as the limit would cover {plain} of people, {detour} with the detour factor.")
            },
        ));
    }
    lines
}

/// How many gaps there are, with people, of unknown people, and without anybody.
fn gaps(report: &Report, lang: Lang) -> Vec<String> {
    let people = || report.gaps.gaps.iter().map(|gap| gap.people);
    let with = people().flatten().filter(|p| *p > People::ZERO).count();
    let unknown = people().filter(Option::is_none).count();
    let without = people().flatten().count() - with;
    let left = report.gaps.unlisted();
    let left_people = thousands(left.people.as_f64());
    let of_no_data = thousands(report.coverage.total.people_of(Status::NoData).as_f64());
    in_languages(
        lang,
        || {
            let left =
                if left.gaps == 0 { String::new() } else { format!("另有{}处（{left_people}人）未列入清单。", left.gaps) };
            let no_data = if of_no_data == "0" {
                String::new()
            } else {
                format!("{of_no_data}人在道路资料范围之外，不在任何盲区内。")
            };
            format!("有人口的盲区{with}处，人口不详的街镇内{unknown}处，无人口的未覆盖地块{without}处。{left}{no_data}")
        },
        || {
            let left = match left.gaps {
                0 => String::new(),
                count => format!(" {count} more, with {left_people} people, are kept off the list."),
            };
            let no_data = match of_no_data.as_str() {
                "0" => String::new(),
                people => format!(" {people} people outside the road data are in no gap."),
            };
            format!(
                "{with} gaps with people, {unknown} in zones of unknown people, {without} pieces of uncovered ground with nobody counted in \
                 them.{left}{no_data}"
            )
        },
    )
}

/// Sentences on access and referrals.
pub(super) fn of_access(run: &Run) -> Vec<String> {
    let lang = run.inputs.plan.study.lang;
    let mut lines = Vec::new();
    for own in &run.access {
        let plan = &run.inputs.plan.access[own.place];
        let score = |score: Option<f64>| score.map_or_else(|| "–".to_owned(), |score| format!("{:.4}", score * plan.per));
        let (mean, most, without) = (score(own.total.mean), score(own.total.most), thousands(own.total.people_without.as_f64()));
        let (id, method, limit, per) = (&plan.id, plan.method.name(), own.limit, plan.per);
        lines.extend(in_languages(
            lang,
            || format!("可达性{id}（{method}，{limit}）：每{per}人平均{mean}，最高{most}；{without}人可及范围内没有任何供给。"),
            || format!("{id}: {method} within {limit}: {mean} per {per} people on average, {most} at best; {without} people have none in reach."),
        ));
    }
    for own in &run.referrals {
        let ReferralPlan { id, from, to, limit, .. } = &run.inputs.plan.referrals[own.place];
        for (set, to) in to.iter().enumerate() {
            let (within, asked) = (own.within(set), own.asking(set).count());
            lines.extend(in_languages(
                lang,
                || format!("{id}：{from}共{asked}处，其中{within}处在{limit}内可达{to}。"),
                || format!("{id}: {within} of {asked} {from} have one of {to} within {limit}."),
            ));
        }
    }
    lines
}
