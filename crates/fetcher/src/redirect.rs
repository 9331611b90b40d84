//! Where a redirect leads (RFC 9110 §15.4, §10.2.2).

use crate::guard::Guard;
use model::PageUrl;

/// Whether this status with a Location is a redirect to follow. 300 offers a choice and 304 is no redirect.
pub(crate) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The address that `location` means on the page `from`.
///
/// # Errors
/// What is wrong with it, for people: not an http(s) address, too long, or refused by the guard.
pub(crate) fn target(from: &PageUrl, location: &[u8], guard: &Guard) -> Result<PageUrl, String> {
    let location = text(location);
    let url = from.url().join(location.trim()).map_err(|e| format!("{}: {e}", shortened(&location)))?;
    guard.check_url(&url).map_err(|refused| refused.to_string())?;
    PageUrl::from_url(url).map_err(|e| e.to_string())
}

/// Many servers send raw UTF-8, which is an address as soon as it is percent-encoded, and some send their own
/// charset, whose bytes only they can read: those are percent-encoded one by one.
fn text(location: &[u8]) -> String {
    match std::str::from_utf8(location) {
        Ok(text) => text.to_owned(),
        Err(_) => location
            .iter()
            .map(|b| if b.is_ascii() { char::from(*b).to_string() } else { format!("%{b:02X}") })
            .collect(),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn resolve(location: &[u8]) -> Result<String, String> {
        let from = PageUrl::parse("https://example.org/a/b?c=1").unwrap();
        target(&from, location, &Guard::default()).map(String::from)
    }

    #[track_caller]
    fn check(location: &[u8], expected: &str) {
        assert_eq!(resolve(location).as_deref(), Ok(expected));
    }

    #[test]
    fn locations_are_relative_to_the_page() {
        check(b"d", "https://example.org/a/d");
        check(b"/d", "https://example.org/d");
        check(b"?e=2", "https://example.org/a/b?e=2");
        check(b"//other.example/x#frag", "https://other.example/x");
        check(b" http://other.example/ ", "http://other.example/");
    }

    #[test]
    fn raw_bytes_are_encoded() {
        check("/李".as_bytes(), "https://example.org/%E6%9D%8E");
        check(b"/\xc0\xee", "https://example.org/%C0%EE");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for location in
            ["javascript:alert(1)", "ftp://example.org/", "http://", "http://a b/", "file:///etc/passwd"]
        {
            assert!(resolve(location.as_bytes()).is_err(), "{location}");
        }
        assert!(resolve(format!("/{}", "x".repeat(3000)).as_bytes()).is_err());
    }

    #[test]
    fn private_addresses_are_refused_in_any_form() {
        for location in ["http://127.0.0.1/", "//2130706433/", "http://0x7f.1/", "http://[::ffff:10.0.0.1]/x"]
        {
            assert!(resolve(location.as_bytes()).is_err(), "{location}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(location: Vec<u8>) {
            let _ = resolve(&location);
        }

        /// What the model takes for an address, the HTTP client must be able to ask for.
        #[test]
        fn every_page_can_be_asked_for(path in "[\\PC]{0,30}", query in "[ -~]{0,30}") {
            let page = PageUrl::parse(&format!("http://example.org/{path}?{query}")).unwrap();
            prop_assert!(page.as_str().parse::<hyper::http::Uri>().is_ok(), "{}", page);
        }

        #[test]
        fn no_text_panics(location in "(https?:)?/{0,3}[\\PC]{0,60}") {
            let _ = resolve(location.as_bytes());
        }
    }
}
