//! Files of bytes, made as their formats say, so that one thing of them can be made wrong.

/// Text in GB18030.
pub(crate) fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// Text in UTF-16, little-endian.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A ring as a shapefile has it: clockwise, the last corner being the first.
pub(crate) const WEST: [[f64; 2]; 5] = [[99.9995, 9.9995], [99.9995, 10.0045], [100.0025, 10.0045], [100.0025, 9.9995], [99.9995, 9.9995]];
pub(crate) const EAST: [[f64; 2]; 5] =
    [[100.0025, 9.9995], [100.0025, 10.0045], [100.0045, 10.0045], [100.0045, 9.9995], [100.0025, 9.9995]];

/// A shape's record: its number, its length in words of two bytes, its content.
pub(crate) fn shape(number: u32, content: &[u8]) -> Vec<u8> {
    [&number.to_be_bytes()[..], &(content.len() as u32 / 2).to_be_bytes(), content].concat()
}

/// The content of a polygon's record; `points` is what it says of their number.
pub(crate) fn polygon(ring: &[[f64; 2]], points: u32) -> Vec<u8> {
    let bounds = [0, 1].map(|axis| ring.iter().map(|at| at[axis]).fold(f64::INFINITY, f64::min));
    let far = [0, 1].map(|axis| ring.iter().map(|at| at[axis]).fold(f64::NEG_INFINITY, f64::max));
    let numbers = |numbers: &[f64]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let head =
        [&5u32.to_le_bytes()[..], &numbers(&bounds), &numbers(&far), &1u32.to_le_bytes(), &points.to_le_bytes(), &0u32.to_le_bytes()]
            .concat();
    [head, ring.iter().flat_map(|at| numbers(at)).collect()].concat()
}

/// A closed ring of so many corners, an odd number, all of whose sides cross each other.
pub(crate) fn star(corners: u32) -> Vec<[f64; 2]> {
    let place = |corner: u32| {
        let turned = std::f64::consts::TAU * f64::from(corner * (corners / 2) % corners) / f64::from(corners);
        [100.0035 + 0.001 * turned.cos(), 10.002 + 0.001 * turned.sin()]
    };
    (0..=corners).map(place).collect()
}

/// A `.shp` of polygons.
pub(crate) fn shp(records: &[Vec<u8>]) -> Vec<u8> {
    let body = records.concat();
    let mut file = vec![0; 100];
    file[..4].copy_from_slice(&9994u32.to_be_bytes());
    file[24..28].copy_from_slice(&((100 + body.len()) as u32 / 2).to_be_bytes());
    file[28..32].copy_from_slice(&1000u32.to_le_bytes());
    file[32..36].copy_from_slice(&5u32.to_le_bytes());
    [file, body].concat()
}

/// A `.dbf` with the columns `code` and `name`, ten bytes each.
pub(crate) fn dbf(rows: &[[&str; 2]]) -> Vec<u8> {
    let mut file = vec![3, 126, 1, 1];
    file.extend((rows.len() as u32).to_le_bytes());
    file.extend(97u16.to_le_bytes());
    file.extend(21u16.to_le_bytes());
    file.resize(32, 0);
    for name in ["code", "name"] {
        let start = file.len();
        file.extend(name.bytes());
        file.resize(start + 11, 0);
        file.push(b'C');
        file.extend([0, 0, 0, 0, 10]);
        file.resize(start + 32, 0);
    }
    file.push(13);
    for row in rows {
        file.push(b' ');
        row.iter().for_each(|cell| file.extend(format!("{cell:<10}").bytes()));
    }
    file.push(26);
    file
}

/// A file of a zip archive: its name, what stands in the archive, the size that it claims to unpack to, whether it is packed (deflate).
pub(crate) struct Zipped {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) size: u32,
    pub(crate) crc32: u32,
    pub(crate) packed: bool,
}

/// A file as it is.
pub(crate) fn stored(name: &'static str, text: &str) -> Zipped {
    Zipped { name, bytes: text.as_bytes().to_vec(), size: text.len() as u32, crc32: crc32fast::hash(text.as_bytes()), packed: false }
}

/// A zip archive.
pub(crate) fn zip(files: &[Zipped]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let method = if file.packed { 8u16 } else { 0 };
        let facts = [
            &20u16.to_le_bytes()[..],
            &0u16.to_le_bytes(),
            &method.to_le_bytes(),
            &[0; 4],
            &file.crc32.to_le_bytes(),
            &(file.bytes.len() as u32).to_le_bytes(),
            &file.size.to_le_bytes(),
            &(file.name.len() as u16).to_le_bytes(),
            &0u16.to_le_bytes(),
        ]
        .concat();
        let at = archive.len() as u32;
        directory.extend([b"PK\x01\x02\x14\0", &facts[..], &[0; 10], &at.to_le_bytes(), file.name.as_bytes()].concat());
        archive.extend([b"PK\x03\x04", &facts[..], file.name.as_bytes(), &file.bytes].concat());
    }
    let (count, at) = ((files.len() as u16).to_le_bytes(), (archive.len() as u32).to_le_bytes());
    let length = (directory.len() as u32).to_le_bytes();
    archive.extend(directory);
    archive.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &length, &at, &[0; 2]].concat());
    archive
}
