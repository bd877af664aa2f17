//! Whom each facility reaches: one bounded search a facility, in parallel.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use serde::Serialize;

use super::ball::Ball;
use super::label::{UNREACHED, limit, packed, unpacked};
use super::residents::{Along, ChainSummary, Residents};
use super::{Sources, Spread};
use crate::check::InputError;
use crate::ids::{DemandId, EdgeId, FacilityId, NodeId};
use crate::network::ChainId;
use crate::units::{Cost, People};

/// Whom a facility reaches within a bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Catchment {
    /// People within the bound.
    pub people: People,
    /// Demand points within the bound.
    pub points: usize,
}

/// What one thread needs and keeps between facilities.
#[derive(Debug, Default)]
struct Workspace {
    ball: Option<Ball>,
    own: Vec<ChainId>,
    bends: Vec<u64>,
    /// Points within the bound, with what they cost.
    row: Vec<(DemandId, Cost)>,
    /// Those among them that may come again from another place.
    tied: Vec<(DemandId, Cost)>,
}

impl Sources<'_> {
    /// Whom each facility reaches by itself within `bound` (inclusive), by facility.
    ///
    /// # Complexity
    ///
    /// O(Σ k log k) for the `k` junctions within the bound of each facility: people on a chain that lies within it as a whole are not
    /// looked at one by one.
    ///
    /// # Errors
    ///
    /// [`InputError`] where `residents` were made for another network (a copy is the same one) or the other direction.
    pub fn catchments(&self, bound: Cost, residents: &Residents<'_>) -> Result<Vec<Catchment>, InputError> {
        let bound = finite(bound);
        self.for_each_facility(residents, |facility, space| {
            let mut sum = Catchment::default();
            self.meet(facility, bound, residents, space, |ends, summary, points| {
                let whole = [0, 1].into_iter().any(|end| ends[end] + summary.farthest[end] <= bound);
                if whole {
                    sum.people += summary.people;
                    sum.points += points;
                }
                whole
            });
            sum.people += space.row.iter().map(|(point, _)| residents.people()[point.index()]).sum();
            sum.points += space.row.len();
            Ok(sum)
        })
    }

    /// The rows of the coverage matrix, facility × demand point, one at a time: `each` is handed a facility and the points that it reaches
    /// within `bound` (inclusive), each once, with their costs, in an order that is always the same. What it returns comes back by facility.
    /// Rows are made in parallel, and no more of them are in memory than there are threads.
    ///
    /// ```
    /// use catchment::geo::Coord;
    /// use catchment::*;
    ///
    /// // 300 m of street walked at 1 m/s, a clinic at one end of it, homes at 100 m and at 200 m
    /// let street = RoadSegment {
    ///     from: 0, to: 1, length_mm: 300_000, forward_m_s: Some(1.0), backward_m_s: Some(1.0), delay_ms: 0,
    /// };
    /// let place = |x| Coord { x, y: 0.0 };
    /// let roads = Roads { nodes: vec![place(0.0), place(300.0)], segments: vec![street], ..Roads::default() };
    /// let network = RoadNetwork::build(&roads, Metric::Time)?;
    /// let grid = EdgeGrid::new(&network, LinkRules { snap_m: 50.0, access_speed_m_s: 1.0, min_component: 1 })?;
    /// let clinics = Linkage::new(&grid, &[place(0.0)]);
    /// let homes = Linkage::new(&grid, &[place(100.0), place(200.0)]);
    /// let people = [People::persons(5), People::persons(7)];
    /// let residents = Residents::new(&network, Direction::ToFacility, &homes, &people)?;
    /// let sources = Sources::new(&network, &clinics, Direction::ToFacility)?;
    /// let rows = sources.coverage_rows(Cost(150_000), &residents, |_, row| row.to_vec())?;
    /// assert_eq!(rows, [[(DemandId(0), Cost(100_000))]]);
    /// assert_eq!(sources.catchments(Cost(200_000), &residents)?[0].people, People::persons(12));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Complexity
    ///
    /// O(Σ (k log k + p)) for the `k` junctions and `p` points within the bound of each facility.
    ///
    /// # Errors
    ///
    /// As [`Sources::catchments`].
    pub fn coverage_rows<T: Send>(
        &self,
        bound: Cost,
        residents: &Residents<'_>,
        each: impl Fn(FacilityId, &[(DemandId, Cost)]) -> T + Sync,
    ) -> Result<Vec<T>, InputError> {
        self.try_coverage_rows(bound, residents, |facility, row| Ok(each(facility, row)))
    }

    /// The same, until `each` returns an error: then no further row is begun.
    ///
    /// # Errors
    ///
    /// As [`Sources::catchments`], or one that `each` returned.
    pub fn try_coverage_rows<T: Send, E: Send + From<InputError>>(
        &self,
        bound: Cost,
        residents: &Residents<'_>,
        each: impl Fn(FacilityId, &[(DemandId, Cost)]) -> Result<T, E> + Sync,
    ) -> Result<Vec<T>, E> {
        let bound = finite(bound);
        self.for_each_facility(residents, |facility, space| {
            self.meet(facility, bound, residents, space, |_, _, _| false);
            each(facility, &space.row)
        })
    }

    /// Facilities in the order of the roads that they sit on, so that one search finds in cache what the last one left there.
    fn for_each_facility<T: Send, E: Send + From<InputError>>(
        &self,
        residents: &Residents<'_>,
        each: impl Fn(FacilityId, &mut Workspace) -> Result<T, E> + Sync,
    ) -> Result<Vec<T>, E> {
        if residents.network().stamp() != self.network.stamp() {
            return Err(InputError::OtherNetwork { what: "residents" }.into());
        }
        if residents.direction() != self.direction {
            return Err(InputError::OtherDirection.into());
        }
        let mut order: Vec<(Option<EdgeId>, FacilityId)> =
            (0..self.linkage.len()).map(|i| (self.linkage.snaps(i).first().map(|snap| snap.edge), FacilityId::at(i))).collect();
        order.sort_unstable();
        // as many workspaces as threads that work at once, whatever the number of parts
        let spaces: Mutex<Vec<Workspace>> = Mutex::default();
        let some = |part: &[(Option<EdgeId>, FacilityId)]| {
            let mut space = spaces.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let done = part.iter().map(|(_, facility)| Ok((*facility, each(*facility, &mut space)?)));
            let done: Result<Vec<(FacilityId, T)>, E> = done.collect();
            spaces.lock().unwrap_or_else(PoisonError::into_inner).push(space);
            done
        };
        // neighbours together, and work for every thread
        let at_once = (order.len() / (4 * rayon::current_num_threads())).clamp(1, 16);
        let parts: Vec<Vec<(FacilityId, T)>> = order.par_chunks(at_once).map(some).collect::<Result<_, E>>()?;
        let mut done: Vec<(FacilityId, T)> = parts.into_iter().flatten().collect();
        done.sort_unstable_by_key(|(facility, _)| *facility);
        Ok(done.into_iter().map(|(_, value)| value).collect())
    }

    /// Puts the points within `bound` of a facility into the space's row. `whole` is asked for each chain, whose ends cost so much, whether
    /// it takes its points (so many) without a look at each.
    fn meet(
        &self,
        facility: FacilityId,
        bound: Cost,
        residents: &Residents<'_>,
        space: &mut Workspace,
        mut whole: impl FnMut([Cost; 2], &ChainSummary, usize) -> bool,
    ) {
        space.row.clear();
        space.tied.clear();
        let snaps = self.linkage.snaps(facility.index());
        space.own.clear();
        space.own.extend(snaps.iter().map(|snap| self.network.chain_of(snap.edge)));
        space.own.sort_unstable();
        space.own.dedup();
        let Workspace { ball, own, row, tied, bends } = space;
        let ball = self.search_one(facility, bound, ball);
        self.for_each_chain(ball, |chain, start, end| {
            if own.contains(&chain) {
                return;
            }
            let (ends, (summary, rows)) = ([start, end], residents.on(chain));
            if !rows.is_empty() && !whole(ends, summary, rows.len()) {
                let costs = rows.iter().map(|row| (DemandId(row.point), row.cost(ends)));
                row.extend(costs.filter(|(_, cost)| *cost <= bound));
            }
            let mut along = None;
            for point in residents.tied(chain) {
                let along = along.get_or_insert_with(|| Along::new(self.network, self.direction, chain));
                let costs = residents.places(chain, point).map(|(_, snap)| along.costs_from_ends(snap));
                let cost = costs.map(|from| (start + from[0]).min(end + from[1])).min();
                tied.extend(cost.filter(|cost| *cost <= bound).map(|cost| (DemandId(point), cost)));
            }
        });
        for &chain in own.iter() {
            self.bends_of(chain, facility, limit(bound), ball, bends);
            let cost = |point: u32| self.cost_on_own_chain(chain, facility, residents, point, ball, bends);
            let met = |point: u32| (DemandId(point), cost(point));
            row.extend(residents.on(chain).1.iter().map(|row| met(row.point)).filter(|(_, cost)| *cost <= bound));
            tied.extend(residents.tied(chain).map(met).filter(|(_, cost)| *cost <= bound));
        }
        tied.sort_unstable();
        tied.dedup_by_key(|(point, _)| *point);
        row.append(tied);
    }

    /// Labels of the bends of a chain that the facility itself sits on.
    fn bends_of(&self, chain: ChainId, facility: FacilityId, limit: u64, ball: &Ball, bends: &mut Vec<u64>) {
        let chain = self.network.chain(chain);
        bends.clear();
        bends.resize(chain.bends().len(), UNREACHED);
        self.seed(facility.index(), limit, |node, label| chain.offer(node, label, bends));
        let [start, end] = [chain.start, chain.end].map(|junction| packed(ball.cost(junction), facility));
        Spread(self.direction).along(chain.edges, start, end, bends, limit);
    }

    /// What a point costs from a facility that sits on its chain: through either end of the point's edge, or straight along it.
    fn cost_on_own_chain(
        &self,
        chain: ChainId,
        facility: FacilityId,
        residents: &Residents<'_>,
        point: u32,
        ball: &Ball,
        bends: &[u64],
    ) -> Cost {
        let first_bend = self.network.chain(chain).first_bend.index();
        let node = |node: NodeId| match self.network.is_junction(node) {
            true => ball.cost(node),
            false => unpacked(bends[node.index() - first_bend]).cost,
        };
        let by_place = residents.places(chain, point).map(|(edge, snap)| {
            let [tail, head] = Spread(self.direction).into(edge, snap.offset_mm);
            let own = self.linkage.snaps(facility.index()).iter().filter(|own| own.edge == snap.edge);
            let along = own.map(|own| own.leg + self.along(edge, snap.offset_mm, own.offset_mm)).min();
            let through = (node(edge.tail) + tail).min(node(edge.head) + head);
            through.min(along.unwrap_or(Cost::UNREACHED)) + snap.leg
        });
        by_place.min().unwrap_or(Cost::UNREACHED)
    }
}

/// The greatest cost within a bound, which a place without a path is never within.
fn finite(bound: Cost) -> Cost {
    Cost(bound.0.min(u32::MAX - 1))
}
