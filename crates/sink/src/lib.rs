//! The last stage: what a visit gave becomes rows. [`decide`] turns a page's known state and one result into
//! one [`store::VisitCommit`], purely; [`SinkStage`] loads the one and stores the other, in batches, so that
//! a message that comes twice changes nothing the second time.

mod article;
mod backoff;
mod dead;
mod decide;
mod dry_run;
mod host;
mod listing;
mod next_visit;
mod parts;
mod policy;
mod reading;
mod record;
mod refine;
mod revisit;
mod robots;
mod stage;
mod trouble;

pub use decide::decide;
pub use parts::{MOST_PARTS, join};
pub use policy::{Bounds, Policy};
pub use reading::{Given, Reading};
pub use revisit::{Observed, next_interval};
pub use stage::SinkStage;
