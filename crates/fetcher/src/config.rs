//! What an operator can set. Only the binary reads files and the environment; this is what it fills in.

use crate::Cidr;
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

/// How this product names itself: the first word of the User-Agent, and the name that robots.txt groups are
/// matched against (RFC 9309 §2.2.1).
pub const PRODUCT: &str = "Byline";

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where a site's operator learns who visits and whom to ask: an address of a page or a mailbox. Part
    /// of the User-Agent. Default: none.
    pub contact: Option<String>,
    /// Value of Accept-Language. Default: none is sent, so that every page comes in its own language.
    pub accept_language: Option<String>,
    /// Private ranges that may be visited. Default: none.
    pub allow_net: Vec<Cidr>,
    /// `http://`, `https://` or `socks5h://` address through which all requests go. Names are then resolved
    /// by the proxy, so it is the proxy that must keep names from leading inside. Default: none; the
    /// environment's proxies are not used.
    pub proxy: Option<ProxyUrl>,
    /// Certificates in PEM that are trusted besides those of the system and of Mozilla. Default: none.
    pub extra_roots: Vec<String>,
    pub limits: Limits,
}

impl Config {
    /// `Byline/<version> (+<contact>)`, without the bracket where no contact is set.
    pub fn user_agent(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        match &self.contact {
            Some(contact) => format!("{PRODUCT}/{version} (+{contact})"),
            None => format!("{PRODUCT}/{version}"),
        }
    }
}

/// What one exchange may cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Milliseconds to resolve, connect and shake hands. Default 10,000.
    pub connect_ms: u64,
    /// Milliseconds without any byte arriving. Default 20,000.
    pub read_ms: u64,
    /// Milliseconds for the whole exchange, without the gaps between its hops. Default 60,000.
    pub total_ms: u64,
    /// Bytes of an answer's status line and headers. Default 65,536; browsers stop at 256 kB, large real
    /// answers have 16 kB.
    pub header_bytes: usize,
    /// Bytes of a body with its content coding removed. Default 16 MiB.
    pub body_bytes: usize,
    /// Bytes of a body as received. Default 16 MiB.
    pub wire_bytes: usize,
    /// Decoded bytes per received byte, looked at above 1 MiB decoded. Default 200: HTML reaches 30, the
    /// densest honest sitemaps 60, deflate itself 1,032.
    pub ratio: u64,
    /// Exchanges at a time in this process, so that their bodies have a bound together. Default 256.
    pub in_flight: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_ms: 10_000,
            read_ms: 20_000,
            total_ms: 60_000,
            header_bytes: 64 << 10,
            body_bytes: 16 << 20,
            wire_bytes: 16 << 20,
            ratio: 200,
            in_flight: 256,
        }
    }
}

impl Limits {
    pub fn connect(&self) -> Duration {
        Duration::from_millis(self.connect_ms)
    }

    pub fn read(&self) -> Duration {
        Duration::from_millis(self.read_ms)
    }

    pub fn total(&self) -> Duration {
        Duration::from_millis(self.total_ms)
    }
}

/// A proxy's address. It may hold a password, so it does not print itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProxyUrl(#[serde(serialize_with = "hidden")] String);

impl ProxyUrl {
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The address with its credentials taken out.
    fn shown(&self) -> String {
        match url::Url::parse(&self.0) {
            Ok(url) => {
                format!("{}://{}", url.scheme(), &url[url::Position::BeforeHost..url::Position::AfterPort])
            }
            Err(_) => "(not an address)".to_owned(),
        }
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

fn hidden<S: serde::Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&ProxyUrl::new(url).shown())
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadConfig {
    #[error(
        "contact {0:?} cannot stand in a User-Agent; use an address like https://example.org/about-our-crawler"
    )]
    Contact(String),
    #[error("accept_language {0:?} cannot stand in a header; use a list like zh, en;q=0.8")]
    AcceptLanguage(String),
    #[error("proxy {proxy:?} cannot be used: {detail}; use an address like http://proxy.example:3128")]
    Proxy { proxy: ProxyUrl, detail: String },
    #[error("a certificate of extra_roots cannot be used: {0}")]
    Roots(String),
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_agent_names_product_version_and_contact() {
        let config = Config { contact: Some("https://example.org/bot".to_owned()), ..Config::default() };
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(config.user_agent(), format!("Byline/{version} (+https://example.org/bot)"));
        assert_eq!(Config::default().user_agent(), format!("Byline/{version}"));
    }

    #[test]
    fn a_proxys_password_is_not_printed() {
        let proxy = ProxyUrl::new("http://user:secret@proxy.example:3128/");
        assert_eq!(format!("{proxy:?}"), "http://proxy.example:3128");
        assert!(!format!("{:?}", Config { proxy: Some(proxy), ..Config::default() }).contains("secret"));
    }
}
