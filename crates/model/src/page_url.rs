//! Addresses. One page can be written in many ways; [`PageKey`] is the same for all of them, so that the
//! frontier holds each page once (FACTS: duplicates when an address changes).

use serde::{Deserialize, Serialize};
use std::fmt;
use url::{Host, Url};

/// Longest address that is followed, in bytes; longer ones are session state or traps.
pub const MAX_URL_BYTES: usize = 2048;

/// An absolute http(s) address, without fragment and credentials.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageUrl(Url);

/// Why a text is not an address that can be fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    #[error("{0:?} is not an address: {1}; write it in full, as in https://example.org/author/name")]
    Syntax(String, url::ParseError),
    #[error("{0:?} is not an http or https address")]
    Scheme(String),
    #[error("the address is {0} bytes long; at most 2048 are followed")]
    TooLong(usize),
}

impl PageUrl {
    /// # Errors
    /// [`BadUrl`] where `text` is not an absolute http(s) address of at most [`MAX_URL_BYTES`].
    pub fn parse(text: &str) -> Result<Self, BadUrl> {
        if text.len() > MAX_URL_BYTES {
            return Err(BadUrl::TooLong(text.len()));
        }
        let url = Url::parse(text.trim()).map_err(|e| BadUrl::Syntax(text.to_owned(), e))?;
        Self::from_url(url)
    }

    /// # Errors
    /// As [`PageUrl::parse`].
    pub fn from_url(mut url: Url) -> Result<Self, BadUrl> {
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(BadUrl::Scheme(url.to_string()));
        }
        url.set_fragment(None);
        // Cannot fail: the scheme has an authority and a host.
        let (_, _) = (url.set_username(""), url.set_password(None));
        match url.as_str().len() {
            n if n > MAX_URL_BYTES => Err(BadUrl::TooLong(n)),
            _ => Ok(Self(url)),
        }
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Scheme, host and port: what one robots.txt speaks for (RFC 9309 §2.3).
    pub fn origin(&self) -> Origin {
        Origin(self.0.origin().ascii_serialization())
    }

    /// What is kept from being hurried. http and https on their default ports are one server.
    pub fn host_key(&self) -> HostKey {
        let host = self.0.host_str().unwrap_or_default();
        HostKey(match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        })
    }

    pub fn key(&self) -> PageKey {
        PageKey::of(&self.0)
    }

    /// The address of this origin's robots.txt.
    pub fn robots_txt(&self) -> Self {
        let mut url = self.0.clone();
        url.set_path("/robots.txt");
        url.set_query(None);
        Self(url)
    }
}

impl fmt::Display for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl TryFrom<String> for PageUrl {
    type Error = BadUrl;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        Self::parse(&s)
    }
}

impl From<PageUrl> for String {
    fn from(url: PageUrl) -> Self {
        url.0.into()
    }
}

macro_rules! text_key {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

text_key! {
    /// `scheme://host[:port]`.
    Origin,
    /// `host[:port]`, the port only where it is not the scheme's own.
    HostKey,
    /// The address without what does not tell pages apart: scheme, `www.`, default port, fragment,
    /// tracking parameters, the order of parameters, the case and form of percent-encoding, `index.html`,
    /// a trailing slash. Two addresses with one key are one page.
    PageKey
}

impl PageKey {
    fn of(url: &Url) -> Self {
        let host = match url.host() {
            Some(Host::Domain(d)) => d.strip_prefix("www.").unwrap_or(d).trim_end_matches('.').to_owned(),
            Some(host) => host.to_string(),
            None => String::new(),
        };
        let mut key = host;
        if let Some(port) = url.port() {
            key.push_str(&format!(":{port}"));
        }
        let path = normal_encoding(url.path());
        let path = path.trim_end_matches('/');
        let path = ["index.html", "index.htm", "index.php", "index.shtml"]
            .iter()
            .find_map(|i| path.strip_suffix(i).filter(|p| p.ends_with('/')))
            .unwrap_or(path);
        key.push_str(path.trim_end_matches('/'));
        let mut params: Vec<String> = url
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|p| !p.is_empty() && !is_tracking(p))
            .map(normal_encoding)
            .collect();
        if !params.is_empty() {
            params.sort_unstable();
            key.push('?');
            key.push_str(&params.join("&"));
        }
        Self(key)
    }
}

/// Parameters that tell how a reader came, never which page it is.
fn is_tracking(param: &str) -> bool {
    let name = param.split('=').next().unwrap_or_default().to_ascii_lowercase();
    name.starts_with("utm_")
        || name.starts_with("pk_")
        || name.starts_with("mtm_")
        || matches!(
            name.as_str(),
            "fbclid"
                | "gclid"
                | "dclid"
                | "msclkid"
                | "yclid"
                | "igshid"
                | "mc_cid"
                | "mc_eid"
                | "_ga"
                | "spm"
                | "share_token"
                | "wt.mc_id"
                | "ncid"
                | "cmpid"
                | "ref_src"
        )
}

/// Percent-encoding with upper-case digits, and none where RFC 3986 §2.3 says that it means nothing.
fn normal_encoding(s: &str) -> String {
    let bytes = s.as_bytes();
    let mut out = String::with_capacity(s.len());
    let mut i = 0;
    while i < bytes.len() {
        let code = (bytes[i] == b'%')
            .then(|| s.get(i + 1..i + 3).and_then(|h| u8::from_str_radix(h, 16).ok()))
            .flatten();
        match code {
            Some(c) if c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_' | b'~') => {
                out.push(char::from(c));
                i += 3;
            }
            Some(c) => {
                out.push_str(&format!("%{c:02X}"));
                i += 3;
            }
            None => {
                let c = s[i..].chars().next().unwrap_or('\u{fffd}');
                out.push(c);
                i += c.len_utf8();
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_same(a: &str, b: &str) {
        assert_eq!(PageUrl::parse(a).unwrap().key(), PageUrl::parse(b).unwrap().key());
    }

    #[track_caller]
    fn check_differ(a: &str, b: &str) {
        assert_ne!(PageUrl::parse(a).unwrap().key(), PageUrl::parse(b).unwrap().key());
    }

    #[test]
    fn spellings_of_one_page_have_one_key() {
        check_same("http://www.example.org/a/", "https://example.org/a");
        check_same("https://example.org/a?utm_source=x&b=1", "https://example.org/a?b=1#top");
        check_same("https://example.org/a?b=1&a=2", "https://example.org/a?a=2&b=1");
        check_same("https://example.org/%e6%9d%8e", "https://example.org/李");
        check_same("https://example.org/%7Ea", "https://example.org/~a");
        check_same("https://EXAMPLE.org:443/index.html", "https://example.org");
    }

    #[test]
    fn different_pages_have_different_keys() {
        check_differ("https://example.org/a?id=1", "https://example.org/a?id=2");
        check_differ("https://example.org/A", "https://example.org/a");
        check_differ("http://127.0.0.1:1/a", "http://127.0.0.1:2/a");
        check_differ("https://example.org/a%2Fb", "https://example.org/a/b");
    }

    #[test]
    fn what_cannot_be_fetched_is_refused() {
        for s in ["", "example.org/a", "ftp://example.org/", "mailto:a@b.c", "http://"] {
            assert!(PageUrl::parse(s).is_err(), "{s}");
        }
        assert!(PageUrl::parse(&format!("http://a.example/{}", "x".repeat(3000))).is_err());
    }

    #[test]
    fn credentials_and_fragments_are_not_kept() {
        assert_eq!(PageUrl::parse("http://u:p@a.example/x#y").unwrap().as_str(), "http://a.example/x");
    }
}
