//! `byline config`

use super::Context;
use crate::{exit::Ran, output::Table};
use anyhow::Result;
use serde_json::json;

pub(super) fn run(cx: &Context) -> Result<Ran> {
    let mut table = Table::new(["setting", "value", "from"]);
    for (name, value, origin) in cx.config.rows() {
        if cx.out.json {
            cx.out.json_line(&json!({ "setting": name, "value": value, "from": origin }))?;
        }
        table.row([name, value, origin]);
    }
    if !cx.out.json {
        cx.out.table(&table)?;
    }
    Ok(Ran::Well)
}
