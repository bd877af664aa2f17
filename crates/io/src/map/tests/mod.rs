//! Small scenes with answers known in advance.

use geo::{Coord, Line, LineString, MultiPolygon, Polygon, Rect};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::fit::{Extent, Fit};
use super::labels::{Taken, draw_names, draw_numbers};
use super::text::Out;
use super::*;

mod picture;

fn square(x: f64, y: f64, side: f64) -> MultiPolygon<f64> {
    MultiPolygon(vec![Rect::new(Coord { x, y }, Coord { x: x + side, y: y + side }).to_polygon()])
}

/// Two towns of 10 km side by side, a covered square in the west and twelve gaps in the east, of 4,096, 2,048 … 2 people.
struct Ground {
    zones: [MultiPolygon<f64>; 2],
    names: [&'static str; 2],
    covered: Vec<MultiPolygon<f64>>,
    gaps: Vec<MultiPolygon<f64>>,
    roads: Vec<Line<f64>>,
}

impl Ground {
    fn new(names: [&'static str; 2]) -> Self {
        let at = |i: usize| (10_500.0 + 2_200.0 * (i % 4) as f64, 500.0 + 3_000.0 * (i / 4) as f64);
        let road = |i: i32| Line::new((f64::from(i) * 10.0, 5_000.0), (f64::from(i + 1) * 10.0, 5_000.0));
        Self {
            zones: [square(0.0, 0.0, 10_000.0), square(10_000.0, 0.0, 10_000.0)],
            names,
            covered: vec![square(500.0, 500.0, 3_000.0)],
            gaps: (0..12).map(|i| square(at(i).0, at(i).1, 1_500.0)).collect(),
            roads: (0..1500).map(road).collect(),
        }
    }

    fn scene(&self) -> MapScene<'_> {
        let zones = self.zones.iter().zip(self.names);
        MapScene {
            title: "East & West <15 min>",
            subtitle: "A \"test\"",
            method: vec!["© OpenStreetMap contributors".to_owned()],
            lang: Lang::En,
            zones: zones.map(|(polygon, name)| ZoneShape { name, polygon, people_share: Some(0.5) }).collect(),
            roads: &self.roads,
            covered: &self.covered,
            gaps: self.gap_shapes(),
            no_data: &[],
            facilities: vec![
                FacilityMark { x: 2_000.0, y: 2_000.0, name: "A & B", kind: "clinic", linked: true },
                FacilityMark { x: 9_000.0, y: 9_000.0, name: "C", kind: "clinic", linked: false },
            ],
        }
    }

    fn gap_shapes(&self) -> Vec<GapShape<'_>> {
        let gap = |(i, polygon)| GapShape { polygon, rank: i as u32 + 1, people: Some(f64::from(4096u32 >> i)), zone_name: self.names[1] };
        self.gaps.iter().enumerate().map(gap).collect()
    }
}

/// All text elements of an SVG; panics when it is not well-formed.
fn texts(svg: &str) -> Vec<String> {
    let mut reader = Reader::from_str(svg);
    reader.config_mut().check_end_names = true;
    let (mut found, mut inside) = (Vec::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) if tag.name().as_ref() == "text" => {
                inside = true;
                found.push(String::new());
            }
            Event::End(tag) if tag.name().as_ref() == "text" => inside = false,
            Event::Text(text) if inside => found.last_mut().unwrap().push_str(&text),
            Event::GeneralRef(name) if inside => found.last_mut().unwrap().push_str(&format!("&{};", &*name)),
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn the_page_says_what_it_must() {
    let ground = Ground::new(["Westham", "Eastham"]);
    let svg = svg(&ground.scene());
    let texts = texts(&svg);
    let has = |text: &str| texts.iter().filter(|t| *t == text).count();
    assert_eq!(has("East &amp; West &lt;15 min&gt;"), 1);
    assert_eq!(has("A &quot;test&quot;"), 1);
    assert_eq!(has("© OpenStreetMap contributors"), 1);
    for rank in 1..=10 {
        let circled = format!(r##"fill="#fff">{rank}</text>"##);
        assert_eq!(svg.matches(&circled).count(), 2, "number {rank}, on the map and in the table");
    }
    assert_eq!((has("11"), has("12")), (0, 0));
    assert_eq!((has("4,096"), has("2,048"), has("16")), (1, 1, 1));
    assert_eq!((has("2 other gaps"), has("6")), (1, 2 + 1), "4 + 2 people are left out");
    assert_eq!((has("0"), has("1"), has("2 km")), (1, 2 + 1, 1), "scale bar");
    assert_eq!((has("Westham"), has("Eastham")), (1, 1 + 10), "on the map and in the table");
    assert_eq!((has("clinic (2)"), has("Facility not linked to any road (1)"), has("N")), (1, 1, 1));
    assert!(svg.contains("<title>A &amp; B</title>"));
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

#[test]
fn many_segments_become_one_line() {
    let ground = Ground::new(["", ""]);
    let svg = svg(&MapScene { roads: &ground.roads, ..MapScene::default() });
    let (_, roads) = svg.split_once(r#"<g id="roads""#).unwrap();
    let (roads, _) = roads.split_once("</g>").unwrap();
    assert_eq!(roads.matches("<path").count(), 1);
    assert_eq!(roads.matches('M').count(), 1);
    assert_eq!(roads.matches('l').count() - roads.matches("fill").count() * 2, 1, "{roads}");
    assert!(roads.len() < 160, "{roads}");
}

#[test]
fn the_same_scene_gives_the_same_bytes() {
    let ground = Ground::new(["West", "东城"]);
    let mut shuffled = ground.scene();
    shuffled.gaps.reverse();
    let mut roads = ground.roads.clone();
    roads.reverse();
    shuffled.roads = &roads;
    let (first, again) = (svg(&ground.scene()), svg(&ground.scene()));
    assert_eq!(first, again);
    assert_eq!(first, svg(&shuffled), "the order of gaps and roads does not matter");
    assert_eq!(png(&first, 500).unwrap(), png(&again, 500).unwrap());
}

#[test]
fn names_and_numbers_do_not_overlap() {
    let names: Vec<String> = (0..400).map(|i| format!("Town number {i}")).collect();
    let side = |i: usize| 600.0 + 90.0 * (i % 7) as f64;
    let at = |i: usize| ((i % 20) as f64 * 900.0, (i / 20) as f64 * 900.0);
    let grounds: Vec<_> = (0..400).map(|i| square(at(i).0, at(i).1, side(i))).collect();
    let zone = |(polygon, name)| ZoneShape { name, polygon, people_share: Some(0.25) };
    let gap = |(i, polygon)| GapShape { polygon, rank: i as u32, people: None, zone_name: "" };
    let scene = MapScene {
        zones: grounds.iter().zip(names.iter().map(String::as_str)).map(zone).collect(),
        gaps: grounds.iter().step_by(3).enumerate().map(gap).collect(),
        ..MapScene::default()
    };
    let fit = Fit::new(&Extent::of(&scene), super::fit::Rect { x: 0.0, y: 0.0, w: 1500.0, h: 1500.0 });
    let (mut out, mut taken) = (Out::default(), Taken::new(Vec::new(), &scene, &fit));
    draw_numbers(&mut out, &scene, &fit, &mut taken);
    assert_eq!(taken.boxes.len(), 10);
    draw_names(&mut out, &scene, &fit, &mut taken);
    assert!(taken.boxes.len() > 100, "{} labels", taken.boxes.len());
    for (i, a) in taken.boxes.iter().enumerate() {
        assert!(taken.boxes[..i].iter().all(|b| !a.meets(b)), "label {i} overlaps another");
        assert!(fit.frame.holds(a));
    }
}

#[test]
fn an_empty_scene_is_a_page() {
    for lang in [Lang::En, Lang::Zh, Lang::Both] {
        let svg = svg(&MapScene { lang, ..MapScene::default() });
        assert!(texts(&svg).iter().any(|t| t.contains(if lang == Lang::Zh { "无盲区" } else { "No gaps" })));
        let picture = png(&svg, 300).unwrap();
        assert_eq!(picture.width_px, 300);
        assert!(picture.missing.is_empty());
    }
}

#[test]
fn degenerate_shapes_do_not_fail() {
    let line = |points: Vec<(f64, f64)>| MultiPolygon(vec![Polygon::new(LineString::from(points), vec![])]);
    let shapes = [
        MultiPolygon(vec![]),
        line(vec![]),
        line(vec![(5.0, 5.0)]),
        line(vec![(0.0, 0.0), (100.0, 0.0)]),
        line(vec![(0.0, 0.0), (f64::NAN, 1.0), (f64::INFINITY, 1e300), (1.0, 1.0)]),
        line(vec![(-1e8, -1e8), (1e8, -1e8), (1e8, 1e8)]),
        line(vec![(0.0, 0.0), (1e-9, 0.0), (0.0, 1e-9)]),
    ];
    for shape in &shapes {
        let roads = [Line::new((0.0, 0.0), (f64::NAN, 0.0)), Line::new((0.0, 0.0), (0.0, 0.0))];
        let scene = MapScene {
            zones: vec![ZoneShape { name: "a\u{0}b\n", polygon: shape, people_share: Some(f64::NAN) }],
            roads: &roads,
            covered: std::slice::from_ref(shape),
            gaps: vec![GapShape { polygon: shape, rank: 0, people: Some(f64::NAN), zone_name: "" }],
            facilities: vec![FacilityMark { x: f64::NAN, y: 0.0, name: "", kind: "", linked: true }],
            ..MapScene::default()
        };
        let svg = svg(&scene);
        texts(&svg);
        png(&svg, 200).unwrap();
    }
}

#[test]
fn a_gap_too_small_to_see_is_still_drawn() {
    let (town, gap) = (square(0.0, 0.0, 100_000.0), square(50.0, 50.0, 1.0));
    let scene = MapScene {
        zones: vec![ZoneShape { name: "T", polygon: &town, people_share: None }],
        gaps: vec![GapShape { polygon: &gap, rank: 1, people: None, zone_name: "T" }],
        ..MapScene::default()
    };
    let svg = svg(&scene);
    assert!(svg.contains("<title>1. T: –</title>"));
    assert!(texts(&svg).contains(&"Gap, people unknown".to_owned()));
}
