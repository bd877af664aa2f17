//! Two threads against one, on the clock, where two cores are idle.

use std::time::Instant;

use catchment::{Linkage, SearchSpace};
use rayon::ThreadPool;

use crate::catchments::Asked;
use crate::graphs::{Study, draw};
use crate::nearest;
use crate::report::{Bar, Table, figure, median};

/// Below this, two threads of pure arithmetic show that the machine is busy.
const IDLE: f64 = 1.9;

/// Nearest facility and catchments in pools of one and two threads.
pub(crate) fn compete(table: &mut Table, study: &Study, bound: u32) {
    let pools = [1, 2].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads"));
    let linkage = Linkage::at_nodes(&study.network, &draw(500, &study.network));
    let (mut space, mut costs) = (SearchSpace::default(), vec![0; study.network.node_count()]);
    let mut answers = Vec::new();
    let mut nearest = || {
        nearest::ours(&study.network, &linkage, None, &mut space, &mut costs);
        answers.push(costs.clone());
    };
    row(table, &pools, &format!("2 threads, nearest facility, {}, 500 facilities", study.name), &mut nearest);
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "the same costs on any number of threads");
    let asked = Asked::new(study, 2000, bound);
    let residents = asked.residents();
    let mut answers = Vec::new();
    let mut catchments = || answers.push(asked.catchments(&residents).1);
    row(table, &pools, &format!("2 threads, catchments, {}, 2000 facilities", study.name), &mut catchments);
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "the same catchments on any number of threads");
}

fn row(table: &mut Table, pools: &[ThreadPool; 2], question: &str, work: &mut (dyn FnMut() + Send)) {
    let idle = speed_up(pools, &mut spin);
    let ratio = speed_up(pools, work);
    let idle = idle.min(speed_up(pools, &mut spin));
    if idle < IDLE {
        table.left_out(question, &format!("not proven: {} times as fast, but pure arithmetic only {} times", figure(ratio), figure(idle)));
    } else {
        table.told(question, "2 threads", "1 thread", &format!("(pure arithmetic: {} times)", figure(idle)), ratio, Bar::Peer(Some(1.7)));
    }
}

/// How much less time on the clock `work` takes in the second pool: the median of five pairs.
fn speed_up(pools: &[ThreadPool; 2], work: &mut (dyn FnMut() + Send)) -> f64 {
    let mut clock = |pool: &ThreadPool| {
        let start = Instant::now();
        pool.install(&mut *work);
        start.elapsed().as_secs_f64()
    };
    median((0..5).map(|_| clock(&pools[0]) / clock(&pools[1])).collect())
}

/// Arithmetic alone, in two equal halves.
fn spin() {
    let half = || (0..60_000_000u64).fold(1u64, |x, i| x.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(i));
    std::hint::black_box(rayon::join(half, half));
}
