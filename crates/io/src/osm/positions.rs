//! Node positions by id.

use geo::Coord;

/// A place in the fixed-point degrees of OpenStreetMap: whole numbers of 10⁻⁷ degrees (WGS84).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Longitude × 10⁷.
    pub lon_e7: i32,
    /// Latitude × 10⁷.
    pub lat_e7: i32,
}

impl Position {
    /// No place: off the globe, so that no node lies there.
    pub(super) const NONE: Position = Position { lon_e7: i32::MIN, lat_e7: i32::MIN };

    /// From 10⁻⁹ degrees, rounded; none when the place is off the globe.
    pub(super) fn from_nano(lon: i64, lat: i64) -> Option<Self> {
        let on_globe = lon.unsigned_abs() <= 180_000_000_000 && lat.unsigned_abs() <= 90_000_000_000;
        on_globe.then(|| Position { lon_e7: nano_to_e7(lon), lat_e7: nano_to_e7(lat) })
    }

    /// From degrees, rounded; none when the place is off the globe or not a number.
    pub(crate) fn from_degrees(lon: f64, lat: f64) -> Option<Self> {
        let on_globe = lon.abs() <= 180.0 && lat.abs() <= 90.0;
        on_globe.then(|| Position { lon_e7: (lon * 1e7).round() as i32, lat_e7: (lat * 1e7).round() as i32 })
    }

    /// Longitude in degrees.
    #[must_use]
    pub fn lon(self) -> f64 {
        f64::from(self.lon_e7) / 1e7
    }

    /// Latitude in degrees.
    #[must_use]
    pub fn lat(self) -> f64 {
        f64::from(self.lat_e7) / 1e7
    }

    /// The place as `geo` writes it: x = longitude, y = latitude, in degrees.
    #[must_use]
    pub fn coord(self) -> Coord<f64> {
        Coord { x: self.lon(), y: self.lat() }
    }
}

fn nano_to_e7(nano: i64) -> i32 {
    ((nano + 50 * nano.signum()) / 100) as i32
}

/// Where nodes are, by node id: two sorted arrays, 16 bytes a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Positions {
    ids: Vec<i64>,
    places: Vec<Position>,
    /// Every [`STEP`]th id: few enough to stay in the cache.
    marks: Vec<i64>,
}

const STEP: usize = 64;

impl Positions {
    /// `places[i]` belongs to `ids[i]`; `ids` ascend. Ids whose place is [`Position::NONE`] are left out.
    pub(super) fn from_sorted(mut ids: Vec<i64>, mut places: Vec<Position>) -> Self {
        if places.contains(&Position::NONE) {
            let mut place = places.iter();
            ids.retain(|_| place.next().is_some_and(|place| *place != Position::NONE));
            places.retain(|place| *place != Position::NONE);
        }
        let marks = ids.iter().step_by(STEP).copied().collect();
        Positions { ids, places, marks }
    }

    /// Where the node is; none when the file lacks it or nothing that is kept refers to it. O(log n): for many nodes in the
    /// order of ways a [`Finder`] is faster.
    #[must_use]
    pub fn get(&self, id: i64) -> Option<Position> {
        let at = self.ids.binary_search(&id).ok()?;
        self.places.get(at).copied()
    }

    /// A reader that remembers where it was: fast when one id follows the one before, as along a way.
    #[must_use]
    pub fn finder(&self) -> Finder<'_> {
        Finder { positions: self, at: 0 }
    }

    /// Every node in the order of ids.
    pub fn iter(&self) -> impl Iterator<Item = (i64, Position)> {
        self.ids.iter().copied().zip(self.places.iter().copied())
    }

    /// Where the node at `index` of the list is.
    ///
    /// # Panics
    /// When `index` is not less than [`Positions::len`], as for a slice.
    #[must_use]
    pub fn at(&self, index: usize) -> Position {
        self.places[index]
    }

    /// The number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

/// Looks up positions of nodes, many of which follow each other. See [`Positions::finder`].
#[derive(Debug, Clone)]
pub struct Finder<'a> {
    positions: &'a Positions,
    /// The last answer.
    at: usize,
}

impl Finder<'_> {
    /// The node's place in the list, for [`Positions::at`].
    pub fn index(&mut self, id: i64) -> Option<usize> {
        let Positions { ids, marks, .. } = self.positions;
        let near = (self.at + 1..self.at + 3).find(|at| ids.get(*at) == Some(&id));
        self.at = match near {
            Some(at) => at,
            None => {
                let start = STEP * marks.partition_point(|mark| *mark <= id).checked_sub(1)?;
                let stretch = &ids[start..ids.len().min(start + STEP)];
                start + stretch.binary_search(&id).ok()?
            }
        };
        Some(self.at)
    }

    /// Where the node is, as [`Positions::get`].
    pub fn get(&mut self, id: i64) -> Option<Position> {
        let at = self.index(id)?;
        self.positions.places.get(at).copied()
    }
}

/// The index of ids in a sorted slice, searched outwards from the last answer with doubling steps.
#[derive(Debug, Clone)]
pub(super) struct IdFinder<'a> {
    ids: &'a [i64],
    /// The first index whose id is not below the one last asked for.
    at: usize,
}

impl<'a> IdFinder<'a> {
    /// `ids` ascend without repetitions.
    pub(super) fn new(ids: &'a [i64]) -> Self {
        IdFinder { ids, at: 0 }
    }

    #[inline]
    pub(super) fn find(&mut self, id: i64) -> Option<usize> {
        let (before, rest) = self.ids.split_at(self.at);
        if rest.first().is_none_or(|here| *here > id) && before.last().is_none_or(|before| *before < id) {
            // between two of the list, as most ids are that are asked for in order
            return None;
        }
        self.at = match self.ids.get(self.at) {
            Some(&here) if here < id => self.forward(id),
            Some(&here) if here == id => self.at,
            _ => self.backward(id),
        };
        (self.ids.get(self.at) == Some(&id)).then_some(self.at)
    }

    fn forward(&self, id: i64) -> usize {
        let rest = &self.ids[self.at..];
        let mut step = 1;
        while rest.get(step).is_some_and(|&other| other < id) {
            step *= 2;
        }
        let low = step / 2;
        let high = rest.len().min(step);
        self.at + low + rest[low..high].partition_point(|&other| other < id)
    }

    fn backward(&self, id: i64) -> usize {
        let before = &self.ids[..self.at];
        let mut step = 1;
        while step <= before.len() && before[before.len() - step] >= id {
            step *= 2;
        }
        let low = before.len().saturating_sub(step);
        low + before[low..].partition_point(|&other| other < id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finder_agrees_with_binary_search() {
        let ids: Vec<i64> = (0..200).map(|i| i * i * 3 - 7000).collect();
        let mut state = 12345_u64;
        let mut finder = IdFinder::new(&ids);
        let positions = Positions::from_sorted(ids.clone(), vec![Position { lon_e7: 0, lat_e7: 0 }; ids.len()]);
        let mut of_positions = positions.finder();
        for _ in 0..20_000 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let id = ids[(state >> 33) as usize % ids.len()] + i64::from((state >> 20) as u8 % 3) - 1;
            assert_eq!(finder.find(id), ids.binary_search(&id).ok(), "{id}");
            assert_eq!(of_positions.index(id), ids.binary_search(&id).ok(), "{id}");
        }
        assert_eq!(IdFinder::new(&[]).find(1), None);
        assert_eq!(Positions::default().finder().index(1), None);
    }

    #[test]
    fn positions_are_rounded_and_bounded() {
        let at = Position::from_nano(14_499_999_951, -35_900_000_049).expect("on the globe");
        assert_eq!((at.lon_e7, at.lat_e7), (145_000_000, -359_000_000));
        assert_eq!(at, Position::from_degrees(14.5, -35.9).expect("on the globe"));
        assert_eq!(Position::from_nano(i64::MIN, 0), None);
        assert_eq!(Position::from_degrees(f64::NAN, 0.0), None);
        assert_eq!(Position::from_degrees(0.0, 90.1), None);
    }
}
