#![no_main]
//! Sitemaps: XML, an index, lines of addresses, packed or not.

use libfuzzer_sys::fuzz_target;
use model::PageKind;
use parser_fuzz::{choose, parse};

fuzz_target!(|data: &[u8]| {
    let types = [Some("application/xml"), Some("text/plain"), Some("application/gzip")];
    let Some((content_type, bytes)) = choose(data, &types) else { return };
    parse(bytes, content_type, PageKind::Sitemap);
});
