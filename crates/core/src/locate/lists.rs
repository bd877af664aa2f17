//! Lists of small numbers, one after another, and which of them lie within which.

use rayon::prelude::*;

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

    /// For each list, all others that hold all of it and that `may` take its place; of equal lists the first holds the rest. `turned` is
    /// the turned self. Nothing holds a list without items.
    fn holders(&self, i: usize, turned: &Lists, may: impl Fn(usize, usize) -> bool) -> Vec<u32> {
        let own = self.of(i);
        let Some(rarest) = own.iter().min_by_key(|item| turned.of(**item as usize).len()) else { return Vec::new() };
        let longer = |o: usize| self.of(o).len() > own.len() || (self.of(o).len() == own.len() && o < i);
        let mut others: Vec<u32> = turned.of(*rarest as usize).to_vec();
        others.retain(|o| longer(*o as usize) && may(i, *o as usize));
        for item in own {
            if others.is_empty() {
                break;
            }
            others.retain(|o| self.of(*o as usize).binary_search(item).is_ok());
        }
        others
    }

    /// For each list, one that holds it, as in `holders`.
    pub(super) fn held(&self, turned: &Lists, may: impl Fn(usize, usize) -> bool + Sync) -> Vec<Option<u32>> {
        let lists = (0..self.len()).into_par_iter().with_min_len(64);
        lists.map(|i| self.holders(i, turned, &may).first().copied()).collect()
    }

    /// For each list, all that hold it; of equal lists the first holds the rest.
    pub(super) fn held_by(&self, turned: &Lists) -> Vec<Vec<u32>> {
        let lists = (0..self.len()).into_par_iter().with_min_len(64);
        lists.map(|i| self.holders(i, turned, |_, _| true)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_within_lists_are_found_and_of_equal_ones_the_first_holds_the_rest() {
        let mut lists = Lists::new();
        [vec![0, 1, 2], vec![1, 2], vec![3], vec![1, 2], vec![], vec![2, 3]].into_iter().for_each(|list| lists.push(list));
        let turned = lists.turned(4);
        assert_eq!(turned.of(2), [0, 1, 3, 5]);
        assert_eq!(turned.turned(6), lists);
        assert_eq!(lists.held_by(&turned), [vec![], vec![0], vec![5], vec![0, 1], vec![], vec![]]);
        assert_eq!(lists.held(&turned, |_, o| o != 0), [None, None, Some(5), Some(1), None, None]);
    }
}
