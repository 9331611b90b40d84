//! Settings from four places: flag, environment, file, default, the first that speaks winning.
//!
//! One struct, [`Settings`], describes them all: clap reads it from flags, serde from `byline.toml`, and an
//! environment variable `BYLINE_X_Y` is read exactly as the flag `--x-y` would be. [`load`] merges the
//! layers to a [`Config`], in which every value is known and remembers where it came from.

mod hosts;
mod rules;
mod values;

pub use hosts::{BadHost, HostSetting};
pub use values::{BadValue, LogFormat, Secret, Span, When};

use clap::{Args, Parser};
use fetcher::Cidr;
use serde::{Deserialize, de::IgnoredAny};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// Read when it lies in the working directory and `--config` names no other.
const DEFAULT_FILE: &str = "byline.toml";

/// Half of a lease is for the exchange; an honest site takes seconds.
const SHORTEST_LEASE: Duration = Duration::from_secs(10);

/// What can be set, every value optional: one layer.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Embedded data: database and archive [default: the platform's data directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// postgres://... or sqlite://... [default: SQLite in the data directory]
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<Secret>,
    /// amqp://... [default: queues in this process]
    #[arg(long, global = true, value_name = "URL")]
    pub amqp_url: Option<Secret>,
    /// Raw captures: a directory, or s3://bucket/prefix [default: a folder in the data directory]
    #[arg(long, global = true, value_name = "PLACE")]
    pub archive: Option<String>,
    /// Let the guard against private addresses pass this range; repeatable
    #[arg(long, global = true, value_name = "CIDR", value_delimiter = ',')]
    pub allow_net: Option<Vec<Cidr>>,
    /// Rest of a host between two visits, from the end of the first [default: 2s]
    #[arg(long, global = true, value_name = "DURATION")]
    pub gap: Option<Span>,
    /// Exchanges with one host at once [default: 1]
    #[arg(long, global = true, value_name = "N")]
    pub per_host: Option<u32>,
    /// Longest visit, from its grant to its stored result; then the page is granted again [default: 5m]
    #[arg(long, global = true, value_name = "DURATION", hide_short_help = true)]
    pub lease: Option<Span>,
    /// A consumer that receives nothing for so long while messages wait makes /healthz fail and is made anew [default: 1m]
    #[arg(long, global = true, value_name = "DURATION", hide_short_help = true)]
    pub stuck_after: Option<Span>,
    /// Address or e-mail that the user agent names, so that a site's owner can reach you
    #[arg(long, global = true, value_name = "TEXT")]
    pub contact: Option<String>,
    /// Proxy for all fetches: http://, https://
    #[arg(long, global = true, value_name = "URL")]
    pub proxy: Option<Secret>,
    /// Where the web pages are served [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Exchanges at once in this process [default: 64]
    #[arg(long, global = true, value_name = "N", hide_short_help = true)]
    pub fetchers: Option<usize>,
    /// Pages parsed at once in this process [default: two for each core]
    #[arg(long, global = true, value_name = "N", hide_short_help = true)]
    pub parsers: Option<usize>,
    /// Site rules: a file, or a folder of .toml files; repeatable [default: rules/ beside the settings
    /// file]. The file's own tables of rules hold as well
    #[arg(long, global = true, value_name = "PATH", value_delimiter = ',')]
    pub rules: Option<Vec<PathBuf>>,
    /// Read where the parser's rules are read.
    #[arg(skip)]
    pub rule: IgnoredAny,
    /// Log filter, as in info or info,fetcher=debug [default: warn]
    #[arg(long, global = true, value_name = "FILTER", hide_short_help = true)]
    pub log: Option<String>,
    /// plain or json [default: plain]
    #[arg(long, global = true, value_name = "FORMAT", hide_short_help = true)]
    pub log_format: Option<LogFormat>,
    /// Hosts with politeness of their own; in the file only, each under `[[host]]`.
    #[arg(skip)]
    #[serde(rename = "host")]
    pub hosts: Vec<HostSetting>,
}

/// All settings by name, once: layers are merged and environment variables found through this list.
macro_rules! every_setting {
    ($apply:ident) => {
        $apply!(
            data,
            database_url,
            amqp_url,
            archive,
            allow_net,
            gap,
            per_host,
            lease,
            stuck_after,
            contact,
            proxy,
            listen,
            fetchers,
            parsers,
            rules,
            log,
            log_format
        )
    };
}

/// Everything settled.
#[derive(Debug, Clone)]
pub struct Config {
    pub data: PathBuf,
    /// None: SQLite in `data`.
    pub database_url: Option<Secret>,
    /// None: queues in this process.
    pub amqp_url: Option<Secret>,
    /// None: a folder in `data`.
    pub archive: Option<String>,
    pub allow_net: Vec<Cidr>,
    pub gap: Span,
    pub per_host: u32,
    pub lease: Span,
    pub stuck_after: Span,
    pub contact: Option<String>,
    pub proxy: Option<Secret>,
    pub listen: SocketAddr,
    /// `listen` was asked for, not only defaulted.
    pub listen_given: bool,
    pub fetchers: usize,
    pub parsers: usize,
    /// Files and folders of site rules; none: the folder `rules` beside the settings file.
    pub rules: Option<Vec<PathBuf>>,
    /// The settings file that was read.
    pub file: Option<PathBuf>,
    pub log: String,
    pub log_format: LogFormat,
    /// Hosts with politeness of their own, in the file's order.
    pub hosts: Vec<HostSetting>,
    /// Where each value came from: `flag`, `environment`, the file's path, `default`.
    pub origins: BTreeMap<&'static str, String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {path}: {error}; name a readable file with --config, or leave it out")]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error(
        "cannot read the site rules in {path}: {error}; name a file or a folder of .toml files with --rules"
    )]
    UnreadableRules { path: PathBuf, error: std::io::Error },
    #[error("{path}: {error}")]
    File { path: PathBuf, error: toml::de::Error },
    #[error(transparent)]
    Rules(#[from] parser::RuleError),
    #[error("environment variable {name}: {message}")]
    Environment { name: String, message: String },
    #[error("environment variable {0} is not known; `byline config` lists the settings")]
    UnknownVariable(String),
    #[error("no home directory is known; say with --data DIR (or BYLINE_DATA) where data shall live")]
    NoHome,
    #[error("per-host must be at least 1")]
    PerHost,
    #[error("{path}: {error}")]
    Host { path: PathBuf, error: BadHost },
    #[error("stuck-after must be at least 1s: a message needs a moment from its queue to here")]
    StuckAfter,
    #[error("lease must be at least 10s: a visit waits in a queue, is made, read and stored within it")]
    Lease,
}

/// # Errors
/// [`ConfigError`]: each says which layer is wrong, and what about it.
pub fn load(global: &crate::cli::Global) -> Result<Config, ConfigError> {
    let environment: Vec<(String, String)> =
        std::env::vars().filter(|(name, _)| name.starts_with("BYLINE_")).collect();
    let file = match &global.config {
        Some(path) => Some(path.clone()),
        None => Some(PathBuf::from(DEFAULT_FILE)).filter(|p| p.is_file()),
    };
    resolve(&global.settings, &environment, file.as_deref(), platform_data_dir())
}

fn resolve(
    flags: &Settings,
    environment: &[(String, String)],
    file: Option<&Path>,
    data_dir: Option<PathBuf>,
) -> Result<Config, ConfigError> {
    let mut layers = vec![("flag".to_owned(), flags.clone())];
    layers.push(("environment".to_owned(), from_environment(environment)?));
    if let Some(path) = file {
        layers.push((path.display().to_string(), from_file(path)?));
    }

    let mut merged = Settings::default();
    let mut origins = BTreeMap::new();
    macro_rules! merge {
        ($($name:ident),*) => {$(
            for (origin, layer) in &layers {
                if merged.$name.is_none() && layer.$name.is_some() {
                    merged.$name.clone_from(&layer.$name);
                    origins.insert(stringify!($name), origin.clone());
                }
            }
            origins.entry(stringify!($name)).or_insert_with(|| "default".to_owned());
        )*};
    }
    every_setting!(merge);
    let hosts: Vec<HostSetting> = layers.into_iter().flat_map(|(_, layer)| layer.hosts).collect();
    if let (Some(path), Err(error)) = (file, hosts::check(&hosts)) {
        return Err(ConfigError::Host { path: path.to_owned(), error });
    }
    if merged.per_host == Some(0) {
        return Err(ConfigError::PerHost);
    }
    if merged.lease.is_some_and(|lease| lease.0 < SHORTEST_LEASE) {
        return Err(ConfigError::Lease);
    }
    if merged.stuck_after.is_some_and(|after| after.0 < Duration::from_secs(1)) {
        return Err(ConfigError::StuckAfter);
    }
    Ok(Config {
        data: merged.data.or(data_dir).ok_or(ConfigError::NoHome)?,
        database_url: merged.database_url,
        amqp_url: merged.amqp_url,
        archive: merged.archive,
        allow_net: merged.allow_net.unwrap_or_default(),
        gap: merged.gap.unwrap_or(Span::seconds(2)),
        per_host: merged.per_host.unwrap_or(1),
        lease: merged.lease.unwrap_or(Span::seconds(300)),
        stuck_after: merged.stuck_after.unwrap_or(Span::seconds(60)),
        contact: merged.contact,
        proxy: merged.proxy,
        listen_given: merged.listen.is_some(),
        listen: merged.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
        fetchers: merged.fetchers.unwrap_or(64).max(1),
        // Two, for a core would idle while its next page is read and handed over.
        parsers: merged
            .parsers
            .unwrap_or_else(|| 2 * std::thread::available_parallelism().map_or(1, usize::from))
            .max(1),
        rules: merged.rules,
        file: file.map(Path::to_owned),
        log: merged.log.unwrap_or_else(|| "warn".to_owned()),
        log_format: merged.log_format.unwrap_or_default(),
        hosts,
        origins,
    })
}

impl Config {
    /// Name, value for people (secrets hidden) and origin of every setting, in the order of the help.
    pub fn rows(&self) -> Vec<(String, String, String)> {
        let list = |items: Vec<String>| items.join(", ");
        let secret = |s: &Option<Secret>| s.as_ref().map(Secret::to_string).unwrap_or_default();
        let paths = |paths: &[PathBuf]| list(paths.iter().map(|p| p.display().to_string()).collect());
        let values: [(&str, String); 17] = [
            ("data", self.data.display().to_string()),
            ("database_url", secret(&self.database_url)),
            ("amqp_url", secret(&self.amqp_url)),
            ("archive", self.archive.clone().unwrap_or_default()),
            ("allow_net", list(self.allow_net.iter().map(ToString::to_string).collect())),
            ("gap", self.gap.to_string()),
            ("per_host", self.per_host.to_string()),
            ("lease", self.lease.to_string()),
            ("stuck_after", self.stuck_after.to_string()),
            ("contact", self.contact.clone().unwrap_or_default()),
            ("proxy", secret(&self.proxy)),
            ("listen", self.listen.to_string()),
            ("fetchers", self.fetchers.to_string()),
            ("parsers", self.parsers.to_string()),
            ("rules", self.rules.as_deref().map(paths).unwrap_or_default()),
            ("log", self.log.clone()),
            ("log_format", self.log_format.to_string()),
        ];
        let rows = values.into_iter().map(|(name, value)| {
            (name.replace('_', "-"), value, self.origins.get(name).cloned().unwrap_or_default())
        });
        let file = self.file.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        let hosts =
            self.hosts.iter().map(|host| (format!("host {}", host.pattern), host.to_string(), file.clone()));
        rows.chain(hosts).collect()
    }
}

fn from_file(path: &Path) -> Result<Settings, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError::Unreadable { path: path.to_owned(), error })?;
    toml::from_str(&text).map_err(|error| ConfigError::File { path: path.to_owned(), error })
}

/// A variable is read as its flag would be, so both have the same forms and the same errors.
fn from_environment(variables: &[(String, String)]) -> Result<Settings, ConfigError> {
    #[derive(Parser)]
    #[command(no_binary_name = true, disable_help_flag = true)]
    struct Flags {
        #[command(flatten)]
        settings: Settings,
    }
    let names: &[&str] = {
        macro_rules! names {
            ($($name:ident),*) => { &[$(stringify!($name)),*] };
        }
        every_setting!(names)
    };
    let mut arguments = Vec::new();
    for (variable, value) in variables.iter().filter(|(_, value)| !value.is_empty()) {
        let name = variable.trim_start_matches("BYLINE_").to_ascii_lowercase();
        if is_of_others(&name) {
            continue;
        }
        if !names.contains(&name.as_str()) {
            return Err(ConfigError::UnknownVariable(variable.clone()));
        }
        let argument = format!("--{}={value}", name.replace('_', "-"));
        Flags::try_parse_from([&argument]).map_err(|e| ConfigError::Environment {
            name: variable.clone(),
            message: first_line(&e.to_string()),
        })?;
        arguments.push(argument);
    }
    Flags::try_parse_from(arguments).map(|f| f.settings).map_err(|e| ConfigError::Environment {
        name: "BYLINE_*".to_owned(),
        message: first_line(&e.to_string()),
    })
}

/// Variables of the same prefix that docker-compose.yml and the tests read; they may be exported here too.
fn is_of_others(name: &str) -> bool {
    name.starts_with("test_") || matches!(name, "password" | "port" | "tag")
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// `$XDG_DATA_HOME/byline`, `~/.local/share/byline`, `~/Library/Application Support/byline` or
/// `%LOCALAPPDATA%\byline`.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn platform_data_dir() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")))
    };
    base.map(|base| base.join("byline"))
}

#[cfg(test)]
mod tests;
