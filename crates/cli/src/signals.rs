//! Signals that end a job: it stops at its next step, with what it has written whole, and its exit code says which signal it was.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// The number of the signal that came; 0 while none has.
static CAME: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// Signals that end a job.
fn ending() -> Vec<i32> {
    let mut signals = vec![SIGINT, SIGTERM];
    #[cfg(unix)]
    if !hangup_is_ignored() {
        signals.push(signal_hook::consts::SIGHUP);
    }
    signals
}

/// Whether the process is to outlive its terminal, as under `nohup`.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (signal_hook::consts::SIGHUP - 1)) != 0)
}

/// Notes the signals that end a job, which then ends at its next step. A second one ends the process at once: a step may wait for a disk, and
/// what grows inside the folder of results is taken away by the next run.
pub(crate) fn watch() -> anyhow::Result<()> {
    let came = CAME.get_or_init(Arc::default);
    let again = Arc::new(AtomicBool::new(false));
    for signal in ending() {
        let number = usize::try_from(signal).unwrap_or_default();
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&again)).context("cannot watch for signals")?;
        flag::register(signal, Arc::clone(&again)).context("cannot watch for signals")?;
        flag::register_usize(signal, Arc::clone(came), number).context("cannot watch for signals")?;
    }
    survive_large_files()
}

/// A file that grows beyond what the system allows is an error of writing, not the end of the process.
fn survive_large_files() -> anyhow::Result<()> {
    #[cfg(unix)]
    flag::register(libc::SIGXFSZ, Arc::default()).context("cannot watch for signals")?;
    Ok(())
}

/// Whether a signal came that ends the job.
pub(crate) fn came() -> bool {
    CAME.get().is_some_and(|came| came.load(Ordering::Relaxed) != 0)
}

/// The exit code of a job that a signal ended: 129, 130 or 143.
pub(crate) fn exit_code() -> u8 {
    let number = CAME.get().map_or(0, |came| came.load(Ordering::Relaxed));
    u8::try_from(128 + number).ok().filter(|_| number > 0).unwrap_or(130)
}

/// From here on a signal ends the process at once: the results are whole, and only the printing is left, which a reader may hold up.
pub(crate) fn end_at_once() {
    const PAUSE: Duration = Duration::from_millis(50);
    if !came() {
        std::thread::spawn(|| {
            while !came() {
                std::thread::sleep(PAUSE);
            }
            std::process::exit(i32::from(exit_code()));
        });
    }
}

/// Ends the process at once where a signal comes, and takes away a file that is half written.
pub(crate) fn end_with(part: &Path) -> anyhow::Result<()> {
    survive_large_files()?;
    #[cfg(unix)]
    {
        let part = part.to_owned();
        let mut signals = signal_hook::iterator::Signals::new(ending()).context("cannot watch for signals")?;
        std::thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                let _ = std::fs::remove_file(&part);
                std::process::exit(128 + signal);
            }
        });
    }
    Ok(())
}
