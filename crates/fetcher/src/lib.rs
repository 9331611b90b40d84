//! One granted page, one safe HTTP exchange, one archived capture.
//!
//! [`FetchStage`] obeys a [`model::Grant`]: it asks for the page with the validators it was given, follows
//! only redirects that lead to the same page, and keeps the answer's bytes in the archive before it says so.
//! Everything a server can do wrong is an [`model::Outcome`], never an error.
//!
//! [`Client`] holds what is shared by all exchanges: connections, the address [`guard`], the limits. It is
//! the only user of reqwest.

mod body;
mod cidr;
mod client;
pub mod config;
mod cookies;
mod exchange;
mod fault;
pub mod guard;
mod measure;
mod redirect;
mod retry_after;
mod sniff;
mod stage;

pub use cidr::{BadCidr, Cidr};
pub use client::Client;
pub use config::{BadConfig, Config, Limits};
pub use stage::{Clock, FetchStage};
