//! A row of either database, read by column name.

use crate::{Result, StoreError, Time};
use chrono::DateTime;
use model::PageUrl;
use serde::de::DeserializeOwned;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};
use std::str::FromStr;
use uuid::Uuid;

pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    fn get<T>(&self, column: &str) -> Result<T>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(|e| StoreError::Broken(format!("column {column}: {e}")))
    }

    pub(crate) fn bool(&self, column: &str) -> Result<bool> {
        self.get(column)
    }

    pub(crate) fn int(&self, column: &str) -> Result<i64> {
        self.get(column)
    }

    pub(crate) fn opt_int(&self, column: &str) -> Result<Option<i64>> {
        self.get(column)
    }

    /// A count, a size, a number that is never negative.
    pub(crate) fn count(&self, column: &str) -> Result<u64> {
        self.int(column).map(|n| u64::try_from(n).unwrap_or(0))
    }

    pub(crate) fn small(&self, column: &str) -> Result<u32> {
        self.int(column).map(|n| u32::try_from(n.max(0)).unwrap_or(u32::MAX))
    }

    pub(crate) fn text(&self, column: &str) -> Result<String> {
        self.get(column)
    }

    pub(crate) fn opt_text(&self, column: &str) -> Result<Option<String>> {
        self.get(column)
    }

    pub(crate) fn uuid(&self, column: &str) -> Result<Uuid> {
        self.get(column)
    }

    pub(crate) fn opt_uuid(&self, column: &str) -> Result<Option<Uuid>> {
        self.get(column)
    }

    pub(crate) fn opt_time(&self, column: &str) -> Result<Option<Time>> {
        match self {
            Self::Sqlite(_) => match self.opt_int(column)? {
                None => Ok(None),
                Some(micros) => DateTime::from_timestamp_micros(micros)
                    .map(Some)
                    .ok_or_else(|| StoreError::Broken(format!("column {column}: {micros} is no time"))),
            },
            Self::Postgres(row) => {
                row.try_get(column).map_err(|e| StoreError::Broken(format!("column {column}: {e}")))
            }
        }
    }

    pub(crate) fn time(&self, column: &str) -> Result<Time> {
        self.opt_time(column)?.ok_or_else(|| StoreError::Broken(format!("column {column}: no time")))
    }

    /// A value stored as its text form: an address, a kind, a disposition, a stamp.
    pub(crate) fn parsed<T: FromStr<Err: std::fmt::Display>>(&self, column: &str) -> Result<T> {
        self.text(column)?.parse().map_err(|e| StoreError::Broken(format!("column {column}: {e}")))
    }

    pub(crate) fn opt_parsed<T: FromStr<Err: std::fmt::Display>>(&self, column: &str) -> Result<Option<T>> {
        let parse = |s: String| s.parse().map_err(|e| StoreError::Broken(format!("column {column}: {e}")));
        self.opt_text(column)?.map(parse).transpose()
    }

    pub(crate) fn url(&self, column: &str) -> Result<PageUrl> {
        PageUrl::parse(&self.text(column)?).map_err(|e| StoreError::Broken(format!("column {column}: {e}")))
    }

    pub(crate) fn opt_url(&self, column: &str) -> Result<Option<PageUrl>> {
        let parse =
            |s: String| PageUrl::parse(&s).map_err(|e| StoreError::Broken(format!("column {column}: {e}")));
        self.opt_text(column)?.map(parse).transpose()
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.text(column)?)
            .map_err(|e| StoreError::Broken(format!("column {column}: {e}")))
    }
}
