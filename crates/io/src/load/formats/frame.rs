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
    if !whole {
        return Some(format!("{} bytes, where its header says {rows} rows of {row} bytes: it is cut off", bytes.len()));
    }
    let need = fields(bytes).map(|(_, width)| width).sum::<usize>() + 1;
    (need > row).then(|| format!("columns of {need} bytes in rows of {row}"))
}

/// The columns of a `.dbf`: where each is described, and its width.
fn fields(bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let (start, _, _) = layout(bytes);
    let described =
        (32..).step_by(32).take_while(move |field| field + 32 <= start && bytes.get(*field).is_some_and(|first| *first != 0x0d));
    described.map_while(|field| Some((field, usize::from(*bytes.get(field + 16)?))))
}

/// How many columns a `.dbf` has.
pub(super) fn columns(bytes: &[u8]) -> usize {
    fields(bytes).count()
}

/// The records of a `.dbf`, each with its mark in front.
pub(super) fn rows(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (start, length, count) = layout(bytes);
    bytes.get(start..).unwrap_or_default().chunks_exact(length).take(count)
}

/// Where records begin, how long each is, and how many there are.
pub(super) fn layout(bytes: &[u8]) -> (usize, usize, usize) {
    let two = |at: usize| bytes.get(at..at + 2).map_or(0, |two| usize::from(u16::from_le_bytes([two[0], two[1]])));
    (two(8), two(10).max(1), little(bytes, 4).unwrap_or(0))
}

/// The table as its reader wants it: with a date in its header, which programs leave out; with dates that are empty where they are none; with
/// memos, which lie in a file of their own, as the text that points there. And how many dates were none and not empty.
pub(super) fn readable(bytes: &[u8]) -> (Vec<u8>, usize) {
    let mut own = bytes.to_vec();
    if let [_, _, month, day, ..] = own.as_mut_slice()
        && !((1..=12).contains(month) && (1..=28).contains(day))
    {
        (*month, *day) = (1, 1);
    }
    let (start, length, count) = layout(bytes);
    let mut dates = Vec::new();
    let (mut at, mut field) = (1, 32);
    while field + 32 <= start && own.get(field).is_some_and(|first| *first != 0x0d) {
        let width = usize::from(own[field + 16]);
        match own[field + 11] {
            b'D' => dates.push((at, width)),
            b'M' => own[field + 11] = b'C',
            _ => {}
        }
        (at, field) = (at + width, field + 32);
    }
    let mut odd = 0;
    for record in own.get_mut(start..).unwrap_or_default().chunks_exact_mut(length).take(count) {
        for (at, width) in &dates {
            let Some(date) = record.get_mut(*at..at + width).filter(|date| !is_date(date)) else { continue };
            odd += usize::from(date.iter().any(|byte| !b" 0\0".contains(byte)));
            date.fill(b' ');
        }
    }
    (own, odd)
}

/// Whether these are a year, a month and a day: `20240229`.
fn is_date(date: &[u8]) -> bool {
    let number = |range: std::ops::Range<usize>| std::str::from_utf8(date.get(range)?).ok()?.parse::<u32>().ok();
    let digits = date.len() == 8 && date.iter().all(u8::is_ascii_digit);
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(4..6), number(6..8)) else { return false };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    digits && (1..=12).contains(&month) && (1..=days).contains(&day)
}
