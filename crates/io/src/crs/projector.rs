//! From one CRS to another and back.

use geo::Coord;

use super::china::Shift;
#[cfg(feature = "proj")]
use super::proj_engine;
use super::proj4rs_engine;
use super::similarity::Similarity;
use super::{Crs, CrsError, Fault};

/// Largest absolute longitude taken: data that cross the antimeridian may count on to 360°.
const MAX_LON: f64 = 360.0;
const MAX_LAT: f64 = 90.0;
/// Beyond this no CRS of the plane has a place of the earth: once and a half around it, with the number of a zone in front, is less.
const PLANE: f64 = 1e8;
/// Why a place beyond is refused.
const OFF_PLANE: &str = "beyond ±100,000,000 no plane has a place of the earth";

/// The code that does the sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Engine {
    /// `proj4rs`: pure Rust, in every build.
    Proj4rs,
    /// PROJ itself, with all its CRSs and datum transformations.
    #[cfg(feature = "proj")]
    Proj,
}

impl Default for Engine {
    /// The best of the build: PROJ with feature `proj`, else `proj4rs`.
    fn default() -> Self {
        #[cfg(feature = "proj")]
        return Self::Proj;
        #[cfg(not(feature = "proj"))]
        Self::Proj4rs
    }
}

#[derive(Debug, Clone)]
enum Backend {
    Identity,
    Proj4rs(Box<proj4rs_engine::Pair>),
    #[cfg(feature = "proj")]
    Proj(proj_engine::Pair),
}

/// Transforms coordinates in bulk between two CRSs, both ways.
///
/// Order is always (longitude, latitude) in degrees or (easting, northing) in the CRS's unit. Building one costs microseconds with
/// `proj4rs` and up to 0.3 s with PROJ: build it once. It may be shared between threads.
///
/// ```
/// use catchment_io::crs::{Crs, Projector};
/// let projector = Projector::new(&Crs::wgs84(), &"EPSG:4549".parse()?)?;
/// let mut coords = [geo::coord! { x: 121.4737, y: 31.2304 }];
/// projector.forward(&mut coords)?;
/// assert!((coords[0].x - 640_412.315).abs() < 0.001);
/// # Ok::<(), catchment_io::crs::CrsError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Projector {
    from: Crs,
    to: Crs,
    /// What lies between their coordinates and those of the engine.
    steps: [Option<Step>; 2],
    backend: Backend,
}

/// A step that no engine knows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    Shift(Shift),
    Similarity(Similarity),
}

impl Step {
    /// To what an engine knows.
    fn undo(self, coords: &mut [Coord<f64>]) -> Result<(), Fault> {
        match self {
            Step::Shift(shift) => shift.undo(coords),
            Step::Similarity(own) => {
                coords.iter_mut().for_each(|at| *at = own.to_base(*at));
                Ok(())
            }
        }
    }

    /// From what an engine knows.
    fn of(self, at: Coord<f64>) -> Coord<f64> {
        match self {
            Step::Shift(shift) => shift.of_wgs84(at),
            Step::Similarity(own) => own.of_base(at),
        }
    }
}

impl Projector {
    /// A projector with the best engine of the build.
    ///
    /// # Errors
    /// [`CrsError::Unknown`] or [`CrsError::NoDatumShift`] when the engine cannot do this pair.
    pub fn new(from: &Crs, to: &Crs) -> Result<Self, CrsError> {
        Self::with_engine(from, to, Engine::default())
    }

    /// A projector with a named engine, to compare them.
    ///
    /// # Errors
    /// As [`Projector::new`].
    pub fn with_engine(from: &Crs, to: &Crs, engine: Engine) -> Result<Self, CrsError> {
        let ((first, source), (last, target)) = (from.step(), to.step());
        let backend = match engine {
            _ if source == target => Backend::Identity,
            Engine::Proj4rs => Backend::Proj4rs(Box::new(proj4rs_engine::Pair::new(&source, &target)?)),
            #[cfg(feature = "proj")]
            Engine::Proj => Backend::Proj(proj_engine::Pair::new(&source, &target)?),
        };
        Ok(Self { from: from.clone(), to: to.clone(), steps: [first, last], backend })
    }

    /// The CRS that [`forward`](Self::forward) starts from.
    #[must_use]
    pub fn from(&self) -> &Crs {
        &self.from
    }

    /// The CRS that [`forward`](Self::forward) arrives in.
    #[must_use]
    pub fn to(&self) -> &Crs {
        &self.to
    }

    /// Transforms in place from [`from`](Self::from) to [`to`](Self::to).
    ///
    /// # Errors
    /// [`CrsError::Coordinate`] with the lowest index that is not finite, out of range or without an image; some of the other
    /// coordinates may then be transformed already.
    pub fn forward(&self, coords: &mut [Coord<f64>]) -> Result<(), CrsError> {
        self.run(false, coords)
    }

    /// Transforms in place from [`to`](Self::to) back to [`from`](Self::from).
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub fn inverse(&self, coords: &mut [Coord<f64>]) -> Result<(), CrsError> {
        self.run(true, coords)
    }

    /// Transforms a single coordinate; for many, [`forward`](Self::forward) is the faster.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub fn forward_one(&self, coord: Coord<f64>) -> Result<Coord<f64>, CrsError> {
        let mut coords = [coord];
        self.forward(&mut coords)?;
        Ok(coords[0])
    }

    fn run(&self, inverse: bool, coords: &mut [Coord<f64>]) -> Result<(), CrsError> {
        let (source, target) = if inverse { (&self.to, &self.from) } else { (&self.from, &self.to) };
        let [own, other] = self.steps;
        let steps = if source == target {
            [None; 2]
        } else if inverse {
            [other, own]
        } else {
            [own, other]
        };
        let outcome = check_domain(source, coords).and_then(|()| steps[0].map_or(Ok(()), |step| step.undo(coords))).and_then(|()| {
            match &self.backend {
                Backend::Identity => Ok(()),
                Backend::Proj4rs(pair) => pair.run(inverse, coords),
                #[cfg(feature = "proj")]
                Backend::Proj(pair) => pair.run(inverse, coords),
            }
        });
        if let (Ok(()), Some(step)) = (&outcome, steps[1]) {
            coords.iter_mut().for_each(|at| *at = step.of(*at));
        }
        let outcome = outcome.and_then(|()| check_plane(target, coords));
        outcome.map_err(|fault| CrsError::Coordinate {
            index: fault.index,
            x: fault.coord.x,
            y: fault.coord.y,
            from: source.to_string(),
            to: target.to_string(),
            reason: fault.reason,
        })
    }
}

/// Whether a place can be one of the earth in a CRS of the plane.
pub(crate) fn on_plane(at: Coord<f64>) -> bool {
    at.x.abs() <= PLANE && at.y.abs() <= PLANE
}

/// Places of the plane that are in it: a CRS may put them anywhere.
fn check_plane(target: &Crs, coords: &[Coord<f64>]) -> Result<(), Fault> {
    let off = coords.iter().position(|at| !target.is_geographic() && !on_plane(*at));
    off.map_or(Ok(()), |index| Err(Fault { index, coord: coords[index], reason: OFF_PLANE.to_owned() }))
}

/// Finite numbers everywhere, and degrees where degrees are meant.
fn check_domain(source: &Crs, coords: &[Coord<f64>]) -> Result<(), Fault> {
    let geographic = source.is_geographic();
    let problem = |coord: &Coord<f64>| {
        if !(coord.x.is_finite() && coord.y.is_finite()) {
            Some("it is not a finite number")
        } else if geographic && coord.y.abs() > MAX_LAT {
            Some("latitude is beyond ±90° (metres, or latitude and longitude swapped?)")
        } else if geographic && coord.x.abs() > MAX_LON {
            Some("longitude is beyond ±360°")
        } else if !geographic && !on_plane(*coord) {
            Some(OFF_PLANE)
        } else {
            None
        }
    };
    let fault = coords.iter().enumerate().find_map(|(index, coord)| Some((index, coord, problem(coord)?)));
    match fault {
        None => Ok(()),
        Some((index, coord, reason)) => Err(Fault { index, coord: *coord, reason: reason.to_owned() }),
    }
}
