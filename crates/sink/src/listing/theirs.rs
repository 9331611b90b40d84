//! Which entries of a list are this source's, where the list holds works of others as well: the feed or the
//! sitemap of a whole site. Rather too few than somebody else's: what is left out here still stands on the
//! author's own pages.

use super::Entry;
use model::{Hints, PageUrl};
use store::ListingState;

/// Entries that name one of the source's authors, or lie below the source's own address, or are known already.
pub(super) fn of<'a>(entries: &[Entry<'a>], state: &ListingState, hints: &Hints) -> Vec<Entry<'a>> {
    let authors: Vec<String> =
        hints.authors.iter().map(|name| bare(name)).filter(|n| !n.is_empty()).collect();
    entries
        .iter()
        .filter(|entry| {
            let named = || entry.work.authors.iter().any(|name| authors.contains(&bare(name)));
            let below = || entry.url.as_ref().is_some_and(|url| is_below(url, &state.home));
            state.known(&entry.key).is_some() || named() || below()
        })
        .cloned()
        .collect()
}

/// A name as it is compared: letters and digits, in lower case. "Li Xin" is not "Li Xinyi".
fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `https://a.example/li-xin/2024/rivers` lies below `https://a.example/li-xin/`; nothing lies below the root.
pub(super) fn is_below(url: &PageUrl, home: &PageUrl) -> bool {
    let own = home.url().path().trim_end_matches('/');
    let own = own.strip_suffix(".html").unwrap_or(own);
    let rest = url.url().path().strip_prefix(own);
    !own.is_empty()
        && url.host_key() == home.host_key()
        && rest.is_some_and(|r| r.len() > 1 && r.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_below(url: &str, home: &str, expected: bool) {
        let page = |path: &str| PageUrl::parse(&format!("https://a.example/{path}")).unwrap();
        assert_eq!(is_below(&page(url), &page(home)), expected);
    }

    #[test]
    fn below_is_a_whole_part_of_the_path() {
        check_below("li-xin/2024/rivers", "li-xin/", true);
        check_below("li-xin/rivers", "li-xin.html", true);
        check_below("li-xinyi/rivers", "li-xin", false);
        check_below("li-xin/", "li-xin", false);
        check_below("anything", "", false);
    }
}
