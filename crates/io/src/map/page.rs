//! The page: where title, map, legend, table and method lines stand, and the SVG as a whole.

use super::FONT_FAMILY;
use super::classes::Classes;
use super::fit::{Extent, Fit, Rect};
use super::furniture::Furniture;
use super::labels::{Taken, draw_names, draw_numbers};
use super::layers::{self, OUTSIDE_FILL};
use super::marks::Symbols;
use super::scene::MapScene;
use super::side::{Block, blocks};
use super::text::{Num, Out, escape, wrap};

/// A4 at 96 px an inch.
const LONG: f64 = 1123.0;
const SHORT: f64 = 794.0;
const MARGIN: f64 = 34.0;
/// The column beside the map when the page lies.
const COLUMN: f64 = 226.0;
const GUTTER: f64 = 20.0;
/// Longer texts end with an ellipsis: a name of thousands of letters is no reason for a page of hundreds of lines.
const TITLE_LINES: usize = 4;
const SUBTITLE_LINES: usize = 24;
const METHOD_LINES: usize = 24;
const TITLE_SIZE: f64 = 21.0;
const TITLE_LINE: f64 = 26.0;
const SUBTITLE_SIZE: f64 = 12.0;
const SUBTITLE_LINE: f64 = 16.0;
const METHOD_SIZE: f64 = 8.6;
const METHOD_LINE: f64 = 12.0;
const BLOCK_GAP: f64 = 16.0;
/// The least height of the map; a page with very much text grows instead.
const LEAST_MAP: f64 = 300.0;

/// Draws a scene as SVG text: the same bytes for the same scene.
///
/// The text is UTF-8, needs no other file and names the built-in font first, any sans-serif font after it.
///
/// # Arguments
///
/// * `scene`: geometry in metres; nothing is required, and names may hold any character.
///
/// Complexity: O(n log n) in the number of road segments and polygon corners.
///
/// # Example
///
/// ```
/// use catchment_io::map::{MapScene, svg};
///
/// let text = svg(&MapScene { title: "R & D", ..MapScene::default() });
/// assert!(text.contains("R &amp; D"));
/// ```
#[must_use]
pub fn svg(scene: &MapScene<'_>) -> String {
    let classes = Classes::of(scene.gaps.iter().filter_map(|gap| gap.known_people()));
    let symbols = Symbols::of(&scene.facilities);
    let blocks = blocks(scene, &classes, &symbols);
    let extent = Extent::of(scene);
    let lying = Page::plan(scene, &blocks, &extent, true);
    let upright = Page::plan(scene, &blocks, &extent, false);
    let page = if upright.fit.scale > lying.fit.scale { upright } else { lying };
    let mut out = Out::default();
    page.open(&mut out, scene, &symbols);
    page.draw_header(&mut out);
    page.draw_map(&mut out, scene, &classes, &symbols);
    page.draw_side(&mut out, &blocks);
    page.draw_footer(&mut out);
    out.line(format_args!("</g>\n</svg>"));
    out.0
}

/// A page with everything measured.
struct Page {
    width: f64,
    height: f64,
    title: Vec<String>,
    subtitle: Vec<String>,
    method: Vec<String>,
    /// The legend's columns: where each starts, how wide all are, and which blocks stand in it.
    columns: Vec<(f64, f64, Vec<usize>)>,
    column_width: f64,
    fit: Fit,
}

impl Page {
    /// Measures a page that lies or stands.
    fn plan(scene: &MapScene<'_>, blocks: &[Block], extent: &Extent, lying: bool) -> Self {
        let (width, paper) = if lying { (LONG, SHORT) } else { (SHORT, LONG) };
        let inner = width - 2.0 * MARGIN;
        let title = at_most(wrap(scene.title, TITLE_SIZE, inner), TITLE_LINES);
        let subtitle = at_most(wrap(scene.subtitle, SUBTITLE_SIZE, inner), SUBTITLE_LINES);
        let method = at_most(scene.method.iter().flat_map(|line| wrap(line, METHOD_SIZE, inner)).collect(), METHOD_LINES);
        let top = MARGIN + TITLE_LINE * title.len() as f64 + SUBTITLE_LINE * subtitle.len() as f64 + 4.0;
        let footer = MARGIN + METHOD_LINE * method.len() as f64 + 10.0;
        let count = blocks.len().max(1) as f64;
        let column_width = if lying { COLUMN } else { (inner - GUTTER * (count - 1.0)) / count };
        let heights: Vec<f64> = blocks.iter().map(|block| block.height(column_width)).collect();
        let side = if lying {
            heights.iter().sum::<f64>() + BLOCK_GAP * (count - 1.0)
        } else {
            heights.iter().copied().fold(0.0, f64::max) + BLOCK_GAP
        };
        let needed = if lying { side.max(LEAST_MAP) } else { LEAST_MAP + side };
        let height = paper.max(top + needed + footer);
        let mut frame = Rect { x: MARGIN, y: top, w: inner, h: height - top - footer };
        let columns = if lying {
            frame.w -= COLUMN + GUTTER;
            vec![(frame.right() + GUTTER, top, (0..blocks.len()).collect())]
        } else {
            frame.h -= side;
            let left = |i: usize| MARGIN + (column_width + GUTTER) * i as f64;
            (0..blocks.len()).map(|i| (left(i), frame.bottom() + BLOCK_GAP, vec![i])).collect()
        };
        Self { width, height, title, subtitle, method, columns, column_width, fit: Fit::new(extent, frame) }
    }

    fn open(&self, out: &mut Out, scene: &MapScene<'_>, symbols: &Symbols<'_>) {
        let (w, h) = (Num(self.width), Num(self.height));
        out.line(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xml:lang="{}" width="{w}" height="{h}" viewBox="0 0 {w} {h}">"#,
            scene.lang.tag()
        ));
        out.line(format_args!("<title>{}</title>\n<defs>", escape(scene.title)));
        symbols.define(out);
        let frame = self.fit.frame;
        out.line(format_args!(
            r#"<clipPath id="frame"><rect x="{}" y="{}" width="{}" height="{}"/></clipPath>"#,
            Num(frame.x),
            Num(frame.y),
            Num(frame.w),
            Num(frame.h)
        ));
        out.line(format_args!(
            r##"</defs>
<rect width="{w}" height="{h}" fill="#fff"/>
<g fill="#1a1a1a" font-family="'{FONT_FAMILY}','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif">"##
        ));
    }

    fn draw_header(&self, out: &mut Out) {
        let mut y = MARGIN - 6.0;
        for line in &self.title {
            let strong = r##"stroke="#1a1a1a" stroke-width=".5""##;
            out.text((MARGIN, y + 16.0), TITLE_SIZE, strong, line);
            y += TITLE_LINE;
        }
        for line in &self.subtitle {
            out.text((MARGIN, y + 12.0), SUBTITLE_SIZE, r##"fill="#44525f""##, line);
            y += SUBTITLE_LINE;
        }
    }

    fn draw_map(&self, out: &mut Out, scene: &MapScene<'_>, classes: &Classes, symbols: &Symbols<'_>) {
        let fit = &self.fit;
        layers::draw_frame(out, fit, OUTSIDE_FILL, "none");
        layers::draw(out, scene, fit, classes, symbols);
        let furniture = Furniture::place(fit, &busy(scene, fit));
        let mut taken = Taken::new(furniture.boxes(), scene, fit);
        draw_numbers(out, scene, fit, &mut taken);
        draw_names(out, scene, fit, &mut taken);
        furniture.draw(out, scene.lang);
        layers::draw_frame(out, fit, "none", "#3f4a57");
    }

    fn draw_side(&self, out: &mut Out, blocks: &[Block]) {
        for (x, top, members) in &self.columns {
            let mut y = *top;
            for block in members.iter().filter_map(|&i| blocks.get(i)) {
                block.draw(out, (*x, y), self.column_width);
                y += block.height(self.column_width) + BLOCK_GAP;
            }
        }
    }

    fn draw_footer(&self, out: &mut Out) {
        let mut y = self.height - MARGIN - METHOD_LINE * self.method.len() as f64 + 12.0;
        out.line(format_args!(r##"<g id="method" fill="#44525f">"##));
        for line in &self.method {
            out.text((MARGIN, y), METHOD_SIZE, "", line);
            y += METHOD_LINE;
        }
        out.line(format_args!("</g>"));
    }
}

/// Places that the furniture of the map should not hide: corners of towns and gaps, and facilities.
fn busy(scene: &MapScene<'_>, fit: &Fit) -> Vec<(f64, f64)> {
    let shapes = scene.zones.iter().map(|zone| zone.polygon).chain(scene.gaps.iter().map(|gap| gap.polygon));
    let corners = shapes.flat_map(|shape| &shape.0).flat_map(|polygon| &polygon.exterior().0).copied();
    let facilities = scene.facilities.iter().map(|f| geo::Coord { x: f.x, y: f.y });
    corners.chain(facilities).filter_map(|c| fit.point(c)).collect()
}

/// The first lines of a text; where there are more, the last of them ends with an ellipsis.
fn at_most(mut lines: Vec<String>, most: usize) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines
}
