//! Local grids: a city's own coordinates, tied to a known CRS by a similarity (four parameters) that control points fix.
//!
//! The parameters of official city grids are mostly not public. With points that are known in both, the similarity that brings them together
//! by least squares is found in closed form, and what is left at each point is told.

use geo::Coord;

use super::{Crs, CrsError, Projector};

/// How the text of a local grid begins: `similarity:a,b,x,y;BASE`.
pub(super) const PREFIX: &str = "similarity:";

/// `X = a x − b y + tx`, `Y = b x + a y + ty`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Similarity {
    a: f64,
    b: f64,
    tx: f64,
    ty: f64,
}

impl Similarity {
    /// Reads the part of a definition behind [`PREFIX`]: four numbers, and the CRS that they lead to.
    pub(super) fn parse(text: &str) -> Option<(Similarity, &str)> {
        let (numbers, base) = text.split_once(';')?;
        let numbers: Vec<f64> = numbers.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
        let [a, b, tx, ty] = *numbers.as_slice() else { return None };
        let own = Similarity { a, b, tx, ty };
        (numbers.iter().all(|number| number.is_finite()) && own.scale() > 0.0).then_some((own, base.trim()))
    }

    fn scale(self) -> f64 {
        self.a.hypot(self.b)
    }

    pub(super) fn to_base(self, at: Coord<f64>) -> Coord<f64> {
        Coord { x: self.a * at.x - self.b * at.y + self.tx, y: self.b * at.x + self.a * at.y + self.ty }
    }

    pub(super) fn of_base(self, at: Coord<f64>) -> Coord<f64> {
        let (x, y, square) = (at.x - self.tx, at.y - self.ty, self.a * self.a + self.b * self.b);
        Coord { x: (self.a * x + self.b * y) / square, y: (self.a * y - self.b * x) / square }
    }

    /// The similarity that brings `own` to `known` with the least sum of squared distances; `None` where `own` are all at one place.
    fn fitted(own: &[Coord<f64>], known: &[Coord<f64>]) -> Option<Similarity> {
        let mean = |places: &[Coord<f64>]| places.iter().fold(Coord::zero(), |sum, at| sum + *at) / places.len() as f64;
        let (from, to) = (mean(own), mean(known));
        let (mut square, mut along, mut across) = (0.0, 0.0, 0.0);
        for (own, known) in own.iter().zip(known) {
            let (p, q) = (*own - from, *known - to);
            square += p.x * p.x + p.y * p.y;
            along += p.x * q.x + p.y * q.y;
            across += p.x * q.y - p.y * q.x;
        }
        let (a, b) = (along / square, across / square);
        let fit = Similarity { a, b, tx: to.x - a * from.x + b * from.y, ty: to.y - b * from.x - a * from.y };
        (square > 0.0 && fit.scale() > 0.0 && fit.tx.is_finite() && fit.ty.is_finite()).then_some(fit)
    }

    fn residuals(self, own: &[Coord<f64>], known: &[Coord<f64>]) -> Vec<f64> {
        own.iter().zip(known).map(|(own, known)| (self.to_base(*own) - *known).x.hypot((self.to_base(*own) - *known).y)).collect()
    }
}

/// A local grid, fitted to control points.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedGrid {
    /// The grid as a CRS: coordinates are those of the grid.
    pub crs: Crs,
    /// Metres of the known CRS a unit of the grid.
    pub scale: f64,
    /// By how much the grid is turned against it, degrees counter-clockwise.
    pub turn_deg: f64,
    /// What is left at each control point, metres.
    pub residuals_m: Vec<f64>,
    /// The same where the grid's x and y are taken the other way round: far less than above where they were swapped.
    pub residuals_swapped_m: Vec<f64>,
}

impl FittedGrid {
    /// Fits a grid to control points: their coordinates in the grid, and in a known CRS.
    ///
    /// Where the known ones are degrees, the grid is fitted in a transverse Mercator projection around them.
    ///
    /// # Errors
    ///
    /// [`CrsError::ControlPoints`] for fewer than three, or such that lie at one place; [`CrsError`] where one cannot be projected.
    pub fn fit(own: &[Coord<f64>], known: &[Coord<f64>], crs: &Crs) -> Result<FittedGrid, CrsError> {
        let count = own.len().min(known.len());
        let wrong = |found: &str| CrsError::ControlPoints { found: found.to_owned() };
        if count < 3 {
            return Err(wrong(&format!("{count} control points")));
        }
        let mut places = known[..count].to_vec();
        let base = base_of(&places, crs)?;
        Projector::new(crs, &base)?.forward(&mut places)?;
        let own = &own[..count];
        if spread(own) < LEAST_SPREAD {
            return Err(wrong("control points along one line"));
        }
        let swapped: Vec<Coord<f64>> = own.iter().map(|at| Coord { x: at.y, y: at.x }).collect();
        // there is none where the points lie as evenly as a square, and only the other order of the axes fits
        let other = Similarity::fitted(&swapped, &places).map(|other| other.residuals(&swapped, &places));
        let none =
            || wrong(if other.is_some() { "control points with x and y the wrong way round" } else { "control points at one place" });
        let fit = Similarity::fitted(own, &places).ok_or_else(none)?;
        let definition = format!("{PREFIX}{},{},{},{};{base}", fit.a, fit.b, fit.tx, fit.ty);
        Ok(FittedGrid {
            crs: definition.parse()?,
            scale: fit.scale(),
            turn_deg: fit.b.atan2(fit.a).to_degrees(),
            residuals_m: fit.residuals(own, &places),
            residuals_swapped_m: other.unwrap_or_else(|| vec![f64::INFINITY; count]),
        })
    }

    /// The root of the mean square of what is left, metres.
    #[must_use]
    pub fn rms_m(&self) -> f64 {
        rms(&self.residuals_m)
    }

    /// Whether x and y of the grid are swapped: then a hundredth of what is left would be.
    #[must_use]
    pub fn looks_swapped(&self) -> bool {
        rms(&self.residuals_swapped_m) < 0.01 * self.rms_m()
    }
}

/// How far points spread across the line that they lie along most, as a share of how far they spread along it.
fn spread(own: &[Coord<f64>]) -> f64 {
    let mean = own.iter().fold(Coord::zero(), |sum, at| sum + *at) / own.len() as f64;
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for at in own {
        let off = *at - mean;
        (xx, xy, yy) = (xx + off.x * off.x, xy + off.x * off.y, yy + off.y * off.y);
    }
    let (half, root) = ((xx + yy) / 2.0, ((xx - yy) / 2.0).hypot(xy));
    // all at one place is told by the fit
    if half > 0.0 { ((half - root).max(0.0) / (half + root)).sqrt() } else { 1.0 }
}

/// Points that spread less tell little of a grid, and nothing of which way round its axes are.
const LEAST_SPREAD: f64 = 0.05;

fn rms(residuals: &[f64]) -> f64 {
    (residuals.iter().map(|left| left * left).sum::<f64>() / residuals.len().max(1) as f64).sqrt()
}

/// The CRS in which a grid is fitted: the known one, or a projection around the places where these are degrees.
fn base_of(known: &[Coord<f64>], crs: &Crs) -> Result<Crs, CrsError> {
    if !crs.is_geographic() {
        crs.check_working()?;
        return Ok(crs.clone());
    }
    let middle = known.iter().fold(Coord::zero(), |sum, at| sum + *at) / known.len() as f64;
    format!("+proj=tmerc +lat_0={:.6} +lon_0={:.6} +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m", middle.y, middle.x).parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> Coord<f64> {
        Coord { x, y }
    }

    /// A grid turned by a quarter, twice as fine, with its origin at 631,000, 3,444,000 of EPSG:4549.
    fn quarter(own: Coord<f64>) -> Coord<f64> {
        at(631_000.0 - 0.5 * own.y, 3_444_000.0 + 0.5 * own.x)
    }

    #[test]
    fn a_grid_is_found_again() {
        let own = [at(0.0, 0.0), at(1000.0, 0.0), at(0.0, 2000.0), at(-500.0, 800.0)];
        let known: Vec<Coord<f64>> = own.iter().map(|own| quarter(*own)).collect();
        let fit = FittedGrid::fit(&own, &known, &"EPSG:4549".parse().unwrap()).unwrap();
        assert!((fit.scale - 0.5).abs() < 1e-12 && (fit.turn_deg - 90.0).abs() < 1e-9, "{fit:?}");
        assert!(fit.rms_m() < 1e-6 && !fit.looks_swapped(), "{fit:?}");
        // there and back, and to degrees as the CRS beneath goes
        let grid = Projector::new(&fit.crs, &"EPSG:4549".parse().unwrap()).unwrap();
        let place = grid.forward_one(at(200.0, 400.0)).unwrap();
        assert!((place - at(630_800.0, 3_444_100.0)).x.abs() < 1e-6 && (place.y - 3_444_100.0).abs() < 1e-6);
        let mut back = [place];
        grid.inverse(&mut back).unwrap();
        assert!((back[0].x - 200.0).abs() < 1e-6 && (back[0].y - 400.0).abs() < 1e-6);
        let [direct, beneath] = [(&fit.crs, at(200.0, 400.0)), (&"EPSG:4549".parse().unwrap(), at(630_800.0, 3_444_100.0))]
            .map(|(crs, place)| Projector::new(crs, &Crs::wgs84()).unwrap().forward_one(place).unwrap());
        assert!((direct.x - beneath.x).abs() < 1e-12 && (direct.y - beneath.y).abs() < 1e-12);
        assert!(fit.crs.check_working().is_err() && fit.crs.epsg().is_none());
    }

    #[test]
    fn what_is_left_is_told() {
        // an error of 4 m to the east at one of four corners: a similarity takes up a part of it
        let own = [at(0.0, 0.0), at(1000.0, 0.0), at(1000.0, 1000.0), at(0.0, 1000.0)];
        let mut known = own.map(|own| own + at(500_000.0, 3_400_000.0));
        known[2].x += 4.0;
        let fit = FittedGrid::fit(&own, &known, &"EPSG:4549".parse().unwrap()).unwrap();
        // least squares by hand: translation takes 1, scale and rotation 1 each of 4 to the corner, so that it is 4 − 1 − 1/2·2 = 2 off in x
        assert!((fit.residuals_m[2] - 2.0).abs() < 1e-6, "{:?}", fit.residuals_m);
        let swapped: Vec<Coord<f64>> = own.iter().map(|own| at(own.y, own.x)).collect();
        let exact = own.map(|own| own + at(500_000.0, 3_400_000.0));
        // of a square, the other way round, no similarity but the other one is left; of anything else, one that is far off
        let error = FittedGrid::fit(&swapped, &exact, &"EPSG:4549".parse().unwrap()).unwrap_err();
        assert!(error.to_string().contains("the wrong way round"), "{error}");
        let [own, known] = [&swapped[..3], &exact[..3]];
        let more = |points: &[Coord<f64>], last| [points, &[last]].concat();
        let (own, known) = (more(own, at(300.0, 700.0)), more(known, at(500_700.0, 3_400_300.0)));
        assert!(FittedGrid::fit(&own, &known, &"EPSG:4549".parse().unwrap()).unwrap().looks_swapped());
    }

    #[test]
    fn known_degrees_are_fitted_around_their_middle() {
        // EPSG:4549 near 闵行 seen from a grid whose origin lies at 121.381, 31.112 (631742.976, 3444212.295 by DOMAIN.md)
        let projected: Crs = "EPSG:4549".parse().unwrap();
        let to_degrees = Projector::new(&projected, &Crs::wgs84()).unwrap();
        let own = [at(0.0, 0.0), at(3000.0, 0.0), at(0.0, 3000.0)];
        let mut known = own.map(|own| own + at(631_742.976, 3_444_212.295));
        to_degrees.forward(&mut known).unwrap();
        let fit = FittedGrid::fit(&own, &known, &Crs::wgs84()).unwrap();
        assert!(fit.rms_m() < 0.01, "{fit:?}");
        let place = Projector::new(&fit.crs, &Crs::wgs84()).unwrap().forward_one(at(0.0, 0.0)).unwrap();
        assert!((place.x - 121.381).abs() < 1e-7 && (place.y - 31.112).abs() < 1e-7, "{place:?}");
    }

    #[test]
    fn too_few_or_too_near() {
        let crs: Crs = "EPSG:4549".parse().unwrap();
        let two = [at(0.0, 0.0), at(1.0, 0.0)];
        assert!(FittedGrid::fit(&two, &two, &crs).unwrap_err().to_string().contains("2 control points"));
        // both orders of the axes fit a line
        let line = [at(0.0, 0.0), at(1000.0, 1000.0), at(2000.0, 2001.0)];
        assert!(FittedGrid::fit(&line, &line, &crs).unwrap_err().to_string().contains("along one line"));
        let one = [at(5.0, 5.0); 4];
        assert!(FittedGrid::fit(&one, &one, &crs).unwrap_err().to_string().contains("at one place"));
        for text in [
            "similarity:",
            "similarity:1,0,0;EPSG:4549",
            "similarity:0,0,0,0;EPSG:4549",
            "similarity:1,0,0,NaN;EPSG:4549",
            "similarity:1,0,0,0;EPSG:3857",
        ] {
            assert!(text.parse::<Crs>().is_err(), "{text}");
        }
    }
}
