//! One large study in tiles: the search is made once on the whole network, links, ground, outlines and catchments tile by tile.

use std::sync::Arc;

use catchment::geo::{BoundingRect, Intersects, MultiPolygon, Rect};
use catchment::{
    Barriers, Cell, Checks, Cost, Demand, DemandId, EdgeGrid, Extent, Facility, FacilityId, FacilityLink, Ground, GroundRules, KnownLabels,
    Limit, Linkage, Metric, NearestFacility, NetworkParts, Place, Progress, Report, RoadCutter, RoadNetwork, SearchSpace, Service, Sources,
    Study, Tile, TileError, TilePart, TileScope, Window, Zone, ZoneId, analyse_tile, begin, halo_m, join_tiles, tile_scopes,
};
use serde::{Deserialize, Serialize};

use super::job::Tiles;
use crate::error::{Error, data};
use crate::files::Files;
use crate::gate::checked;
use crate::load::{Inputs, MaskPolygons, load};
use crate::plan::{Format, Plan, PlanError, value};
use crate::run::{ground_of, service_of};

/// What a tile is made of: all that its process reads.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TileFile {
    /// All of the study; those that are not around lack their area and their people.
    zones: Vec<Zone>,
    own_zones: Vec<ZoneId>,
    places: Vec<Place>,
    demand: Demand,
    rows: Vec<DemandId>,
    own_rows: Vec<bool>,
    masks: Vec<Vec<MultiPolygon<f64>>>,
    water: Vec<MultiPolygon<f64>>,
    barriers: Barriers,
    /// Where the roads are known.
    extent: Option<Extent>,
    /// Of the whole study's ground: row, column; columns, rows.
    window: ([i32; 2], [usize; 2]),
    /// Cells of ground around a zone that it has.
    margin: usize,
    /// By service of the plan.
    services: Vec<TileService>,
}

#[derive(Debug, Serialize, Deserialize)]
struct TileService {
    /// All of the service.
    facilities: Vec<Facility>,
    own: Vec<FacilityId>,
    zone_limits: Vec<(Metric, Cost)>,
    network: (Metric, NetworkParts),
    links: Linkage,
    /// The small pieces of its network that the whole study uses.
    islands: Vec<u32>,
    known: KnownLabels,
}

/// Refuses what tiles cannot say exactly.
pub(super) fn check(plan: &Plan) -> Result<(), PlanError> {
    if plan.outputs.formats.contains(&Format::Geotiff) {
        let expected = "other formats beside tiles: the cost of every cell, however far beyond the limit, is worked out in one piece";
        return Err(value("outputs.formats", "`geotiff`", expected));
    }
    Ok(())
}

/// Cuts a study into tiles, and hands them on one after another. A halo that the job asks for is refused where it is less than what limits and roads make
/// necessary.
pub(super) fn cut(
    (plan, files): (&Plan, &dyn Files),
    Tiles { count, halo_m: asked_m, margin_cells }: Tiles,
    progress: &dyn Progress,
    each: &mut dyn FnMut(&TileFile) -> Result<(), Error>,
) -> Result<(), Error> {
    let refused = |source| Error::Plan { file: "the job".to_owned(), source };
    check(plan).map_err(refused)?;
    let inputs = checked(load(plan, files, progress)?)?;
    if count > inputs.zones.len() {
        let expected = format!("at most {}: tiles are made of whole zones", inputs.zones.len());
        return Err(refused(value("tiles.count", &count.to_string(), &expected)));
    }
    let networks = inputs.networks(plan.services.iter(), &[]);
    let asked = plan.services.iter().zip(&inputs.zone_limits);
    let services: Vec<Service<'_>> = asked.filter_map(|(service, limits)| inputs.service(service, limits, &networks)).collect();
    let mut halos: Vec<f64> = services.iter().map(halo_m).collect();
    if let Some(asked_m) = asked_m {
        if let Some((halo, service)) = halos.iter().zip(&services).find(|(halo, _)| **halo > asked_m) {
            let expected =
                format!("at least {:.0}: what `{}` reaches within its limit, at the highest speed of its roads", halo.ceil(), service.id);
            return Err(refused(value("tiles.halo_m", &asked_m.to_string(), &expected)));
        }
        halos.fill(asked_m);
    }
    begin(progress, "search", services.len())?;
    let grids: Vec<EdgeGrid<'_>> = services.iter().map(Service::edge_grid).collect::<Result<_, _>>()?;
    let links: Vec<Linkage> = services.iter().zip(&grids).map(|(service, edges)| service.facility_links(edges)).collect();
    let tied = services.iter().zip(&links);
    let sources: Vec<Sources<'_>> =
        tied.map(|(service, links)| Sources::new(service.network, links, service.direction)).collect::<Result<_, _>>()?;
    let mut spaces = vec![SearchSpace::default(); services.len()];
    let nearest: Vec<NearestFacility<'_>> =
        sources.iter().zip(&mut spaces).map(|(sources, space)| sources.nearest_facility(space)).collect();
    let rules = GroundRules { cell_m: plan.ground.cell_m };
    let no_ground = Ground::new(&[], rules, progress)?;
    let study = Study { zones: &inputs.zones, demand: &inputs.demand, ground: &no_ground, places: &inputs.places };
    let window = Ground::window_of(&inputs.zones, rules)?;
    let scopes = tile_scopes(&study, &services, count, &halos, margin_cells)?;
    let cutters: Vec<RoadCutter<'_>> = services.iter().map(|service| RoadCutter::new(service.network)).collect();
    begin(progress, "tiles", scopes.len())?;
    for scope in &scopes {
        let mut tile = around(&inputs, scope, window, margin_cells)?;
        for (i, service) in services.iter().enumerate() {
            tile.services.push(of_service((service, &grids[i]), scope, i, &cutters[i], &links[i], &nearest[i])?);
        }
        each(&tile)?;
        progress.advance(1);
    }
    Ok(())
}

/// What a tile knows but for its roads.
fn around(inputs: &Inputs, scope: &TileScope, window: Window, margin: usize) -> Result<TileFile, Error> {
    let mut zones = inputs.zones.clone();
    let is_far = |zone: usize| scope.around.binary_search(&ZoneId::at(zone)).is_err();
    for (_, zone) in zones.iter_mut().enumerate().filter(|(zone, _)| is_far(*zone)) {
        // what happens there is no reason to run this tile again
        (zone.area, zone.people) = (MultiPolygon::new(Vec::new()), None);
    }
    let boxes: Vec<Rect<f64>> = zones.iter().filter_map(|zone| zone.area.bounding_rect()).collect();
    let near = |polygons: &[MultiPolygon<f64>]| -> Vec<MultiPolygon<f64>> {
        let meets = |area: &&MultiPolygon<f64>| area.bounding_rect().is_some_and(|own| boxes.iter().any(|zone| zone.intersects(&own)));
        polygons.iter().filter(meets).cloned().collect()
    };
    Ok(TileFile {
        own_zones: scope.zones.clone(),
        places: inputs.places.clone(),
        demand: inputs.demand.rows(&scope.rows)?,
        rows: scope.rows.clone(),
        own_rows: scope.own.clone(),
        masks: inputs.masks.masks.iter().map(|mask| near(mask)).collect(),
        water: near(&inputs.masks.water),
        zones,
        barriers: inputs.barriers.clone(),
        extent: inputs.extent.as_ref().map(|own| own.extent.clone()),
        window: ([window.low.row, window.low.column], [window.columns, window.rows]),
        margin,
        services: Vec::new(),
    })
}

fn of_service(
    (service, edges): (&Service<'_>, &EdgeGrid<'_>),
    scope: &TileScope,
    i: usize,
    cutter: &RoadCutter<'_>,
    links: &Linkage,
    nearest: &NearestFacility<'_>,
) -> Result<TileService, Error> {
    let cut = cutter.cut(&scope.near[i]);
    Ok(TileService {
        facilities: service.facilities.to_vec(),
        own: scope.facilities[i].clone(),
        zone_limits: service.zone_limits.iter().map(|limit| (limit.metric, limit.cost)).collect(),
        links: links.on_part(&cut)?,
        islands: cut.pieces(edges.islands()),
        known: nearest.known(&cut)?,
        network: (cut.network.metric(), cut.network.to_parts()),
    })
}

/// What a tile says, a part a service.
pub(super) fn answer(plan: &Plan, tile: TileFile, name: &str, progress: &dyn Progress) -> Result<Vec<TilePart>, Error> {
    let masks = MaskPolygons { masks: tile.masks, water: tile.water };
    begin(progress, "cells", 0)?;
    let ground = ground_of(&tile.zones, &plan.ground, (&masks, tile.extent.as_ref()), plan.ground.cell_m, progress)?;
    let study = Study { zones: &tile.zones, demand: &tile.demand, ground: &ground, places: &tile.places };
    let ([row, column], [columns, rows]) = tile.window;
    let window = Window { low: Cell { row, column }, columns, rows };
    let mut parts = Vec::new();
    for (service, own) in plan.services.iter().zip(tile.services) {
        let profile = plan.profile(&service.profile).map_err(|source| Error::Plan { file: name.to_owned(), source })?;
        let network = Arc::new(RoadNetwork::from_parts(own.network.0, own.network.1)?);
        let zone_limits: Vec<Limit> = own.zone_limits.iter().map(|(metric, cost)| Limit { metric: *metric, cost: *cost }).collect();
        let sweep = service.swept_limits();
        // which small pieces of the network are used, the tile is told
        let asked = service_of(plan, service, &profile, (&own.facilities, &network, &tile.barriers, &zone_limits), &[]);
        let part = Tile {
            zones: &tile.own_zones,
            rows: &tile.rows,
            own: &tile.own_rows,
            facilities: &own.own,
            window,
            margin: tile.margin,
            links: &own.links,
            islands: &own.islands,
            known: &own.known,
        };
        parts.push(
            analyse_tile(&study, &Service { sweep: &sweep, extent: tile.extent.as_ref(), ..asked }, &part, progress)
                .map_err(|error| of_tile(error, name))?,
        );
    }
    Ok(parts)
}

/// The report of a service, from the parts of all tiles.
pub(super) fn join(
    study: &Study<'_>,
    service: &Service<'_>,
    checks: &Checks,
    parts: Vec<TilePart>,
    progress: &dyn Progress,
) -> Result<Report, Error> {
    begin(progress, "join", 0)?;
    let links = FacilityLink::of(service, &service.facility_links(&service.edge_grid()?))?;
    join_tiles(study, service, checks, &links, parts).map_err(|error| of_tile(error, service.id))
}

fn of_tile(error: TileError, name: &str) -> Error {
    match &error {
        TileError::Cancelled(cancelled) => Error::Cancelled(*cancelled),
        TileError::Input(input) => Error::Input(input.clone()),
        TileError::Far { margin, .. } => {
            let expected =
                format!("a wider margin, tiles.margin_cells = {} or more (plan the batch again), or the study in one run", 2 * margin + 1);
            data(name, "", error.to_string(), expected)
        }
        other => data(name, "", other.to_string(), "the tiles of one plan: plan the batch again"),
    }
}

/// Bytes of what a tile is made of, or of what it says.
pub(super) fn to_bytes(value: &impl Serialize, name: &str) -> Result<Vec<u8>, Error> {
    postcard::to_stdvec(value).map_err(|error| data(name, "", error.to_string(), "what can be written"))
}

pub(super) fn of_bytes<T: serde::de::DeserializeOwned>(bytes: &[u8], name: &str) -> Result<T, Error> {
    postcard::from_bytes(bytes)
        .map_err(|error| data(name, "", error.to_string(), "the file as `catchment batch` wrote it: plan the batch again"))
}
