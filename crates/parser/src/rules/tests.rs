use super::*;
use crate::{PageInput, parse};
use model::{Container, Evidence, Hints, Parsed};

fn rules(text: &str) -> Rules {
    Rules::read(&[RuleFile { name: "r.toml", text, shared: false }]).unwrap()
}

fn parsed_at(address: &str, html: &str, rules: &Rules) -> Parsed {
    let hints = Hints { expected: PageKind::Article, authors: Vec::new(), listed: None };
    let input = PageInput {
        url: &Url::parse(address).unwrap(),
        bytes: html.as_bytes(),
        content_type: Some("text/html; charset=utf-8"),
        x_robots_tag: None,
        captured_at: "2026-11-23T12:00:00Z".parse().unwrap(),
        hints: &hints,
    };
    parse(&input, rules)
}

fn parsed(html: &str, text: &str) -> Parsed {
    parsed_at("https://www.a.example/c/1", html, &rules(&format!("[[rule]]\nhost = \"a.example\"\n{text}")))
}

const STORY: &str = "<html lang=en><head><title>Wrong – Site</title>
    <meta property='article:published_time' content='2020-01-01'></head><body>
    <div class=top><h2 class=real>The right\n title</h2><span class=who>By <a href=/ada>Ada Low</a> and Ben Hay</span>
    <i class=when>Printed on 04.03.2021</i></div>
    <p class=promo>This promotion, as you will agree, is long enough to be taken for a paragraph of the text.</p>
    <div id=story><h1>The right title</h1><p>The first paragraph of the text, which is, as they go, of a good length.</p>
    <ul><li>An item of a list.</li></ul><h3>A heading</h3><p>The second paragraph, hardly any shorter than the first.</p>
    <div class=ad>Buy this now.</div></div><b class=k>rain; wind</b><img class=lead src=/i.png></body></html>";

#[test]
fn fields_of_an_article_come_from_the_rule_and_say_so() {
    let parsed = parsed(
        STORY,
        r##"
        kind = "article"
        remove = ".ad"
        title = ["h9", ".real"]
        authors = ".who"
        published = { select = ".when", match = 'on (\S+)', format = "%d.%m.%Y" }
        tags = { select = ".k", split = ";" }
        source = { value = "The Paper" }
        lead-image = "img.lead"
        body = "div#story"
        "##,
    );
    assert_eq!(parsed.kind, model::Field::new(PageKind::Article, Evidence::Rule));
    assert!(parsed.notes.is_empty(), "{:?}", parsed.notes);
    let article = parsed.article.unwrap();
    assert_eq!(article.title.as_ref().unwrap().value, "The right title");
    let names: Vec<&str> = article.authors.iter().map(|a| a.value.name.as_str()).collect();
    assert_eq!(names, ["Ada Low", "Ben Hay"]);
    assert_eq!(article.published.as_ref().unwrap().value.to_string(), "2021-03-04");
    assert_eq!(article.tags.iter().map(|t| t.value.as_str()).collect::<Vec<_>>(), ["rain", "wind"]);
    assert_eq!(article.source.as_ref().unwrap().value, "The Paper");
    assert_eq!(article.lead_image.as_ref().unwrap().value, "https://www.a.example/i.png");
    let from: Vec<_> = article.evidence().into_iter().filter(|(_, e)| *e == Evidence::Rule).collect();
    assert_eq!(from.len(), 6, "{from:?}");
    let kinds: Vec<&str> = article
        .blocks
        .iter()
        .map(|b| match b {
            model::Block::Heading { .. } => "heading",
            model::Block::List { .. } => "list",
            _ => "paragraph",
        })
        .collect();
    assert_eq!(kinds, ["paragraph", "list", "heading", "paragraph"]);
    assert!(!article.text().contains("Buy") && !article.text().contains("promotion"));
}

#[test]
fn what_a_rule_does_not_find_is_the_parsers_own_finding_and_is_noted() {
    let parsed = parsed(STORY, "kind = \"article\"\npublished = \".never\"\nbody = \".never\"");
    assert_eq!(parsed.notes, ["rule-missed-published", "rule-missed-body"]);
    let article = parsed.article.unwrap();
    assert_eq!(article.published.unwrap().evidence, Evidence::OpenGraph);
    assert!(!article.blocks.is_empty());
}

#[test]
fn works_and_profile_come_from_the_rule() {
    let html = "<body><h1>Ada Low</h1><p class=bio>Writes.</p><img src=a.png><a rel=me href=https://b.example/ada>b</a>
        <div class=w><a class=t href=/c/1>One</a> <i>2020年3月</i></div><div class=w><span class=t>Two</span></div>
        <div class=w><a class=t href=/c/1>One again</a></div><a class=more href='?p=2'>More</a></body>";
    let rule = r#"
        kind = "listing"
        listing = { item = ".w", title = ".t", date = "i", next = "a.more" }
        author = { name = "h1", biography = ".bio", portrait = "img", same-as = "a[rel=me]" }"#;
    let listing = parsed(html, rule).listing.unwrap();
    let works: Vec<_> =
        listing.works.iter().map(|w| (w.title.as_str(), w.url.as_deref(), w.evidence)).collect();
    let one = Some("https://www.a.example/c/1");
    assert_eq!(works, [("One", one, Evidence::Rule), ("Two", None, Evidence::Rule)]);
    assert_eq!(listing.works[0].date.unwrap().to_string(), "2020-03");
    assert_eq!(listing.next_pages, ["https://www.a.example/c/1?p=2"]);
    let author = listing.author.unwrap();
    assert_eq!(author.name.unwrap(), model::Field::new("Ada Low".to_owned(), Evidence::Rule));
    assert_eq!(author.same_as[0].value, "https://b.example/ada");
    assert_eq!(author.portrait.unwrap().value, "https://www.a.example/c/a.png");
}

#[test]
fn an_empty_list_is_told_from_one_that_the_rule_does_not_find() {
    let rule = "kind = \"listing\"\nlisting = { container = \"#works\", item = \"li\" }";
    let empty = parsed("<body><ul id=works></ul>", rule);
    assert_eq!(empty.listing.unwrap().container, Container::Empty);
    let gone = parsed("<body><p>Nothing here.", rule);
    assert_eq!(gone.listing.unwrap().container, Container::Missing);
    assert_eq!(gone.notes, ["rule-missed-listing"]);
}

#[test]
fn only_pages_that_a_rule_names_are_touched() {
    let rules = rules(
        "[[rule]]\nhost = \"*.a.example\"\npath = \"/c/*\"\ntitle = { value = \"Ruled\" }\n\
         [[rule]]\nhost = \"b.example:81\"\ntitle = { value = \"Other\" }",
    );
    let title = |address: &str| parsed_at(address, STORY, &rules).article.unwrap().title.unwrap().value;
    assert_eq!(title("https://a.example/c/1"), "Ruled");
    assert_eq!(title("https://x.y.a.example/c/1"), "Ruled");
    assert_ne!(title("https://a.example/d/1"), "Ruled");
    assert_ne!(title("https://ba.example/c/1"), "Ruled");
    assert_eq!(title("http://b.example:81/"), "Other");
    assert_ne!(title("http://b.example/"), "Other");
}

#[test]
fn the_hash_is_that_of_the_rules_of_the_host() {
    let a = "[[rule]]\nhost = \"a.example\"\ntitle = \"h1\"\n";
    let b = "[[rule]]\nhost = \"b.example\"\ntitle = \"h1\"\n";
    let both = rules(&format!("{a}{b}"));
    assert_eq!(both.hash_for_host("c.example"), "");
    assert_eq!(both.hash_for_host("www.a.example"), rules(a).hash_for_host("a.example:8080"));
    assert_ne!(both.hash_for_host("a.example"), both.hash_for_host("b.example"));
    let laid_out = rules("# a comment\n[[rule]]\ntitle   =  'h1'\nhost = [\"a.example\"]");
    assert_eq!(laid_out.hash_for_host("a.example"), both.hash_for_host("a.example"));
}

#[track_caller]
fn check_error(text: &str, place: &str, said: &str) {
    let error = Rules::read(&[RuleFile { name: "r.toml", text, shared: false }]).unwrap_err().to_string();
    assert!(error.starts_with(&format!("r.toml:{place}: ")) && error.contains(said), "{error}");
}

#[test]
fn errors_name_file_line_column_and_remedy() {
    let head = "[[rule]]\nhost = \"a.example\"\n";
    check_error(&format!("{head}titel = \"h1\""), "3:1", "unknown field `titel`");
    check_error(&format!("{head}title = \"h1 >\""), "3:9", "title: \"h1 >\" is no CSS selector");
    check_error(&format!("{head}title = [\"h1\", 'a[']"), "3:16", "write one such as");
    check_error(
        &format!("{head}title = {{ select = \"h1\", math = \"x\" }}"),
        "3:26",
        "unknown field `math`",
    );
    check_error(&format!("{head}title = {{ select = \"h1\", match = \"(\" }}"), "3:9", "regular expression");
    check_error(&format!("{head}title = {{ attribute = \"x\" }}"), "3:9", "with select");
    check_error(
        &format!("{head}title = {{ select = \"h1\", format = \"%Y\" }}"),
        "3:9",
        "format is for dates",
    );
    check_error(&format!("{head}published = {{ select = \"i\", format = \"%Q!\" }}"), "3:13", "strftime");
    check_error(&format!("{head}title = 7"), "3:9", "a text or a list of texts");
    check_error(&format!("{head}kind = \"story\""), "3:8", "article, listing or other");
    check_error(&format!("{head}listing.title = \"a\""), "3:1", "missing field `item`");
    check_error("[[rule]]\nhost = \"http://a.example\"", "2:8", "is no host");
    check_error("[[rule]]\ntitle = \"h1\"", "1:1", "missing field `host`");
    check_error("rules = 1", "1:1", "unknown field `rules`");
    let shared = RuleFile { name: "byline.toml", text: "gap = \"2s\"", shared: true };
    assert!(Rules::read(&[shared]).unwrap().is_empty());
}
