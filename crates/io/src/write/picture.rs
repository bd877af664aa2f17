//! `map.svg` and `map.png`: the picture of the first service, and one more pair for each further one.

use catchment::geo::{BooleanOps, Line, MultiPolygon};
use catchment::{Metric, Report};

use super::headline::sentence;
use super::response_words::basis_of;
use super::shares::{km2, limit_en, limit_zh, mask_en, mask_zh, side_by_side, side_by_side_zh};
use super::words::title;
use crate::error::Error;
use crate::map::{FacilityMark, GapShape, Lang, MapScene, PRINT_WIDTH_PX, Picture, ZoneShape, png, svg};
use crate::plan::{Mask, PeopleMethod, ServicePlan};
use crate::run::Run;

/// The SVG and the PNG of one service.
pub(super) fn draw(run: &Run, service: &ServicePlan, report: &Report) -> Result<(String, Picture), Error> {
    let inputs = &run.inputs;
    let roads: Vec<Line<f64>> = inputs.roads.get(&service.profile).map_or_else(Vec::new, |(_, network)| {
        network.edges().iter().map(|e| Line::new(network.location(e.tail), network.location(e.head))).collect()
    });
    let gaps: Vec<MultiPolygon<f64>> = report.gaps.gaps.iter().map(|gap| gap.polygon.clone().into()).collect();
    let facilities = inputs.facilities.get(&service.facilities).map_or(&[][..], Vec::as_slice);
    let subtitle = sentence(run, service, report, inputs.plan.study.lang);
    let beyond: Vec<MultiPolygon<f64>> = match &inputs.extent {
        Some(own) => {
            let cut = inputs.zones.iter().zip(&report.coverage.zones).filter(|(_, row)| row.area.no_data.0 > 0);
            cut.map(|(zone, _)| zone.area.difference(own.extent.area())).collect()
        }
        None => Vec::new(),
    };
    let scene = MapScene {
        title: &inputs.plan.study.title,
        subtitle: &subtitle,
        method: method(run, service, report),
        lang: inputs.plan.study.lang,
        zones: inputs
            .zones
            .iter()
            .zip(&report.coverage.zones)
            .map(|(zone, row)| ZoneShape { name: &zone.name, polygon: &zone.area, people_share: row.people_share() })
            .collect(),
        roads: &roads,
        covered: &report.gaps.covered,
        no_data: &beyond,
        gaps: report
            .gaps
            .gaps
            .iter()
            .zip(&gaps)
            .map(|(gap, polygon)| GapShape {
                polygon,
                rank: gap.rank as u32,
                people: gap.people.map(|p| p.as_f64()),
                zone_name: &inputs.zones[gap.zone.index()].name,
            })
            .collect(),
        facilities: facilities
            .iter()
            .zip(&report.facilities)
            .map(|(facility, found)| FacilityMark {
                x: facility.location.x,
                y: facility.location.y,
                name: &facility.name,
                kind: &facility.kind,
                linked: found.status == catchment::LinkStatus::Linked,
            })
            .collect(),
    };
    let text = svg(&scene);
    let picture = png(&text, PRINT_WIDTH_PX)?;
    Ok((text, picture))
}

/// The lines of method (方法口径) that every number of the picture rests on.
pub(super) fn method(run: &Run, service: &ServicePlan, report: &Report) -> Vec<String> {
    let plan = &run.inputs.plan;
    let lang = plan.study.lang;
    let mut lines = Vec::new();
    if lang != Lang::Zh {
        lines.extend(method_en(run, service, report));
        lines.extend(basis_of(plan, service, Lang::En));
    }
    if lang != Lang::En {
        lines.extend(method_zh(run, service, report));
        lines.extend(basis_of(plan, service, Lang::Zh));
    }
    let attribution = super::attribution(&run.inputs).map_or_else(String::new, |text| text + ". ");
    lines.push(format!("{attribution}catchment {}", env!("CARGO_PKG_VERSION")));
    lines
}

fn method_en(run: &Run, service: &ServicePlan, report: &Report) -> Option<String> {
    let plan = &run.inputs.plan;
    let (profile, _) = run.inputs.roads.get(&service.profile)?;
    let speed = match service.limit.metric {
        Metric::Time if profile.drive.is_some() => " at its speeds by class of road".to_owned(),
        Metric::Time => format!(" at {} m/s (steps {} m/s)", profile.speed_m_s, profile.steps_m_s),
        Metric::Distance => String::new(),
    };
    let people = match plan.people.method {
        PeopleMethod::Spread => format!("zone totals spread over {} m cells of the ground where people live", plan.people.cell_m),
        PeopleMethod::Points => "points of the table".to_owned(),
        PeopleMethod::Polygons => format!("polygons of the layer, by area in cells of {} m", plan.people.cell_m),
        PeopleMethod::Raster => format!("cells of the raster, by area at borders, in points of about {} m", plan.people.cell_m),
        PeopleMethod::Cells => format!("H3 cells, by area in cells of {} m", plan.people.cell_m),
    };
    let total = &report.coverage.total;
    let mask = plan.ground.mask.first().unwrap_or(&Mask::Zone);
    let several = side_by_side(run, total).map_or_else(String::new, |parts| format!("; by mask: {parts}"));
    Some(format!(
        "{}: within {} by the roads of the profile `{}`{speed}, straight legs of at most {} m to the road counted. People: {people}. \
         Area: share of {} (mask: {}, {} km²){several}; {} m cells. CRS: {}.",
        title(service),
        limit_en(run, report),
        service.profile,
        profile.snap_m,
        mask_en(mask),
        mask.name(),
        km2(total.area.known()),
        plan.ground.cell_m,
        run.inputs.working.name,
    ))
}

fn method_zh(run: &Run, service: &ServicePlan, report: &Report) -> Option<String> {
    let plan = &run.inputs.plan;
    let (profile, _) = run.inputs.roads.get(&service.profile)?;
    let speed = match service.limit.metric {
        Metric::Time if profile.drive.is_some() => "，按道路等级车速".to_owned(),
        Metric::Time => format!("，速度{}米/秒（台阶{}米/秒）", profile.speed_m_s, profile.steps_m_s),
        Metric::Distance => String::new(),
    };
    let people = match plan.people.method {
        PeopleMethod::Spread => format!("各街镇总数按居住用地分摊到{}米网格", plan.people.cell_m),
        PeopleMethod::Points => "表中各点".to_owned(),
        PeopleMethod::Polygons => format!("图层各面按面积分摊到{}米网格", plan.people.cell_m),
        PeopleMethod::Raster => format!("栅格各像元（界线处按面积），约{}米一点", plan.people.cell_m),
        PeopleMethod::Cells => format!("H3网格按面积分摊到{}米网格", plan.people.cell_m),
    };
    let total = &report.coverage.total;
    let mask = plan.ground.mask.first().unwrap_or(&Mask::Zone);
    let several = side_by_side_zh(run, total).map_or_else(String::new, |parts| format!("；分口径：{parts}"));
    Some(format!(
        "口径：沿路网{}以内{speed}，至道路的直线接入段（不超过{}米）计入。人口：{people}。面积：占街镇{}（掩膜：{}，{}平方公里）{several}，{}米网格。坐标系：{}。",
        limit_zh(run, report),
        profile.snap_m,
        mask_zh(mask),
        mask.name(),
        km2(total.area.known()),
        plan.ground.cell_m,
        run.inputs.working.name,
    ))
}
