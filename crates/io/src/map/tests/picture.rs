//! The rendered pixels.

use geo::polygon;
use resvg::tiny_skia::Pixmap;

use super::*;

/// Pixels darker than half within a rectangle given in shares of the picture.
fn dark(picture: &Picture, x: (f32, f32), y: (f32, f32)) -> usize {
    let pixels = Pixmap::decode_png(&picture.png).unwrap();
    assert_eq!((pixels.width(), pixels.height()), (picture.width_px, picture.height_px));
    let (w, h) = (pixels.width() as f32, pixels.height() as f32);
    let inside = |i: usize| {
        let (px, py) = ((i as u32 % pixels.width()) as f32 / w, (i as u32 / pixels.width()) as f32 / h);
        px >= x.0 && px < x.1 && py >= y.0 && py < y.1
    };
    let is_dark = |(i, p): (usize, &resvg::tiny_skia::PremultipliedColorU8)| inside(i) && u32::from(p.red()) + u32::from(p.green()) < 200;
    pixels.pixels().iter().enumerate().filter(|&p| is_dark(p)).count()
}

#[test]
fn chinese_names_leave_ink_on_the_picture() {
    let (named, bare) = (Ground::new(["闵行区", "梅陇镇"]), Ground::new(["", ""]));
    let render = |ground: &Ground| {
        let scene = MapScene { gaps: Vec::new(), facilities: Vec::new(), ..ground.scene() };
        png(&svg(&scene), 2246).unwrap()
    };
    let (named, bare) = (render(&named), render(&bare));
    assert_eq!((named.width_px, named.height_px), (2246, 1588));
    assert!(named.missing.is_empty());
    // The middle of the western and of the eastern town; the frame spans 3 % to 75 % of the page.
    for x in [(0.12, 0.32), (0.48, 0.68)] {
        let (with, without) = (dark(&named, x, (0.3, 0.7)), dark(&bare, x, (0.3, 0.7)));
        assert!(with > without + 100, "{with} dark pixels with names, {without} without");
    }
}

#[test]
fn characters_without_a_glyph_are_reported() {
    let svg = svg(&MapScene { title: "Ħaż-Żebbuġ 龘靐 Đường €", subtitle: "𠮷 ሀ 𠮷", ..MapScene::default() });
    assert_eq!(png(&svg, 400).unwrap().missing, ['ሀ', '𠮷']);
}

#[test]
fn bad_requests_are_errors() {
    assert!(matches!(png("<svg", 100), Err(MapError::Svg { .. })));
    let svg = svg(&MapScene::default());
    assert!(matches!(png(&svg, 0), Err(MapError::Size { .. })));
    let error = png(&svg, 30_000).unwrap_err();
    assert!(error.to_string().starts_with("a picture of 30000 × 42431 pixels cannot be made"), "{error}");
}

#[test]
fn the_page_stands_for_a_tall_country_and_lies_for_a_wide_one() {
    let size = |w: f64, h: f64| {
        let country = MultiPolygon(vec![polygon![(x: 0.0, y: 0.0), (x: w, y: 0.0), (x: w, y: h), (x: 0.0, y: h)]]);
        let zones = vec![ZoneShape { name: "", polygon: &country, people_share: None }];
        let picture = png(&svg(&MapScene { zones, ..MapScene::default() }), 100).unwrap();
        (picture.width_px, picture.height_px)
    };
    assert_eq!(size(1_000.0, 5_000.0), (100, 141));
    assert_eq!(size(5_000.0, 1_000.0), (100, 71));
}
