use super::*;
fn check(document: &str) -> Listing {
    from_text(document, &Url::parse("https://example.org/feeds/all.xml").unwrap()).unwrap()
}

fn stamp(s: &str) -> Option<Stamp> {
    Some(s.parse().unwrap())
}

#[test]
fn rss_2() {
    let listing = check(
        r#"<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Works</title><link>https://example.org/</link>
<managingEditor>desk@example.org (The Desk)</managingEditor>
<atom:link rel="self" href="https://example.org/feeds/all.xml"/>
<atom:link rel="next" href="/feeds/all.xml?page=2"/>
<item><title>R&amp;D, "tidy" &lt;maps&gt; &amp; 5 &gt; 3</title><link>/a</link><guid>urn:1</guid>
 <dc:creator><![CDATA[李新]]></dc:creator><dc:creator>B</dc:creator><author>x@example.org</author>
 <pubDate>Mon, 26 Dec 2016 08:00:00 +0800</pubDate><description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</description>
 <source url="https://other.example/rss">Other</source></item>
<item><title><![CDATA[第二 &amp; 篇]]></title><guid isPermaLink="true">https://example.org/b</guid>
 <author>li@example.org (Li Xin)</author></item>
<item><description>Only a note without a title</description><guid isPermaLink="false">https://example.org/c</guid></item>
<item></item>
</channel></rss>"#,
    );
    assert_eq!(listing.works.len(), 3);
    let first = &listing.works[0];
    assert_eq!(first.title, "R&D, \"tidy\" <maps> & 5 > 3");
    assert_eq!(first.url.as_deref(), Some("https://example.org/a"));
    assert_eq!(first.authors, ["李新", "B"]);
    assert_eq!(first.date, stamp("2016-12-26T08:00:00+08:00"));
    assert_eq!(first.summary.as_deref(), Some("One Two"));
    assert_eq!(first.source.as_deref(), Some("Other"));
    assert_eq!(listing.works[1].title, "第二 & 篇");
    assert_eq!(listing.works[1].authors, ["Li Xin"]);
    assert_eq!(listing.works[1].url.as_deref(), Some("https://example.org/b"));
    assert_eq!(listing.works[2].title, "Only a note without a title");
    assert_eq!(listing.works[2].url, None);
    assert_eq!(listing.next_pages, ["https://example.org/feeds/all.xml?page=2"]);
    assert_eq!(listing.author, None);
    assert_eq!(listing.container, Container::Found);
}

#[test]
fn rss_1_keeps_items_beside_the_channel() {
    let listing = check(
        r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.org/"><title>T</title></channel>
<item rdf:about="https://example.org/1"><title>One</title><dc:date>2016-12-26</dc:date></item></rdf:RDF>"#,
    );
    assert_eq!(listing.works[0].url.as_deref(), Some("https://example.org/1"));
    assert_eq!(listing.works[0].date, stamp("2016-12-26"));
}

#[test]
fn atom() {
    let listing = check(
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/blog/"><title>T</title>
<author><name>Zoë Ångström</name><uri>https://example.org/zoe</uri></author>
<link rel="next" href="?page=2"/>
<entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <em>b</em></div></title>
 <link rel="enclosure" href="x.mp3"/><link rel="alternate" type="text/html" href="a/"/><id>tag:1</id>
 <published>2016-12-26T08:00:00+08:00</published><updated>2017-01-01T00:00:00Z</updated></entry>
<entry><title type="text">a &lt;b&gt; c</title><link href="b/"/><author><name>Other</name></author>
 <source><title>Elsewhere</title></source><summary type="html">&lt;b&gt;s&lt;/b&gt;</summary></entry></feed>"#,
    );
    assert_eq!(listing.author.unwrap().name.unwrap().value, "Zoë Ångström");
    assert_eq!(listing.next_pages, ["https://example.org/blog/?page=2"]);
    let [a, b] = &listing.works[..] else { panic!("two entries") };
    assert_eq!((a.title.as_str(), a.url.as_deref()), ("A b", Some("https://example.org/blog/a/")));
    assert!(a.authors.is_empty(), "the feed's author may be the site's owner");
    assert_eq!(a.modified, stamp("2017-01-01T00:00:00Z"));
    assert_eq!((b.title.as_str(), b.summary.as_deref()), ("a <b> c", Some("s")));
    assert_eq!((b.authors[0].as_str(), b.source.as_deref()), ("Other", Some("Elsewhere")));
}

#[test]
fn json_feed() {
    let listing = check(
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"T","next_url":"https://example.org/2.json",
 "authors":[{"name":"A","url":"/a"}],"author":{"name":"A"},
 "items":[{"id":1,"url":"/x","title":"X","date_published":"2016-12-26T08:00:00Z","content_html":"<p>t</p>"},
          {"id":"https://example.org/y","content_text":"note","authors":[{"name":"B"}]}]}"#,
    );
    assert!(listing.works[0].authors.is_empty());
    assert_eq!(listing.works[0].summary.as_deref(), Some("t"));
    assert_eq!(listing.works[1].url.as_deref(), Some("https://example.org/y"));
    assert_eq!((listing.works[1].title.as_str(), listing.works[1].authors[0].as_str()), ("note", "B"));
    assert_eq!(listing.author.unwrap().same_as[0].value, "https://example.org/a");
}

#[test]
fn a_feed_without_entries_is_empty_and_a_page_is_no_feed() {
    assert_eq!(check("<rss><channel><title>T</title></channel></rss>").container, Container::Empty);
    let url = Url::parse("https://example.org/").unwrap();
    for other in
        ["", "<html><body><item>x</item></body></html>", "{\"version\":\"1\"}", "{", "<urlset/>", "x"]
    {
        assert_eq!(from_text(other, &url), None, "{other}");
    }
}

#[test]
fn a_torn_feed_gives_what_came() {
    assert_eq!(
        check("<rss><channel><item><title>A</title><link>/a</link></item><item><title>B").works.len(),
        2
    );
}

#[test]
fn dates_and_their_misspellings() {
    let check = |text: &str, expected: &str| {
        let got = parse_date(text).map_or_else(|| "none".to_owned(), |s| s.to_string());
        assert_eq!(got, expected, "{text}");
    };
    check("Mon, 26 Dec 2016 08:05:09 +0800", "2016-12-26T08:05:09+08:00");
    check("Tue, 26 Dec 2016 08:05 GMT", "2016-12-26T08:05:00Z");
    check("26 December 16", "2016-12-26");
    check("Wed, 02 Oct 2002 15:00:00 EST", "2002-10-02T15:00:00-05:00");
    check("2016-12", "2016-12");
    check("2016-12-26T08:05Z", "2016-12-26T08:05:00Z");
    check("2016-12-26T08:05:09.123456+0800", "2016-12-26T08:05:09+08:00");
    check("2016-12-26 08:05:09", "2016-12-26T08:05:09");
    for text in ["", "yesterday", "2016-13-01", "0000-00-00 00:00:00"] {
        check(text, "none");
    }
}
