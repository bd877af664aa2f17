//! Scale bar and north arrow, each in a corner of the map that hides least.

use super::fit::{Fit, Rect};
use super::text::{Num, Out, width};
use super::words::{self, Lang};

/// Where the scale bar and the north arrow stand.
pub(super) struct Furniture {
    /// The ground of the scale bar; `None` when the map has no scale worth a bar.
    scale: Option<(Rect, ScaleBar)>,
    north: Rect,
}

/// A bar of a round length.
struct ScaleBar {
    metres: f64,
    pixels: f64,
}

impl ScaleBar {
    /// The longest of 1, 2, 5 × 10ⁿ m that is no longer than a fifth of the frame.
    fn of(fit: &Fit) -> Option<Self> {
        let most = fit.frame.w / 5.0 / fit.scale;
        let ten = 10f64.powf(most.log10().floor());
        let metres = [5.0, 2.0, 1.0].iter().map(|lead| lead * ten).find(|m| *m <= most)?;
        Some(Self { metres, pixels: metres * fit.scale }).filter(|bar| bar.pixels.is_finite() && bar.pixels > 1.0)
    }

    /// The length with its unit, the same for half the bar without it.
    fn labels(&self) -> (String, String) {
        let (value, unit) = if self.metres < 1000.0 { (self.metres, "m") } else { (self.metres / 1000.0, "km") };
        (format!("{}", value / 2.0), format!("{value} {unit}"))
    }
}

impl Furniture {
    /// Chooses the corners; `busy` are places on the map that had better stay visible.
    pub(super) fn place(fit: &Fit, busy: &[(f64, f64)]) -> Self {
        let bar = ScaleBar::of(fit);
        let mut corners = vec![2, 3, 0, 1];
        let scale = bar.map(|bar| {
            let size = (bar.pixels + 16.0 + width(&bar.labels().1, 9.0), 34.0);
            (take_corner(&mut corners, fit, size, busy), bar)
        });
        corners.sort_by_key(|corner| [1, 0, 3, 2][*corner]);
        let north = take_corner(&mut corners, fit, (30.0, 46.0), busy);
        Self { scale, north }
    }

    /// The ground that labels must leave free.
    pub(super) fn boxes(&self) -> Vec<Rect> {
        self.scale.iter().map(|scale| scale.0).chain([self.north]).collect()
    }

    pub(super) fn draw(&self, out: &mut Out, lang: Lang) {
        if let Some((ground, bar)) = &self.scale {
            draw_scale(out, ground, bar);
        }
        draw_north(out, &self.north, lang);
    }
}

/// Takes the corner with the fewest busy places, of equal ones the first. 0 and 1 are the upper, 2 and 3 the lower corners.
fn take_corner(corners: &mut Vec<usize>, fit: &Fit, (w, h): (f64, f64), busy: &[(f64, f64)]) -> Rect {
    let frame = fit.frame.grown(-7.0);
    let rect = |corner: usize| Rect {
        x: if corner.is_multiple_of(2) { frame.x } else { frame.right() - w },
        y: if corner < 2 { frame.y } else { frame.bottom() - h },
        w,
        h,
    };
    let hidden = |corner: usize| busy.iter().filter(|&&place| rect(corner).contains(place)).count();
    let best = (0..corners.len()).min_by_key(|&i| hidden(corners[i])).unwrap_or(0);
    rect(corners.remove(best))
}

fn ground(out: &mut Out, rect: &Rect) {
    out.line(format_args!(
        r##"<rect x="{}" y="{}" width="{}" height="{}" rx="2" fill="#fff" fill-opacity=".82"/>"##,
        Num(rect.x),
        Num(rect.y),
        Num(rect.w),
        Num(rect.h)
    ));
}

fn draw_scale(out: &mut Out, rect: &Rect, bar: &ScaleBar) {
    ground(out, rect);
    let (x, y, half) = (rect.x + 10.0, rect.y + 20.0, bar.pixels / 2.0);
    out.line(format_args!(
        r##"<path d="M{0:.1} {1:.1}h{2:.2}v5h-{2:.2}z" fill="#1a1a1a"/><path d="M{3:.2} {1:.1}h{2:.2}v5h-{2:.2}z" fill="#fff"/><path d="M{0:.1} {1:.1}h{4:.2}v5h-{4:.2}z" fill="none" stroke="#1a1a1a" stroke-width=".7"/>"##,
        x,
        y,
        half,
        x + half,
        bar.pixels
    ));
    let (middle, end) = bar.labels();
    let label = r#"text-anchor="middle""#;
    out.text((x, y - 5.0), 9.0, label, "0");
    if bar.pixels > 60.0 {
        out.text((x + half, y - 5.0), 9.0, label, &middle);
    }
    let number = end.split(' ').next().map_or(0.0, |n| width(n, 9.0));
    out.text((x + bar.pixels - number / 2.0, y - 5.0), 9.0, "", &end);
}

fn draw_north(out: &mut Out, rect: &Rect, lang: Lang) {
    ground(out, rect);
    let (x, y) = (rect.x + rect.w / 2.0, rect.y + 15.0);
    out.line(format_args!(
        r##"<g stroke="#1a1a1a" stroke-width=".7" stroke-linejoin="round"><path d="M{0} {1}l-7 26 7-6z" fill="#1a1a1a"/><path d="M{0} {1}l7 26-7-6z" fill="#fff"/></g>"##,
        Num(x),
        Num(y)
    ));
    let word = if lang == Lang::Zh { lang } else { Lang::En };
    out.text((x, rect.y + 12.0), 11.0, r#"text-anchor="middle""#, &word.say(&words::NORTH));
}
