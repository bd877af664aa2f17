//! One-way streets and classes of speed: our time for each node there, over that on the undirected network.

use catchment::{Linkage, SearchSpace};

use crate::catchments::Asked;
use crate::graphs::{Study, draw};
use crate::nearest;
use crate::report::{Bar, Table, figure, median};

/// Nanoseconds a node (nearest facility) or a settled node (catchments) of both, in turns.
pub(crate) fn compete(table: &mut Table, undirected: (&Study, u32), directed: (&Study, u32)) {
    for (facilities, bounded) in [(500, false), (2000, true)] {
        let mut runs = [directed, undirected].map(|(study, bound)| {
            let linkage = Linkage::at_nodes(&study.network, &draw(facilities, &study.network));
            let (mut space, mut costs) = (SearchSpace::default(), vec![0; study.network.node_count()]);
            move || {
                let time = nearest::ours(&study.network, &linkage, bounded.then_some(bound), &mut space, &mut costs);
                1e9 * time.cpu / costs.iter().filter(|&&cost| cost < u32::MAX).count() as f64
            }
        });
        let limit = if bounded { directed.0.limit(directed.1) } else { "unbounded".to_owned() };
        row(table, &format!("directed, nearest facility, {facilities} facilities, {limit}"), &mut runs);
    }
    let both = [directed, undirected].map(|(study, bound)| Asked::new(study, 2000, bound));
    let residents = [both[0].residents(), both[1].residents()];
    let mut runs = [0, 1].map(|i| {
        let (asked, residents) = (&both[i], &residents[i]);
        move || {
            let (time, found) = asked.catchments(residents);
            1e9 * time.cpu / found.iter().map(|catchment| catchment.points as f64).sum::<f64>()
        }
    });
    row(table, &format!("directed, catchments, 2000 facilities, {}", directed.0.limit(directed.1)), &mut runs);
}

fn row(table: &mut Table, question: &str, runs: &mut [impl FnMut() -> f64; 2]) {
    let rounds: Vec<[f64; 2]> = (0..5).map(|_| [runs[0](), runs[1]()]).collect();
    let of = |i: usize| format!("{} ns a node", figure(median(rounds.iter().map(|round| round[i]).collect())));
    let ratio = median(rounds.iter().map(|[directed, undirected]| directed / undirected).collect());
    table.told(question, &of(0), "ours, undirected", &of(1), ratio, Bar::Over(Some(1.5)));
}
