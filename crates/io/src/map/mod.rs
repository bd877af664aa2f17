//! The picture of a run: towns, covered ground, gaps shaded by people, facilities, legend and scale, on one page of paper.
//!
//! [`svg`] draws a [`MapScene`] as a self-standing SVG (no links, no scripts, text as text), and [`png`] renders that same
//! SVG with the font that is built in, so that Chinese names appear on a machine without fonts and the bytes are the
//! same everywhere. The page is A4 at 96 px an inch, upright or lying, whichever shows the ground larger.
//!
//! ```
//! use catchment_io::map::{MapScene, png, svg};
//!
//! let text = svg(&MapScene { title: "Nowhere 无处", ..MapScene::default() });
//! let picture = png(&text, 600)?;
//! assert!(picture.missing.is_empty());
//! assert!(picture.png.starts_with(b"\x89PNG"));
//! # Ok::<(), catchment_io::map::MapError>(())
//! ```

mod classes;
mod fit;
mod furniture;
mod labels;
mod layers;
mod marks;
mod page;
mod paths;
mod render;
mod roads;
mod scene;
mod side;
mod spots;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub use page::svg;
pub use render::{MapError, Picture, png};
pub use scene::{FacilityMark, GapShape, MapScene, ZoneShape};
pub(crate) use text::escape;
pub use words::Lang;

/// A width in pixels that prints well on A4: some 290 dots an inch on an upright page, 205 on a lying one.
pub const PRINT_WIDTH_PX: u32 = 2400;

/// The family name of the built-in font, the first that the SVG asks for.
pub const FONT_FAMILY: &str = "WenQuanYi Micro Hei";
