//! Values for statements, and many rows of them for one statement.

use super::Dialect;
use crate::{Page, Result, StoreError, Time};
use serde::{Serialize, Serializer};
use sqlx::{Arguments, postgres::PgArguments, sqlite::SqliteArguments};
use uuid::Uuid;

/// One argument. NUL has no place in a PostgreSQL text, so it is left out of texts for both.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Bool(bool),
    Int(Option<i64>),
    Text(Option<String>),
    Time(Option<Time>),
    Uuid(Option<Uuid>),
}

/// `args![a, b]`: values of a statement, in the order of `$1`, `$2`, ...
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Value::from($value)),*] };
}
pub(crate) use args;

macro_rules! from {
    ($($kind:ident: $($type:ty => $with:expr),+;)*) => {$($(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                let with: fn($type) -> _ = $with;
                Self::$kind(Some(with(value)))
            }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                let with: fn($type) -> _ = $with;
                Self::$kind(value.map(with))
            }
        }
    )+)*};
}

from! {
    Int: i64 => |n| n, u32 => i64::from, i32 => i64::from, u16 => i64::from;
    Text: String => clean, &str => |s| clean(s.to_owned());
    Time: Time => |t| t;
    Uuid: Uuid => |u| u;
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// Sizes and counts; none of them comes near 2^63.
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Int(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::from(value as u64)
    }
}

fn clean(mut text: String) -> String {
    if text.contains('\0') {
        text.retain(|c| c != '\0');
    }
    text
}

/// Conditions that hold together, each with one value.
pub(crate) struct Filter {
    sql: String,
    args: Vec<Value>,
}

impl Filter {
    pub(crate) fn new() -> Self {
        Self { sql: "TRUE".to_owned(), args: Vec::new() }
    }

    /// Adds `condition`, where `?` is the value; nothing where there is no value.
    pub(crate) fn and(&mut self, condition: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            let place = self.arg(value);
            self.sql.push_str(" AND ");
            self.sql.push_str(&condition.replace('?', &place));
        }
    }

    /// Adds a condition whose values were added with [`Filter::arg`].
    pub(crate) fn also(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }

    /// Adds a value that stands elsewhere in the statement; returns its place.
    pub(crate) fn arg(&mut self, value: impl Into<Value>) -> String {
        self.args.push(value.into());
        format!("${}", self.args.len())
    }

    /// The conditions joined by AND, and `LIMIT .. OFFSET ..`.
    pub(crate) fn with_page(mut self, page: Page) -> (String, String, Vec<Value>) {
        let limit = format!("LIMIT {} OFFSET {}", self.arg(page.limit), self.arg(page.offset));
        (self.sql, limit, self.args)
    }

    pub(crate) fn done(self) -> (String, Vec<Value>) {
        (self.sql, self.args)
    }
}

/// Type of a column of [`Rows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Bool,
    Int,
    Text,
    Time,
    Uuid,
}

/// Rows for one statement, which reads them as the table `{rows}`: from typed arrays on PostgreSQL, from one
/// JSON text on SQLite. They are the last arguments.
pub(crate) struct Rows {
    columns: &'static [(&'static str, Column)],
    rows: Vec<Vec<Value>>,
}

impl Rows {
    pub(crate) fn new(columns: &'static [(&'static str, Column)]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// One column `id`.
    pub(crate) fn ids(ids: impl IntoIterator<Item = i64>) -> Self {
        Self { columns: &[("id", Column::Int)], rows: ids.into_iter().map(|id| args![id]).collect() }
    }

    /// One column `id`.
    pub(crate) fn uuids(ids: impl IntoIterator<Item = Uuid>) -> Self {
        Self { columns: &[("id", Column::Uuid)], rows: ids.into_iter().map(|id| args![id]).collect() }
    }

    /// One column `text`.
    pub(crate) fn texts(texts: impl IntoIterator<Item = String>) -> Self {
        Self { columns: &[("text", Column::Text)], rows: texts.into_iter().map(|t| args![t]).collect() }
    }

    pub(crate) fn push(&mut self, row: Vec<Value>) {
        debug_assert_eq!(row.len(), self.columns.len());
        self.rows.push(row);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// `sql` with a table in place of `{rows}`, whose arguments follow the first `before`.
    pub(super) fn in_sql(&self, dialect: Dialect, sql: &str, before: usize) -> String {
        let table = match dialect {
            Dialect::Postgres => {
                let array = |(i, (_, kind)): (usize, &(&str, Column))| {
                    let kind = match kind {
                        Column::Bool => "bool",
                        Column::Int => "bigint",
                        Column::Text => "text",
                        Column::Time => "timestamptz",
                        Column::Uuid => "uuid",
                    };
                    format!("${}::{kind}[]", before + i + 1)
                };
                let arrays: Vec<String> = self.columns.iter().enumerate().map(array).collect();
                let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
                format!("unnest({}) AS r ({})", arrays.join(", "), names.join(", "))
            }
            Dialect::Sqlite => {
                let column = |(i, (name, kind)): (usize, &(&str, Column))| match kind {
                    Column::Uuid => format!("unhex(value->>{i}) AS {name}"),
                    _ => format!("value->>{i} AS {name}"),
                };
                let columns: Vec<String> = self.columns.iter().enumerate().map(column).collect();
                format!("(SELECT {} FROM json_each(${})) AS r", columns.join(", "), before + 1)
            }
        };
        sql.replace("{rows}", &table)
    }

    /// The rows as one JSON text for SQLite.
    fn json(&self) -> Result<String> {
        struct Cell<'a>(&'a Value);
        impl Serialize for Cell<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                match self.0 {
                    Value::Bool(b) => i64::from(*b).serialize(serializer),
                    Value::Int(n) => n.serialize(serializer),
                    Value::Text(s) => s.serialize(serializer),
                    Value::Time(t) => t.map(|t| t.timestamp_micros()).serialize(serializer),
                    Value::Uuid(u) => u.map(|u| u.simple().to_string()).serialize(serializer),
                }
            }
        }
        let rows: Vec<Vec<Cell<'_>>> = self.rows.iter().map(|row| row.iter().map(Cell).collect()).collect();
        serde_json::to_string(&rows).map_err(|e| StoreError::Broken(e.to_string()))
    }
}

pub(super) fn for_sqlite(args: Vec<Value>, rows: Option<Rows>) -> Result<SqliteArguments> {
    let mut out = SqliteArguments::default();
    for value in args {
        match value {
            Value::Bool(b) => out.add(b),
            Value::Int(n) => out.add(n),
            Value::Text(s) => out.add(s),
            Value::Time(t) => out.add(t.map(|t| t.timestamp_micros())),
            Value::Uuid(u) => out.add(u),
        }
        .map_err(|e| StoreError::Broken(e.to_string()))?;
    }
    if let Some(rows) = rows {
        out.add(rows.json()?).map_err(|e| StoreError::Broken(e.to_string()))?;
    }
    Ok(out)
}

pub(super) fn for_postgres(args: Vec<Value>, rows: Option<Rows>) -> Result<PgArguments> {
    let mut out = PgArguments::default();
    for value in args {
        match value {
            Value::Bool(b) => out.add(b),
            Value::Int(n) => out.add(n),
            Value::Text(s) => out.add(s),
            Value::Time(t) => out.add(t),
            Value::Uuid(u) => out.add(u),
        }
        .map_err(|e| StoreError::Broken(e.to_string()))?;
    }
    let Some(rows) = rows else { return Ok(out) };
    let mut columns: Vec<_> = rows.rows.into_iter().map(Vec::into_iter).collect();
    for (name, kind) in rows.columns {
        // The next cell of every row, all of the column's type.
        macro_rules! array {
            ($pattern:pat => $value:expr) => {
                columns
                    .iter_mut()
                    .map(|row| match row.next() {
                        Some($pattern) => Ok($value),
                        other => Err(StoreError::Broken(format!("column {name} holds {other:?}"))),
                    })
                    .collect::<Result<Vec<_>>>()?
            };
        }
        match kind {
            Column::Bool => out.add(array!(Value::Bool(b) => b)),
            Column::Int => out.add(array!(Value::Int(n) => n)),
            Column::Text => out.add(array!(Value::Text(s) => s)),
            Column::Time => out.add(array!(Value::Time(t) => t)),
            Column::Uuid => out.add(array!(Value::Uuid(u) => u)),
        }
        .map_err(|e| StoreError::Broken(e.to_string()))?;
    }
    Ok(out)
}
