//! Shapes as well-known binary, checked before a reader trusts their counts.

use catchment::geo::Geometry;
use geozero::ToGeo;
use geozero::wkb::GpkgWkb;
#[cfg(feature = "geoparquet")]
use geozero::wkb::Wkb;

/// A shape, and how many of its rings do not end where they begin.
type Shape = (Geometry<f64>, usize);

/// A shape of a GeoPackage: a header, and well-known binary behind it.
pub(super) fn of_geopackage(bytes: &[u8]) -> Result<Shape, String> {
    let open = rings_left_open(bytes).ok_or("a broken shape")?;
    let shape = GpkgWkb(bytes.to_vec()).to_geo().map_err(|error| error.to_string())?;
    Ok((shape, open))
}

/// Plain well-known binary.
#[cfg(feature = "geoparquet")]
pub(super) fn plain(bytes: &[u8]) -> Result<Shape, String> {
    let (mut own, mut open) = (bytes, 0);
    walk(&mut own, 0, &mut open).ok_or("a broken shape")?;
    let shape = Wkb(bytes.to_vec()).to_geo().map_err(|error| error.to_string())?;
    Ok((shape, open))
}

/// How many rings do not end where they begin; nothing where a shape's counts cannot be true of its bytes or it is nested deeper than
/// shapes are: what reads it trusts both.
fn rings_left_open(bytes: &[u8]) -> Option<usize> {
    let envelope = [0, 32, 48, 48, 64].get(usize::from(bytes.get(3)? >> 1 & 7))?;
    let mut wkb = bytes.strip_prefix(b"GP").and_then(|_| bytes.get(8 + envelope..))?;
    let mut open = 0;
    walk(&mut wkb, 0, &mut open)?;
    Some(open)
}

/// Nested so deep no shape is.
pub(super) const DEEPEST: u32 = 4;

/// Steps over one well-known binary geometry, and counts its open rings.
fn walk(wkb: &mut &[u8], depth: u32, open: &mut usize) -> Option<()> {
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
                *open += usize::from(ring.get(..16) != ring.len().checked_sub(place).and_then(|last| ring.get(last..last + 16)));
            }
            Some(())
        }
        4..=7 if depth < DEEPEST => {
            let parts = number(take(wkb, 4)?)?;
            (parts as usize <= wkb.len() / 5).then_some(())?;
            (0..parts).try_for_each(|_| walk(wkb, depth + 1, open).ok_or(())).ok()
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
