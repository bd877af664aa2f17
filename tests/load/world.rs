//! A little world in OpenStreetMap XML, near (9° E, 0° N), where 0.001° are 111.319 m of the equator and 110.574 m of the meridian.
//! Places are whole units of 0.0001° (11.1 m) east and north of there.

use std::fmt::Write as _;

use catchment::{Finding, NoProgress};
use catchment_io::{Error, InMemory, Inputs, Plan, Run, load, run};

pub(crate) type TagList<'a> = &'a [(&'a str, &'a str)];

#[derive(Clone, Default)]
pub(crate) struct World {
    nodes: String,
    ways: String,
    relations: String,
}

impl World {
    /// [`World::bare_street`] with a clinic of no name at its first corner, node 400.
    pub(crate) fn street(corners: i64) -> World {
        let mut world = World::bare_street(corners);
        world.node(400, 0, 0, &[("amenity", "clinic")]);
        world
    }

    /// A street along the equator with a corner every 0.001°: nodes 1 … `corners`, way 1; and a boundary of level 8 around it,
    /// relation 1, 0.001° wider on every side.
    pub(crate) fn bare_street(corners: i64) -> World {
        let mut world = World::default();
        for k in 0..corners {
            world.node(k + 1, 10 * k, 0, &[]);
        }
        world.way(1, &(1..=corners).collect::<Vec<_>>(), &[("highway", "residential")]);
        world.town(1, -10, 10 * corners, &[("name", "Town")]);
        world
    }

    pub(crate) fn node(&mut self, id: i64, east: i64, north: i64, tags: TagList<'_>) -> &mut World {
        let (lon, lat) = (9.0 + east as f64 * 1e-4, north as f64 * 1e-4);
        let _ = writeln!(self.nodes, "<node id=\"{id}\" lon=\"{lon:.7}\" lat=\"{lat:.7}\">{}</node>", text(tags));
        self
    }

    /// A node at a longitude and latitude.
    pub(crate) fn at(&mut self, id: i64, lon: f64, lat: f64, tags: TagList<'_>) -> &mut World {
        let _ = writeln!(self.nodes, "<node id=\"{id}\" lon=\"{lon:.7}\" lat=\"{lat:.7}\">{}</node>", text(tags));
        self
    }

    pub(crate) fn way(&mut self, id: i64, refs: &[i64], tags: TagList<'_>) -> &mut World {
        let refs: String = refs.iter().map(|id| format!("<nd ref=\"{id}\"/>")).collect();
        let _ = writeln!(self.ways, "<way id=\"{id}\">{refs}{}</way>", text(tags));
        self
    }

    pub(crate) fn relation(&mut self, id: i64, outer: &[i64], tags: TagList<'_>) -> &mut World {
        let members: String = outer.iter().map(|id| format!("<member type=\"way\" ref=\"{id}\" role=\"outer\"/>")).collect();
        let _ = writeln!(self.relations, "<relation id=\"{id}\">{members}{}</relation>", text(tags));
        self
    }

    /// A relation as XML.
    pub(crate) fn raw(&mut self, relation: &str) -> &mut World {
        self.relations += relation;
        self
    }

    /// A closed way around a rectangle, and its four corners with the ids from `10 × id` on.
    pub(crate) fn rectangle(&mut self, id: i64, [west, south, east, north]: [i64; 4], tags: TagList<'_>) -> &mut World {
        let corners = [(west, south), (east, south), (east, north), (west, north)];
        let ids: Vec<i64> = (0..4).map(|i| 10 * id + i).collect();
        for (id, (x, y)) in ids.iter().zip(corners) {
            self.node(*id, x, y, &[]);
        }
        self.way(id, &[ids[0], ids[1], ids[2], ids[3], ids[0]], tags)
    }

    /// A boundary of level 8 from `west` to `east`, 0.002° high: relation `id`, way `1000 + id`.
    pub(crate) fn town(&mut self, id: i64, west: i64, east: i64, tags: TagList<'_>) -> &mut World {
        self.rectangle(1000 + id, [west, -10, east, 10], &[]);
        let all: Vec<_> =
            [("type", "boundary"), ("boundary", "administrative"), ("admin_level", "8")].iter().chain(tags).copied().collect();
        self.relation(id, &[1000 + id], &all)
    }

    pub(crate) fn xml(&self) -> String {
        format!("<osm version=\"0.6\">\n{}{}{}</osm>\n", self.nodes, self.ways, self.relations)
    }

    pub(crate) fn load(&self, plan: &str, more: &[(&str, &str)]) -> Inputs {
        self.try_load(plan, more).unwrap()
    }

    pub(crate) fn try_load(&self, plan: &str, more: &[(&str, &str)]) -> Result<Inputs, Error> {
        self.with(plan, more, |plan, files| load(plan, files, &NoProgress))
    }

    pub(crate) fn run(&self, plan: &str, more: &[(&str, &str)]) -> Run {
        self.with(plan, more, |plan, files| run(plan, files, &NoProgress)).unwrap()
    }

    /// The same with files that are no text.
    pub(crate) fn with_files(&self, plan: &str, more: &[(&str, &[u8])]) -> Result<Inputs, Error> {
        let xml = self.xml();
        let files: Vec<(&str, &[u8])> = [("world.osm", xml.as_bytes())].into_iter().chain(more.iter().copied()).collect();
        load(&Plan::parse(plan).unwrap(), &InMemory(&files), &NoProgress)
    }

    fn with<T>(&self, plan: &str, more: &[(&str, &str)], work: impl Fn(&Plan, &InMemory<'_>) -> T) -> T {
        let xml = self.xml();
        let mut files: Vec<(&str, &[u8])> = vec![("world.osm", xml.as_bytes())];
        files.extend(more.iter().map(|(name, text)| (*name, text.as_bytes())));
        work(&Plan::parse(plan).unwrap(), &InMemory(&files))
    }
}

fn text(tags: TagList<'_>) -> String {
    tags.iter().map(|(key, value)| format!("<tag k=\"{key}\" v=\"{value}\"/>")).collect()
}

/// Zone totals from the extract, clinics from the extract, 15 minutes; small islands of roads count.
pub(crate) const PLAN: &str = r#"
[study]
id = "world"
title = "World"
[roads]
source = "world.osm"
[zones]
source = "world.osm"
admin_level = 8
[people]
method = "spread"
[[facilities]]
id = "clinics"
source = "world.osm"
osm = ["amenity=clinic"]
[[services]]
id = "walk"
facilities = "clinics"
limit = "15min"
[profiles.walk]
min_component = 2
"#;

/// The same with people as points of `people.csv`.
pub(crate) fn points() -> String {
    PLAN.replace("method = \"spread\"", "method = \"points\"\nsource = \"people.csv\"")
}

/// The findings of a kind.
pub(crate) fn of_kind<'i>(findings: &'i [Finding], kind: &str) -> Vec<&'i Finding> {
    findings.iter().filter(|finding| finding.kind == kind).collect()
}

/// The only finding of a kind.
pub(crate) fn only<'i>(findings: &'i [Finding], kind: &str) -> &'i Finding {
    match of_kind(findings, kind)[..] {
        [one] => one,
        _ => panic!("not one {kind} in {findings:#?}"),
    }
}
