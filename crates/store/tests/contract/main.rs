//! One suite for both databases: whatever holds on SQLite holds on PostgreSQL. PostgreSQL runs where
//! `BYLINE_TEST_DATABASE_URL` names a server on which databases can be made; each test makes its own.

#![expect(clippy::unwrap_used, reason = "a test's failure is a panic")]

mod commits;
mod concurrency;
mod dead;
mod frontier;
mod history;
mod parts;
mod reading;
mod redirects;
mod reparse;
mod support;

/// Makes each named test a module of two tests, `sqlite` and `postgres`.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn sqlite() {
                super::$name(&crate::support::sqlite().await).await;
            }

            #[tokio::test]
            async fn postgres() {
                if let Some(fixture) = crate::support::postgres().await {
                    super::$name(&fixture).await;
                }
            }
        }
    )*};
}
pub(crate) use on_both;
