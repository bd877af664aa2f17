//! Shapes as well-known binary, checked before a reader trusts their counts.

use catchment::geo::{Coord, Geometry};
use geozero::ToGeo;
use geozero::wkb::GpkgWkb;
#[cfg(feature = "geoparquet")]
use geozero::wkb::Wkb;

use super::OpenRing;

/// A shape of a GeoPackage: a header, and well-known binary behind it. The open rings of its row go to `open`.
pub(super) fn of_geopackage(bytes: &[u8], row: usize, open: &mut Vec<OpenRing>) -> Result<Geometry<f64>, String> {
    let mut own = behind_header(bytes).ok_or("a broken shape")?;
    let rings = rings_left_open(&mut own, row)?;
    let shape = GpkgWkb(bytes.to_vec()).to_geo().map_err(|error| error.to_string())?;
    open.extend(rings);
    Ok(shape)
}

/// The same of plain well-known binary.
#[cfg(feature = "geoparquet")]
pub(super) fn plain(bytes: &[u8], row: usize, open: &mut Vec<OpenRing>) -> Result<Geometry<f64>, String> {
    let mut own = bytes;
    let rings = rings_left_open(&mut own, row)?;
    let shape = Wkb(bytes.to_vec()).to_geo().map_err(|error| error.to_string())?;
    open.extend(rings);
    Ok(shape)
}

/// The well-known binary of a GeoPackage's shape.
fn behind_header(bytes: &[u8]) -> Option<&[u8]> {
    let envelope = [0, 32, 48, 48, 64].get(usize::from(bytes.get(3)? >> 1 & 7))?;
    bytes.strip_prefix(b"GP").and_then(|_| bytes.get(8 + envelope..))
}

/// The rings that do not end where they begin; an error if a shape's counts cannot be true of its bytes or it is nested deeper than shapes
/// are, both of which its reader trusts.
fn rings_left_open(wkb: &mut &[u8], row: usize) -> Result<Vec<OpenRing>, String> {
    let mut ends = Vec::new();
    walk(wkb, 0, &mut ends).ok_or("a broken shape")?;
    Ok(ends.into_iter().filter_map(|[first, last]| OpenRing::new(row, first, last)).collect())
}

/// Nested so deep no shape is.
pub(super) const DEEPEST: u32 = 4;

/// Steps over one well-known binary geometry; `ends` takes the first and last place of each of its rings.
fn walk(wkb: &mut &[u8], depth: u32, ends: &mut Vec<[Coord<f64>; 2]>) -> Option<()> {
    let little = take(wkb, 1)?[0] == 1;
    let number = |bytes: &[u8]| {
        let bytes: [u8; 4] = bytes.try_into().ok()?;
        Some(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    };
    let kind = number(take(wkb, 4)?)?;
    let (kind, dimensions) = (
        kind % 1000,
        match kind / 1000 {
            0 => 2,
            1 | 2 => 3,
            3 => 4,
            _ => return None,
        },
    );
    let place = 8 * dimensions;
    let length = |wkb: &mut &[u8]| (number(take(wkb, 4)?)? as usize).checked_mul(place);
    match kind {
        1 => take(wkb, place).map(|_| ()),
        2 => length(wkb).and_then(|length| take(wkb, length)).map(|_| ()),
        3 => {
            let rings = number(take(wkb, 4)?)?;
            (rings as usize <= wkb.len() / 4).then_some(())?;
            for _ in 0..rings {
                let ring = length(wkb).and_then(|length| take(wkb, length))?;
                let last = ring.len().checked_sub(place).and_then(|last| ring.get(last..));
                ends.extend(place_of(ring, little).zip(last.and_then(|last| place_of(last, little))).map(|(first, last)| [first, last]));
            }
            Some(())
        }
        4..=7 if depth < DEEPEST => {
            let parts = number(take(wkb, 4)?)?;
            (parts as usize <= wkb.len() / 5).then_some(())?;
            (0..parts).try_for_each(|_| walk(wkb, depth + 1, ends).ok_or(())).ok()
        }
        _ => None,
    }
}

/// The place that bytes begin with.
fn place_of(bytes: &[u8], little: bool) -> Option<Coord<f64>> {
    let number = |at: usize| {
        let bytes: [u8; 8] = bytes.get(at..at + 8)?.try_into().ok()?;
        Some(if little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    };
    Some(Coord { x: number(0)?, y: number(8)? })
}

fn take<'b>(wkb: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (head, rest) = wkb.split_at_checked(count)?;
    *wkb = rest;
    Some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shape without an envelope: this well-known binary.
    fn blob(wkb: &[u8]) -> Vec<u8> {
        [b"GP\0\x01".as_slice(), &4326u32.to_le_bytes(), wkb].concat()
    }

    #[test]
    fn counts_that_cannot_be_true_are_refused_before_anybody_trusts_them() {
        let point = [&[1, 1, 0, 0, 0][..], &1f64.to_le_bytes(), &2f64.to_le_bytes()].concat();
        let of_geopackage = |bytes: &[u8]| of_geopackage(bytes, 0, &mut Vec::new());
        assert!(of_geopackage(&blob(&point)).is_ok());
        for kind in [2u8, 3, 4, 5, 6, 7] {
            let endless = [&[1, kind, 0, 0, 0][..], &u32::MAX.to_le_bytes()].concat();
            assert!(of_geopackage(&blob(&endless)).is_err(), "{kind}");
        }
        let deep = [1, 7, 0, 0, 0, 1, 0, 0, 0].repeat(100_000);
        for bytes in [&b""[..], b"GP", b"no shape at all", &blob(&deep), &blob(&point[..20])] {
            assert!(of_geopackage(bytes).is_err());
        }
    }
}
