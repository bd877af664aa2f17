//! The queue of a search: a ring of buckets, each for a small range of costs.

/// Buckets in the ring.
const BUCKETS: u32 = 512;
const WORDS: usize = (BUCKETS / 64) as usize;

/// Nodes by cost. What comes out is within one bucket's width of the least; a search that looks again at a node whose cost fell stays exact.
///
/// Costs that are put in must not be below the bucket that was last taken from.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    /// A bucket is 2^shift units wide.
    shift: u32,
    ring: Vec<Vec<(u32, u32)>>,
    /// One bit for each bucket of the ring that holds something.
    full: [u64; WORDS],
    /// The bucket taken from, counted from cost 0.
    at: u32,
    /// What lies beyond the ring, and the first bucket among it.
    far: Vec<(u32, u32)>,
    first_far: u32,
}

impl Queue {
    /// A queue with buckets of 2^`shift` units.
    pub(super) fn new(shift: u32) -> Queue {
        Queue { shift, ring: vec![Vec::new(); BUCKETS as usize], full: [0; WORDS], at: 0, far: Vec::new(), first_far: u32::MAX }
    }

    /// A bucket is 2^shift units wide.
    pub(super) fn shift(&self) -> u32 {
        self.shift
    }

    /// Sets an empty queue up for costs from `least` on.
    pub(super) fn start(&mut self, least: u32) {
        self.at = least >> self.shift;
    }

    pub(super) fn push(&mut self, cost: u32, node: u32) {
        let bucket = cost >> self.shift;
        if bucket - self.at < BUCKETS {
            let slot = bucket % BUCKETS;
            self.full[(slot / 64) as usize] |= 1 << (slot % 64);
            self.ring[slot as usize].push((cost, node));
        } else {
            self.first_far = self.first_far.min(bucket);
            self.far.push((cost, node));
        }
    }

    pub(super) fn pop(&mut self) -> Option<(u32, u32)> {
        loop {
            let slot = self.at % BUCKETS;
            if let Some(entry) = self.ring[slot as usize].pop() {
                return Some(entry);
            }
            self.full[(slot / 64) as usize] &= !(1 << (slot % 64));
            self.advance()?;
        }
    }

    /// On to the next bucket that holds something.
    fn advance(&mut self) -> Option<()> {
        let next = self.next_full();
        if self.far.is_empty() || next.is_some_and(|next| next < self.first_far) {
            self.at = next?;
            return Some(());
        }
        self.at = self.first_far;
        self.first_far = u32::MAX;
        for (cost, node) in std::mem::take(&mut self.far) {
            self.push(cost, node);
        }
        Some(())
    }

    fn next_full(&self) -> Option<u32> {
        let slot = self.at % BUCKETS;
        let (word, bit) = ((slot / 64) as usize, slot % 64);
        let first = self.full[word] & (u64::MAX << bit);
        if first != 0 {
            return Some(self.at + first.trailing_zeros() - bit);
        }
        (1..=WORDS).find_map(|step| {
            let full = self.full[(word + step) % WORDS];
            (full != 0).then(|| self.at - bit + 64 * step as u32 + full.trailing_zeros())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_out_bucket_by_bucket() {
        let mut state = 7u64;
        let mut random = |below: u32| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as u32 % below
        };
        let mut queue = Queue::new(4);
        for round in 0..50 {
            // starts, and steps of which some lie far beyond the ring
            let mut held: Vec<(u32, u32)> = (0..20).map(|node| (random(1 << (10 + round % 20)), node)).collect();
            queue.start(held.iter().map(|entry| entry.0).min().unwrap());
            held.iter().for_each(|&(cost, node)| queue.push(cost, node));
            let mut pushes = 2000;
            let mut bucket = 0;
            while let Some(entry) = queue.pop() {
                assert!(entry.0 >> 4 >= bucket, "{entry:?} after bucket {bucket}");
                bucket = entry.0 >> 4;
                held.remove(held.iter().position(|other| *other == entry).expect("it was put in, and not taken yet"));
                for _ in 0..random(4).min(pushes) {
                    pushes -= 1;
                    let scale = random(26);
                    let further = (entry.0.saturating_add(random(1 << scale)), random(1000));
                    held.push(further);
                    queue.push(further.0, further.1);
                }
            }
            assert_eq!(held, [], "round {round}");
        }
    }
}
