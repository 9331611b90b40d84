//! Ends a parse from outside. A thread cannot be stopped, so the parser looks up now and then: with each token
//! of the tree and with each question to the [`Page`](crate::Page), without which no reader goes far.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Asks a running parse to end; clones ask the same one.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

/// The parse was asked to end before it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped before it was done")]
pub struct Stopped;

impl Stop {
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Unwinds to [`until`] once the end was asked for.
    #[inline]
    pub(crate) fn check(&self) {
        if self.0.load(Ordering::Relaxed) {
            unwind();
        }
    }
}

/// Without the panic hook: nothing is wrong.
#[cold]
fn unwind() {
    resume_unwind(Box::new(Stopped));
}

/// Runs `work`; what it builds is dropped where it is stopped. Real panics go on.
pub(crate) fn until<T>(work: impl FnOnce() -> T) -> Result<T, Stopped> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|cause: Box<dyn Any + Send>| {
        cause.downcast::<Stopped>().map_or_else(|panic| resume_unwind(panic), |stopped| *stopped)
    })
}
