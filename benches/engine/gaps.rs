//! What if, with gaps: a clinic of Malta opens or closes, and the gaps of the zones that it touches are true again. CPU time of each change
//! with its gaps, beside tracing all zones from a new sweep.

use std::path::Path;

use catchment::{
    Change, Cost, CostField, Direction, Facility, FacilityId, GapGround, GapRules, GapSources, Ground, GroundRules, LinkRules, Linkage,
    Mask, NoProgress, PlaceIndex, Residents, SearchSpace, Service, Sources, Study, Traced, WhatIf, ZoneGaps, analyse, assess, trace,
};
use catchment_io::{Folder, Inputs, Plan, load};

use crate::generate::mix;
use crate::graphs::SEED;
use crate::report::{Bar, Seconds, Table, figure, median, timed};

/// Clinics that open one after the other, each where somebody lives.
const OPENED: u64 = 300;
/// Every so many changes the whole is traced and compared.
const COMPARED: usize = 50;

pub(crate) fn measure(table: &mut Table) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/malta");
    let plan = std::fs::read_to_string(folder.join("plan.toml")).expect("the demo's plan");
    let plan = Plan::parse(&plan).expect("a sound plan");
    let inputs = load(&plan, &Folder(folder), &NoProgress).expect("sound data");
    let masks = [Mask::Land, Mask::Zone];
    let rules = GroundRules { cell_m: inputs.plan.ground.cell_m };
    let ground = Ground::masked(&inputs.zones, &masks, &inputs.masks.water, None, rules, &NoProgress).expect("ground");
    let study = Study { zones: &inputs.zones, demand: &inputs.demand, ground: &ground, places: &inputs.places };
    let service = service(&inputs);
    let edges = service.edge_grid();
    let homes = Linkage::new(&edges, &inputs.demand.locations);
    let residents = Residents::new(service.network, service.direction, &homes, &inputs.demand.people);
    let places: Vec<_> = service.facilities.iter().map(|f| f.location).collect();
    let clinics = Linkage::new(&edges, &places);
    let mut what_if = WhatIf::new(&residents, &clinics, &inputs.demand.zones, service.limits(), Cost::UNREACHED);
    let mut zone_gaps = ZoneGaps::new(study, service, &edges, &homes);
    let mut facilities = service.facilities.to_vec();
    let mut times: [Vec<Seconds>; 2] = Default::default();
    let (mut whole, mut touched) = (Vec::new(), Vec::new());
    let closed = facilities.len();
    for i in 0..OPENED as usize + closed {
        let opens = i.checked_sub(closed);
        if let Some(i) = opens {
            let home = mix(SEED ^ mix(i as u64)) as usize % inputs.demand.len();
            facilities.push(Facility { id: format!("new {i}"), location: inputs.demand.locations[home], ..facilities[0].clone() });
        }
        let snaps = opens.map(|_| Linkage::new(&edges, &[facilities[facilities.len() - 1].location]));
        let (time, (gaps, zones)) = timed(|| {
            let change: Change = match &snaps {
                Some(snaps) => what_if.open(snaps.snaps(0)),
                None => what_if.close(FacilityId::at(i)),
            };
            let zones = zone_gaps.touched(&change, &facilities);
            (zone_gaps.trace(&mut what_if, &facilities, &zones, &NoProgress).expect("not cancelled"), zones)
        });
        times[usize::from(opens.is_some())].push(time);
        touched.push(zones.len() as f64);
        if i % COMPARED == 0 {
            let open: Vec<Facility> = what_if.open_facilities().map(|(id, _)| facilities[id.index()].clone()).collect();
            whole.push(whole_trace(&study, &service, &open, &homes));
            let judge = analyse(&study, &Service { facilities: &open, ..service }, &NoProgress).expect("not cancelled").gaps;
            let listed = judge.gaps.iter().filter(|gap| zones.contains(&gap.zone)).map(|gap| (&gap.polygon, gap.people, &gap.facts));
            assert!(listed.eq(gaps.gaps.iter().map(|gap| (&gap.polygon, gap.people, &gap.facts))), "a whole analysis and ours agree");
        }
        assert!(what_if.undo());
        facilities.truncate(service.facilities.len());
    }
    let all = study.zones.len();
    eprintln!(
        "  what if, with gaps: zones touched: median {}, most {} of {all}",
        median(touched.clone()),
        touched.iter().copied().fold(0.0, f64::max)
    );
    let whole = median(whole.iter().map(|time| 1e3 * time.cpu).collect());
    for (what, times) in ["closes", "opens"].into_iter().zip(times) {
        let mut ms: Vec<f64> = times.iter().map(|time| 1e3 * time.cpu).collect();
        ms.sort_by(f64::total_cmp);
        for (which, ms) in [("median", ms[ms.len() / 2]), ("worst", ms[ms.len() - 1])] {
            let question = format!("what if, with gaps: one of {closed} clinics {what}, Malta, {which} of {}", times.len());
            table.told(&question, &figure(ms), "all zones from a new sweep", &figure(whole), ms / whole, Bar::Over(None));
        }
    }
}

/// What it takes to trace all zones from the open facilities, with the roads, the people and the ground at hand.
fn whole_trace(study: &Study<'_>, service: &Service<'_>, open: &[Facility], homes: &Linkage) -> Seconds {
    let edges = service.edge_grid();
    let places: Vec<_> = open.iter().map(|f| f.location).collect();
    let clinics = Linkage::new(&edges, &places);
    let index = PlaceIndex::of_places(study.places);
    let straight = vec![[false; 2]; study.demand.len()];
    timed(|| {
        let sources = Sources::new(service.network, &clinics, service.direction);
        let mut space = SearchSpace::default();
        let nearest = sources.nearest_facility(&mut space);
        let assessments = assess(homes, &study.demand.zones, &nearest, service.limits());
        let field = CostField::measure(study.ground, &edges, &nearest, Some(service.limit.cost), &NoProgress).expect("not cancelled");
        let traced = Traced {
            zones: study.zones,
            demand: study.demand,
            assessments: &assessments,
            ground: study.ground,
            edges: &edges,
            nearest: &nearest,
            limits: service.limits(),
            rules: service.gaps,
            sources: GapSources { facilities: open, links: homes, straight: &straight, places: &index },
        };
        trace(&traced, &field, &NoProgress).expect("not cancelled")
    })
    .0
}

fn service(inputs: &Inputs) -> Service<'_> {
    let plan = &inputs.plan.services[0];
    let (profile, network) = &inputs.roads[&plan.profile];
    Service {
        id: &plan.id,
        facilities: &inputs.facilities[&plan.facilities],
        network,
        link: LinkRules { snap_m: profile.snap_m, access_speed_m_s: profile.access_speed_m_s, min_component: profile.min_component },
        homes: &inputs.demand.locations,
        barriers: &inputs.barriers,
        limit: plan.limit,
        zone_limits: &[],
        direction: Direction::ToFacility,
        pre_travel: Cost::ZERO,
        gaps: GapRules { ground: GapGround::Inhabited, min_people: 0.0, min_area_m2: 0.0 },
        speed_m_s: profile.speed_m_s,
        detour_factor: 1.3,
        keep_field: false,
        extent: None,
        sweep: &[],
    }
}
