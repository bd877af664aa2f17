//! Shapes as well-known binary, checked before a reader trusts their counts.

use catchment::geo::Geometry;
use geozero::ToGeo;
use geozero::wkb::GpkgWkb;
#[cfg(feature = "geoparquet")]
use geozero::wkb::Wkb;

/// A shape of a GeoPackage: a header, and well-known binary behind it.
pub(super) fn of_geopackage(bytes: &[u8]) -> Result<Geometry<f64>, String> {
    let envelope = bytes.get(3).map(|flags| [0, 32, 48, 48, 64].get(usize::from(flags >> 1 & 7)).copied());
    let own = match envelope {
        Some(Some(envelope)) if bytes.starts_with(b"GP") => bytes.get(8 + envelope..),
        _ => None,
    };
    let sound = own.is_some_and(|mut wkb| walk(&mut wkb, 0).is_some());
    if !sound {
        return Err("no shape, or a broken one".to_owned());
    }
    GpkgWkb(bytes.to_vec()).to_geo().map_err(|error| error.to_string())
}

/// Plain well-known binary.
#[cfg(feature = "geoparquet")]
pub(super) fn plain(bytes: &[u8]) -> Result<Geometry<f64>, String> {
    let mut own = bytes;
    if walk(&mut own, 0).is_none() {
        return Err("no shape, or a broken one".to_owned());
    }
    Wkb(bytes.to_vec()).to_geo().map_err(|error| error.to_string())
}

/// Nested so deep no shape is.
const DEEPEST: u32 = 4;

/// Steps over one well-known binary geometry.
fn walk(wkb: &mut &[u8], depth: u32) -> Option<()> {
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
    let line = |wkb: &mut &[u8]| {
        let count = number(take(wkb, 4)?)? as usize;
        take(wkb, count.checked_mul(place)?).map(|_| ())
    };
    match kind {
        1 => take(wkb, place).map(|_| ()),
        2 => line(wkb),
        3 => {
            let rings = number(take(wkb, 4)?)?;
            (rings as usize <= wkb.len() / 4).then_some(())?;
            (0..rings).try_for_each(|_| line(wkb).ok_or(())).ok()
        }
        4..=7 if depth < DEEPEST => {
            let parts = number(take(wkb, 4)?)?;
            (parts as usize <= wkb.len() / 5).then_some(())?;
            (0..parts).try_for_each(|_| walk(wkb, depth + 1).ok_or(())).ok()
        }
        _ => None,
    }
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
