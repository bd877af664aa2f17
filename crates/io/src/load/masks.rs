//! Masks: the polygons that area is a share of, from an extract or a layer.

use catchment::geo::{Densify, Euclidean, MultiPolygon};
use catchment::{Finding, FindingKind, Stage};
use geojson::Feature;

use super::areas::{Wish, areas};
use super::zones::repair;
use super::{STRAIGHT_DEG, layer, project_polygons, tangles};
use crate::crs::Projector;
use crate::error::Error;
use crate::osm::OsmData;
use crate::plan::{DEVELOPED, Mask, Plan};

/// The polygons of a plan's masks, metres of the working CRS; they may overlap and reach over zones.
#[derive(Debug, Clone, Default)]
pub struct MaskPolygons {
    /// Mapped water, where a mask or the drawing of gaps leaves it out.
    pub water: Vec<MultiPolygon<f64>>,
    /// Those of each mask of the plan, in its order; none for `zone` and `land`.
    pub masks: Vec<Vec<MultiPolygon<f64>>>,
}

/// A kind of ground that extracts hold as areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mapped {
    Water,
    BuiltUp,
    Residential,
}

impl Mapped {
    /// What the masks of a plan are made of.
    pub(super) fn of(plan: &Plan) -> Vec<Mapped> {
        let masks = &plan.ground.mask;
        // gaps are drawn on land unless all ground of the zone is the first mask
        let water = masks.contains(&Mask::Land) || masks.first().is_some_and(|first| *first != Mask::Zone);
        let kinds = masks.iter().filter_map(Mapped::of_mask);
        water.then_some(Mapped::Water).into_iter().chain(kinds).collect()
    }

    fn of_mask(mask: &Mask) -> Option<Mapped> {
        match mask {
            Mask::BuiltUp => Some(Mapped::BuiltUp),
            Mask::Residential => Some(Mapped::Residential),
            Mask::Zone | Mask::Land | Mask::Layer(_) => None,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Mapped::Water => "water",
            Mapped::BuiltUp => "built-up",
            Mapped::Residential => "residential",
        }
    }

    /// The keys of its tags.
    pub(super) fn keys(self) -> &'static [&'static str] {
        match self {
            Mapped::Water => &["natural", "waterway", "landuse"],
            Mapped::BuiltUp => &["landuse", "building"],
            Mapped::Residential => &["landuse"],
        }
    }

    /// Whether an area with these tags is of its kind.
    pub(super) fn holds<'t>(self, tag: impl Fn(&str) -> Option<&'t str>) -> bool {
        let landuse = tag("landuse");
        match self {
            Mapped::Water => {
                tag("natural") == Some("water")
                    || matches!(tag("waterway"), Some("riverbank" | "dock"))
                    || matches!(landuse, Some("reservoir" | "basin"))
            }
            Mapped::BuiltUp => {
                landuse.is_some_and(|value| DEVELOPED.contains(&value)) || tag("building").is_some_and(|value| value != "no")
            }
            Mapped::Residential => landuse == Some("residential"),
        }
    }

    /// Its areas in an extract.
    pub(super) fn polygons(self, osm: &OsmData, file: &str, projector: &Projector, findings: &mut Vec<Finding>) -> Vec<MultiPolygon<f64>> {
        let wish = Wish { label: self.label(), stage: Stage::Zones, file, wanted: &|tags| self.holds(|key| tags.get(key)) };
        areas(&wish, osm, projector, findings)
    }
}

/// The polygons of a layer, mended where they cross themselves; other geometries are findings and left out.
pub(super) fn of_layer(
    features: Vec<Feature>,
    file: &str,
    projector: &Projector,
    findings: &mut Vec<Finding>,
) -> Result<Vec<MultiPolygon<f64>>, Error> {
    tangles::check(&features, file)?;
    let mut polygons = Vec::new();
    for (row, feature) in features.into_iter().enumerate() {
        let id = layer::feature_id(&feature).unwrap_or_else(|| (row + 1).to_string());
        let mut add = |kind, detail: String| findings.push(Finding::new(Stage::Zones, file, &id, kind, detail));
        match layer::polygons(&feature, file, &format!("feature {}", row + 1))? {
            None => add(FindingKind::NotAPolygon, "not a polygon; left out of the mask".to_owned()),
            Some(drawn) => {
                let (area, wrong) = repair(drawn);
                match wrong {
                    Some(what) if area.0.is_empty() => add(FindingKind::InvalidPolygon, format!("{what}; left out of the mask")),
                    Some(what) => add(FindingKind::PolygonRepaired, format!("{what}; mended by joining its parts")),
                    None => {}
                }
                polygons.push(Euclidean.densify(&area, STRAIGHT_DEG));
            }
        }
    }
    project_polygons(projector, &mut polygons, file)?;
    Ok(polygons)
}
