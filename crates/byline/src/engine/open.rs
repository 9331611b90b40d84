//! Makes what the parts stand on of the settings: database, archive, broker, HTTP client.

use crate::{
    config::{Config, HostSetting},
    exit::usage,
};
use anyhow::{Context, Result};
use queue::{Amqp, AmqpConfig, Memory, SendError, Topology, Transport};
use std::{sync::Arc, time::Duration};
use store::{CaptureArchive, DynStore, StoreError, archive::S3Place};

/// Between two tries to reach a service; once a second would be noise in the service's log.
const RETRY: Duration = Duration::from_secs(2);

/// The database, its schema brought to this version.
///
/// # Errors
/// Where it cannot be reached: somebody waits at a terminal.
pub async fn store(config: &Config) -> Result<DynStore> {
    try_store(config).await.with_context(|| format!("cannot use the database {}", database_shown(config)))
}

/// The same for a process that runs for years: waits for the database for as long as it takes.
///
/// # Errors
/// Where the setting is wrong or the schema too new: waiting would not help.
pub async fn store_when_there(config: &Config) -> Result<DynStore> {
    let mut told = false;
    loop {
        match try_store(config).await {
            Ok(store) => {
                if told {
                    tracing::info!("the database answers");
                }
                return Ok(store);
            }
            Err(StoreError::Unavailable(error)) if config.database_url.is_some() => {
                if !told {
                    tracing::warn!(error, database = database_shown(config), "waiting for the database");
                    told = true;
                }
                tokio::time::sleep(RETRY).await;
            }
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("cannot use the database {}", database_shown(config)));
            }
        }
    }
}

async fn try_store(config: &Config) -> Result<DynStore, StoreError> {
    let url = match &config.database_url {
        Some(url) => url.expose().to_owned(),
        None => {
            std::fs::create_dir_all(&config.data).map_err(|error| {
                StoreError::Invalid(format!(
                    "cannot make the data directory {}: {error}; choose another with --data",
                    config.data.display()
                ))
            })?;
            format!("sqlite://{}", config.data.join("byline.db").display())
        }
    };
    let store = store::open(&url)?;
    store.migrate().await?;
    Ok(store)
}

/// Whether there is a database to open: one is named, or the data directory has one. A command that only looks
/// makes none.
pub fn has_database(config: &Config) -> bool {
    config.database_url.is_some() || config.data.join("byline.db").exists()
}

fn database_shown(config: &Config) -> String {
    match &config.database_url {
        Some(url) => url.to_string(),
        None => config.data.join("byline.db").display().to_string(),
    }
}

/// The archive, on a directory or on S3-compatible storage.
///
/// # Errors
/// Where the place is none.
pub fn archive(config: &Config) -> Result<CaptureArchive> {
    match &config.archive {
        None => Ok(CaptureArchive::directory(config.data.join("archive"))),
        Some(place) if place.starts_with("s3://") => {
            let place = usage(S3Place::parse(place))?;
            Ok(CaptureArchive::s3(
                match (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
                    (Some(id), Some(secret)) => place.with_keys(id, secret),
                    _ => place,
                },
            )?)
        }
        Some(place) => Ok(CaptureArchive::directory(place.strip_prefix("file://").unwrap_or(place))),
    }
}

/// Keys of S3-compatible storage stand where its users expect them.
#[expect(clippy::disallowed_methods, reason = "the binary reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// RabbitMQ where an address is set, else queues in this process. Connecting goes on in the background.
///
/// # Errors
/// Where the address is none.
pub fn transport(config: &Config, name: &str) -> Result<Arc<dyn Transport>> {
    match &config.amqp_url {
        Some(url) => {
            let mut amqp = usage(AmqpConfig::new(url.expose(), name))?;
            amqp.stuck_after = config.stuck_after.0;
            Ok(Arc::new(Amqp::new(amqp, Topology::default())))
        }
        None => Ok(Arc::new(Memory::new(Topology::default()))),
    }
}

/// Declares the topology, as whoever comes first does; waits for the broker for as long as it takes.
///
/// # Errors
/// Where something else stands under one of the names.
pub async fn topology_when_there(transport: &Arc<dyn Transport>) -> Result<()> {
    let mut told = false;
    loop {
        match transport.apply().await {
            Ok(()) => {
                if told {
                    tracing::info!("the broker answers");
                }
                return Ok(());
            }
            Err(SendError::Busy(error)) => {
                if !told {
                    tracing::warn!(error, "waiting for the broker");
                    told = true;
                }
                tokio::time::sleep(RETRY).await;
            }
            Err(error) => return Err(error).context("cannot declare the queues"),
        }
    }
}

/// The site rules.
///
/// # Errors
/// Where one of them cannot be used; says in which file, line and column.
pub fn rules(config: &Config) -> Result<parser::Rules> {
    usage(config.rules())
}

/// The HTTP client.
///
/// # Errors
/// Where contact or proxy cannot be used.
pub fn client(config: &Config) -> Result<fetcher::Client> {
    usage(fetcher::Client::new(fetcher::Config {
        contact: config.contact.clone(),
        allow_net: config.allow_net.clone(),
        proxy: config.proxy.as_ref().map(|p| fetcher::config::ProxyUrl::new(p.expose())),
        limits: fetcher::Limits { in_flight: config.fetchers, ..fetcher::Limits::default() },
        ..fetcher::Config::default()
    }))
}

pub fn scheduler_config(config: &Config) -> scheduler::Config {
    let rule = |host: &HostSetting| scheduler::HostRule {
        gap: host.gap.map(|gap| gap.0),
        per_host: host.per_host,
        share_gap: host.share_gap,
    };
    scheduler::Config {
        gap: config.gap.0,
        per_host: config.per_host,
        hosts: config.hosts.iter().map(|host| (host.name().to_owned(), rule(host))).collect(),
        lease: config.lease.0,
        ..scheduler::Config::default()
    }
}
