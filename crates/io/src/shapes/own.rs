//! The audit of a run's own `coverage.geojson`, read back as it is written.

use catchment::geo::{MultiPolygon, Point};
use catchment::{Audit, AuditRules, Cost, Fault, Ground, Metric, Offender, Progress, SearchSpace, Sources, ZoneIndex, begin};
use geojson::{Feature, Geometry};
use serde_json::{Map, Value, json};

use super::audit::usual_margin;
use super::made::unit;
use crate::crs::Projector;
use crate::error::Error;
use crate::load::layer::{features, polygons, property};
use crate::load::project_polygons;
use crate::run::{Networks, Run};
use crate::write::{collection_of, coverage_layer, feature, inverse, pretty, round};

/// Most places on the wrong side, as a share of those that count, that an output of ours may have: 0.01 %.
pub const AUDIT_TOLERANCE: f64 = 0.0001;

/// Places asked within the zones, at least, and most that are drawn to find them.
const POINTS: u32 = 20_000;
const MOST_POINTS: u32 = 1_000_000;
const SEED: u64 = 1;

/// What the audit of a service's covered ground found.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnAudit {
    /// The service's id.
    pub service: String,
    /// What its costs count.
    pub metric: Metric,
    /// The margin around the limit that does not count.
    pub leave_out: Cost,
    /// What was found.
    pub audit: Audit,
}

impl OwnAudit {
    /// Whether no more places are wrong than [`AUDIT_TOLERANCE`] allows; not where there was no place to judge by.
    pub fn holds(&self) -> bool {
        self.audit.counted() > 0 && self.audit.wrong_share() <= AUDIT_TOLERANCE
    }
}

/// Audits every service's covered ground within the zones: the limit of a place is that of its zone; off the drawn ground, none.
pub(crate) fn audit_coverage(run: &Run, ground: &Ground, networks: &Networks, progress: &dyn Progress) -> Result<Vec<OwnAudit>, Error> {
    const FILE: &str = "coverage.geojson";
    let layer = features(collection_of(&run.inputs, &coverage_layer(run)?).as_bytes(), FILE)?;
    let zones = ZoneIndex::new(&run.inputs.zones);
    let mut audits = Vec::new();
    for (i, report) in run.reports.iter().enumerate() {
        let plan = &run.inputs.plan.services[i];
        let Some(service) = run.inputs.service(plan, &run.inputs.zone_limits[i], networks) else { continue };
        begin(progress, &format!("audit {}", plan.id), 0)?;
        let mut covered = [of_service(&layer, &plan.id, FILE)?];
        project_polygons(&run.inputs.projector, &mut covered, FILE)?;
        let edges = service.edge_grid()?;
        let links = service.facility_links(&edges);
        let sources = Sources::new(service.network, &links, service.direction)?;
        let mut space = SearchSpace::default();
        let nearest = sources.nearest_facility(&mut space);
        let metric = plan.limit.metric;
        let leave_out = usual_margin(metric, service.link.access_speed_m_s);
        let limit_at = |at| ground.zone_at(&zones, at).map(|zone| report.limit_of(Some(zone)));
        let ask = |points| Ok(catchment::audit(&covered[0], &edges, &nearest, &limit_at, AuditRules { points, seed: SEED, leave_out })?);
        audits.push(OwnAudit { service: plan.id.clone(), metric, leave_out, audit: enough(ask)? });
    }
    Ok(audits)
}

/// Draws more places where many lie outside the zones, until enough lie within.
fn enough(ask: impl Fn(u32) -> Result<Audit, Error>) -> Result<Audit, Error> {
    let mut drawn = POINTS;
    loop {
        let audit = ask(drawn)?;
        if audit.points >= POINTS as usize || drawn == MOST_POINTS {
            return Ok(audit);
        }
        let more = f64::from(drawn) * 1.05 * f64::from(POINTS) / audit.points.max(1) as f64;
        drawn = (more.min(f64::from(MOST_POINTS)) as u32).max(drawn + 1);
    }
}

fn of_service(layer: &[Feature], service: &str, file: &str) -> Result<MultiPolygon<f64>, Error> {
    let mut all = MultiPolygon::new(Vec::new());
    for feature in layer.iter().filter(|feature| property(feature, "service").as_deref() == Some(service)) {
        all.0.extend(polygons(feature, file, "")?.into_iter().flat_map(|shape| shape.0));
    }
    Ok(all)
}

/// `audit.json` and `audit.geojson` of a run.
pub(crate) fn files(run: &Run) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut wrong = Vec::new();
    for own in &run.audits {
        wrong.extend(offenders(&run.inputs.projector, &own.service, &own.audit)?);
    }
    let service = |own: &OwnAudit| {
        let mut value = Map::from_iter([("service".to_owned(), json!(own.service)), ("seed".to_owned(), json!(SEED))]);
        value.extend(figures(&own.audit, own.metric, own.leave_out));
        value.insert("tolerance".to_owned(), json!(AUDIT_TOLERANCE));
        value.insert("holds".to_owned(), json!(own.holds()));
        Value::from(value)
    };
    let sheet = pretty(&json!({ "shapes": "coverage.geojson", "services": run.audits.iter().map(service).collect::<Vec<_>>() }));
    let layer = collection_of(&run.inputs, &wrong);
    Ok(vec![("audit.json".to_owned(), sheet.into_bytes()), ("audit.geojson".to_owned(), layer.into_bytes())])
}

/// What an audit found, in numbers.
pub(super) fn figures(audit: &Audit, metric: Metric, leave_out: Cost) -> Map<String, Value> {
    let share = |count: usize, of: usize| (of > 0).then(|| round(count as f64 / of as f64, 6));
    let fault = |fault| {
        let count = audit.count(fault, false);
        json!({ "points": count, "share_of_counted": share(count, audit.counted()), "share_of_near": share(count, audit.near) })
    };
    let crossing = |fault| audit.count(fault, true);
    Map::from_iter([
        ("points".to_owned(), json!(audit.points)),
        (unit("leave_out", metric), json!(leave_out.as_f64())),
        ("left_out".to_owned(), json!(audit.left_out)),
        ("road_m".to_owned(), json!(audit.road_mm as f64 / 1000.0)),
        ("road_on_islands_m".to_owned(), json!(audit.island_mm as f64 / 1000.0)),
        ("counted".to_owned(), json!(audit.counted())),
        ("reached".to_owned(), json!(audit.reached)),
        ("near".to_owned(), json!(audit.near)),
        ("false_in".to_owned(), fault(Fault::FalseIn)),
        ("false_out".to_owned(), fault(Fault::FalseOut)),
        ("at_crossings".to_owned(), json!({ "false_in": crossing(Fault::FalseIn), "false_out": crossing(Fault::FalseOut) })),
        ("wrong_share".to_owned(), json!(round(audit.wrong_share(), 6))),
    ])
}

/// The places on the wrong side, one feature each, in the order drawn.
pub(super) fn offenders(projector: &Projector, service: &str, audit: &Audit) -> Result<Vec<Feature>, Error> {
    let mut places: Vec<_> = audit.offenders.iter().map(|offender| offender.at).collect();
    inverse(projector, &mut places)?;
    let one = |(offender, at): (&Offender, catchment::geo::Coord<f64>)| {
        let metric = offender.limit.metric;
        let properties = Map::from_iter([
            ("service".to_owned(), json!(service)),
            ("fault".to_owned(), json!(offender.fault)),
            (unit("cost", metric), json!(offender.cost.is_reached().then(|| offender.cost.as_f64()))),
            (unit("limit", metric), json!(offender.limit.as_f64())),
            ("at_crossing".to_owned(), json!(offender.at_crossing)),
            ("edge".to_owned(), json!(offender.edge)),
        ]);
        feature(Some(Geometry::from(&Point::new(round(at.x, 8), round(at.y, 8)))), properties)
    };
    Ok(audit.offenders.iter().zip(places).map(one).collect())
}

#[cfg(test)]
mod tests {
    use catchment::geo::Coord;
    use catchment::{EdgeId, Limit};

    use super::*;

    /// An audit of 20,000 places that count, so many of them wrong, and so many at crossings.
    fn own(wrong: usize, at_crossings: usize) -> OwnAudit {
        let limit: Limit = "15min".parse().unwrap();
        let offender = |at_crossing| Offender {
            at: Coord { x: 0.0, y: 0.0 },
            edge: EdgeId(0),
            cost: Cost(1_000_000),
            limit,
            fault: Fault::FalseIn,
            at_crossing,
        };
        let offenders = [vec![offender(false); wrong], vec![offender(true); at_crossings]].concat();
        let audit = Audit { points: 20_100, left_out: 100, reached: 5_000, near: 4_000, offenders, ..Audit::default() };
        OwnAudit { service: "walk".to_owned(), metric: Metric::Time, leave_out: Cost(5_000), audit }
    }

    #[test]
    fn two_places_of_twenty_thousand_pass_and_three_do_not() {
        assert!(own(2, 0).holds() && own(2, 50).holds());
        assert!(!own(3, 0).holds());
        let figures = figures(&own(3, 7).audit, Metric::Time, Cost(5_000));
        assert_eq!((&figures["counted"], &figures["false_in"]["points"]), (&json!(20_000), &json!(3)));
        assert_eq!((&figures["false_in"]["share_of_counted"], &figures["false_in"]["share_of_near"]), (&json!(0.00015), &json!(0.00075)));
        assert_eq!((&figures["at_crossings"]["false_in"], &figures["wrong_share"]), (&json!(7), &json!(0.00015)));
    }

    #[test]
    fn more_places_are_drawn_until_enough_lie_within() {
        let asked = std::cell::RefCell::new(Vec::new());
        // one place in ten makes a claim
        let audit = enough(|drawn| {
            asked.borrow_mut().push(drawn);
            Ok(Audit { points: drawn as usize / 10, ..Audit::default() })
        })
        .unwrap();
        assert_eq!((audit.points, asked.into_inner()), (21_000, vec![20_000, 210_000]));
        // none does: an end all the same
        assert_eq!(enough(|_| Ok(Audit::default())).unwrap().points, 0);
    }
}
