//! `byline migrate`

use super::Context;
use crate::exit::Ran;
use anyhow::Result;

/// Opening a database brings its schema up to date; this says so, and fails where it could not.
pub(super) async fn run(cx: &Context) -> Result<Ran> {
    cx.store().await?.migrate().await?;
    cx.out.remark("the database has this version's schema");
    Ok(Ran::Well)
}
