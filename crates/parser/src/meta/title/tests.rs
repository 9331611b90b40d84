//! Titles of whole pages.

use crate::meta::promises::{TEXT, article, page};
use model::Evidence;

#[test]
fn titles_lose_the_sites_name() {
    let title = article(&page("", "", "")).title.unwrap();
    assert_eq!((title.value.as_str(), title.evidence), ("After the storm", Evidence::Heading));
}

#[track_caller]
fn check_title(title_tag: &str, head: &str, before_text: &str, expected: &str) {
    let html = format!(
        "<html lang=en><head><title>{title_tag}</title>{head}</head><body><nav><a href=/>Home</a></nav><article>\
        {before_text}{TEXT}</article><footer>Imprint</footer></body></html>"
    );
    assert_eq!(article(&html).title.unwrap().value, expected);
}

#[test]
fn a_word_between_angle_brackets_is_not_lost() {
    let tag = "Tidy &lt;walls&gt; &amp; the 5 &gt; 3 problem | The Quay Post";
    let og = "<meta property='og:title' content='Tidy &lt;walls&gt; &amp; the 5 &gt; 3 problem'>";
    let title = "Tidy <walls> & the 5 > 3 problem";
    for head in ["", og] {
        check_title(tag, head, "<h1>Tidy <walls> & the 5 > 3 problem</h1>", title);
        check_title(tag, head, "<h1>Tidy &lt;walls&gt; &amp; the 5 &gt; 3 problem</h1>", title);
    }
    // An element of the site's own, about which nothing is declared.
    check_title("Tidy walls", "", "<h1>Tidy <x-word>walls</x-word></h1>", "Tidy walls");
}

#[test]
fn the_title_is_the_heading_that_speaks_of_what_is_declared() {
    let og = |title: &str| format!("<meta property='og:title' content='{title}'>");
    // A date or kicker in the heading, soft hyphens in what is declared.
    let h1 = "<h1>1 March 2022 Minister Low: Walls for all of the harbours</h1>";
    let declared = "Minister Low: Walls for all of the har&shy;bours";
    check_title(declared, &og(declared), h1, "Minister Low: Walls for all of the harbours");
    // The site's heading of the first rank before or after the page's own of the second.
    let h2 =
        "<h2>What do people love about boats?</h2><p>Standfirst.</p><h1>But what they love is the wind</h1>";
    let declared = "What do people love about boats?";
    check_title(declared, &og(declared), h2, declared);
    // The section, also in a `<meta>` of the name "title".
    let two = "<h1>Notices</h1><h1>The new law on boats</h1>";
    check_title("The new law on boats", "<meta name=title content=Notices>", two, "The new law on boats");
    // Nothing declared but the site's name.
    let site = "<meta property='og:site_name' content='Quay Post'>";
    check_title("Quay Post", site, "<h1>Quay Post</h1><h2>Number two: Leo</h2>", "Number two: Leo");
}

#[test]
fn a_heading_loses_the_link_to_itself() {
    let html = page("", "", "").replace("storm</h1>", "storm<a href=#s title='Permanent link'>¶</a></h1>");
    assert_eq!(article(&html).title.unwrap().value, "After the storm");
}

#[test]
fn a_heading_that_leads_home_is_the_sites_name() {
    let html = format!(
        "<title>After the storm – Page 2 – The Quay Post</title><body><header><h1><a href=/>The Quay Post</a></h1>\
         </header><main><h1>After the storm</h1>{TEXT}</main></body>"
    );
    assert_eq!(article(&html).title.unwrap().value, "After the storm");
}

#[test]
fn a_heading_is_cut_to_the_element_that_is_declared() {
    let h1 = "<h1><span>Trouble at the quay</span><span>: </span><span>Minister Low promises a new wall</span></h1>";
    let title = "Minister Low promises a new wall";
    check_title("Minister Low promises a new wall | Quay Post", "", h1, title);
    let h1 = "<h1><b>Minister Low promises a new wall</b> <small>What the owners say</small></h1>";
    check_title("Minister Low promises a new wall | Quay Post", "", h1, title);
    // All of it is declared as well.
    let whole = "<meta property='og:title' content='Minister Low promises a new wall: what the owners say'>";
    let h1 = "<h1><b>Minister Low promises a new wall:</b> what the owners say</h1>";
    check_title(
        "Minister Low promises a new wall",
        whole,
        h1,
        "Minister Low promises a new wall: what the owners say",
    );
    // No word is cut in two.
    check_title("Wall building", "", "<h1>Seawall building</h1>", "Seawall building");
}

#[test]
fn a_news_articles_headline_counts_where_the_heading_is_the_one_for_sharing() {
    let head = |kind: &str| {
        format!(
            "<meta property='og:title' content='The wall that nobody wanted'>\
             <meta name='twitter:title' content='The wall that nobody wanted'>\
             <script type='application/ld+json'>{{\"@type\":\"{kind}\",\
             \"headline\":\"Quay wall: minister promises a new one\"}}</script>"
        )
    };
    let (tag, h1) = ("Quay wall: minister promises a new one", "<h1>The wall that nobody wanted</h1>");
    check_title(tag, &head("NewsArticle"), h1, tag);
    check_title(tag, &head("BlogPosting"), h1, "The wall that nobody wanted");
    // The `<title>` bears witness to something else.
    check_title("Walls", &head("NewsArticle"), h1, "The wall that nobody wanted");
}
