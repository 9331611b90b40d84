//! The command line of Byline as a library, so that everything but `main` can be tested: arguments
//! ([`cli`]), configuration ([`config`]), output ([`output`]), wiring of the stages ([`engine`]) and one
//! module for each command ([`command`]).
//!
//! Only this crate reads the environment, writes to stdout and turns signals into an orderly end.

pub mod cli;
pub mod command;
pub mod config;
pub mod demo;
pub mod engine;
pub mod exit;
pub mod export;
pub mod output;
pub mod telemetry;
