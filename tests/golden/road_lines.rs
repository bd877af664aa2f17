//! The streets of Malta and Liechtenstein, written out as survey centrelines and read back: the same study without OpenStreetMap's
//! junctions. What must come again is what the extract says, but for what a survey cannot know.

use std::borrow::Cow;
use std::fmt::Write as _;

use catchment::{EdgeGrid, LinkRules, Linkage, NoProgress, Profile};
use catchment_io::osm::{self, Kind, Line, OsmData, Select, TagView};
use catchment_io::plan::RoadsPlan;
use catchment_io::{Error, Files, Folder, Plan, Run, run};

/// All ways with a class, with the tags that say how they are used and on which level they are.
struct Ways<'p>(&'p Profile);

impl Select for Ways<'_> {
    fn looks_at(&self, _: Kind, _: &str) -> bool {
        false
    }

    fn selects(&self, _: Kind, _: TagView<'_>) -> bool {
        false
    }

    fn line(&self, tags: TagView<'_>) -> bool {
        tags.get("highway").is_some()
    }

    fn line_key(&self, key: &str) -> bool {
        self.0.reads(key) || ["layer", "bridge", "tunnel"].contains(&key)
    }

    fn keeps_key(&self, _: &str) -> bool {
        false
    }
}

/// A folder, and a layer of roads beside its files.
struct With(Folder, String);

impl Files for With {
    fn read(&self, name: &str) -> Result<Cow<'_, [u8]>, Error> {
        if name == "roads.geojson" { Ok(Cow::Borrowed(self.1.as_bytes())) } else { self.0.read(name) }
    }

    fn open(&self, name: &str) -> Result<osm::Source<'_>, Error> {
        self.0.open(name)
    }
}

/// What the layer says of levels.
#[derive(Debug, Clone, Copy)]
enum Levels {
    /// What the tags say.
    Tags,
    /// Each line has its own.
    Own,
}

/// The ways that walkers use, cut where they share a node with another or themselves.
fn layer(data: &OsmData, profile: &Profile, levels: Levels) -> String {
    let open = |line: &Line<'_>| profile.classify(|key| data.lines.sets()[line.set].get(key), || 1.0).is_open();
    let mut uses = vec![0u32; data.positions.len()];
    for place in data.lines.iter().filter(open).flat_map(|line| line.places().flatten().collect::<Vec<_>>()) {
        uses[place] += 1;
    }
    let (mut features, mut count) = (String::new(), 0);
    for line in data.lines.iter().filter(open) {
        let tags = &data.lines.sets()[line.set];
        let class = tags.get("highway").filter(|class| profile.highway[*class] == catchment::ClassAccess::Open).unwrap_or("footway");
        let level = match (tags.get("layer").and_then(|level| level.parse::<f64>().ok()), tags.get("bridge"), tags.get("tunnel")) {
            (Some(level), ..) => level,
            (None, Some(bridge), _) if bridge != "no" => 1.0,
            (None, _, Some(tunnel)) if tunnel != "no" => -1.0,
            _ => 0.0,
        };
        let places: Vec<usize> = line.places().flatten().collect();
        // a line that crosses itself does so on its own level: with one for each piece, pieces end at every node
        let ends = |place: usize| matches!(levels, Levels::Own) || uses[place] > 1;
        let mut cut: Vec<usize> = (1..places.len().saturating_sub(1)).filter(|i| ends(places[*i])).collect();
        cut.push(places.len() - 1);
        let mut from = 0;
        for to in cut {
            let coordinates: Vec<String> = places[from..=to]
                .iter()
                .map(|place| {
                    let at = data.positions.at(*place);
                    format!("[{:.7},{:.7}]", at.lon(), at.lat())
                })
                .collect();
            count += 1;
            let level = if let Levels::Own = levels { f64::from(count) / 1000.0 } else { level };
            let comma = if features.is_empty() { "" } else { ",\n" };
            let _ = write!(
                features,
                "{comma}{{\"type\":\"Feature\",\"properties\":{{\"class\":\"{class}\",\"layer\":{level}}},\"geometry\":{{\"type\":\"LineString\",\
                 \"coordinates\":[{}]}}}}",
                coordinates.join(",")
            );
            from = to;
        }
    }
    format!("{{\"type\":\"FeatureCollection\",\"features\":[{features}]}}")
}

/// A study on the extract, and on its streets as a layer with these further keys.
fn both(name: &str, extract: &str, levels: Levels, snap_m: f64) -> [Run; 2] {
    let folder = Folder(format!("{}/../../data/{name}", env!("CARGO_MANIFEST_DIR")).into());
    let text = std::fs::read_to_string(folder.0.join("plan.toml")).unwrap();
    let mut plan = Plan::parse(&text).unwrap();
    plan.services.truncate(1);
    plan.outputs.map = false;
    let profile = plan.profile("walk").unwrap();
    let data = osm::read(&std::fs::read(folder.0.join(extract)).unwrap(), &Ways(&profile)).unwrap();
    let of_extract = run(&plan, &folder, &NoProgress).unwrap();
    plan.roads = RoadsPlan { snap_m: Some(snap_m), ..RoadsPlan::new("roads.geojson") };
    plan.roads.columns.level = Some("layer".to_owned());
    (plan.people.source, plan.ground.source) = (Some(extract.to_owned()), Some(extract.to_owned()));
    let of_layer = run(&plan, &With(folder, layer(&data, &profile, levels)), &NoProgress).unwrap();
    [of_extract, of_layer]
}

/// What each point costs, ms; places that are reached by nobody cost most.
fn costs(run: &Run) -> Vec<u32> {
    run.reports[0].assessments.iter().map(|point| point.label.cost.0).collect()
}

/// Percentage points of people and area covered by which the second exceeds the first.
fn more(runs: &[Run; 2]) -> [f64; 2] {
    let share = |run: &Run| {
        let total = &run.reports[0].coverage.total;
        let ground = &total.masks[0];
        // of all people and ground: an extract and a layer of it do not say alike how far their roads are known
        let people = total.people.unwrap();
        [people.covered.as_f64() / people.total().as_f64(), ground.covered.m2() / ground.total().m2()]
    };
    let [extract, layer] = runs.each_ref().map(share);
    [layer[0] - extract[0], layer[1] - extract[1]].map(|more| 100.0 * more)
}

const COUNTRIES: [(&str, &str); 2] = [("malta", "malta-2024-03-13.osm.pbf"), ("liechtenstein", "liechtenstein-2013-08-03.osm.pbf")];

/// Every piece on a level of its own: pieces meet with their ends and nowhere else, as the ways of the extract do at their nodes. Then the
/// layer is the extract, and every point costs the same. (Way 1887 of Liechtenstein crosses itself twice without a node.)
#[test]
fn streets_cut_at_their_junctions_are_the_extract() {
    for (name, extract) in COUNTRIES {
        let runs = both(name, extract, Levels::Own, 0.02);
        assert!(costs(&runs[0]) == costs(&runs[1]), "{name}");
        let [people, ground] = more(&runs);
        // cells that the extent cuts are rounded to square millimetres
        assert!(people == 0.0 && ground.abs() < 1e-9, "{name}: {people}, {ground}");
    }
}

/// On the levels of their tags, ends joined within half a metre: what the extract draws across each other without a node is joined too. So
/// nobody's way is longer, but where a piece that was an island is one no more, and somebody is nearer to it than to any other road.
#[test]
fn streets_on_the_levels_of_their_tags_are_the_extract_and_what_it_lacks() {
    for (name, extract) in COUNTRIES {
        let runs = both(name, extract, Levels::Tags, RoadsPlan::SNAP_M);
        let [people, area] = more(&runs);
        assert!((0.0..0.1).contains(&people) && (0.0..0.05).contains(&area), "{name}: {people} {area}");
        let [legs, new_legs] = runs.each_ref().map(legs);
        for (point, (cost, new)) in costs(&runs[0]).into_iter().zip(costs(&runs[1])).enumerate() {
            // a street that was moved by centimetres is longer by centimetres
            assert!(new <= cost.saturating_add(1000) || new_legs[point] < legs[point], "{name}, point {point}: {new} after {cost}");
        }
    }
}

/// How far each point is from its road, mm.
fn legs(run: &Run) -> Vec<u32> {
    let (profile, network) = &run.inputs.roads["walk"];
    let rules = LinkRules { snap_m: profile.snap_m, access_speed_m_s: profile.access_speed_m_s, min_component: profile.min_component };
    let grid = EdgeGrid::new(network, rules).unwrap();
    let linkage = Linkage::new(&grid, &run.inputs.demand.locations);
    (0..linkage.len()).map(|point| linkage.snaps(point).first().map_or(u32::MAX, |snap| (snap.leg_m * 1000.0) as u32)).collect()
}
