//! Makes what the parts stand on of the settings: database, archive, broker, HTTP client.

use crate::{
    config::Config,
    exit::{Usage, usage},
};
use anyhow::{Context, Result};
use queue::{Amqp, AmqpConfig, Memory, SendError, Topology, Transport};
use std::{path::PathBuf, sync::Arc, time::Duration};
use store::{CaptureArchive, DynStore, StoreError};

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

fn database_shown(config: &Config) -> String {
    match &config.database_url {
        Some(url) => url.to_string(),
        None => config.data.join("byline.db").display().to_string(),
    }
}

/// The archive, on a directory.
///
/// # Errors
/// Where the place is none.
pub fn archive(config: &Config) -> Result<CaptureArchive> {
    let place = match &config.archive {
        Some(place) => PathBuf::from(place.strip_prefix("file://").unwrap_or(place)),
        None => config.data.join("archive"),
    };
    if let Some((scheme, _)) = place.to_str().and_then(|p| p.split_once("://")) {
        let text = format!("archives on {scheme}:// are not known to this version; name a directory");
        return Err(Usage(text).into());
    }
    Ok(CaptureArchive::directory(place))
}

/// RabbitMQ where an address is set, else queues in this process. Connecting goes on in the background.
///
/// # Errors
/// Where the address is none.
pub fn transport(config: &Config, name: &str) -> Result<Arc<dyn Transport>> {
    match &config.amqp_url {
        Some(url) => {
            let amqp = usage(AmqpConfig::new(url.expose(), name))?;
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
    scheduler::Config { gap: config.gap.0, per_host: config.per_host, ..scheduler::Config::default() }
}
