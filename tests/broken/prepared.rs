//! Prepared networks.

use std::process::Command;

use super::case::{Case, file, sound, works};
use super::check::check;

/// The town's streets, prepared by the program itself.
fn prepared(flags: &[&str]) -> Vec<u8> {
    let desk = tempfile::tempdir().unwrap();
    let [extract, network] = ["town.osm", "town.cnet"].map(|name| desk.path().join(name));
    std::fs::write(&extract, sound("town.osm")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_catchment"));
    let done = command.arg("prepare").arg("town.osm").args(flags).args(["-o", "town.cnet"]).current_dir(desk.path()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    std::fs::read(network).unwrap()
}

fn with(case: Case, bytes: impl AsRef<[u8]>) -> Case {
    let case = case.without("town.osm").put("town.cnet", bytes).plan("town.osm", "town.cnet");
    case.plan("[profiles.walk]", "[ground]\nmask = [\"zone\"]\n\n[profiles.walk]")
}

/// A prepared network whose first node lies elsewhere, its sums right.
fn moved(whole: &[u8], x: f64) -> Vec<u8> {
    let number = |at: usize| u64::from_le_bytes(whole[at..at + 8].try_into().unwrap()) as usize;
    let start = 32 + number(16);
    let mut header: serde_json::Value = serde_json::from_slice(&whole[32..start]).unwrap();
    let mut body = whole[start..].to_vec();
    body[..8].copy_from_slice(&x.to_le_bytes());
    let bytes = 16 * header["arrays"][0]["items"].as_u64().unwrap() as usize;
    header["arrays"][0]["crc32"] = crc32fast::hash(&body[..bytes]).into();
    let mut header = serde_json::to_vec(&header).unwrap();
    header.resize(header.len().next_multiple_of(8), b' ');
    let length = (32 + header.len() + body.len()) as u64;
    let fixed = [&whole[..12], &crc32fast::hash(&header).to_le_bytes(), &(header.len() as u64).to_le_bytes(), &length.to_le_bytes()];
    [&fixed.concat()[..], &header, &body].concat()
}

#[test]
fn networks() {
    let whole = prepared(&["--profile", "walk"]);
    let altered = |at: usize, bytes: &[u8]| {
        let mut file = whole.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    let flipped = |at: usize| altered(at, &[whole[at] ^ 1]);
    check(
        "prepared",
        vec![
            with(works("sound"), &whole),
            with(file("an empty file"), ""),
            with(file("an extract by another name"), sound("town.osm")),
            with(file("an older version"), altered(8, &1u32.to_le_bytes())),
            with(file("a newer version"), altered(8, &99u32.to_le_bytes())),
            with(file("a bit of the header flipped"), flipped(100)),
            with(file("a bit of the last array flipped"), flipped(whole.len() - 9)),
            with(file("a length that is another"), altered(24, &(1u64 << 40).to_le_bytes())),
            with(file("a header that claims a gigabyte"), altered(16, &(1u64 << 30).to_le_bytes())),
            with(file("cut off in the fixed part"), &whole[..20]),
            with(file("cut off in the header"), &whole[..100]),
            with(file("cut off in the arrays"), &whole[..whole.len() - 100]),
            with(file("more behind the end"), [&whole[..], b"more"].concat()),
            with(file("a node beyond the plane"), moved(&whole, 1e18)),
            with(file("another profile"), prepared(&["--profile", "ambulance"])),
            with(file("another speed"), &whole).plan("min_component = 2", "min_component = 2\nspeed_m_s = 1.0"),
            with(file("another CRS than the plan's"), &whole)
                .plan("title =", "crs = \"+proj=tmerc +lat_0=0 +lon_0=100 +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m\"\ntitle ="),
            with(file("zones that are asked of it"), &whole).plan("source = \"zones.geojson\"", "source = \"town.cnet\""),
            with(file("land that is asked of it"), &whole).plan("mask = [\"zone\"]", "mask = [\"land\"]"),
        ],
    );
}
