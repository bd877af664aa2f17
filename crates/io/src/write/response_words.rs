//! What was found of a response, in sentences and as the `response` of `summary.json`.

use catchment::{Coverage, Limit, LinkStatus, Metric, People, nominal_radius_m, stations_for_radius};
use serde_json::{Map, Value, json};

use super::corridors::{Along, along};
use super::response::{ASSUMPTION, Asked, far_place, responses, short, stand_in, stations_in};
use super::row::round;
use super::rules::{NOMINAL, RESPONSE, Rule, STATIONS, VEHICLES, ruled};
use super::shares::{limit_en, limit_zh};
use super::words::{listed, thousands};
use crate::map::Lang;
use crate::plan::{CALLS, FREE, PEOPLE, Plan, ResponsePlan, ServicePlan};
use crate::response::{DRIVEN_LEGS_M_S, ResponseTimes};
use crate::run::Run;

/// The sentences of a service's response, one finding each; none for a service without one.
pub fn response_sentences(run: &Run, service: &ServicePlan, lang: Lang) -> Vec<String> {
    let Some(asked) = responses(run).find(|asked| asked.service.id == service.id) else { return Vec::new() };
    let said = |words: &dyn Words| {
        let mut lines = vec![words.basis(run, &asked)];
        lines.extend(weights(&asked).into_iter().map(|weight| words.times(&asked, weight)));
        lines.extend([words.last_metres(&asked), words.radius(run, &asked), words.circle(run, &asked), words.rules(run, &asked)]);
        lines.extend(along(run, &asked).iter().map(|along| words.corridor(run, &asked, along)));
        lines
    };
    match lang {
        Lang::En => said(&English),
        Lang::Zh => said(&Chinese),
        Lang::Both => [said(&English), said(&Chinese)].concat(),
    }
}

/// One finding a method, the same numbers in every language.
trait Words {
    fn basis(&self, run: &Run, asked: &Asked<'_>) -> String;
    fn times(&self, asked: &Asked<'_>, weight: &str) -> String;
    fn last_metres(&self, asked: &Asked<'_>) -> String;
    fn radius(&self, run: &Run, asked: &Asked<'_>) -> String;
    fn circle(&self, run: &Run, asked: &Asked<'_>) -> String;
    fn rules(&self, run: &Run, asked: &Asked<'_>) -> String;
    fn corridor(&self, run: &Run, asked: &Asked<'_>, along: &Along<'_>) -> String;
}

struct English;
struct Chinese;

/// Whom response times are counted by: calls first where there are any, then people, then their groups.
fn weights<'r>(asked: &Asked<'r>) -> Vec<&'r str> {
    let mut weights: Vec<&str> = asked.found.times.iter().filter(|times| times.period == FREE).map(|times| times.weight.as_str()).collect();
    weights.sort_by_key(|weight| *weight != CALLS);
    weights
}

/// What every response time of a service rests on, and what its facilities stand in for, in a sentence; none where there is nothing to say.
pub(crate) fn basis_of(plan: &Plan, service: &ServicePlan, lang: Lang) -> Option<String> {
    let stand_in = stand_in(plan, service);
    let response = service.response.as_ref().filter(|_| service.limit.metric == Metric::Time);
    match (response, stand_in, lang) {
        (Some(response), _, Lang::Zh) => Some(basis_zh(response, stand_in)),
        (Some(response), _, _) => Some(basis_en(response, stand_in)),
        (None, Some(what), Lang::Zh) => Some(format!("以现有设施代替{what}。")),
        (None, Some(what), _) => Some(format!("The facilities are stand-ins for {what}.")),
        (None, None, _) => None,
    }
}

fn basis_en(plan: &ResponsePlan, stand_in: Option<&str>) -> String {
    let stand_in = stand_in.map_or_else(String::new, |what| format!(" The facilities are stand-ins for {what}."));
    format!(
        "Response time = call handling {} + turnout {} + drive, all vehicles at their stations.{stand_in}",
        plan.call_handling, plan.turnout
    )
}

fn basis_zh(plan: &ResponsePlan, stand_in: Option<&str>) -> String {
    let stand_in = stand_in.map_or_else(String::new, |what| format!("以现有设施代替{what}。"));
    format!("急救反应时间=受理{}+出车{}+行驶，车辆全部在站。{stand_in}", minutes_zh(plan.call_handling), minutes_zh(plan.turnout))
}

fn minutes_zh(limit: Limit) -> String {
    limit.to_string().replace(" min", "分钟").replace(" s", "秒")
}

fn percent(share: Option<f64>) -> String {
    share.map_or("–".to_owned(), |share| format!("{:.2}%", 100.0 * share))
}

fn minutes(cost: Option<catchment::Cost>) -> String {
    cost.map_or("–".to_owned(), |cost| format!("{:.1}", cost.as_f64() / 60.0))
}

fn km(cost: Option<catchment::Cost>) -> String {
    cost.map_or("–".to_owned(), |cost| format!("{:.2}", cost.as_f64() / 1000.0))
}

fn km_of(metres: Option<f64>) -> String {
    metres.map_or("–".to_owned(), |metres| format!("{:.2}", metres / 1000.0))
}

/// Response times of one weight, by period.
fn periods<'r>(asked: &'r Asked<'_>, weight: &str) -> impl Iterator<Item = &'r ResponseTimes> {
    asked.found.times.iter().filter(move |times| times.weight == weight)
}

/// Mean, median and ninth decile in minutes; shares within each limit.
fn figures(asked: &Asked<'_>, times: &ResponseTimes) -> ([String; 3], Vec<(Limit, String)>) {
    let total = &times.table.total;
    let shares = asked.found.limits.iter().map(|limit| (*limit, percent(total.share(asked.found.within(total, *limit)))));
    ([total.costs.mean, total.costs.p50, total.costs.p90].map(minutes), shares.collect())
}

/// The part of those of the first period whom no way reaches.
fn without_way(asked: &Asked<'_>, weight: &str) -> String {
    let row = periods(asked, weight).next().map(|times| &times.table.total);
    percent(row.and_then(|row| row.share(row.unreachable + row.unlinked)))
}

/// Shares within the service's limit with the last metres walked and driven, and by how many points they differ.
fn last_metres(asked: &Asked<'_>) -> ([Option<f64>; 2], String) {
    let (total, own) = (&asked.found.of_people().total, asked.service.limit);
    let shares = [total, &asked.found.driven_legs.total].map(|row| row.share(asked.found.within(row, own)));
    let points = shares[0].zip(shares[1]).map_or("–".to_owned(), |(walked, driven)| format!("{:+.1}", 100.0 * (driven - walked)));
    (shares, points)
}

/// Area, stations and the radius that they make.
fn nominal(run: &Run, asked: &Asked<'_>) -> (f64, usize, Option<f64>, Option<usize>) {
    let (area_m2, stations) = (asked.found.radius.coverage.total.area_m2, stations_in(run, asked.found));
    (area_m2, stations, nominal_radius_m(area_m2, stations), stations_for_radius(area_m2, asked.plan.radius.as_f64()))
}

/// The farthest inhabited place: how far, and near what.
fn farthest(run: &Run, asked: &Asked<'_>) -> (String, Option<String>) {
    let far = asked.found.radius.farthest_of_all.as_ref();
    (km(far.map(|far| far.cost)), far.and_then(|far| far_place(run, far).ok()?.near))
}

/// Shares within the target by road and by circle, of people and of area; what the circles overstate.
fn circle_shares(asked: &Asked<'_>) -> [Option<f64>; 6] {
    let (total, circles): (&Coverage, _) = (&asked.found.radius.coverage.total, &asked.found.radius.circles_of_all);
    let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    let people = total.people.unwrap_or_default().known().as_f64();
    [
        total.people_share(),
        total.area_share(),
        share(circles.people.as_f64(), people),
        share(circles.area.m2(), total.area.known().m2()),
        share(circles.people_overstated.as_f64(), circles.people.as_f64()),
        share(circles.area_overstated.m2(), circles.area.m2()),
    ]
}

/// People and km² that a circle claims across water; nothing where no extract tells.
fn across_water(run: &Run, asked: &Asked<'_>) -> Option<(String, String)> {
    let circles = &asked.found.radius.circles_of_all;
    let told = run.inputs.water.is_some();
    told.then(|| (thousands(circles.people_across_water.as_f64()), format!("{:.1}", circles.area_across_water.m2() / 1e6)))
}

/// Zones without enough stations, by name.
fn lacking<'r>(run: &'r Run, rules: &[Rule]) -> Vec<&'r str> {
    let lacking = rules.iter().filter(|rule| rule.name == STATIONS && rule.status() == "not_met");
    lacking.filter_map(|rule| Some(run.inputs.zones[rule.zone?].name.as_str())).collect()
}

/// How many towns without a station a sentence names at most.
const NAMED: usize = 5;

fn of_all<'r>(rules: &'r [Rule], name: &str) -> Option<&'r Rule> {
    rules.iter().find(|rule| rule.name == name && rule.zone.is_none())
}

/// Stations outside the study area, those of them that are somebody's nearest, and their people.
fn outside(run: &Run, asked: &Asked<'_>) -> (usize, usize, People) {
    let facilities = &run.reports[asked.found.service].facilities;
    let outside = || facilities.iter().zip(&asked.found.stations).filter(|(facility, _)| facility.zone.is_none());
    let serving = outside().filter(|(_, station)| station.response.weight > People::ZERO).count();
    (outside().count(), serving, outside().map(|(_, station)| station.response.weight).sum())
}

/// Stations that no road ties to the network: they count as stations, and reach nobody.
fn unlinked(run: &Run, asked: &Asked<'_>) -> usize {
    run.reports[asked.found.service].facilities.iter().filter(|facility| facility.status != LinkStatus::Linked).count()
}

/// `1 station`, `2 stations`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

impl Words for English {
    fn basis(&self, run: &Run, asked: &Asked<'_>) -> String {
        basis_en(asked.plan, stand_in(&run.inputs.plan, asked.service))
    }

    fn times(&self, asked: &Asked<'_>, weight: &str) -> String {
        let of = |times: &ResponseTimes| {
            let ([mean, median, p90], shares) = figures(asked, times);
            let period = if times.period == FREE { FREE.to_owned() } else { format!("{} ({} × speed)", times.period, times.speed_factor) };
            let shares: Vec<String> = shares.into_iter().map(|(limit, share)| format!("{share} within {limit}")).collect();
            format!("{period}: mean {mean} min, median {median}, P90 {p90}; {}", shares.join(", "))
        };
        let periods: Vec<String> = periods(asked, weight).map(of).collect();
        let missing = &asked.found.unmeasured;
        let missing = if missing.is_empty() { String::new() } else { format!("; {} not measured (see issues.csv)", missing.join(", ")) };
        format!(
            "Response time by {weight}, {}{missing}. Means and quantiles are of those reached; {} have no way.",
            periods.join("; "),
            without_way(asked, weight)
        )
    }

    fn last_metres(&self, asked: &Asked<'_>) -> String {
        let ([walked, driven], points) = last_metres(asked);
        format!(
            "The last metres are walked; at {:.0} km/h instead, {} of people would be within {}, not {} ({points} points).",
            DRIVEN_LEGS_M_S * 3.6,
            percent(driven),
            asked.service.limit,
            percent(walked)
        )
    }

    fn radius(&self, run: &Run, asked: &Asked<'_>) -> String {
        let (area_m2, stations, nominal, needed) = nominal(run, asked);
        let (costs, target) = (asked.found.radius.coverage.total.costs, asked.plan.radius);
        let (far, near) = farthest(run, asked);
        let verdict = match nominal {
            None => "no station in the zones".to_owned(),
            Some(metres) if metres <= target.as_f64() => "met".to_owned(),
            Some(_) => "not met".to_owned(),
        };
        let needed = needed.map_or("–".to_owned(), |needed| needed.to_string());
        let mut text = format!(
            "Service radius (target {target}): nominal √(A/πn) {} km of {} in {:.1} km² ({verdict}; {needed} are enough); by road, people-weighted mean {} \
             km, P90 {} km, farthest {far} km",
            km_of(nominal),
            counted(stations, "station"),
            area_m2 / 1e6,
            km(costs.mean),
            km(costs.p90),
        );
        text += &near.map_or_else(String::new, |near| format!(" near {near}"));
        let unlinked = unlinked(run, asked);
        if unlinked > 0 {
            text += &format!("; {} of all tied to no road, reaching nobody", counted(unlinked, "station"));
        }
        text + "."
    }

    fn circle(&self, run: &Run, asked: &Asked<'_>) -> String {
        let [people, area, circle_people, circle_area, over_people, over_area] = circle_shares(asked).map(percent);
        let across = across_water(run, asked)
            .map_or_else(String::new, |(people, km2)| format!("; {people} people and {km2} km² of that lie across water from the station"));
        format!(
            "Within {} by road: {people} of people, {area} of area. Circles of that radius would say {circle_people} and {circle_area}: \
             {over_people} and {over_area} of the circles are farther by road{across}.",
            asked.plan.radius
        )
    }

    fn rules(&self, run: &Run, asked: &Asked<'_>) -> String {
        let rules = ruled(run, asked);
        let lacking = lacking(run, &rules);
        let zones = run.inputs.zones.len();
        let least = counted(asked.plan.min_stations_per_zone as usize, "station");
        let mut text = format!("{} of {} have {least} or more", zones - lacking.len(), counted(zones, "zone"));
        if !lacking.is_empty() && lacking.len() <= NAMED {
            text += &format!(" (not: {})", listed(&lacking, ", ", " and "));
        }
        if let Some(rule) = of_all(&rules, VEHICLES) {
            let have = rule.have.map_or("unknown".to_owned(), |have| format!("{have:.2}"));
            text += &format!("; vehicles per 10,000 people: {have} (target {}: {})", rule.need, rule.status().replace('_', " "));
        }
        let (outside, serving, people) = outside(run, asked);
        if outside > 0 {
            text += &format!(
                "; {} outside the zones, {serving} of them first at {} people",
                counted(outside, "station"),
                thousands(people.as_f64())
            );
        }
        text + "."
    }

    fn corridor(&self, run: &Run, asked: &Asked<'_>, along: &Along<'_>) -> String {
        format!(
            "Corridor {}: {:.1} km, {} of it within {}; {}, the longest {:.1} km.",
            along.corridor.name,
            along.length_m / 1000.0,
            percent(Some((along.within_m / along.length_m).min(1.0))),
            limit_en(run, &run.reports[asked.found.service]),
            counted(along.gaps, "gap"),
            along.longest_gap_m / 1000.0
        )
    }
}

impl Words for Chinese {
    fn basis(&self, run: &Run, asked: &Asked<'_>) -> String {
        basis_zh(asked.plan, stand_in(&run.inputs.plan, asked.service))
    }

    fn times(&self, asked: &Asked<'_>, weight: &str) -> String {
        let of = |times: &ResponseTimes| {
            let ([mean, median, p90], shares) = figures(asked, times);
            let period =
                if times.period == FREE { "畅通时".to_owned() } else { format!("{}（车速×{}）", times.period, times.speed_factor) };
            let shares: Vec<String> = shares.into_iter().map(|(limit, share)| format!("{}内{share}", minutes_zh(limit))).collect();
            format!("{period}平均{mean}分钟，中位{median}分钟，P90 {p90}分钟，{}", shares.join("、"))
        };
        let periods: Vec<String> = periods(asked, weight).map(of).collect();
        let missing = &asked.found.unmeasured;
        let missing = if missing.is_empty() { String::new() } else { format!("；{}未计算（见issues.csv）", missing.join("、")) };
        let weight_zh = match weight {
            PEOPLE => "常住人口",
            CALLS => "呼救",
            group => group,
        };
        format!(
            "急救平均反应时间（按{weight_zh}加权）：{}{missing}。均值与分位数仅含可达者，{}无路可达。",
            periods.join("；"),
            without_way(asked, weight)
        )
    }

    fn last_metres(&self, asked: &Asked<'_>) -> String {
        let ([walked, driven], points) = last_metres(asked);
        format!(
            "末端接入段按步行计；若按{:.0}公里/小时，{}内人口为{}，而非{}（{points}个百分点）。",
            DRIVEN_LEGS_M_S * 3.6,
            minutes_zh(asked.service.limit),
            percent(driven),
            percent(walked)
        )
    }

    fn radius(&self, run: &Run, asked: &Asked<'_>) -> String {
        let (area_m2, stations, nominal, needed) = nominal(run, asked);
        let (costs, target) = (asked.found.radius.coverage.total.costs, asked.plan.radius);
        let (far, near) = farthest(run, asked);
        let verdict = match nominal {
            None => "区内无站",
            Some(metres) if metres <= target.as_f64() => "达标",
            Some(_) => "未达标",
        };
        let near = near.map_or_else(String::new, |near| format!("（{near}附近）"));
        let unlinked = unlinked(run, asked);
        let unlinked = if unlinked > 0 { format!("；{unlinked}站未接入路网，不服务任何人") } else { String::new() };
        format!(
            "急救站点平均服务半径（目标≤{}公里）：名义√(A/πn)为{}公里（{stations}站，{:.1}平方公里，{verdict}，{}站即可达标）；路网人口加权平均{}公里，P90 \
             {}公里，最远{far}公里{near}{unlinked}。",
            target.as_f64() / 1000.0,
            km_of(nominal),
            area_m2 / 1e6,
            needed.map_or("–".to_owned(), |needed| needed.to_string()),
            km(costs.mean),
            km(costs.p90),
        )
    }

    fn circle(&self, run: &Run, asked: &Asked<'_>) -> String {
        let [people, area, circle_people, circle_area, over_people, over_area] = circle_shares(asked).map(percent);
        let across =
            across_water(run, asked).map_or_else(String::new, |(people, km2)| format!("，其中{people}人、{km2}平方公里与站点隔水"));
        format!(
            "路网{}公里内：人口{people}，面积{area}；直线缓冲区则为{circle_people}和{circle_area}，高估部分占{over_people}和{over_area}{across}。",
            asked.plan.radius.as_f64() / 1000.0
        )
    }

    fn rules(&self, run: &Run, asked: &Asked<'_>) -> String {
        let rules = ruled(run, asked);
        let lacking = lacking(run, &rules);
        let zones = run.inputs.zones.len();
        let mut text = format!("街镇急救分站覆盖：{}/{zones}（每街镇≥{}站）", zones - lacking.len(), asked.plan.min_stations_per_zone);
        if !lacking.is_empty() && lacking.len() <= NAMED {
            text += &format!("，缺{}", listed(&lacking, "、", "和"));
        }
        if let Some(rule) = of_all(&rules, VEHICLES) {
            let status = match rule.status() {
                "met" => "达标",
                "not_met" => "未达标",
                _ => "不详",
            };
            text += &format!(
                "；每万人口急救车{}辆（目标≥{}，{status}）",
                rule.have.map_or("–".to_owned(), |have| format!("{have:.2}")),
                rule.need
            );
        }
        let (outside, serving, people) = outside(run, asked);
        if outside > 0 {
            text += &format!("；区外{outside}站，其中{serving}站最先到达{}人", thousands(people.as_f64()));
        }
        text + "。"
    }

    fn corridor(&self, run: &Run, asked: &Asked<'_>, along: &Along<'_>) -> String {
        format!(
            "急救走廊{}：全长{:.1}公里，{}在{}内；缺口{}处，最长{:.1}公里。",
            along.corridor.name,
            along.length_m / 1000.0,
            percent(Some((along.within_m / along.length_m).min(1.0))),
            limit_zh(run, &run.reports[asked.found.service]),
            along.gaps,
            along.longest_gap_m / 1000.0
        )
    }
}

/// The `response` of a service in `summary.json`; nothing without one.
pub(super) fn summary(run: &Run, service: &ServicePlan) -> Option<Value> {
    let asked = responses(run).find(|asked| asked.service.id == service.id)?;
    let (radius, plan) = (&asked.found.radius, asked.plan);
    let (area_m2, stations, nominal, needed) = nominal(run, &asked);
    let costs = radius.coverage.total.costs;
    let metres = |cost: Option<catchment::Cost>| json!(cost.map(|cost| cost.as_f64()));
    let share = |share: Option<f64>| json!(share.map(|share| round(share, 6)));
    let [people_by_road, area_by_road, people_circle, area_circle, people_over, area_over] = circle_shares(&asked).map(share);
    let far = radius.farthest_of_all.as_ref();
    let place = far.and_then(|far| far_place(run, far).ok());
    let (outside, serving, people_outside) = outside(run, &asked);
    let rules = ruled(run, &asked);
    let times = asked.found.times.iter().map(|times| period(&asked, times));
    let ([walked, driven], _) = last_metres(&asked);
    let across = run.inputs.water.is_some();
    let circles = &radius.circles_of_all;
    let corridors = along(run, &asked).into_iter().map(|along| {
        json!({
            "corridor": along.corridor.name, "length_m": round(along.length_m, 1), "length_within_m": round(along.within_m, 1),
            "gaps": along.gaps, "longest_gap_m": round(along.longest_gap_m, 1),
        })
    });
    Some(json!({
        "assumption": ASSUMPTION,
        "sentences": { "en": response_sentences(run, service, Lang::En), "zh": response_sentences(run, service, Lang::Zh) },
        "call_handling_s": plan.call_handling.as_f64(),
        "turnout_s": plan.turnout.as_f64(),
        "quantile": "the smallest response time whose cumulative weight reaches q of those reached",
        "times": times.collect::<Vec<_>>(),
        "last_metres": { "response_s": asked.service.limit.as_f64(), "share_within_walked": share(walked), "share_within_at_20_km_h": share(driven) },
        "periods_not_measured": asked.found.unmeasured,
        "radius": {
            "target_m": plan.radius.as_f64(),
            "nominal_m": nominal.map(|m| round(m, 3)),
            "nominal_is": "sqrt(area / (pi x stations)): of equal circles; no road and no person in it",
            "area_m2": round(area_m2, 3),
            "stations": stations,
            "stations_tied_to_no_road": unlinked(run, &asked),
            "stations_for_target": needed,
            "distance_is": "the shortest drivable way from the nearest station, legs counted; means and quantiles of people reached",
            "distance_mean_m": metres(costs.mean),
            "distance_p90_m": metres(costs.p90),
            "distance_max_m": metres(far.map(|far| far.cost)),
            "farthest_at": place.as_ref().map(|place| [round(place.at.x, 7), round(place.at.y, 7)]),
            "farthest_near": place.as_ref().and_then(|place| place.near.as_ref()),
            "people_share_by_road": people_by_road, "area_share_by_road": area_by_road,
            "people_share_circle": people_circle, "area_share_circle": area_circle,
            "people_overstated_share_of_circle": people_over, "area_overstated_share_of_circle": area_over,
            "people_across_water": across.then(|| round(circles.people_across_water.as_f64(), 6)),
            "area_across_water_m2": across.then(|| round(circles.area_across_water.m2(), 3)),
        },
        "nominal_radius": of_all(&rules, NOMINAL).map(Rule::status),
        "mean_response": rules.iter().filter(|rule| rule.name == RESPONSE && rule.zone.is_none()).map(verdict).collect::<Vec<_>>(),
        "rules": { "met": rules.iter().filter(|rule| rule.status() == "met").count(), "not_met": rules.iter().filter(|rule| rule.status() == "not_met").count(),
                   "unknown": rules.iter().filter(|rule| rule.status() == "unknown").count(), "zones_without_station": lacking(run, &rules) },
        "stations_outside_zones": { "stations": outside, "first_to_reach_somebody": serving, "people_reached_first": round(people_outside.as_f64(), 6) },
        "corridors": corridors.collect::<Vec<_>>(),
    }))
}

/// A mean response time against the target.
fn verdict(rule: &Rule) -> Value {
    let (weight, period) = rule.times.clone().unwrap_or_default();
    json!({ "weight": weight, "period": period, "mean_s": rule.have, "target_s": rule.need, "status": rule.status() })
}

fn period(asked: &Asked<'_>, times: &ResponseTimes) -> Value {
    let total = &times.table.total;
    let within = asked.found.limits.iter().map(|limit| {
        let share = total.share(asked.found.within(total, *limit));
        (format!("share_within_{}", short(*limit)), json!(share.map(|share| round(share, 6))))
    });
    let mut value = Map::from_iter([
        ("weight".to_owned(), json!(times.weight)),
        ("period".to_owned(), json!(times.period)),
        ("speed_factor".to_owned(), json!(times.speed_factor)),
        ("total".to_owned(), json!(round(total.weight.as_f64(), 6))),
        ("share_without_way".to_owned(), json!(total.share(total.unreachable + total.unlinked).map(|share| round(share, 6)))),
        ("response_mean_s".to_owned(), json!(total.costs.mean.map(|cost| cost.as_f64()))),
        ("response_p50_s".to_owned(), json!(total.costs.p50.map(|cost| cost.as_f64()))),
        ("response_p90_s".to_owned(), json!(total.costs.p90.map(|cost| cost.as_f64()))),
    ]);
    value.extend(within);
    Value::from(value)
}
