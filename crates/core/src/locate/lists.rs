//! Lists of small numbers, one after another, and which of them lie within which.

/// Lists, each ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lists {
    first: Vec<usize>,
    items: Vec<u32>,
}

impl Lists {
    pub(super) fn new() -> Lists {
        Lists { first: vec![0], items: Vec::new() }
    }

    pub(super) fn push(&mut self, list: impl IntoIterator<Item = u32>) {
        self.items.extend(list);
        self.first.push(self.items.len());
    }

    pub(super) fn len(&self) -> usize {
        self.first.len() - 1
    }

    /// Items of all lists.
    pub(super) fn items(&self) -> usize {
        self.items.len()
    }

    pub(super) fn of(&self, i: usize) -> &[u32] {
        &self.items[self.first[i]..self.first[i + 1]]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.first.windows(2).map(|pair| &self.items[pair[0]..pair[1]])
    }

    /// Who holds whom, the other way round: `items` lists of the lists that each is in.
    pub(super) fn turned(&self, items: usize) -> Lists {
        let mut first = vec![0; items + 1];
        self.items.iter().for_each(|item| first[*item as usize + 1] += 1);
        (0..items).for_each(|i| first[i + 1] += first[i]);
        let mut next = first.clone();
        let mut turned = vec![0; self.items.len()];
        for (i, list) in (0..).zip(self.iter()) {
            for item in list {
                let place = &mut next[*item as usize];
                turned[*place] = i;
                *place += 1;
            }
        }
        Lists { first, items: turned }
    }

    /// Calls `found` with each list that others hold all of, and those others that `may` take its place; of equal lists the first holds
    /// the rest. `turned` is the turned self. Lists without items are passed over.
    pub(super) fn held(&self, turned: &Lists, may: impl Fn(usize, usize) -> bool, mut found: impl FnMut(usize, &[u32])) {
        let mut others: Vec<u32> = Vec::new();
        let mut by_rarity: Vec<u32> = Vec::new();
        for i in 0..self.len() {
            by_rarity.clear();
            by_rarity.extend(self.of(i));
            by_rarity.sort_by_key(|item| turned.of(*item as usize).len());
            let Some((rarest, rest)) = by_rarity.split_first() else { continue };
            others.clear();
            others.extend(turned.of(*rarest as usize).iter().filter(|other| {
                let o = **other as usize;
                let longer = self.of(o).len() > self.of(i).len() || (self.of(o).len() == self.of(i).len() && o > i);
                longer && may(i, o)
            }));
            for item in rest {
                if others.is_empty() {
                    break;
                }
                others.retain(|other| self.of(*other as usize).binary_search(item).is_ok());
            }
            if !others.is_empty() {
                found(i, &others);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_within_lists_are_found_and_equal_ones_hold_those_after_them() {
        let mut lists = Lists::new();
        [vec![0, 1, 2], vec![1, 2], vec![3], vec![1, 2], vec![], vec![2, 3]].into_iter().for_each(|list| lists.push(list));
        let turned = lists.turned(4);
        assert_eq!(turned.of(2), [0, 1, 3, 5]);
        assert_eq!(turned.turned(6), lists);
        let held = |may: fn(usize, usize) -> bool| {
            let mut all = Vec::new();
            lists.held(&turned, may, |i, others| all.push((i, others.to_vec())));
            all
        };
        assert_eq!(held(|_, _| true), [(1, vec![0, 3]), (2, vec![5]), (3, vec![0])]);
        assert_eq!(held(|_, o| o != 0), [(1, vec![3]), (2, vec![5])]);
    }
}
