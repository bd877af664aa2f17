//! The legend and the table of the largest gaps, as blocks of items that flow down a column.

use super::classes::{Classes, people};
use super::layers::{COVERED_EDGE, COVERED_FILL, GAP_EDGE, LAND_FILL, ROAD_COLOUR, ZONE_COLOUR};
use super::marks::{HATCH, NO_DATA, Symbols, number, use_symbol};
use super::scene::{LISTED, MapScene};
use super::text::{Num, Out, shorten, width, wrap};
use super::words::{self, Lang};

const SIZE: f64 = 9.5;
const HEADING_SIZE: f64 = 11.0;
const LINE: f64 = 12.0;
/// From one item to the next.
const PITCH: f64 = 15.6;
/// Where text starts, right of the swatch.
const INDENT: f64 = 30.0;

/// What stands before an item's text.
enum Swatch {
    Area { fill: &'static str, edge: &'static str },
    Stroke { colour: &'static str, width: f64 },
    Symbol { shape: usize, linked: bool },
    Number(u32),
    Sample(&'static str),
    Nothing,
}

struct Item {
    swatch: Swatch,
    text: String,
    right: Option<String>,
}

/// A heading and its items.
pub(super) struct Block {
    heading: String,
    right: Option<String>,
    items: Vec<Item>,
}

/// The blocks of a scene from first to last.
pub(super) fn blocks(scene: &MapScene<'_>, classes: &Classes, symbols: &Symbols<'_>) -> Vec<Block> {
    let mut blocks = vec![legend(scene, symbols)];
    if !scene.gaps.is_empty() {
        blocks.push(shades(scene, classes));
    }
    blocks.push(table(scene));
    blocks
}

fn item(swatch: Swatch, text: String) -> Item {
    Item { swatch, text, right: None }
}

fn legend(scene: &MapScene<'_>, symbols: &Symbols<'_>) -> Block {
    let lang = scene.lang;
    let mut items = vec![
        item(Swatch::Area { fill: COVERED_FILL, edge: COVERED_EDGE }, lang.say(&words::COVERED)),
        item(Swatch::Area { fill: LAND_FILL, edge: "#b9b4a6" }, lang.say(&words::ELSEWHERE)),
    ];
    if !scene.no_data.is_empty() {
        items.push(item(Swatch::Area { fill: NO_DATA, edge: "#8c8c8c" }, lang.say(&words::NO_DATA)));
    }
    if !scene.zones.is_empty() {
        items.push(item(Swatch::Stroke { colour: ZONE_COLOUR, width: 1.0 }, lang.say(&words::ZONE)));
    }
    if scene.zones.iter().any(|zone| zone.people_share.is_some()) {
        items.push(item(Swatch::Sample("75%"), lang.say(&words::SHARE)));
    }
    if !scene.roads.is_empty() {
        items.push(item(Swatch::Stroke { colour: ROAD_COLOUR, width: 0.8 }, lang.say(&words::ROAD)));
    }
    items.extend(facility_items(scene, symbols));
    Block { heading: lang.say(&words::LEGEND), right: None, items }
}

fn facility_items(scene: &MapScene<'_>, symbols: &Symbols<'_>) -> Vec<Item> {
    let symbol = |shape, linked| Swatch::Symbol { shape, linked };
    let counted = |name: &str, count: usize| format!("{name} ({count})");
    let mut items = Vec::new();
    for (shape, &(kind, count)) in symbols.kinds.iter().enumerate() {
        let name = if kind.is_empty() { scene.lang.say(&words::FACILITY) } else { kind.to_owned() };
        items.push(item(symbol(shape, true), counted(&name, count)));
    }
    if symbols.others > 0 {
        items.push(item(symbol(3, true), counted(&scene.lang.say(&words::OTHER_KIND), symbols.others)));
    }
    let lost = scene.facilities.iter().filter(|f| !f.linked);
    if let Some(first) = lost.clone().next() {
        let text = counted(&scene.lang.say(&words::NOT_LINKED), lost.count());
        items.push(item(symbol(symbols.shape(first.kind), false), text));
    }
    items
}

fn shades(scene: &MapScene<'_>, classes: &Classes) -> Block {
    let mut items = Vec::new();
    if scene.gaps.iter().any(|gap| gap.known_people().is_some()) {
        for class in 0..classes.len() {
            items.push(item(Swatch::Area { fill: classes.shade(class), edge: GAP_EDGE }, classes.label(class)));
        }
    }
    if scene.gaps.iter().any(|gap| gap.known_people().is_none()) {
        items.push(item(Swatch::Area { fill: HATCH, edge: GAP_EDGE }, scene.lang.say(&words::UNKNOWN)));
    }
    Block { heading: scene.lang.say(&words::GAPS), right: None, items }
}

fn table(scene: &MapScene<'_>) -> Block {
    let lang = scene.lang;
    let listed = scene.listed_gaps();
    let mut items: Vec<Item> = listed
        .iter()
        .map(|gap| Item {
            swatch: Swatch::Number(gap.rank),
            text: gap.zone_name.to_owned(),
            right: Some(gap.known_people().map_or_else(|| "–".to_owned(), people)),
        })
        .collect();
    if items.is_empty() {
        items.push(item(Swatch::Nothing, lang.say(&words::NO_GAPS)));
    }
    items.extend(others(scene, lang));
    Block { heading: lang.say(&words::LARGEST), right: Some(lang.say(&words::PEOPLE)), items }
}

/// The line for the gaps that the table leaves out, with their known people.
fn others(scene: &MapScene<'_>, lang: Lang) -> Option<Item> {
    let mut gaps: Vec<_> = scene.gaps.iter().collect();
    gaps.sort_by_key(|gap| gap.rank);
    let rest = gaps.get(LISTED..).filter(|rest| !rest.is_empty())?;
    let text = match rest.len() {
        1 => lang.say(&words::OTHER),
        count => lang.say_with(&words::OTHERS, &people(count as f64)),
    };
    let known: Vec<f64> = rest.iter().filter_map(|gap| gap.known_people()).collect();
    let right = if known.is_empty() { "–".to_owned() } else { people(known.iter().sum()) };
    Some(Item { swatch: Swatch::Nothing, text, right: Some(right) })
}

impl Item {
    fn lines(&self, width_px: f64) -> Vec<String> {
        let room = width_px - INDENT;
        match &self.right {
            Some(right) => vec![shorten(&self.text, SIZE, room - width(right, SIZE) - 8.0)],
            None => wrap(&self.text, SIZE, room),
        }
    }

    fn height(&self, width_px: f64) -> f64 {
        PITCH + LINE * self.lines(width_px).len().saturating_sub(1) as f64
    }

    /// Draws the item with its first baseline at `y`.
    fn draw(&self, out: &mut Out, x: f64, y: f64, width_px: f64) {
        self.swatch.draw(out, x, y - SIZE * 0.36);
        for (i, line) in self.lines(width_px).iter().enumerate() {
            out.text((x + INDENT, y + LINE * i as f64), SIZE, "", line);
        }
        if let Some(right) = &self.right {
            out.text((x + width_px, y), SIZE, r#"text-anchor="end""#, right);
        }
    }
}

impl Swatch {
    /// Draws the swatch around the height `y`.
    fn draw(&self, out: &mut Out, x: f64, y: f64) {
        let middle = (x + 11.0, y);
        match self {
            Self::Area { fill, edge } => out.line(format_args!(
                r#"<rect x="{}" y="{}" width="22" height="11" fill="{fill}" stroke="{edge}" stroke-width=".6"/>"#,
                Num(x),
                Num(y - 5.5)
            )),
            Self::Stroke { colour, width } => {
                out.line(format_args!(r#"<path d="M{} {}h22" stroke="{colour}" stroke-width="{width}"/>"#, Num(x), Num(y)))
            }
            Self::Symbol { shape, linked } => use_symbol(out, *shape, *linked, middle, 1.0, ""),
            Self::Number(rank) => number(out, middle, *rank),
            Self::Sample(text) => out.text((middle.0, y + 3.0), 8.0, r#"text-anchor="middle""#, text),
            Self::Nothing => {}
        }
    }
}

impl Block {
    /// The height of the block in a column of a width.
    pub(super) fn height(&self, width_px: f64) -> f64 {
        self.head_height(width_px) + self.items.iter().map(|item| item.height(width_px)).sum::<f64>()
    }

    fn heading_lines(&self, width_px: f64) -> Vec<String> {
        let right = self.right.as_deref().map_or(0.0, |right| width(right, SIZE) + 8.0);
        wrap(&self.heading, HEADING_SIZE, width_px - right)
    }

    fn head_height(&self, width_px: f64) -> f64 {
        10.0 + 14.0 * self.heading_lines(width_px).len() as f64
    }

    /// Draws the block with its upper left corner at `(x, y)`.
    pub(super) fn draw(&self, out: &mut Out, (x, y): (f64, f64), width_px: f64) {
        for (i, line) in self.heading_lines(width_px).iter().enumerate() {
            let strong = r##"stroke="#1a1a1a" stroke-width=".35""##;
            out.text((x, y + 10.0 + 14.0 * i as f64), HEADING_SIZE, strong, line);
        }
        if let Some(right) = &self.right {
            out.text((x + width_px, y + 10.0), SIZE, r#"text-anchor="end""#, right);
        }
        let mut top = y + self.head_height(width_px);
        let rule = top - 6.0;
        out.line(format_args!(r##"<path d="M{} {}h{}" stroke="#9aa0a6" stroke-width=".6"/>"##, Num(x), Num(rule), Num(width_px)));
        for item in &self.items {
            item.draw(out, x, top + 9.0, width_px);
            top += item.height(width_px);
        }
    }
}
