//! What was found of a response, in sentences and as the `response` of `summary.json`.

use catchment::{Coverage, Limit, People, nominal_radius_m, stations_for_radius};
use serde_json::{Map, Value, json};

use super::response::{ASSUMPTION, Along, Asked, Rule, along, far_place, responses, ruled, stand_in, stations_in};
use super::row::round;
use super::words::{listed, thousands};
use crate::map::Lang;
use crate::plan::{FREE, ServicePlan};
use crate::response::{DRIVEN_LEGS_M_S, ResponseTimes};
use crate::run::Run;

/// The sentences of a service's response, one finding each; none for a service without one.
pub fn response_sentences(run: &Run, service: &ServicePlan, lang: Lang) -> Vec<String> {
    let Some(asked) = responses(run).find(|asked| asked.service.id == service.id) else { return Vec::new() };
    let english = || vec![basis_en(run, &asked), times_en(&asked), radius_en(run, &asked), circle_en(run, &asked), rules_en(run, &asked)];
    let chinese = || vec![basis_zh(run, &asked), times_zh(&asked), radius_zh(run, &asked), circle_zh(run, &asked), rules_zh(run, &asked)];
    let lines = match lang {
        Lang::En => [english(), corridors_en(run, &asked)].concat(),
        Lang::Zh => [chinese(), corridors_zh(run, &asked)].concat(),
        Lang::Both => [english(), corridors_en(run, &asked), chinese(), corridors_zh(run, &asked)].concat(),
    };
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

/// What every response time rests on, in a sentence.
pub(super) fn basis(run: &Run, service: &ServicePlan, lang: Lang) -> Option<String> {
    let asked = responses(run).find(|asked| asked.service.id == service.id)?;
    Some(if lang == Lang::Zh { basis_zh(run, &asked) } else { basis_en(run, &asked) })
}

fn basis_en(run: &Run, asked: &Asked<'_>) -> String {
    let (handling, turnout) = (asked.plan.call_handling, asked.plan.turnout);
    let stand_in = stand_in(run, asked.service).map_or_else(String::new, |what| format!(" The facilities are stand-ins for {what}."));
    format!("Response time = call handling {handling} + turnout {turnout} + drive, all vehicles at their stations.{stand_in}")
}

fn basis_zh(run: &Run, asked: &Asked<'_>) -> String {
    let (handling, turnout) = (minutes_zh(asked.plan.call_handling), minutes_zh(asked.plan.turnout));
    let stand_in = stand_in(run, asked.service).map_or_else(String::new, |what| format!("以现有设施代替{what}。"));
    format!("急救反应时间=受理{handling}+出车{turnout}+行驶，车辆全部在站。{stand_in}")
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

/// Response times of people in every period.
fn of_people<'r>(asked: &'r Asked<'_>) -> impl Iterator<Item = &'r ResponseTimes> {
    asked.found.times.iter().filter(|times| times.weight == "people")
}

fn times_en(asked: &Asked<'_>) -> String {
    let own = asked.service.limit;
    let of = |times: &ResponseTimes| {
        let total = &times.table.total;
        let shares = asked.found.limits.iter().map(|limit| {
            let share = total.share(asked.found.within(total, *limit));
            format!("{} {limit}", percent(share))
        });
        let period =
            if times.period == FREE { "free-flowing".to_owned() } else { format!("{} ({} × speed)", times.period, times.speed_factor) };
        format!(
            "{period} mean {} min, median {}, P90 {}; of people within: {}",
            minutes(total.costs.mean),
            minutes(total.costs.p50),
            minutes(total.costs.p90),
            shares.collect::<Vec<_>>().join(", ")
        )
    };
    let total = &asked.found.of_people().total;
    let without = total.share(total.unreachable + total.unlinked);
    let driven = &asked.found.driven_legs.total;
    let [walked, driven] = [total, driven].map(|row| row.share(asked.found.within(row, own)));
    let points = walked.zip(driven).map_or("–".to_owned(), |(walked, driven)| format!("{:+.1}", 100.0 * (driven - walked)));
    format!(
        "Response: {}. Means and quantiles are of those reached; {} have no way. If the last metres were driven at {:.0} km/h instead of \
         walked, {} would be within {own} ({points} points).",
        of_people(asked).map(of).collect::<Vec<_>>().join("; "),
        percent(without),
        DRIVEN_LEGS_M_S * 3.6,
        percent(driven)
    )
}

fn times_zh(asked: &Asked<'_>) -> String {
    let of = |times: &ResponseTimes| {
        let total = &times.table.total;
        let shares = asked.found.limits.iter().map(|limit| {
            let share = total.share(asked.found.within(total, *limit));
            format!("{}内{}", minutes_zh(*limit), percent(share))
        });
        let period =
            if times.period == FREE { "畅通时".to_owned() } else { format!("{}（车速×{}）", times.period, times.speed_factor) };
        format!(
            "{period}平均{}分钟，中位{}分钟，P90 {}分钟，人口{}",
            minutes(total.costs.mean),
            minutes(total.costs.p50),
            minutes(total.costs.p90),
            shares.collect::<Vec<_>>().join("、")
        )
    };
    let total = &asked.found.of_people().total;
    format!(
        "急救平均反应时间：{}；{}人口无路可达。",
        of_people(asked).map(of).collect::<Vec<_>>().join("；"),
        percent(total.share(total.unreachable + total.unlinked))
    )
}

/// Area, stations and the radius that they make.
fn nominal(run: &Run, asked: &Asked<'_>) -> (f64, usize, Option<f64>, Option<usize>) {
    let (area_m2, stations) = (asked.found.radius.coverage.total.area_m2, stations_in(run, asked.found));
    (area_m2, stations, nominal_radius_m(area_m2, stations), stations_for_radius(area_m2, asked.plan.radius.as_f64()))
}

fn radius_en(run: &Run, asked: &Asked<'_>) -> String {
    let (area_m2, stations, nominal, needed) = nominal(run, asked);
    let (radius, target) = (&asked.found.radius, asked.plan.radius);
    let costs = radius.coverage.total.costs;
    let met = if nominal.is_some_and(|nominal| nominal <= target.as_f64()) { "met" } else { "not met" };
    let far = radius.farthest_of_all.as_ref();
    let near = far.and_then(|far| far_place(run, far).ok()?.near).map_or_else(String::new, |near| format!(" near {near}"));
    format!(
        "Service radius (target {target}): nominal √(A/πn) {} km of {stations} stations in {:.1} km² ({met}; {} would meet it); by road, \
         people-weighted mean {} km, P90 {} km, farthest {} km{near}.",
        km_of(nominal),
        area_m2 / 1e6,
        needed.map_or("–".to_owned(), |needed| needed.to_string()),
        km(costs.mean),
        km(costs.p90),
        km(far.map(|far| far.cost)),
    )
}

fn radius_zh(run: &Run, asked: &Asked<'_>) -> String {
    let (area_m2, stations, nominal, needed) = nominal(run, asked);
    let (radius, target) = (&asked.found.radius, asked.plan.radius);
    let costs = radius.coverage.total.costs;
    let met = if nominal.is_some_and(|nominal| nominal <= target.as_f64()) { "达标" } else { "未达标" };
    format!(
        "急救站点平均服务半径（目标≤{}公里）：名义√(A/πn)为{}公里（{stations}站，{:.1}平方公里，{met}，达标需{}站）；路网人口加权平均{}公里，P90 {}公里，最远{}公里。",
        target.as_f64() / 1000.0,
        km_of(nominal),
        area_m2 / 1e6,
        needed.map_or("–".to_owned(), |needed| needed.to_string()),
        km(costs.mean),
        km(costs.p90),
        km(radius.farthest_of_all.as_ref().map(|far| far.cost)),
    )
}

/// Shares within the target by road and by circle, of people and of area; what the circles overstate, and what of that lies across water.
fn circle_shares(asked: &Asked<'_>) -> [Option<f64>; 6] {
    let (total, circles): (&Coverage, _) = (&asked.found.radius.coverage.total, &asked.found.radius.circles_of_all);
    let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    let people = total.people.unwrap_or_default().total().as_f64();
    [
        total.people_share(),
        total.area_share(),
        share(circles.people.as_f64(), people),
        share(circles.area.m2(), total.area.total().m2()),
        share(circles.people_overstated.as_f64(), circles.people.as_f64()),
        share(circles.area_overstated.m2(), circles.area.m2()),
    ]
}

fn circle_en(run: &Run, asked: &Asked<'_>) -> String {
    let [people, area, circle_people, circle_area, over_people, over_area] = circle_shares(asked).map(percent);
    let circles = &asked.found.radius.circles_of_all;
    let across = match run.inputs.water.is_some() {
        true => format!(
            "; {} people and {:.1} km² of that lie across water from the station",
            thousands(circles.people_across_water.as_f64()),
            circles.area_across_water.m2() / 1e6
        ),
        false => String::new(),
    };
    format!(
        "Within {} by road: {people} of people, {area} of area. Circles of that radius would say {circle_people} and {circle_area}: \
         {over_people} and {over_area} of the circles are farther by road{across}.",
        asked.plan.radius
    )
}

fn circle_zh(run: &Run, asked: &Asked<'_>) -> String {
    let [people, area, circle_people, circle_area, over_people, over_area] = circle_shares(asked).map(percent);
    let across = match run.inputs.water.is_some() {
        true => format!("，其中{}人与站点隔水", thousands(asked.found.radius.circles_of_all.people_across_water.as_f64())),
        false => String::new(),
    };
    format!(
        "路网{}公里内：人口{people}，面积{area}；直线缓冲区则为{circle_people}和{circle_area}，高估部分占{over_people}和{over_area}{across}。",
        asked.plan.radius.as_f64() / 1000.0
    )
}

/// Zones without enough stations, by name.
fn lacking<'r>(run: &'r Run, rules: &[Rule]) -> Vec<&'r str> {
    let lacking = rules.iter().filter(|rule| rule.name == "stations_per_zone" && rule.status() == "not_met");
    lacking.filter_map(|rule| Some(run.inputs.zones[rule.zone?].name.as_str())).collect()
}

fn vehicles(rules: &[Rule]) -> Option<&Rule> {
    rules.iter().find(|rule| rule.name != "stations_per_zone" && rule.zone.is_none())
}

/// Stations outside the study area, those of them that are somebody's nearest, and their people.
fn outside(run: &Run, asked: &Asked<'_>) -> (usize, usize, People) {
    let facilities = &run.reports[asked.found.service].facilities;
    let outside = || facilities.iter().zip(&asked.found.stations).filter(|(facility, _)| facility.zone.is_none());
    let serving = outside().filter(|(_, station)| station.response.weight > People::ZERO).count();
    (outside().count(), serving, outside().map(|(_, station)| station.response.weight).sum())
}

fn rules_en(run: &Run, asked: &Asked<'_>) -> String {
    const NAMED: usize = 5;
    let rules = ruled(run, asked);
    let lacking = lacking(run, &rules);
    let zones = run.inputs.zones.len();
    let mut text = format!("{} of {zones} zones have at least {} station(s)", zones - lacking.len(), asked.plan.min_stations_per_zone);
    if !lacking.is_empty() && lacking.len() <= NAMED {
        text += &format!(" (not: {})", listed(&lacking, ", ", " and "));
    }
    if let Some(rule) = vehicles(&rules) {
        let have = rule.have.map_or("unknown".to_owned(), |have| format!("{have:.2}"));
        text += &format!("; vehicles per 10,000 people: {have} (target {}: {})", rule.need, rule.status().replace('_', " "));
    }
    let (outside, serving, people) = outside(run, asked);
    if outside > 0 {
        text += &format!("; {outside} stations outside the zones, {serving} of them nearest to {} people", thousands(people.as_f64()));
    }
    text + "."
}

fn rules_zh(run: &Run, asked: &Asked<'_>) -> String {
    let rules = ruled(run, asked);
    let lacking = lacking(run, &rules);
    let zones = run.inputs.zones.len();
    let mut text = format!("街镇急救分站覆盖：{}/{zones}", zones - lacking.len());
    if let Some(rule) = vehicles(&rules) {
        text += &format!("；每万人口急救车{}辆（目标≥{}）", rule.have.map_or("不详".to_owned(), |have| format!("{have:.2}")), rule.need);
    }
    let (outside, _, people) = outside(run, asked);
    if outside > 0 {
        text += &format!("；区外{outside}站，最近服务{}人", thousands(people.as_f64()));
    }
    text + "。"
}

fn corridors_en(run: &Run, asked: &Asked<'_>) -> Vec<String> {
    let line = |along: Along<'_>| {
        format!(
            "Corridor {}: {:.1} km, {} of it within {}; {} gaps, the longest {:.1} km.",
            along.corridor.name,
            along.length_m / 1000.0,
            percent(Some((along.within_m / along.length_m).min(1.0))),
            asked.service.limit,
            along.gaps,
            along.longest_gap_m / 1000.0
        )
    };
    along(run, asked).into_iter().map(line).collect()
}

fn corridors_zh(run: &Run, asked: &Asked<'_>) -> Vec<String> {
    let line = |along: Along<'_>| {
        format!(
            "急救走廊{}：全长{:.1}公里，{}在{}内；缺口{}处，最长{:.1}公里。",
            along.corridor.name,
            along.length_m / 1000.0,
            percent(Some((along.within_m / along.length_m).min(1.0))),
            minutes_zh(asked.service.limit),
            along.gaps,
            along.longest_gap_m / 1000.0
        )
    };
    along(run, asked).into_iter().map(line).collect()
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
    let driven = &asked.found.driven_legs.total;
    let own = asked.service.limit;
    let [walked, driven] = [&asked.found.of_people().total, driven].map(|row| row.share(asked.found.within(row, own)));
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
        "share_within_limit_last_metres_walked": share(walked),
        "share_within_limit_last_metres_at_20_km_h": share(driven),
        "radius": {
            "target_m": plan.radius.as_f64(),
            "nominal_m": nominal.map(|m| round(m, 3)),
            "nominal_is": "sqrt(area / (pi x stations)): of equal circles; no road and no person in it",
            "area_m2": round(area_m2, 3),
            "stations": stations,
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
        "rules": { "met": rules.iter().filter(|rule| rule.status() == "met").count(), "not_met": rules.iter().filter(|rule| rule.status() == "not_met").count(),
                   "unknown": rules.iter().filter(|rule| rule.status() == "unknown").count(), "zones_without_station": lacking(run, &rules) },
        "stations_outside_zones": { "stations": outside, "nearest_to_somebody": serving, "people_nearest": round(people_outside.as_f64(), 6) },
        "corridors": corridors.collect::<Vec<_>>(),
    }))
}

fn period(asked: &Asked<'_>, times: &ResponseTimes) -> Value {
    let total = &times.table.total;
    let within = asked.found.limits.iter().map(|limit| {
        let share = total.share(asked.found.within(total, *limit));
        (format!("share_within_{}", limit.to_string().replace(' ', "")), json!(share.map(|share| round(share, 6))))
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
