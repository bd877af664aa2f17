mod auto;
mod china;
mod definition;
mod engines;
mod projector;
mod truth;

use geo::Coord;

use super::{Crs, Engine, Projector};

fn crs(text: &str) -> Crs {
    text.parse().unwrap()
}

fn from_wgs84(to: &str, engine: Engine) -> Projector {
    Projector::with_engine(&Crs::wgs84(), &crs(to), engine).unwrap()
}

/// Every engine of the build.
fn engines() -> Vec<Engine> {
    vec![
        Engine::Proj4rs,
        #[cfg(feature = "proj")]
        Engine::Proj,
    ]
}

/// Splitmix64: seeded points without a dependency.
struct Seeded(u64);

impl Seeded {
    /// Uniform in 0 to 1.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Points in a box (west, south, east, north).
    fn points(&mut self, [west, south, east, north]: [f64; 4], count: usize) -> Vec<Coord<f64>> {
        (0..count).map(|_| Coord { x: west + self.unit() * (east - west), y: south + self.unit() * (north - south) }).collect()
    }
}

/// Largest distance between two lists of points, in their unit.
fn farthest(a: &[Coord<f64>], b: &[Coord<f64>]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a.x - b.x).hypot(a.y - b.y)).fold(0.0, f64::max)
}
