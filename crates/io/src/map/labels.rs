//! Names of towns and numbers of gaps, placed so that nothing overlaps.

use geo::{Area, Polygon};

use super::fit::{Fit, Rect};
use super::marks::{NUMBER_RADIUS, number};
use super::scene::{MapScene, ZoneShape};
use super::spots::{Spot, spots};
use super::text::{Num, Out, width};

/// Font sizes of names, the preferred first.
const SIZES: [f64; 3] = [10.0, 8.8, 7.6];
/// Up to this many facilities no name may hide one.
const FEW_SYMBOLS: usize = 100;
/// How much wider than the shape's own room a name may be.
const OVERHANG: f64 = 1.15;

/// A name as it would be printed: its lines, and the share below them.
struct Form {
    lines: Vec<String>,
    share: Option<String>,
    font_size: f64,
}

/// The ground that is taken, and what should rather not be covered.
pub(super) struct Taken {
    pub(super) boxes: Vec<Rect>,
    symbols: Vec<(f64, f64)>,
    /// Whether there are so many symbols that a name may hide some.
    crowded: bool,
}

impl Taken {
    pub(super) fn new(boxes: Vec<Rect>, scene: &MapScene<'_>, fit: &Fit) -> Self {
        let places = scene.facilities.iter().filter_map(|f| fit.point(geo::Coord { x: f.x, y: f.y }));
        let symbols: Vec<_> = places.collect();
        Self { boxes, crowded: symbols.len() > FEW_SYMBOLS, symbols }
    }

    /// What of it meets a rectangle.
    fn within(&self, rect: &Rect) -> Self {
        let boxes = self.boxes.iter().filter(|b| b.meets(rect)).copied().collect();
        let symbols = self.symbols.iter().filter(|&&place| rect.contains(place)).copied().collect();
        Self { boxes, symbols, crowded: self.crowded }
    }

    fn is_free(&self, rect: &Rect, fit: &Fit) -> bool {
        fit.frame.grown(-2.0).holds(rect) && !self.boxes.iter().any(|b| b.meets(rect))
    }

    fn hidden_symbols(&self, rect: &Rect) -> usize {
        let rect = rect.grown(2.5);
        self.symbols.iter().filter(|&&place| rect.contains(place)).count()
    }
}

/// Draws the numbers of the listed gaps inside them; a number that would cover another moves aside on a leader line.
pub(super) fn draw_numbers(out: &mut Out, scene: &MapScene<'_>, fit: &Fit, taken: &mut Taken) {
    out.line(format_args!(r#"<g id="numbers">"#));
    for gap in scene.listed_gaps() {
        let polygons = fit.polygons(gap.polygon);
        let Some(inside) = spots(&polygons, fit).first().map(|spot| spot.at) else {
            continue;
        };
        let side = 2.0 * NUMBER_RADIUS + 1.5;
        let places = std::iter::once(inside).chain(around(inside));
        let free = |at: &(f64, f64)| taken.is_free(&Rect::around(*at, side, side), fit);
        let at = places.into_iter().find(free).unwrap_or(inside);
        if at != inside {
            out.line(format_args!(
                r##"<path d="M{} {}L{} {}" stroke="#1a1a1a" stroke-width=".8"/><circle cx="{0}" cy="{1}" r="1.6" fill="#1a1a1a"/>"##,
                Num(inside.0),
                Num(inside.1),
                Num(at.0),
                Num(at.1)
            ));
        }
        number(out, at, gap.rank);
        taken.boxes.push(Rect::around(at, side, side));
    }
    out.line(format_args!("</g>"));
}

/// Places around a point, near ones first.
fn around((x, y): (f64, f64)) -> impl Iterator<Item = (f64, f64)> {
    [16.0, 24.0, 34.0, 46.0].into_iter().flat_map(move |radius| {
        (0..12).map(move |step| {
            let angle = f64::from(step) * std::f64::consts::TAU / 12.0;
            (x + radius * angle.sin(), y - radius * angle.cos())
        })
    })
}

/// Draws the names of the towns that have room for them, larger towns first.
pub(super) fn draw_names(out: &mut Out, scene: &MapScene<'_>, fit: &Fit, taken: &mut Taken) {
    out.line(format_args!(
        r##"<g id="names" text-anchor="middle" fill="#1d2733" stroke="#fff" stroke-width="2.4" stroke-opacity=".85" stroke-linejoin="round" paint-order="stroke">"##
    ));
    let mut zones: Vec<(f64, &ZoneShape<'_>, Vec<Polygon<f64>>)> = scene
        .zones
        .iter()
        .map(|zone| (zone, fit.polygons(zone.polygon)))
        .map(|(zone, polygons)| (polygons.iter().map(Area::unsigned_area).sum(), zone, polygons))
        .collect();
    zones.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.name.cmp(b.1.name)));
    for (_, zone, polygons) in &zones {
        let spots = spots(polygons, fit);
        let forms = forms(zone);
        let near = taken.within(&reach(&spots));
        let place = [false, true].iter().find_map(|&loose| place(&forms, &spots, loose, fit, &near));
        if let Some((form, at)) = place {
            form.draw(out, at);
            let (w, h) = form.size();
            taken.boxes.push(Rect::around(at, w, h));
        }
    }
    out.line(format_args!("</g>"));
}

/// The ground that a name at one of the spots could cover.
fn reach(spots: &[Spot]) -> Rect {
    let most = |f: fn(&Spot) -> f64| spots.iter().map(f).fold(f64::NEG_INFINITY, f64::max);
    let (left, right) = (-most(|s| s.room - s.at.0), most(|s| s.at.0 + s.room));
    let (top, bottom) = (-most(|s| -s.at.1), most(|s| s.at.1));
    Rect { x: left, y: top, w: right - left, h: bottom - top }.grown(2.0 * SIZES[0] * 1.5)
}

/// The form and place of a name that hide the fewest facilities, of equal ones the first. None may be hidden where
/// facilities are few.
fn place<'f>(forms: &'f [Form], spots: &[Spot], loose: bool, fit: &Fit, taken: &Taken) -> Option<(&'f Form, (f64, f64))> {
    let mut best = None;
    let mut fewest = if taken.crowded { usize::MAX } else { 1 };
    for form in forms {
        let (w, h) = form.size();
        for spot in spots.iter().filter(|spot| spot.loose == loose && w <= spot.room * OVERHANG) {
            let slack = (spot.room - w).max(0.0) / 2.0;
            for shift in [0.0, -0.4, 0.4, -0.8, 0.8] {
                let at = (spot.at.0 + shift * slack, spot.at.1);
                let ground = Rect::around(at, w, h);
                let hidden = taken.hidden_symbols(&ground);
                if hidden < fewest && taken.is_free(&ground, fit) {
                    (best, fewest) = (Some((form, at)), hidden);
                }
            }
        }
        if fewest == 0 {
            break;
        }
    }
    best
}

/// The ways to print a town's name: large before small, with the share before without, on one line before two.
fn forms(zone: &ZoneShape<'_>) -> Vec<Form> {
    let name = zone.name.trim();
    if name.is_empty() {
        return Vec::new();
    }
    let share = zone.people_share.filter(|s| s.is_finite()).map(|s| format!("{:.0}%", s * 100.0));
    let layouts: Vec<Vec<String>> = std::iter::once(vec![name.to_owned()]).chain(in_two(name)).collect();
    let mut forms = Vec::new();
    for font_size in SIZES {
        let form = |lines: &Vec<String>, share: Option<String>| Form { lines: lines.clone(), share, font_size };
        // The smallest size is for names alone: a share in smaller letters still could not be read.
        if let Some(share) = share.as_ref().filter(|_| font_size > SIZES[2]) {
            forms.extend(layouts.iter().map(|lines| form(lines, Some(share.clone()))));
        }
        forms.extend(layouts.iter().map(|lines| form(lines, None)));
    }
    forms
}

/// The name on two lines: cut at the space nearest to its middle, or in the middle of a long Chinese name.
fn in_two(name: &str) -> Option<Vec<String>> {
    let middle = width(name, 1.0) / 2.0;
    let off = |at: usize| (width(&name[..at], 1.0) - middle).abs();
    let spaces = name.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    let characters = name.char_indices().skip(2).map(|(at, _)| at);
    let long_chinese = name.chars().count() > 4 && name.chars().all(|c| u32::from(c) >= 0x2e80);
    let cuts: Vec<usize> = if long_chinese { characters.collect() } else { spaces.collect() };
    let cut = cuts.into_iter().min_by(|&a, &b| off(a).total_cmp(&off(b)))?;
    Some(vec![name[..cut].trim().to_owned(), name[cut..].trim().to_owned()])
}

impl Form {
    fn share_size(&self) -> f64 {
        self.font_size - 1.6
    }

    fn leading(&self) -> f64 {
        self.font_size * 1.12
    }

    fn height(&self) -> f64 {
        let share = self.share.as_ref().map_or(0.0, |_| self.share_size() * 1.15);
        self.leading() * self.lines.len() as f64 + share
    }

    /// Width and height of the text.
    fn size(&self) -> (f64, f64) {
        let lines = self.lines.iter().map(|line| width(line, self.font_size));
        let share = self.share.iter().map(|share| width(share, self.share_size()));
        (lines.chain(share).fold(0.0, f64::max) + 2.0, self.height())
    }

    fn draw(&self, out: &mut Out, (x, y): (f64, f64)) {
        let mut baseline = y - self.height() / 2.0 + self.font_size * 0.9;
        for line in &self.lines {
            out.text((x, baseline), self.font_size, "", line);
            baseline += self.leading();
        }
        if let Some(share) = &self.share {
            out.text((x, baseline - self.font_size * 0.9 + self.share_size()), self.share_size(), "", share);
        }
    }
}
