//! The rules of RFC 9309 and the behaviours published with Google's open-source matcher, case by case.

use super::*;

#[track_caller]
fn check(text: &str, path: &str, allowed: bool) {
    let url = PageUrl::parse(&format!("https://a.example{path}")).unwrap();
    assert_eq!(Rules::parse(text.as_bytes()).allows(&url), allowed, "{path} under {text:?}");
}

/// For each path whether it is allowed, when nothing else is.
#[track_caller]
fn check_allow(pattern: &str, allowed: &[&str], denied: &[&str]) {
    let text = format!("user-agent: byline\ndisallow: /\nallow: {pattern}\n");
    for path in allowed {
        check(&text, path, true);
    }
    for path in denied {
        check(&text, path, false);
    }
}

mod rfc_9309 {
    use super::*;

    /// §5.1, with our token in the place of one of the examples'.
    const SIMPLE: &str = "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\n\
        User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n\n\
        User-Agent: barbot\nUser-Agent: bazbot\nDisallow: /example/page.html\n\n\
        User-Agent: quxbot\n";

    #[test]
    fn section_5_1_for_the_others() {
        check(SIMPLE, "/publications/x.html", true);
        check(SIMPLE, "/example/page.html", false);
        check(SIMPLE, "/a/b.gif", false);
        check(SIMPLE, "/a/b.gif?x", true);
        check(SIMPLE, "/else", true);
    }

    #[test]
    fn section_5_1_for_each_named() {
        let foo = SIMPLE.replace("foobot", "byline");
        check(&foo, "/example/page.html", true);
        check(&foo, "/example/allowed.gif", true);
        check(&foo, "/publications/", false);
        for bot in ["barbot", "bazbot"] {
            let text = SIMPLE.replace(bot, "byline");
            check(&text, "/example/page.html", false);
            check(&text, "/example/other.html", true);
            check(&text, "/a.gif", true);
        }
        // A group without rules: everything is allowed.
        let qux = SIMPLE.replace("quxbot", "byline");
        check(&qux, "/example/page.html", true);
        check(&qux, "/a.gif", true);
    }

    #[test]
    fn section_5_2_the_longest_match_wins() {
        let text = "User-Agent: byline\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n";
        check(text, "/example/page/disallowed.gif", false);
        check(text, "/example/page/", true);
    }

    #[test]
    fn section_2_2_1_groups_of_one_token_are_merged() {
        let text = "user-agent: byline\ndisallow: /a\n\nuser-agent: other\ndisallow: /b\n\n\
            user-agent: BYLINE\ndisallow: /c\n";
        check(text, "/a", false);
        check(text, "/b", true);
        check(text, "/c", false);
    }

    #[test]
    fn section_2_2_2_encoding() {
        check("user-agent: *\ndisallow: /foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar", false);
        check("user-agent: *\ndisallow: /foo/bar/ツ", "/foo/bar/%E3%83%84", false);
        check("user-agent: *\ndisallow: /foo/bar/%E3%83%84", "/foo/bar/ツ", false);
        check("user-agent: *\ndisallow: /foo/bar/%e3%83%84", "/foo/bar/%E3%83%84", false);
        check("user-agent: *\ndisallow: /foo/bar/%62%61%7A", "/foo/bar/baz", false);
    }

    #[test]
    fn section_2_2_3_special_characters() {
        check("user-agent: *\ndisallow: /a # a comment\n# disallow: /b", "/a", false);
        check("user-agent: *\ndisallow: /a # a comment\n# disallow: /b", "/b", true);
        check("user-agent: *\nallow: /this/path/exactly$\ndisallow: /this", "/this/path/exactly", true);
        check("user-agent: *\nallow: /this/path/exactly$\ndisallow: /this", "/this/path/exactly/not", false);
        check("user-agent: *\ndisallow: /this/*/exactly", "/this/a/b/exactly", false);
    }

    #[test]
    fn section_2_2_2_robots_txt_itself_is_allowed() {
        check("user-agent: *\ndisallow: /", "/robots.txt", true);
    }

    #[test]
    fn section_2_3_1_what_a_failed_visit_means() {
        let url = PageUrl::parse("https://a.example/x").unwrap();
        assert!(Rules::from_verdict(&RobotsVerdict::AllowAll).allows(&url));
        let unreachable = Rules::from_verdict(&RobotsVerdict::Unreachable("dns".to_owned()));
        assert!(!unreachable.allows(&url) && unreachable.unreachable() == Some("dns"));
        assert!(Rules::from_verdict(&RobotsVerdict::Rules(String::new())).allows(&url));
    }
}

mod matcher {
    use super::*;

    #[test]
    fn only_correct_keys_count() {
        check("foo: byline\nbar: /\n", "/x/y", true);
        check("user-agent: byline\nfoo: /\n", "/x/y", true);
        check("user-agent byline\ndisallow /\n", "/x/y", false);
        check("user-agent: byline\ndisallow: /\n", "/x/y", false);
    }

    #[test]
    fn rules_before_any_group_speak_to_nobody() {
        check("disallow: /x\nuser-agent: byline\nallow: /x/y\n", "/x/z", true);
        check("disallow: /\n\nuser-agent: other\ndisallow: /", "/x", true);
    }

    #[test]
    fn agents_in_a_row_share_their_rules() {
        let text =
            "user-agent: foobot\nuser-agent: byline\nallow: /a/\ndisallow: /\n\nuser-agent: *\ndisallow: /a/";
        check(text, "/a/b", true);
        check(text, "/b", false);
        // A rule closes the line of agents, an unknown line does not.
        check("user-agent: foobot\ndisallow: /f\nuser-agent: byline\ndisallow: /b", "/f", true);
        check(
            "user-agent: byline\nsitemap: https://a.example/s\nuser-agent: foobot\ndisallow: /f",
            "/f",
            false,
        );
        check("user-agent: byline\nunknown: x\nuser-agent: foobot\ndisallow: /f", "/f", false);
    }

    #[test]
    fn case_matters_in_paths_only() {
        for text in [
            "USER-AGENT: BYLINE\nDISALLOW: /x",
            "user-agent: byLine\nDisAllow: /x",
            "User-Agent:Byline\ndisallow:/x",
        ] {
            check(text, "/x", false);
            check(text, "/X", true);
        }
    }

    #[test]
    fn the_token_ends_where_other_characters_begin() {
        for agent in ["Byline/2.1", "byline *", "Byline\tand others", "byline;x"] {
            check(&format!("User-agent: {agent}\ndisallow: /"), "/x", false);
        }
        for agent in ["bylines", "by", "byline-images", "x byline", "byline_x"] {
            check(&format!("User-agent: {agent}\ndisallow: /"), "/x", true);
        }
    }

    #[test]
    fn the_others_are_addressed_by_a_star() {
        check("user-agent: *\ndisallow: /x", "/x", false);
        check("user-agent: * for everybody\ndisallow: /x", "/x", false);
        check("user-agent: *foo\ndisallow: /x", "/x", true);
        // Our own group stands alone, also where it is empty or says less.
        check("user-agent: *\ndisallow: /x\nuser-agent: byline\nallow: /\n", "/x", true);
        check("user-agent: byline\nallow: /\nuser-agent: *\ndisallow: /\n", "/x", true);
        check("user-agent: *\ndisallow: /\n\nuser-agent: byline\n", "/x", true);
        check("user-agent: foobot\ndisallow: /\n", "/x", true);
    }

    #[test]
    fn the_longest_pattern_wins_in_any_order_and_allow_wins_a_tie() {
        check("user-agent: byline\ndisallow: /x/page.html\nallow: /x/\n", "/x/page.html", false);
        check("user-agent: byline\nallow: /x/page.html\ndisallow: /x/\n", "/x/page.html", true);
        check("user-agent: byline\nallow: /x/page.html\ndisallow: /x/\n", "/x/", false);
        check("user-agent: byline\ndisallow: \nallow: \n", "/x", true);
        check("user-agent: byline\ndisallow: /\nallow: /\n", "/x", true);
        check("user-agent: byline\ndisallow: /x\nallow: /x/\n", "/x", false);
        check("user-agent: byline\ndisallow: /x\nallow: /x/\n", "/x/", true);
        check("user-agent: byline\ndisallow: /x/page.html\nallow: /x/page.html\n", "/x/page.html", true);
        check("user-agent: byline\nallow: /page\ndisallow: /*.html\n", "/page.html", false);
        check("user-agent: byline\nallow: /x/page.\ndisallow: /*.html\n", "/x/page.html", true);
        check("user-agent: byline\ndisallow: /x/page.\nallow: /*.html\n", "/x/page.html", false);
        check("user-agent: *\ndisallow: /x\nuser-agent: byline\ndisallow: /y", "/x", true);
    }

    #[test]
    fn patterns_match_from_the_start() {
        check_allow(
            "/fish",
            &["/fish", "/fish.html", "/fish/salmon.html", "/fishheads", "/fish.php?id=a"],
            &["/Fish.asp", "/catfish", "/?id=fish", "/bar"],
        );
        check_allow(
            "/fish/",
            &["/fish/", "/fish/salmon", "/fish/?salmon"],
            &["/fish", "/fish.html", "/Fish/x"],
        );
        check_allow("/fish*", &["/fish", "/fishheads/yummy.html"], &["/Fish.bar", "/catfish"]);
    }

    #[test]
    fn wildcards_and_ends() {
        check_allow(
            "/*.php",
            &["/filename.php", "/folder/any.php.file.html", "/filename.php/", "/index?f=filename.php/"],
            &["/windows.PHP", "/php/"],
        );
        check_allow(
            "/*.php$",
            &["/filename.php", "/folder/filename.php"],
            &["/filename.php?parameters", "/filename.php/", "/filename.php5", "/php/", "/aaaphpaaa"],
        );
        check_allow(
            "/fish*.php",
            &["/fish.php", "/fishheads/catfish.php?parameters"],
            &["/Fish.PHP", "/fish.html"],
        );
        check_allow("/foo-bar$", &["/foo-bar"], &["/foo-bar/", "/foo-barqux"]);
        check_allow("/*/x", &["/a/x", "/a/b/x", "//x"], &["/x"]);
        check_allow("/a$b", &["/a$b", "/a$bc"], &["/a", "/ab"]);
        check_allow("/a*$", &["/a", "/abc"], &["/b"]);
    }

    #[test]
    fn queries_are_part_of_the_path_and_fragments_are_not() {
        check_allow("/x?a=1", &["/x?a=1", "/x?a=12", "/x?a=1#f"], &["/x", "/x?b=1&a=1"]);
        check("user-agent: *\ndisallow: /*?", "/x?", false);
        check("user-agent: *\ndisallow: /*?", "/x", true);
    }

    #[test]
    fn encodings_meet_in_the_middle() {
        check_allow("/李新", &["/%E6%9D%8E%E6%96%B0", "/李新/1"], &["/%E6%9D%8E"]);
        check_allow("/a%2Fb", &["/a%2fb"], &["/a/b"]);
        check_allow("/%7Ejoe/", &["/~joe/x"], &["/joe/"]);
    }

    #[test]
    fn lines_end_in_any_way() {
        for end in ["\n", "\r\n", "\r", "\n\r\n", "\r\r\n"] {
            let text = ["user-agent: foo", "allow: /", "user-agent: byline", "allow: /x/", "disallow: /", ""]
                .join(end);
            check(&text, "/x/a", true);
            check(&text, "/y", false);
        }
        check("user-agent: byline\ndisallow: /x", "/x", false);
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        check("\u{feff}User-Agent: byline\nDisallow: /x\n", "/x", false);
        check("\u{feff}User-Agent: byline/1.0\nDisallow: /x\n", "/x", false);
        // Elsewhere it is part of a key that nobody knows.
        check("User-Agent: byline\n\u{feff}Disallow: /x\n", "/x", true);
    }

    #[test]
    fn what_is_no_robots_txt_allows_everything() {
        check("", "/x", true);
        check("<!DOCTYPE html><html><body>Not found</body></html>", "/x", true);
        check("\0\u{1}\u{2}:\n::\n:", "/x", true);
    }

    #[test]
    fn bytes_that_are_not_utf_8_do_no_harm() {
        let rules =
            Rules::parse(b"user-agent: byline\ndisallow: /\xff\xfe\nuser-agent: x\n\xff: y\ndisallow: /y\n");
        assert!(rules.allows(&PageUrl::parse("https://a.example/y").unwrap()));
        assert!(!rules.allows(&PageUrl::parse("https://a.example/%FF%FE").unwrap()));
    }

    #[test]
    fn half_a_megabyte_is_read_and_no_more() {
        let filler = "# x\n".repeat(500 * 1024 / 4 - 20);
        check(&format!("user-agent: byline\n{filler}disallow: /late\n"), "/late", false);
        let filler = "# x\n".repeat(500 * 1024 / 4);
        check(&format!("user-agent: byline\ndisallow: /soon\n{filler}disallow: /late\n"), "/soon", false);
        check(&format!("user-agent: byline\ndisallow: /soon\n{filler}disallow: /late\n"), "/late", true);
    }

    #[test]
    fn many_wildcards_are_matched_in_good_time() {
        let path = format!("/{}", "a".repeat(2000));
        let pattern = format!("/{}b", "*a".repeat(1000));
        let begun = std::time::Instant::now();
        check(&format!("user-agent: *\ndisallow: {pattern}"), &path, true);
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
}

#[test]
fn crawl_delay_is_that_of_our_group() {
    let delay = |text: &str| Rules::parse(text.as_bytes()).crawl_delay();
    assert_eq!(delay("user-agent: *\ncrawl-delay: 10"), Some(Duration::from_secs(10)));
    assert_eq!(delay("user-agent: *\ncrawl-delay: 1.5"), Some(Duration::from_millis(1500)));
    assert_eq!(delay("user-agent: *\ncrawl-delay: 10\nuser-agent: byline\ndisallow: /x"), None);
    for nonsense in ["-1", "x", "nan", "inf", "1e400"] {
        assert_eq!(delay(&format!("user-agent: *\ncrawl-delay: {nonsense}")), None, "{nonsense}");
    }
}

#[test]
fn the_cache_is_bounded_and_keyed_by_age() {
    let mut cache = RulesCache::new(8);
    let at: Time = "2026-11-23T12:00:00Z".parse().unwrap();
    let origin = |n: u32| PageUrl::parse(&format!("https://h{n}.example/")).unwrap().origin();
    for n in 0..100 {
        cache.put(origin(n), at, Arc::new(Rules::parse(b"")));
        assert!(cache.len() <= 8);
    }
    assert!(cache.get(&origin(99), at).is_some());
    assert!(cache.get(&origin(99), at + chrono::TimeDelta::seconds(1)).is_none());
    assert!(cache.get(&origin(0), at).is_none());
}
