//! Sites that are one to a model.

use std::collections::HashMap;

use super::space::Space;

/// Sites of the reduced problem, and those that they stand for.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// Of each, the first site that it stands for.
    pub(super) first: Vec<usize>,
    /// Of each, all of them, with how many copies.
    pub(super) members: Vec<Vec<(u32, u32)>>,
    spare: Vec<(u32, u32)>,
}

impl Merged {
    /// Sites that do the same become one. Where only the first copy counts (`once`), the others are spare.
    pub(super) fn keep(&mut self, alike: &[usize], most: &[u32], once: bool) {
        let mut members: Vec<(u32, u32)> = alike.iter().map(|j| (*j as u32, most[*j])).collect();
        if once {
            self.spare.extend(members.split_off(1));
            self.spare.push((members[0].0, members[0].1 - 1));
            members[0].1 = 1;
        }
        self.first.push(alike[0]);
        self.members.push(members);
    }

    /// Sites that nobody needs are spare.
    pub(super) fn spare(&mut self, sites: &[usize], most: &[u32]) {
        self.spare.extend(sites.iter().map(|j| (*j as u32, most[*j])));
    }

    /// The spare ones of the same quotas and price become one site that does nothing, after those that were kept: quotas may want it.
    pub(super) fn with_spare(mut self, space: &Space) -> Merged {
        let mut places: HashMap<(&[u32], u64), usize> = HashMap::new();
        self.spare.sort_unstable();
        for (j, copies) in self.spare.drain(..).filter(|(_, copies)| *copies > 0) {
            let site = j as usize;
            let place = *places.entry((&space.of_site[site], space.price[site])).or_insert_with(|| {
                self.first.push(site);
                self.members.push(Vec::new());
                self.first.len() - 1
            });
            self.members[place].push((j, copies));
        }
        self
    }
}
