//! `corridors` and `corridor_gaps`: the roads that ambulances must reach along their whole length.

use catchment::Status;
use catchment::geo::{Coord, Distance, Euclidean, InterpolateLine, LineString, Point};
use geojson::{Feature, Geometry, JsonObject};
use serde_json::{Value, json};

use super::layers::{feature, inverse};
use super::response::{ASSUMPTION, Asked, responses, set_stand_in};
use super::row::{Row, round};
use crate::error::Error;
use crate::load::Corridor;
use crate::run::Run;

/// A corridor with its stretches, their lengths on the ellipsoid.
pub(super) struct Along<'r> {
    pub corridor: &'r Corridor,
    pub length_m: f64,
    pub within_m: f64,
    pub longest_gap_m: f64,
    pub gaps: usize,
}

/// Corridors of a service by what lies within its limit.
pub(super) fn along<'r>(run: &'r Run, asked: &Asked<'r>) -> Vec<Along<'r>> {
    let corridors = run.inputs.corridors.get(&asked.service.id).map_or(&[][..], Vec::as_slice);
    let one = |(corridor, stretches): (&'r Corridor, &Vec<catchment::Stretch>)| {
        let length = |stretch: &catchment::Stretch| (stretch.to_m - stretch.from_m) * scale(corridor, stretch.piece);
        let covered = stretches.iter().filter(|stretch| stretch.status == Status::Covered);
        let gaps = gaps_of(stretches);
        let gap_m = |gap: &Vec<&catchment::Stretch>| gap.iter().map(|stretch| length(stretch)).sum::<f64>();
        Along {
            corridor,
            length_m: corridor.lengths_m.iter().sum(),
            // an empty sum of floats is −0
            within_m: covered.map(length).fold(0.0, |sum, length| sum + length),
            longest_gap_m: gaps.iter().map(gap_m).fold(0.0, f64::max),
            gaps: gaps.len(),
        }
    };
    corridors.iter().zip(&asked.found.corridors).map(one).collect()
}

/// Runs of neighbouring stretches that are not covered, whatever the reason.
fn gaps_of(stretches: &[catchment::Stretch]) -> Vec<Vec<&catchment::Stretch>> {
    let mut gaps: Vec<Vec<&catchment::Stretch>> = Vec::new();
    let mut open: Option<usize> = None;
    for stretch in stretches {
        let covered = stretch.status == Status::Covered;
        match gaps.last_mut() {
            Some(gap) if !covered && open == Some(stretch.piece) => gap.push(stretch),
            _ if !covered => gaps.push(vec![stretch]),
            _ => {}
        }
        open = (!covered).then_some(stretch.piece);
    }
    gaps
}

/// Metres on the ellipsoid a metre in the working CRS.
fn scale(corridor: &Corridor, piece: usize) -> f64 {
    let plane: f64 = corridor.pieces[piece].lines().map(|line| line.delta().x.hypot(line.delta().y)).sum();
    if plane > 0.0 { corridor.lengths_m[piece] / plane } else { 1.0 }
}

/// `corridors.csv`: one row a service and corridor.
pub(super) fn corridor_rows(run: &Run, asked: &Asked<'_>) -> Vec<Row> {
    let facilities = run.inputs.facilities.get(&asked.service.facilities).map_or(&[][..], Vec::as_slice);
    let row = |along: Along<'_>| {
        let near =
            facilities.iter().filter(|facility| along.corridor.pieces.iter().any(|piece| distance_m(piece, facility.location) <= NEAR_M));
        let mut row = Row::new();
        let mut set = |key: &str, value: Value| {
            row.insert(key.to_owned(), value);
        };
        set("service", json!(asked.service.id));
        set("corridor", json!(along.corridor.name));
        set("length_m", json!(round(along.length_m, 1)));
        set("limit_s", json!(Some(asked.service.limit.as_f64()).filter(|_| !run.reports[asked.found.service].limits().differ())));
        set("length_within_m", json!(round(along.within_m, 1)));
        set("share_within", json!(round((along.within_m / along.length_m).min(1.0), 6)));
        set("gaps", json!(along.gaps));
        set("longest_gap_m", json!(round(along.longest_gap_m, 1)));
        set("stations_within_1km", json!(near.count()));
        row.insert("assumption".to_owned(), json!(ASSUMPTION));
        set_stand_in(&run.inputs.plan, asked.service, &mut row);
        row
    };
    along(run, asked).into_iter().map(row).collect()
}

/// A station so near a corridor lies on it.
const NEAR_M: f64 = 1000.0;

fn distance_m(line: &LineString<f64>, at: Coord<f64>) -> f64 {
    Euclidean.distance(&Point::from(at), line)
}

/// `corridor_gaps`: the stretches of corridors that no station reaches within the limit.
pub(super) fn corridor_gaps(run: &Run) -> Result<Vec<Feature>, Error> {
    let mut features = Vec::new();
    for asked in responses(run) {
        let corridors = run.inputs.corridors.get(&asked.service.id).map_or(&[][..], Vec::as_slice);
        for (corridor, stretches) in corridors.iter().zip(&asked.found.corridors) {
            for (i, gap) in gaps_of(stretches).into_iter().enumerate() {
                features.push(corridor_gap(run, &asked, corridor, i + 1, &gap)?);
            }
        }
    }
    Ok(features)
}

fn corridor_gap(run: &Run, asked: &Asked<'_>, corridor: &Corridor, number: usize, gap: &[&catchment::Stretch]) -> Result<Feature, Error> {
    let piece = gap[0].piece;
    let scale = scale(corridor, piece);
    let before: f64 = corridor.lengths_m[..piece].iter().sum();
    let (from_m, to_m) = (before + gap[0].from_m * scale, before + gap[gap.len() - 1].to_m * scale);
    let worst = gap.iter().map(|stretch| stretch.worst).filter(|label| label.cost.is_reached()).max();
    let without = gap.iter().filter(|stretch| stretch.status != Status::Uncovered).map(|s| (s.to_m - s.from_m) * scale).sum::<f64>();
    let facility = worst.and_then(|label| run.inputs.facilities.get(&asked.service.facilities)?.get(label.facility.index()));
    let mut places: Vec<Coord<f64>> = Vec::new();
    for at in gap.iter().flat_map(|stretch| &stretch.line.0) {
        if places.last() != Some(at) {
            places.push(*at);
        }
    }
    let middle = Euclidean.point_at_ratio_from_start(&LineString(places.clone()), 0.5).map(Coord::from);
    let zones = catchment::ZoneIndex::new(&run.inputs.zones);
    let zone_id = middle.and_then(|at| zones.locate(at));
    let zone = zone_id.map(|zone| &run.inputs.zones[zone.index()]);
    inverse(&run.inputs.projector, &mut places)?;
    let line = LineString(places.into_iter().map(|at| Coord { x: round(at.x, 8), y: round(at.y, 8) }).collect());
    let mut properties = JsonObject::new();
    let mut set = |key: &str, value: Value| {
        properties.insert(key.to_owned(), value);
    };
    set("service", json!(asked.service.id));
    set("corridor", json!(corridor.name));
    set("gap", json!(number));
    set("from_m", json!(round(from_m, 1)));
    set("to_m", json!(round(to_m, 1)));
    set("length_m", json!(round(to_m - from_m, 1)));
    set("without_way_m", json!(round(without, 1)));
    set("zone_name", json!(zone.map(|zone| &zone.name)));
    set("response_max_s", json!(worst.map(|label| label.cost.as_f64())));
    set("nearest_station_id", json!(facility.map(|f| &f.id)));
    set("nearest_station_name", json!(facility.map(|f| &f.name)));
    set("limit_s", json!(run.reports[asked.found.service].limit_of(zone_id).as_f64()));
    set("stroke", json!("#d7191c"));
    set_stand_in(&run.inputs.plan, asked.service, &mut properties);
    Ok(feature(Some(Geometry::from(&line)), properties))
}
