//! Whether a shapefile and its table are as long as they say: what reads them trusts that, or stops in silence where it is not so.

/// What a `.shp` should be.
pub(super) const EXPECTED: &str = "a shapefile (.shp) as GIS programs write it: copy or export it again, with the files beside it";
/// What a `.dbf` should be.
pub(super) const TABLE: &str = "the dBASE table (.dbf) of the shapefile: copy or export it again";

/// Kinds of shapes: none, point, line, polygon, several points; with heights, with measures; patches.
const KINDS: [usize; 14] = [0, 1, 3, 5, 8, 11, 13, 15, 18, 21, 23, 25, 28, 31];
/// Length of the header of a `.shp`.
const HEADER: usize = 100;

fn big(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize)
}

fn little(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize)
}

/// What is wrong with a `.shp` as a row of records.
pub(super) fn fault(bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return Some("an empty file".to_owned());
    }
    if big(bytes, 0) != Some(9994) {
        return Some("no shapefile by its first bytes".to_owned());
    }
    let length = big(bytes, 24).map_or(HEADER, |words| words.saturating_mul(2));
    if bytes.len() < HEADER || length != bytes.len() {
        return Some(format!("{} bytes, where its header says {length}: it is cut off or was added to", bytes.len()));
    }
    let (mut at, mut row) = (HEADER, 1);
    while at < bytes.len() {
        let content = big(bytes, at + 4).map(|words| words.saturating_mul(2));
        let Some(record) = content.and_then(|length| bytes.get(at + 8..)?.get(..length)) else {
            return Some(format!("shape {row} that is longer than what is left of the file"));
        };
        if let Some(kind) = little(record, 0).filter(|kind| !KINDS.contains(kind)) {
            return Some(format!("shape {row} of the kind {kind}, which shapefiles do not have"));
        }
        if !holds_its_corners(record) {
            return Some(format!("shape {row} of more corners than its bytes can hold"));
        }
        (at, row) = (at + 8 + record.len(), row + 1);
    }
    None
}

/// Whether the counts of a record can be true of its length.
fn holds_its_corners(record: &[u8]) -> bool {
    let fits = |head: usize, parts: usize, points: usize| {
        let need =
            parts.checked_mul(4).zip(points.checked_mul(16)).and_then(|(parts, points)| head.checked_add(parts)?.checked_add(points));
        need.is_some_and(|need| need <= record.len())
    };
    match little(record, 0) {
        None => false,
        // lines and polygons, flat, with heights, with measures; and patches, whose parts have a kind each
        Some(3 | 5 | 13 | 15 | 23 | 25) => {
            little(record, 36).zip(little(record, 40)).is_some_and(|(parts, points)| fits(44, parts, points))
        }
        Some(31) => little(record, 36).zip(little(record, 40)).is_some_and(|(parts, points)| fits(44, parts.saturating_mul(2), points)),
        // several points
        Some(8 | 18 | 28) => little(record, 36).is_some_and(|points| fits(40, 0, points)),
        Some(_) => true,
    }
}

/// What is wrong with a `.dbf` as a row of records.
pub(super) fn table_fault(bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return Some("an empty file".to_owned());
    }
    let two = |at: usize| bytes.get(at..at + 2).map_or(0, |two| usize::from(u16::from_le_bytes([two[0], two[1]])));
    let (rows, header, row) = (little(bytes, 4).unwrap_or(0), two(8), two(10));
    // the lowest three bits are the version: 3, or 2 of the very first ones; a header ends in a mark
    if !matches!(bytes[0] & 7, 2..=5) || header < 33 || row == 0 || header > bytes.len() {
        return Some("no table of dBASE by its header".to_owned());
    }
    let whole = rows.checked_mul(row).and_then(|rows| rows.checked_add(header)).is_some_and(|need| need <= bytes.len());
    (!whole).then(|| format!("{} bytes, where its header says {rows} rows of {row} bytes: it is cut off", bytes.len()))
}

/// The table with a date in its header, where there is none: programs leave it out.
pub(super) fn dated(bytes: &[u8]) -> Vec<u8> {
    let mut own = bytes.to_vec();
    if let [_, _, month, day, ..] = own.as_mut_slice()
        && !((1..=12).contains(month) && (1..=28).contains(day))
    {
        (*month, *day) = (1, 1);
    }
    own
}
