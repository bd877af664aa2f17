//! A siting problem as a mixed-integer program, for an exact solver outside.

use super::capacity::Capacity;
use super::cover::{Cover, ONE};
use super::median::Median;
use super::relax::Problem;
use super::space::{Node, Space};
use crate::progress::Progress;
use crate::units::People;

/// A column: what a unit of it is worth, and what it may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// Worth of a unit.
    pub worth: f64,
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
    /// Whether it has to be a whole number.
    pub whole: bool,
}

/// A row: Σ factor × column lies within bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgramRow {
    /// Columns and factors.
    pub terms: Vec<(u32, f64)>,
    /// The least; none where it is free.
    pub low: Option<f64>,
    /// The most.
    pub high: Option<f64>,
}

/// A mixed-integer program to be maximised. Its first columns are sites.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Program {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<ProgramRow>,
    /// How many of the columns are sites.
    pub sites: usize,
}

/// What a solver says of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Solved {
    /// Whole numbers of the first columns, of a plan than which none is better.
    Optimal(Vec<u32>),
    /// There is no plan.
    Infeasible,
    /// It does not know.
    Unknown,
}

/// An exact solver.
pub trait ExactSolver: Sync {
    /// Solves a program to its end, or says that it could not: it may take so many seconds, and `progress` may end it.
    fn solve(&self, program: &Program, seconds: Option<f64>, progress: &dyn Progress) -> Solved;
}

impl Program {
    /// The sites of a node, with quotas and budget.
    fn of_space(space: &Space, node: &Node) -> Program {
        let site = |j: usize| Column { worth: 0.0, low: node.low[j].into(), high: node.high[j].into(), whole: true };
        let quota = |own: &super::space::Bounds| ProgramRow {
            terms: own.sites.iter().map(|j| (*j, 1.0)).collect(),
            low: (own.at_least > 0).then_some(own.at_least as f64),
            high: Some(own.at_most as f64),
        };
        let mut rows: Vec<ProgramRow> = space.quotas.iter().filter(|own| !own.sites.is_empty()).map(quota).collect();
        if let Some(budget) = space.budget {
            let terms = (0..).zip(&space.price).filter(|(_, price)| **price > 0).map(|(j, price)| (j, *price as f64)).collect();
            rows.push(ProgramRow { terms, low: None, high: Some(budget as f64) });
        }
        Program { columns: (0..space.sites()).map(site).collect(), rows, sites: space.sites() }
    }

    fn column(&mut self, worth: f64, high: f64, whole: bool) -> u32 {
        self.columns.push(Column { worth, low: 0.0, high, whole });
        self.columns.len() as u32 - 1
    }
}

impl Cover {
    pub(super) fn as_program(&self, node: &Node) -> Program {
        let mut program = Program::of_space(&self.space, node);
        for (column, price) in program.columns.iter_mut().zip(&self.price) {
            column.worth = -(*price as f64) / ONE as f64;
        }
        let mut reached = Vec::new();
        // where a later site is worth more than one before it (by more than is rounded), the order has to be told
        let steps: Vec<i128> = self.gains.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let concave = steps.windows(2).all(|pair| pair[0] + 1 >= pair[1]) && self.share.is_none();
        for (i, row) in self.rows.iter().enumerate() {
            let mut terms: Vec<(u32, f64)> = self.of_row.of(i).iter().map(|j| (*j, 1.0)).collect();
            if row.hard && row.base == 0 {
                program.rows.push(ProgramRow { terms: terms.clone(), low: Some(1.0), high: None });
            }
            let weight = row.weight as f64 / People::PER_PERSON as f64;
            let levels = (self.gains.len() - 1).saturating_sub(row.base as usize);
            if row.weight == 0 || levels == 0 {
                continue;
            }
            let first = program.columns.len() as u32;
            for (level, step) in steps.iter().enumerate().skip(row.base as usize) {
                let own = program.column(weight * *step as f64 / ONE as f64, 1.0, !concave);
                terms.push((own, -1.0));
                if level == 0 {
                    reached.push((own, weight));
                }
                if !concave && own > first {
                    program.rows.push(ProgramRow { terms: vec![(own - 1, 1.0), (own, -1.0)], low: Some(0.0), high: None });
                }
            }
            program.rows.push(ProgramRow { terms, low: Some(0.0), high: None });
        }
        if let Some(share) = self.share {
            let certain = self.rows.iter().filter(|row| !row.hard && row.base > 0).map(|row| row.weight).sum::<i128>();
            let wanted = (share - certain) as f64 / People::PER_PERSON as f64;
            program.rows.push(ProgramRow { terms: reached, low: Some(wanted), high: None });
        }
        program
    }
}

impl Capacity {
    pub(super) fn as_program(&self, node: &Node) -> Program {
        let mut program = Program::of_space(self.space(), node);
        let people = |weight: u64| weight as f64 / People::PER_PERSON as f64;
        let mut served: Vec<Vec<(u32, f64)>> = vec![Vec::new(); self.rows.len()];
        for (j, list) in (0..).zip(&self.of_site) {
            let (fixed, room) = (f64::from(self.fixed[j as usize]), people(self.room[j as usize]));
            let mut inside = vec![(j, room)];
            for (i, cost) in list {
                let (weight, outside) = self.rows[*i as usize];
                // the share of the row that is here, and what that saves
                let own = program.column(people(weight) * f64::from(outside - cost), 1.0, false);
                served[*i as usize].push((own, 1.0));
                inside.push((own, -people(weight)));
                if fixed == 0.0 {
                    program.rows.push(ProgramRow { terms: vec![(j, 1.0), (own, -1.0)], low: Some(0.0), high: None });
                }
            }
            let wanted: f64 = list.iter().map(|(i, _)| people(self.rows[*i as usize].0)).sum();
            if wanted > room {
                program.rows.push(ProgramRow { terms: inside, low: Some(-room * fixed), high: None });
            }
        }
        program.rows.extend(served.into_iter().filter(|terms| !terms.is_empty()).map(|terms| ProgramRow {
            terms,
            low: None,
            high: Some(1.0),
        }));
        program
    }
}

impl Median {
    pub(super) fn as_program(&self, node: &Node) -> Program {
        let mut program = Program::of_space(self.space(), node);
        let mut served: Vec<Vec<(u32, f64)>> = vec![Vec::new(); self.rows.len()];
        for (j, list) in (0..).zip(&self.of_site) {
            for (i, cost) in list {
                let (weight, base) = self.rows[*i as usize];
                // what is saved against what it costs without any site of the plan
                let saved = weight as f64 * f64::from(base - cost) / People::PER_PERSON as f64;
                let own = program.column(saved, 1.0, false);
                served[*i as usize].push((own, 1.0));
                program.rows.push(ProgramRow { terms: vec![(j, 1.0), (own, -1.0)], low: Some(0.0), high: None });
            }
        }
        program.rows.extend(served.into_iter().filter(|terms| !terms.is_empty()).map(|terms| ProgramRow {
            terms,
            low: None,
            high: Some(1.0),
        }));
        program
    }
}
