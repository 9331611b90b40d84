//! Cookies of one exchange: a cookie wall sets one and sends the visitor back to the same page. They are
//! kept no longer than that, so no site can follow Byline from visit to visit.

use std::collections::BTreeMap;

/// Cookies kept; a wall needs one or two.
const MOST: usize = 30;

/// Bytes of one cookie (RFC 6265 §6.1 asks for 4,096).
const MOST_BYTES: usize = 4096;

/// Names and values, of one origin. Attributes other than removal mean nothing within one page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Cookies(BTreeMap<String, String>);

impl Cookies {
    /// Takes one Set-Cookie value (RFC 6265 §5.2); a malformed one is ignored, as browsers do.
    pub(crate) fn set(&mut self, header: &str) {
        let mut parts = header.split(';');
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || header.len() > MOST_BYTES {
            return;
        }
        if parts.any(removes) {
            self.0.remove(name);
        } else if self.0.len() < MOST || self.0.contains_key(name) {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Value of the Cookie header, or none.
    pub(crate) fn header(&self) -> Option<String> {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

/// `Max-Age` of zero or less, or `Expires` in 1970: the ways in which servers take a cookie back.
fn removes(attribute: &str) -> bool {
    let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
    match name.trim().to_ascii_lowercase().as_str() {
        "max-age" => value.trim().parse::<i64>().is_ok_and(|seconds| seconds <= 0),
        "expires" => value.contains("1970"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(set: &[&str], header: Option<&str>) {
        let mut cookies = Cookies::default();
        set.iter().for_each(|s| cookies.set(s));
        assert_eq!(cookies.header().as_deref(), header);
    }

    #[test]
    fn cookies_are_sent_back_without_their_attributes() {
        check(&["a=1; Path=/; HttpOnly", "b=2; Max-Age=60"], Some("a=1; b=2"));
        check(&["a=1", "a=2"], Some("a=2"));
    }

    #[test]
    fn cookies_are_taken_back() {
        check(&["a=1", "a=; Max-Age=0"], None);
        check(&["a=1", "a=; expires=Thu, 01 Jan 1970 00:00:00 GMT"], None);
    }

    #[test]
    fn malformed_and_oversized_cookies_are_ignored() {
        let long = format!("a={}", "x".repeat(5000));
        check(&["", "novalue", "=x", &long], None);
    }
}
