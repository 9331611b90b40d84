//! The fields that pages declare and seldom print: section, tags, canonical address, image, description.

use super::{
    head,
    json_ld::Rank,
    sources::Sources,
    text::{key, plain},
};
use crate::{Page, Tag};
use model::{Article, Evidence, Field};

/// Most tags of one article: more are a list of everything.
const MOST_TAGS: usize = 40;

pub(crate) fn fill(sources: &Sources<'_>, article: &mut Article) {
    article.section = section(sources);
    article.tags = tags(sources);
    article.canonical_url = canonical(sources);
    article.lead_image = image(sources);
    article.description = description(sources);
}

fn best_work<'s, T>(
    sources: &'s Sources<'_>,
    of: impl Fn(&'s super::json_ld::Work) -> Option<T>,
) -> Option<T> {
    sources.ld.articles().filter(|w| w.rank == Rank::Article || w.rank == Rank::Work).find_map(of)
}

fn section(sources: &Sources<'_>) -> Option<Field<String>> {
    let declared = best_work(sources, |w| w.section.clone()).map(|s| Field::new(s, Evidence::JsonLd));
    let meta = || {
        let (name, value) = sources
            .head
            .among(&[
                "article:section",
                "og:article:section",
                "section",
                "parsely-section",
                "category",
                "sailthru.section",
            ])
            .next()?;
        let evidence = if name.contains("article:") { Evidence::OpenGraph } else { Evidence::Meta };
        Some(Field::new(plain(value), evidence))
    };
    declared.or_else(meta).filter(|f| !f.value.is_empty() && f.value.chars().count() <= 80)
}

fn tags(sources: &Sources<'_>) -> Vec<Field<String>> {
    let mut out: Vec<Field<String>> = Vec::new();
    let mut add = |value: &str, evidence| {
        let value = plain(value);
        let seen = out.iter().any(|f: &Field<String>| key(&f.value) == key(&value));
        if !value.is_empty() && value.chars().count() <= 60 && !seen && out.len() < MOST_TAGS {
            out.push(Field::new(value, evidence));
        }
    };
    for work in sources.ld.articles().filter(|w| w.rank == Rank::Article) {
        work.keywords.iter().for_each(|k| add(k, Evidence::JsonLd));
    }
    sources.head.all("article:tag").for_each(|t| add(t, Evidence::OpenGraph));
    let page = sources.page;
    for a in page.all(Tag::A).filter(|&a| head::has_rel(page, a, "tag")) {
        if sources.zones.head.start <= page.text_range(a).start
            && page.text_range(a).start < sources.zones.tail.end
        {
            add(page.text(a), Evidence::Microformat);
        }
    }
    for name in ["news_keywords", "keywords", "citation_keywords"] {
        for list in sources.head.all(name) {
            list.split([',', '，', ';', '；', '、', '|']).for_each(|t| add(t, Evidence::Meta));
        }
    }
    out
}

/// `rel=canonical`, else `og:url`. One that leads to the front page of a site is a mistake of its templates.
fn canonical(sources: &Sources<'_>) -> Option<Field<String>> {
    let page = sources.page;
    let usable =
        |href: &str| page.absolute(href).filter(|u| !is_front_page(u) || is_front_page(page.url.as_str()));
    let link = head::link(page, "canonical").and_then(usable).map(|u| Field::new(u, Evidence::Link));
    link.or_else(|| {
        sources.head.first(&["og:url"]).and_then(usable).map(|u| Field::new(u, Evidence::OpenGraph))
    })
    .or_else(|| {
        best_work(sources, |w| w.url.clone())
            .as_deref()
            .filter(|u| u.contains("://"))
            .and_then(usable)
            .map(|u| Field::new(u, Evidence::JsonLd))
    })
}

fn is_front_page(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|u| u.path() == "/" && u.query().is_none())
}

fn image(sources: &Sources<'_>) -> Option<Field<String>> {
    let page: &Page = sources.page;
    let og = sources
        .head
        .first(&["og:image:secure_url", "og:image", "og:image:url"])
        .and_then(|u| page.absolute(u))
        .map(|u| Field::new(u, Evidence::OpenGraph));
    og.or_else(|| {
        best_work(sources, |w| w.image.clone())
            .and_then(|u| page.absolute(&u))
            .map(|u| Field::new(u, Evidence::JsonLd))
    })
    .or_else(|| {
        sources
            .head
            .first(&["twitter:image", "twitter:image:src", "thumbnail"])
            .and_then(|u| page.absolute(u))
            .map(|u| Field::new(u, Evidence::Meta))
    })
    .or_else(|| {
        head::link(page, "image_src").and_then(|u| page.absolute(u)).map(|u| Field::new(u, Evidence::Link))
    })
}

fn description(sources: &Sources<'_>) -> Option<Field<String>> {
    let meta = |names: &[&str], evidence| {
        sources
            .head
            .first(names)
            .map(plain)
            .filter(|d| d.chars().count() > 3)
            .map(|d| Field::new(d, evidence))
    };
    let ld = || best_work(sources, |w| w.description.clone()).map(|d| Field::new(d, Evidence::JsonLd));
    meta(&["og:description"], Evidence::OpenGraph)
        .or_else(|| meta(&["description", "dc.description", "twitter:description"], Evidence::Meta))
        .or_else(ld)
        .filter(|f| f.value.chars().count() <= 2000)
}
