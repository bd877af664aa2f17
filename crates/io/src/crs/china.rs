//! Chinese map services: GCJ-02 (高德, 腾讯) and BD-09 (百度), degrees that are shifted by some hundreds of metres.
//!
//! GCJ-02 is WGS84 plus a smooth shift of 300 to 700 m; BD-09 turns GCJ-02 and moves it on by about a kilometre. The open formulas are
//! those that all converters share; what the services themselves add is said to differ from them by up to a metre or two, so that nothing here is
//! truer than that against their data. Outside the mainland's box there is no shift.
//!
//! The way back has no closed form: it is found by iteration, to far below a millimetre.

use std::f64::consts::PI;

use geo::Coord;

use super::Fault;

/// Degrees that a Chinese map service has shifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shift {
    /// GCJ-02, 火星坐标.
    Gcj02,
    /// BD-09.
    Bd09,
}

impl Shift {
    /// Turns shifted degrees into WGS84, in place.
    pub(super) fn undo(self, coords: &mut [Coord<f64>]) -> Result<(), Fault> {
        for (index, at) in coords.iter_mut().enumerate() {
            let reason = || "no place of WGS84 is shifted there: it lies along the edge of the box around China that is shifted".to_owned();
            *at = self.to_wgs84(*at).ok_or_else(|| Fault { index, coord: *at, reason: reason() })?;
        }
        Ok(())
    }

    /// Turns shifted degrees into WGS84; `None` where no place is shifted there (along the edge of the box).
    fn to_wgs84(self, at: Coord<f64>) -> Option<Coord<f64>> {
        match self {
            Shift::Gcj02 => undone(at, gcj02_of_wgs84),
            Shift::Bd09 => undone(undone(at, bd09_of_gcj02)?, gcj02_of_wgs84),
        }
    }

    /// Turns WGS84 into shifted degrees.
    pub(super) fn of_wgs84(self, at: Coord<f64>) -> Coord<f64> {
        let gcj02 = gcj02_of_wgs84(at);
        match self {
            Shift::Gcj02 => gcj02,
            Shift::Bd09 => bd09_of_gcj02(gcj02),
        }
    }
}

/// Iterations after which a place has no origin: four or five are enough inside the box.
const MOST_STEPS: u32 = 30;
/// How near the shifted origin must come to the place, degrees: 0.1 mm.
const EXACT_DEG: f64 = 1e-9;

/// The place that `shifted` puts at `at`.
fn undone(at: Coord<f64>, shifted: fn(Coord<f64>) -> Coord<f64>) -> Option<Coord<f64>> {
    let mut origin = at;
    for _ in 0..MOST_STEPS {
        let off = at - shifted(origin);
        if off.x == 0.0 && off.y == 0.0 {
            break;
        }
        origin = origin + off;
    }
    let off = at - shifted(origin);
    (off.x.abs() < EXACT_DEG && off.y.abs() < EXACT_DEG).then_some(origin)
}

/// Whether the formulas shift a place: a box around the mainland, as all converters have it.
fn is_shifted(at: Coord<f64>) -> bool {
    (72.004..=137.8347).contains(&at.x) && (0.8293..=55.8271).contains(&at.y)
}

fn gcj02_of_wgs84(at: Coord<f64>) -> Coord<f64> {
    // the ellipsoid of Krasovsky
    const A: f64 = 6_378_245.0;
    const E2: f64 = 0.006_693_421_622_965_943;
    if !is_shifted(at) {
        return at;
    }
    let (x, y) = (at.x - 105.0, at.y - 35.0);
    let waves = |v: f64| 20.0 * (6.0 * PI * v).sin() + 20.0 * (2.0 * PI * v).sin();
    let common = 2.0 / 3.0 * waves(x);
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + common
        + 2.0 / 3.0 * (20.0 * (PI * y).sin() + 40.0 * (PI * y / 3.0).sin())
        + 2.0 / 3.0 * (160.0 * (PI * y / 12.0).sin() + 320.0 * (PI * y / 30.0).sin());
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + common
        + 2.0 / 3.0 * (20.0 * (PI * x).sin() + 40.0 * (PI * x / 3.0).sin())
        + 2.0 / 3.0 * (150.0 * (PI * x / 12.0).sin() + 300.0 * (PI * x / 30.0).sin());
    let (sin, cos) = at.y.to_radians().sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let w = w2.sqrt();
    let degrees = |metres: f64, radius: f64| metres * 180.0 / (PI * radius);
    Coord { x: at.x + degrees(east, A / w * cos), y: at.y + degrees(north, A * (1.0 - E2) / (w2 * w)) }
}

fn bd09_of_gcj02(at: Coord<f64>) -> Coord<f64> {
    const K: f64 = 3000.0 * PI / 180.0;
    if !is_shifted(at) {
        return at;
    }
    let z = at.x.hypot(at.y) + 2e-5 * (at.y * K).sin();
    let theta = at.y.atan2(at.x) + 3e-6 * (at.x * K).cos();
    Coord { x: z * theta.cos() + 0.0065, y: z * theta.sin() + 0.006 }
}
