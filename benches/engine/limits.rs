//! What the machine allows: the least that an exact answer must touch, with the answer already known.

use crate::graphs::Arrays;

/// One pass over all arcs: how many of them would still shorten a way that stays within `bound`. Of right costs: none.
pub(crate) fn sweep(arrays: &Arrays, costs: &[u32], bound: u32) -> u64 {
    let mut shorter = 0;
    for (node, &cost) in costs.iter().enumerate() {
        for &(head, arc) in arrays.of_node(node) {
            let through = cost.saturating_add(arc);
            shorter += u64::from(through < costs[head as usize] && through <= bound);
        }
    }
    shorter
}

/// Walks lists of settled nodes, touching each one's arcs and the costs at their heads: no queue, no writes.
pub(crate) fn replay(arrays: &Arrays, lists: &[Vec<u32>], costs: &[u32]) -> u64 {
    let mut touched = 0u64;
    for &node in lists.iter().flatten() {
        touched = touched.wrapping_add(u64::from(costs[node as usize]));
        for &(head, arc) in arrays.of_node(node as usize) {
            touched = touched.wrapping_add(u64::from(costs[head as usize] ^ arc));
        }
    }
    touched
}
