#![no_main]
//! robots.txt: any bytes are a file, and asking it takes little.

use libfuzzer_sys::fuzz_target;
use model::PageUrl;
use parser_fuzz::{URL, in_time};
use scheduler::robots::Rules;

fuzz_target!(|data: &[u8]| {
    let rules = in_time(|| Rules::parse(data));
    let url = PageUrl::parse(URL).expect("an address");
    in_time(|| {
        rules.allows(&url);
        rules.crawl_delay();
    });
    // RFC 9309 §2.2.2: robots.txt itself is always allowed.
    assert!(rules.allows(&url.robots_txt()), "robots.txt is forbidden");
});
