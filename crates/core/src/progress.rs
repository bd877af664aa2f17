//! Progress and cancellation, as a library user or a terminal sees them.

/// Is told how a run gets on, and may end it.
///
/// Called from worker threads too; the default methods do nothing.
pub trait Progress: Sync {
    /// A stage begins: its name and how many steps it has (0 where that is not known beforehand).
    fn stage(&self, name: &str, steps: usize) {
        let _ = (name, steps);
    }

    /// So many more steps of the present stage are done.
    fn advance(&self, steps: usize) {
        let _ = steps;
    }

    /// Whether the run should end as soon as it can; asked between stages and between chunks of long ones.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Tells nobody, and never ends a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {}

/// The run was ended through [`Progress::is_cancelled`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Cancelled;

/// Begins a stage, unless the run should end.
///
/// # Errors
///
/// [`Cancelled`] where the run should end.
pub fn begin(progress: &dyn Progress, name: &str, steps: usize) -> Result<(), Cancelled> {
    if progress.is_cancelled() {
        return Err(Cancelled);
    }
    progress.stage(name, steps);
    Ok(())
}
