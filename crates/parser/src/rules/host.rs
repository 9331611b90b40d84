//! Which pages a rule speaks of.

use url::Url;

/// The hosts of a rule. A leading `www.` and the case tell no hosts apart; a port is compared where the
/// pattern names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pattern {
    Exact(String),
    /// `*.example.org`: example.org itself and everything below it.
    Below(String),
    /// `*`.
    Anywhere,
}

impl Pattern {
    /// # Errors
    /// What is wrong with the text, and what to write.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Anywhere);
        }
        let (below, name) = match text.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, text),
        };
        // The form that addresses have: lower case, IDNA.
        let parsed = Url::parse(&format!("http://{name}/")).ok().filter(|u| {
            u.path() == "/"
                && u.query().is_none()
                && u.fragment().is_none()
                && u.username().is_empty()
                && !name.contains(['*', '/'])
        });
        let Some(url) = parsed else {
            return Err(format!(
                "{text:?} is no host; write \"example.org\", \"*.example.org\" or \"*\", without scheme and path"
            ));
        };
        let host = of(&url);
        let host = host.strip_prefix("www.").unwrap_or(&host).to_owned();
        Ok(if below { Self::Below(host) } else { Self::Exact(host) })
    }
}

/// `host[:port]`, the port only where it is not the scheme's own.
pub(super) fn of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The host without `www.`: with its port, and without.
pub(super) fn spellings(host: &str) -> impl Iterator<Item = &str> {
    let host = host.strip_prefix("www.").unwrap_or(host);
    let bare = match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|b| b.is_ascii_digit()) => Some(bare),
        _ => None,
    };
    std::iter::once(host).chain(bare)
}

/// The host and the domains it lies in.
pub(super) fn domains(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |h| h.split_once('.').map(|(_, rest)| rest))
}

/// Whether a glob (`*`: anything) fits the whole path; with a `?` in it, path and query.
pub(super) fn path_matches(glob: &str, url: &Url) -> bool {
    match (glob.contains('?'), url.query()) {
        (true, Some(query)) => glob_matches(glob, &format!("{}?{query}", url.path())),
        _ => glob_matches(glob, url.path()),
    }
}

fn glob_matches(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    // Each part as early as it can be leaves the most for those after it.
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_as_people_write_them() {
        let parse = |text: &str| Pattern::parse(text).unwrap();
        assert_eq!(parse("WWW.Example.org"), Pattern::Exact("example.org".to_owned()));
        assert_eq!(parse("*.example.org"), Pattern::Below("example.org".to_owned()));
        assert_eq!(parse("例子.example"), Pattern::Exact("xn--fsqu00a.example".to_owned()));
        assert_eq!(parse("127.0.0.1:8080"), Pattern::Exact("127.0.0.1:8080".to_owned()));
        for text in ["", "https://example.org", "example.org/a", "ex*mple.org", "a b"] {
            assert!(Pattern::parse(text).unwrap_err().contains("is no host"), "{text}");
        }
    }

    #[track_caller]
    fn check(glob: &str, url: &str, expected: bool) {
        let url = Url::parse(&format!("https://a.example{url}")).unwrap();
        assert_eq!(path_matches(glob, &url), expected, "{glob} {url}");
    }

    #[test]
    fn globs_of_paths() {
        check("/columns/*", "/columns/a/b.html?x=1", true);
        check("/columns/*", "/column/a", false);
        check("*.html", "/a/b.html", true);
        check("/a/*/c/*.html", "/a/b/c/d.html", true);
        check("/a/*/c/*.html", "/a/c/d.html", false);
        check("/a", "/a", true);
        check("/a", "/ab", false);
        check("/a?id=*", "/a?id=7", true);
        check("/a?id=*", "/a", false);
        check("*aa*a", "/aa", false);
    }
}
