//! The PNG: the SVG rendered with the built-in font and no other.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, Group, ImageHrefResolver, Node, Options, Tree, fontdb};

use super::FONT_FAMILY;

/// The font, compressed; see `assets/README.md` for its source and licence.
const FONT: &[u8] = include_bytes!("../../assets/wqy-microhei-subset.ttf.gz");

/// The largest side of a picture in pixels.
const MOST_PX: u32 = 20_000;

/// A rendered picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The PNG file.
    pub png: Vec<u8>,
    /// Its width in pixels.
    pub width_px: u32,
    /// Its height in pixels.
    pub height_px: u32,
    /// The characters that the built-in font lacks, drawn as empty boxes; in order of code point, each once.
    pub missing: Vec<char>,
}

/// Why a picture could not be rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MapError {
    /// The built-in font could not be read.
    #[error("the built-in font cannot be read: {reason}")]
    Font {
        /// What was wrong.
        reason: String,
    },
    /// The text is not an SVG that can be drawn.
    #[error("the map's SVG cannot be read: {reason}")]
    Svg {
        /// What was wrong.
        reason: String,
    },
    /// The picture would have no pixels or too many.
    #[error(
        "a picture of {width_px} × {height_px} pixels cannot be made; each side must be 1 to {most_px} pixels long: choose another width"
    )]
    Size {
        /// The width asked for.
        width_px: u32,
        /// The height that follows from it.
        height_px: u32,
        /// The longest side allowed.
        most_px: u32,
    },
    /// The pixels could not be written as PNG.
    #[error("the map cannot be written as PNG: {reason}")]
    Encode {
        /// What was wrong.
        reason: String,
    },
}

/// Renders an SVG, such as [`svg`](super::svg) draws, as a PNG of a given width.
///
/// Only the built-in font is used and no other file is opened, so the same text gives the same bytes on every machine.
///
/// # Arguments
///
/// * `svg`: the SVG text.
/// * `width_px`: the width in pixels; the height follows. [`PRINT_WIDTH_PX`](super::PRINT_WIDTH_PX) prints well on A4.
///
/// # Errors
///
/// [`MapError::Svg`] when the text cannot be parsed, [`MapError::Size`] when a side would be 0 or above 20,000 pixels.
pub fn png(svg: &str, width_px: u32) -> Result<Picture, MapError> {
    let mut options = Options { font_family: FONT_FAMILY.to_owned(), fontdb: fonts()?, ..Options::default() };
    options.image_href_resolver = ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    let tree = Tree::from_str(svg, &options).map_err(|error| MapError::Svg { reason: error.to_string() })?;
    let scale = width_px as f32 / tree.size().width();
    let height_px = (tree.size().height() * scale).round() as u32;
    let mut pixels = pixmap(width_px, height_px)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    let png = pixels.encode_png().map_err(|error| MapError::Encode { reason: error.to_string() })?;
    let mut missing = BTreeSet::new();
    find_missing(tree.root(), &mut missing);
    Ok(Picture { png, width_px, height_px, missing: missing.into_iter().collect() })
}

fn pixmap(width_px: u32, height_px: u32) -> Result<Pixmap, MapError> {
    let fits = width_px <= MOST_PX && height_px <= MOST_PX;
    let pixels = if fits { Pixmap::new(width_px, height_px) } else { None };
    pixels.ok_or(MapError::Size { width_px, height_px, most_px: MOST_PX })
}

/// The font database with the built-in font alone, which also stands for every generic family: a family that the database
/// cannot resolve would drop its text without a word. Decompressed once a process.
fn fonts() -> Result<Arc<fontdb::Database>, MapError> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    if let Some(fonts) = FONTS.get() {
        return Ok(Arc::clone(fonts));
    }
    let mut data = Vec::new();
    let read = flate2::read::GzDecoder::new(FONT).read_to_end(&mut data);
    read.map_err(|error| MapError::Font { reason: error.to_string() })?;
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(data);
    if fonts.is_empty() {
        return Err(MapError::Font { reason: "no face in it".to_owned() });
    }
    fonts.set_sans_serif_family(FONT_FAMILY);
    fonts.set_serif_family(FONT_FAMILY);
    fonts.set_monospace_family(FONT_FAMILY);
    fonts.set_cursive_family(FONT_FAMILY);
    fonts.set_fantasy_family(FONT_FAMILY);
    Ok(Arc::clone(FONTS.get_or_init(|| Arc::new(fonts))))
}

/// Collects the characters whose glyph is the font's "missing" box.
fn find_missing(group: &Group, missing: &mut BTreeSet<char>) {
    for node in group.children() {
        match node {
            Node::Group(group) => find_missing(group, missing),
            Node::Text(text) => {
                let glyphs = text.layouted().iter().flat_map(|span| &span.positioned_glyphs);
                for glyph in glyphs.filter(|glyph| glyph.id == usvg::GlyphId(0)) {
                    missing.extend(glyph.text.chars());
                }
            }
            Node::Path(_) | Node::Image(_) => {}
        }
    }
}
