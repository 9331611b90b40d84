use super::*;

fn page(html: &str) -> Page {
    Page::parse(&Url::parse("https://a.example/dir/page.html").unwrap(), html)
}

#[test]
fn text_is_collapsed_and_blocks_are_lines() {
    let p = page("<body><p>a <b> b</b>\n c</p><div>d&nbsp;&nbsp;e<br>f<script>x</script></div>");
    assert_eq!(p.text(p.body()), "a b c\nd e\nf");
    let b = p.all(Tag::B).next().unwrap();
    assert_eq!((p.text(b), p.slice(b)), ("b", " b"));
}

#[test]
fn lines_of_preformatted_text_are_kept() {
    let p = page("<pre>a\n  b\n\nc</pre> <p>d");
    assert_eq!(p.text(p.body()), "a\n  b\n\nc\nd");
}

#[test]
fn subtrees_are_ranges() {
    let p = page("<div><p>a<i>b</i></p><p>c</p></div><div>d</div>");
    let divs: Vec<_> = p.all(Tag::Div).collect();
    assert_eq!(p.children(divs[0]).count(), 2);
    assert_eq!(p.all_in(divs[1], Tag::P).count(), 0);
    assert_eq!(p.all_in(divs[0], Tag::P).count(), 2);
    assert_eq!(p.descendants(divs[0]).map(|i| p.name(i)).collect::<Vec<_>>(), ["p", "i", "p"]);
}

#[test]
fn links_are_counted_and_made_absolute() {
    let p = page("<base href='/other/'><p>ab <a href='x?y#z'>cd</a> ef</p>");
    let a = p.all(Tag::A).next().unwrap();
    assert_eq!(p.absolute(p.attr(a, "href").unwrap()).unwrap(), "https://a.example/other/x?y#z");
    assert_eq!(p.absolute("javascript:void(0)"), None);
    assert_eq!(p.link_len(p.body()), 3);
}

#[test]
fn hidden_is_inherited() {
    let p = page("<div style='color:red; display : none'><p>a</p></div><p aria-hidden=true><b>c");
    let paragraphs: Vec<_> = p.all(Tag::P).collect();
    assert!(p.hidden(paragraphs[0]) && !p.hidden(paragraphs[1]));
    assert!(p.aria_hidden(p.all(Tag::B).next().unwrap()));
}

#[test]
fn what_is_clipped_to_nothing_is_hidden_and_a_drawings_title_cuts_no_line() {
    let p = page("<p>a<a>b<svg><title>c</title></svg></a><i style='clip: rect(0, 0, 0 ,0)'>d</i> e</p>");
    assert!(p.hidden(p.all(Tag::I).next().unwrap()));
    assert_eq!(p.text(p.all(Tag::P).next().unwrap()), "abd e");
}

#[test]
fn hostile_nesting_is_cut_and_its_text_kept() {
    let nests =
        [("<div>", "</div>"), ("<ul><li>", "</li></ul>"), ("<div></x>", ""), ("<table><tr><td></div>", "")];
    for (open, close) in nests {
        let html = format!("{}deep{}<p>after</p>", open.repeat(80_000), close.repeat(80_000));
        let p = page(&html);
        assert!(p.cut, "{open}");
        assert!(p.text(0).contains("deep") && p.text(0).contains("after"), "{open}");
        assert!((0..p.len()).all(|i| p.node(i).depth < 700), "{open}");
    }
}

#[test]
fn hostile_attributes_are_cut() {
    let attributes: String = (0..200_000).map(|i| format!(" a{i}=\"{i}\"")).collect();
    let p = page(&format!("<p>a</p><p{attributes}>b</p>"));
    assert_eq!(p.text(0), "a\nb");
    assert!(p.attrs(p.all(Tag::P).nth(1).unwrap()).count() <= 513);
}

#[test]
fn an_empty_page_is_a_page() {
    assert_eq!(page("").text(0), "");
}
