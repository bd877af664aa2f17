//! What moved between two runs: by zone and service, and gap by gap.

use std::collections::BTreeMap;
use std::path::Path;

use catchment::{Progress, begin};
use geojson::{Feature, FeatureCollection, Geometry, JsonObject};
use serde_json::{Value, json};

use super::merge::rows_of_csv;
use crate::changes::{Results, gap_changes, zone_changes};
use crate::error::{Error, data};
use crate::out::{Claim, OutFolder, Placed, add_manifest, unfinished};
use crate::plan::{CsvEncoding, Format};
use crate::write::{About, LayerOut, TableOut, formats_of, sha256};

/// What a comparison found, and the files that tell it.
#[derive(Debug, Clone)]
pub struct Diff {
    /// The files.
    pub placed: Placed,
    /// In all, one a service (and value of the axes of merged runs), in order.
    pub totals: Vec<DiffTotal>,
}

/// What moved in a service.
#[derive(Debug, Clone, PartialEq)]
pub struct DiffTotal {
    /// The service, behind the values of the axes of merged runs.
    pub service: String,
    /// People of the zones where more are covered than before: how many more.
    pub people_gained: f64,
    /// People of the zones where fewer are covered than before: how many fewer.
    pub people_lost: f64,
    /// Gaps that touch no gap of before.
    pub gaps_opened: usize,
    /// Gaps of before that no gap touches.
    pub gaps_closed: usize,
}

/// Compares the results in the folder `before` with those in `after`, of single runs or of merged ones, and writes `zones_diff` and
/// `gaps_diff` (a table and a layer each) to a folder.
///
/// People are counted by zone: who gains and who loses in one zone cancel out. A gap has closed where no gap of the same zone and service
/// shares ground with it, and has opened where none of before does.
///
/// # Errors
///
/// [`Error::Read`] where a folder lacks `zones.csv`, `zones.geojson` or `gaps.geojson`; [`Error::Data`] for a broken one; [`Error::Cancelled`].
pub fn diff(before: &Path, after: &Path, mut folder: OutFolder, progress: &dyn Progress) -> Result<Diff, Error> {
    begin(progress, "read", 0)?;
    let (old_folder, new_folder) = (read(before)?, read(after)?);
    begin(progress, "compare", 0)?;
    let (old, new) = (&old_folder.results, &new_folder.results);
    let gaps = gap_changes(old, new)?;
    let zones = zone_changes(old, new, &gaps);
    let mut totals: Vec<DiffTotal> = Vec::new();
    for (key, row) in &zones {
        let service = key.0.clone();
        let number = |column: &str| row.get(column).and_then(Value::as_f64).unwrap_or_default();
        let own = DiffTotal {
            service,
            people_gained: number("people_gained"),
            people_lost: number("people_lost"),
            gaps_opened: number("gaps_opened") as usize,
            gaps_closed: number("gaps_closed") as usize,
        };
        match totals.iter_mut().find(|total| total.service == own.service) {
            Some(total) => {
                total.people_gained += own.people_gained;
                total.people_lost += own.people_lost;
                total.gaps_opened += own.gaps_opened;
                total.gaps_closed += own.gaps_closed;
            }
            None => totals.push(own),
        }
    }
    begin(progress, "write", 0)?;
    let shapes = |key: &crate::changes::Key| new.shape(key).or_else(|| old.shape(key)).cloned();
    let feature = |geometry: Option<Geometry>, properties: &JsonObject| crate::write::feature(geometry, properties.clone());
    let zone_layer = zones.iter().filter_map(|(key, row)| Some(feature(Some(shapes(key)?), row))).collect();
    let gap_layer = gaps.iter().map(|gap| feature(gap.geometry.clone(), &gap.row)).collect();
    let layers = [
        LayerOut::new("zones_diff", "Zones by what moved", zone_layer),
        LayerOut::new("gaps_diff", "Gaps opened, closed and kept", gap_layer),
    ];
    let tables = [
        TableOut::of_rows("zones_diff", zones.into_iter().map(|(_, row)| row).collect()),
        TableOut::of_rows("gaps_diff", gaps.into_iter().map(|gap| gap.row).collect()),
    ];
    let attribution = old_folder.attribution.max(new_folder.attribution);
    let about = About { stem: "diff", attribution: attribution.as_deref(), styled: false, time: "1970-01-01T00:00:00.000Z" };
    let mut files = formats_of(&layers, &tables, &[Format::Geojson, Format::Csv], CsvEncoding::Utf8.into(), &about)?;
    let known = json!({
        "tool": { "name": "catchment", "version": env!("CARGO_PKG_VERSION"), "command": COMMAND },
        "inputs": { "before": old_folder.digests, "after": new_folder.digests },
    });
    add_manifest(known, &mut files);
    folder.put(Path::new(""), &files)?;
    begin(progress, "switch", 0)?;
    Ok(Diff { placed: folder.switch()?, totals })
}

const COMMAND: &str = "batch diff";

impl Claim {
    /// Of what moved between two folders.
    pub fn of_diff(before: &Path, after: &Path) -> Claim {
        // what is read of each
        let read = [before, after].into_iter().flat_map(|own| ["zones.csv", "zones.geojson", "gaps.geojson"].map(|name| own.join(name)));
        let formats = vec![Format::Geojson, Format::Csv];
        Claim { inputs: read.collect(), formats, pictures: false, ..Claim::new(COMMAND, "diff") }
    }
}

/// The results in a folder.
struct Folder {
    results: Results,
    attribution: Option<String>,
    digests: BTreeMap<String, String>,
}

fn read(folder: &Path) -> Result<Folder, Error> {
    if unfinished(folder) {
        let found = "the files of two runs: the second was ended while it took the place of the first";
        return Err(data(&folder.display().to_string(), "", found, "the folder of a whole run: write it again"));
    }
    let mut digests = BTreeMap::new();
    let mut bytes = |name: &str| {
        let file = folder.join(name);
        let shown = file.display().to_string();
        let bytes = std::fs::read(&file).map_err(|source| Error::Read { file: shown.clone(), source })?;
        digests.insert(name.to_owned(), sha256(&bytes));
        Ok::<_, Error>((shown, bytes))
    };
    let (shown, text) = bytes("zones.csv")?;
    let zones = rows_of_csv(&text, &shown)?;
    let (shown, text) = bytes("zones.geojson")?;
    let (shapes, _) = collection(&text, &shown)?;
    let (shown, text) = bytes("gaps.geojson")?;
    let (gaps, attribution) = collection(&text, &shown)?;
    Ok(Folder { results: Results::new(zones, shapes, gaps, &shown)?, attribution, digests })
}

fn collection(bytes: &[u8], file: &str) -> Result<(Vec<Feature>, Option<String>), Error> {
    let broken = |error: serde_json::Error| data(file, "", error.to_string(), "a collection as a run writes it");
    let collection: FeatureCollection = serde_json::from_slice(bytes).map_err(broken)?;
    let told = collection.foreign_members.as_ref().and_then(|members| Some(members.get("attribution")?.as_str()?.to_owned()));
    Ok((collection.features, told))
}
