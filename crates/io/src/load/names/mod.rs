//! How tables call zones: by id, by name in any spelling, or by another name that the plan explains.

mod alike;
mod fold;
mod rows;
mod sums;

use std::collections::{BTreeMap, HashMap};

use catchment::{Finding, FindingKind, Stage, Zone};

use crate::error::Error;
use crate::plan::{PlanError, nearest, value};
use fold::folded;

pub(crate) use rows::{Counted, Met, ZoneRows, sums_differ};
pub(crate) use sums::{PrintedNumber, SumRow, is_rate, sum_row};

/// Of one spelling, the zones that it fits.
type Spellings = HashMap<String, Vec<usize>>;

/// The names by which zones are found.
#[derive(Debug, Clone, Default)]
pub(crate) struct ZoneNames {
    /// Of each zone, its id, its name as the source writes it, and its name as outputs show it.
    zones: Vec<[String; 3]>,
    /// Ids and names as they are written, then as they are compared.
    spelt: [[Spellings; 2]; 2],
    /// The plan's other names, as they are compared.
    aliases: BTreeMap<String, usize>,
}

/// Whether a table says ids or names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// Its column of ids.
    Id,
    /// Its column of names.
    Name,
}

/// What a label fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    /// One zone.
    Zone(usize),
    /// Several.
    Several(Vec<usize>),
    /// None of them.
    Unknown,
}

impl ZoneNames {
    /// Of zones as their source names them.
    pub(crate) fn new(zones: &[Zone]) -> ZoneNames {
        ZoneNames::of_all(zones.iter().map(|zone| [zone.id.clone(), zone.name.clone(), zone.name.clone()]).collect())
    }

    fn of_all(zones: Vec<[String; 3]>) -> ZoneNames {
        let mut spelt: [[Spellings; 2]; 2] = Default::default();
        for (place, [id, name, shown]) in zones.iter().enumerate() {
            let mut add = |column: usize, text: &str| {
                for (spellings, text) in spelt[column].iter_mut().zip([text.to_owned(), folded(text)]) {
                    let places = spellings.entry(text).or_default();
                    if places.last() != Some(&place) {
                        places.push(place);
                    }
                }
            };
            add(0, id);
            add(1, name);
            add(1, shown);
        }
        ZoneNames { zones, spelt, aliases: BTreeMap::new() }
    }

    /// Gives each zone of a shared name a name of its own, with its id. The zones' names are afterwards those that outputs show.
    pub(super) fn told_apart(zones: &mut [Zone], file: &str) -> (ZoneNames, Option<Finding>) {
        let mut sharing: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, zone) in zones.iter().enumerate() {
            sharing.entry(folded(&zone.name)).or_default().push(place);
        }
        sharing.retain(|_, places| places.len() > 1);
        let raw: Vec<String> = zones.iter().map(|zone| zone.name.clone()).collect();
        for place in sharing.values().flatten() {
            let zone = &mut zones[*place];
            zone.name = format!("{} ({})", zone.name, zone.id);
        }
        let names = ZoneNames::of_all(zones.iter().zip(raw).map(|(zone, raw)| [zone.id.clone(), raw, zone.name.clone()]).collect());
        let mut shared: Vec<usize> = sharing.into_values().flatten().collect();
        shared.sort_unstable();
        let finding = (!shared.is_empty()).then(|| {
            let named: Vec<&str> = shared.iter().map(|place| zones[*place].name.as_str()).collect();
            let detail = format!("{} zones share a name with another; they are written {}", shared.len(), some(&named));
            Finding::new(Stage::Zones, file, "", FindingKind::RepeatedNames, detail).rows(shared.len())
        });
        (names, finding)
    }

    /// The same with the other names that a plan explains, `alias = "id or name of a zone"`.
    ///
    /// # Errors
    ///
    /// [`Error::Plan`] for one that means no zone or several, and for one that is the name of a zone itself.
    pub(super) fn with_aliases(mut self, aliases: &BTreeMap<String, String>, study: &str) -> Result<ZoneNames, Error> {
        let wrong = |found: &str, expected: &str| Error::Plan { file: study.to_owned(), source: value("zones.aliases", found, expected) };
        let mut known = BTreeMap::new();
        for (alias, target) in aliases {
            let place = match self.find(target, By::Id) {
                Named::Zone(place) => place,
                Named::Several(places) => {
                    return Err(wrong(&format!("`{target}`, the name of several zones"), &format!("the id of one: {}", self.ids(&places))));
                }
                Named::Unknown => return Err(self.no_target(alias, target, study)),
            };
            if matches!(self.find(alias, By::Name), Named::Zone(_)) {
                return Err(wrong(&format!("`{alias}`, the name of a zone"), "names that tables use and no zone has"));
            }
            if known.insert(folded(alias), place).is_some_and(|other| other != place) {
                return Err(wrong(&format!("`{alias}` in two spellings for two zones"), "each name once"));
            }
        }
        self.aliases = known;
        Ok(self)
    }

    fn no_target(&self, alias: &str, target: &str, study: &str) -> Error {
        let of_name = self.nearest(target, 0..self.zones.len()).map(|(place, _)| self.zones[place][2].as_str());
        let all: Vec<&str> = self.zones.iter().flatten().map(String::as_str).collect();
        let near = of_name.map_or_else(|| nearest(target, &all), |name| format!("; did you mean `{name}`?"));
        let source: PlanError = value("zones.aliases", &format!("`{alias}` = `{target}`"), &format!("the id or the name of a zone{near}"));
        Error::Plan { file: study.to_owned(), source }
    }

    /// The zone of a label: by id or name as it is written, then as it is compared, then by the plan's other names.
    pub(crate) fn find(&self, label: &str, by: By) -> Named {
        let columns = if by == By::Id { [0, 1] } else { [1, 0] };
        let label = label.trim();
        let same = folded(label);
        let mut several = Vec::new();
        for (how, text) in [label, same.as_str()].into_iter().enumerate() {
            for column in columns {
                match self.spelt[column][how].get(text).map(Vec::as_slice) {
                    Some([place]) if several.is_empty() => return Named::Zone(*place),
                    Some(places) if several.is_empty() => several = places.to_vec(),
                    _ => {}
                }
            }
        }
        match self.aliases.get(&same) {
            Some(place) => Named::Zone(*place),
            None if several.is_empty() => Named::Unknown,
            None => Named::Several(several),
        }
    }

    /// Of some zones, the one whose name is most like a label, and how much.
    fn nearest(&self, label: &str, places: impl Iterator<Item = usize>) -> Option<(usize, alike::Likeness)> {
        let like = |place: usize| {
            let [id, name, _] = &self.zones[place];
            // codes that differ by a letter are other codes
            let by_id = alike::alike(label, id).filter(|like| like.how == alike::How::SamePlace);
            alike::alike(label, name).into_iter().chain(by_id).min().map(|how| (place, how))
        };
        places.filter_map(like).min_by_key(|(place, how)| (*how, *place))
    }

    /// How outputs show a zone.
    pub(crate) fn shown(&self, place: usize) -> &str {
        &self.zones[place][2]
    }

    /// What names a zone and no other: its name, else its id.
    fn sure_name(&self, place: usize) -> &str {
        let [id, name, _] = &self.zones[place];
        if self.find(name, By::Name) == Named::Zone(place) { name } else { id }
    }

    fn ids(&self, places: &[usize]) -> String {
        let shown: Vec<String> = places.iter().map(|place| format!("{} ({})", self.zones[*place][0], self.shown(*place))).collect();
        some(&shown.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Number of zones.
    pub(crate) fn len(&self) -> usize {
        self.zones.len()
    }
}

/// Up to five names, and how many more there are.
pub(crate) fn some(names: &[&str]) -> String {
    const MOST: usize = 5;
    let more = names.len().saturating_sub(MOST);
    let shown = names[..names.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

/// A name as a key or a text of a TOML file.
fn quoted(name: &str) -> String {
    let mut text = String::from("\"");
    for c in name.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => text += &format!("\\u{:04X}", u32::from(c)),
            c => text.push(c),
        }
    }
    text + "\""
}

#[cfg(test)]
mod tests;
