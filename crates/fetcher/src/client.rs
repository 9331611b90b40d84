//! What all exchanges share: the connection pool, TLS, the guard and the limits.

use crate::{
    BadConfig, Config,
    guard::{Guard, GuardedResolver},
};
use reqwest::header::{ACCEPT_ENCODING, ACCEPT_LANGUAGE, HeaderMap, HeaderValue, USER_AGENT};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// A connection that waits longer is closed. Above the usual gap of 2 s and below what common servers keep
/// (75 s nginx, 60 s IIS); Apache's 5 s is noticed by its FIN.
const POOL_IDLE: Duration = Duration::from_secs(20);

/// Idle connections to one host; the gap lets no more than one be in use.
const POOL_PER_HOST: usize = 8;

/// Header lines; hyper's 100 are too few for some content delivery networks. Their bytes are counted as well.
const MOST_HEADERS: usize = 256;

/// Sends requests. Cheap to share, expensive to make (it reads the system's certificates).
pub struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) guard: Arc<Guard>,
    pub(crate) config: Config,
    /// Headers that are the same in every request.
    pub(crate) headers: HeaderMap,
    pub(crate) in_flight: Semaphore,
    /// A proxy's host: names its own place in our network, so it is no page's host.
    pub(crate) proxy_host: Option<String>,
}

impl Client {
    /// # Errors
    /// [`BadConfig`] says which setting cannot be used and what to write instead.
    pub fn new(config: Config) -> Result<Self, BadConfig> {
        let guard = Arc::new(Guard::new(config.allow_net.clone()));
        let limits = &config.limits;
        // h2 calls a head over its limit a protocol error, so that one is for memory and ours is counted.
        let h2_head_bytes = u32::try_from(limits.header_bytes).unwrap_or(u32::MAX).saturating_mul(4);
        // Only what the server refused unread (RFC 9113 §8.7) is sent again, which is reqwest's default.
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(&config)?)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(limits.connect())
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(POOL_PER_HOST)
            .http1_max_headers(MOST_HEADERS)
            // Old servers fold lines and misspell names; browsers read past it, so their pages must be read too.
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http2_max_header_list_size(h2_head_bytes)
            .tcp_nodelay(true);
        let mut proxy_host = None;
        if let Some(proxy) = &config.proxy {
            let bad = |detail: String| BadConfig::Proxy { proxy: proxy.clone(), detail };
            let url = url::Url::parse(proxy.expose()).map_err(|e| bad(e.to_string()))?;
            proxy_host = url.host_str().map(str::to_owned);
            builder = builder.proxy(reqwest::Proxy::all(url).map_err(|e| bad(e.to_string()))?);
        }
        let resolver = GuardedResolver {
            guard: guard.clone(),
            trusted: proxy_host.iter().cloned().collect(),
            // Below the time to connect, so that it is seen whose time-out it was.
            limit: limits.connect().mul_f32(0.8),
        };
        let http = builder.dns_resolver(resolver).build().map_err(|e| BadConfig::Client(e.to_string()))?;
        let headers = headers(&config)?;
        let in_flight = Semaphore::new(limits.in_flight.clamp(1, Semaphore::MAX_PERMITS));
        Ok(Self { http, guard, config, headers, in_flight, proxy_host })
    }
}

fn headers(config: &Config) -> Result<HeaderMap, BadConfig> {
    let mut headers = HeaderMap::new();
    let agent = HeaderValue::try_from(config.user_agent())
        .map_err(|_| BadConfig::Contact(config.contact.clone().unwrap_or_default()))?;
    headers.insert(USER_AGENT, agent);
    if let Some(language) = &config.accept_language {
        let value =
            HeaderValue::try_from(language).map_err(|_| BadConfig::AcceptLanguage(language.clone()))?;
        headers.insert(ACCEPT_LANGUAGE, value);
    }
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(model::coding::ACCEPTED));
    Ok(headers)
}

/// Mozilla's roots, so that it works in an image without certificates, and the system's, so that an
/// operator's own authority works too.
fn tls(config: &Config) -> Result<ClientConfig, BadConfig> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let system = rustls_native_certs::load_native_certs();
    for error in &system.errors {
        tracing::warn!(%error, "system certificates not read");
    }
    roots.add_parsable_certificates(system.certs);
    for pem in &config.extra_roots {
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|e| BadConfig::Roots(e.to_string()))?;
            roots.add(certificate).map_err(|e| BadConfig::Roots(e.to_string()))?;
        }
    }
    let mut tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| BadConfig::Client(e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(tls)
}
