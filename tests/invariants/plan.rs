//! Random towns: crooked blocks with missing and one-way streets; two zones with a crooked border, one of them with a hole and an exclave.

use catchment::geo::{Coord, LineString, MultiPolygon, Polygon, polygon};
use catchment::*;
use proptest::prelude::*;

use crate::common::*;

/// What a town is made of; small enough for a failure to be read.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    columns: usize,
    rows: usize,
    /// By street piece: 0 missing, 1 and 2 one-way, else both ways.
    streets: Vec<u8>,
    /// By crossing: metres off its place.
    shifts: Vec<(f64, f64)>,
    people: Vec<(f64, f64, u64)>,
    clinics: Vec<(f64, f64)>,
    limit_m: u32,
    by_time: bool,
    from_facility: bool,
    inhabited: bool,
    unknown: bool,
    cell_m: f64,
}

/// As many cases as the environment asks for (`PROPTEST_CASES`), else 256; nothing is written beside the tests.
pub(crate) fn cases() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    let place = || (-80.0..680.0f64, -80.0..580.0f64);
    let size = (2..=6usize, 2..=5usize);
    let streets = prop::collection::vec(0..10u8, 72);
    let shifts = prop::collection::vec((-30.0..30.0f64, -30.0..30.0f64), 42);
    let people = prop::collection::vec((place(), 0..100u64).prop_map(|((x, y), n)| (x, y, n)), 0..40);
    let clinics = prop::collection::vec(place(), 0..5);
    let choices = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let ground = prop_oneof![Just(25.0), Just(10.0), Just(37.0)];
    (size, streets, shifts, people, clinics, 0..700u32, choices, ground).prop_map(
        |((columns, rows), streets, shifts, people, clinics, limit_m, (by_time, from_facility, inhabited, unknown), cell_m)| Plan {
            columns,
            rows,
            streets,
            shifts,
            people,
            clinics,
            limit_m,
            by_time,
            from_facility,
            inhabited,
            unknown,
            cell_m,
        },
    )
}

/// West of a border from (310, −60) over (260, 200) to (330, 560), with a lake in it and an exclave in the east; and east of it.
pub(crate) fn zones() -> [MultiPolygon<f64>; 2] {
    let ring = |places: &[(f64, f64)]| LineString::from(places.to_vec());
    let lake = ring(&[(90.0, 110.0), (110.0, 230.0), (215.0, 240.0), (205.0, 95.0), (90.0, 110.0)]);
    let exclave = [(420.0, 130.0), (505.0, 120.0), (515.0, 260.0), (430.0, 250.0), (420.0, 130.0)];
    let west = [(-61.0, -60.0), (310.0, -60.0), (260.0, 200.0), (330.0, 560.0), (-55.0, 545.0), (-61.0, -60.0)];
    let east: Polygon<f64> = polygon![(x: 310., y: -60.), (x: 640., y: -50.), (x: 655., y: 500.), (x: 330., y: 560.), (x: 260., y: 200.)];
    let west = MultiPolygon::new(vec![Polygon::new(ring(&west), vec![lake]), Polygon::new(ring(&exclave), vec![])]);
    [west, Polygon::new(east.exterior().clone(), vec![ring(&exclave)]).into()]
}

impl Plan {
    pub(crate) fn scene(&self) -> Scene {
        let limit = if self.by_time { format!("{}s", self.limit_m) } else { format!("{}m", self.limit_m) };
        let mut scene = Scene::new(&limit);
        self.add_streets(&mut scene);
        let [west, east] = zones();
        scene = scene.zone("West", west);
        scene = if self.unknown { scene.unknown_zone("East", east) } else { scene.zone("East", east) };
        let known = scene.zones.clone();
        let index = ZoneIndex::new(&known);
        for &(x, y, n) in &self.people {
            scene.point(x, y, index.locate(Coord { x, y }), People::persons(n));
        }
        let old = scene.demand.people.iter().map(|p| People(p.0 / 3)).collect();
        scene.demand.groups = vec![Group { name: "age_60_up".into(), people: old }];
        scene = scene.clinics(&self.clinics);
        scene.link.snap_m = 80.0;
        scene.link.min_component = 3;
        scene.cell_m = self.cell_m;
        scene.direction = if self.from_facility { Direction::FromFacility } else { Direction::ToFacility };
        scene.gaps.ground = if self.inhabited { GapGround::Inhabited } else { GapGround::All };
        scene
    }

    fn add_streets(&self, scene: &mut Scene) {
        let speed = if self.by_time { 1.2 } else { 1.0 };
        let crossing = |column: usize, row: usize| {
            let (dx, dy) = self.shifts[row * 7 + column];
            (100.0 * column as f64 + dx, 100.0 * row as f64 + dy)
        };
        let mut streets = self.streets.iter().cycle();
        for row in 0..=self.rows {
            for column in 0..=self.columns {
                for (to_column, to_row) in [(column + 1, row), (column, row + 1)] {
                    if to_column > self.columns || to_row > self.rows {
                        continue;
                    }
                    let (forward, backward) = match streets.next() {
                        Some(0) => continue,
                        Some(1) => (Some(speed), None),
                        Some(2) => (None, Some(speed)),
                        _ => (Some(speed), Some(speed)),
                    };
                    scene.piece(crossing(column, row), crossing(to_column, to_row), forward, backward);
                }
            }
        }
    }
}
