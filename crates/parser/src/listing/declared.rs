//! Lists that a page declares rather than shows: schema.org ItemList, the posts of a Blog, the parts of a
//! CollectionPage. They stand in for a list that only scripts would draw.

use crate::meta::{
    date::{self, Order},
    json::Json,
    text::plain,
};
use crate::{Page, Tag};
use model::{Evidence, Work};

/// Longest JSON that is read, bytes.
const LONGEST: usize = 1 << 20;

/// The works of the longest declared list of two or more; none where there is no such list, or its entries
/// are wares.
pub(super) fn works(page: &Page) -> Vec<Work> {
    let scripts = page
        .all(Tag::Script)
        .filter(|&s| page.attr(s, "type").is_some_and(|t| t.contains("ld+json")))
        .map(|s| page.raw_text(s))
        .filter(|t| {
            t.len() < LONGEST && (t.contains("ItemList") || t.contains("blogPost") || t.contains("hasPart"))
        });
    let mut best: Vec<Work> = Vec::new();
    for value in scripts.flat_map(Json::read_all) {
        walk(page, &value, &mut best, 0);
    }
    if best.len() > 1 { best } else { Vec::new() }
}

fn walk(page: &Page, value: &Json<'_>, best: &mut Vec<Work>, depth: u8) {
    if depth > 6 {
        return;
    }
    for item in value.items() {
        let Json::Object(members) = item else { continue };
        if is_a(item, "BreadcrumbList") {
            continue;
        }
        for (name, member) in members {
            if matches!(&**name, "itemListElement" | "blogPost" | "blogPosts" | "hasPart") {
                let works: Vec<Work> = member.items().iter().filter_map(|entry| work(page, entry)).collect();
                if works.len() > best.len() {
                    *best = works;
                }
            } else if matches!(&**name, "@graph" | "mainEntity" | "mainEntityOfPage") {
                walk(page, member, best, depth + 1);
            }
        }
    }
}

fn is_a(value: &Json<'_>, kind: &str) -> bool {
    value.get("@type").is_some_and(|t| t.items().iter().any(|t| t.text() == Some(kind)))
}

fn work(page: &Page, entry: &Json<'_>) -> Option<Work> {
    let item = entry.get("item").unwrap_or(entry);
    if ["Product", "Recipe", "Person", "Organization", "SiteNavigationElement", "Event"]
        .iter()
        .any(|k| is_a(item, k))
    {
        return None;
    }
    let text = |name: &str| item.get(name).and_then(Json::text).map(plain).filter(|t| !t.is_empty());
    let title = text("headline")
        .or_else(|| text("name"))
        .or_else(|| entry.get("name").and_then(Json::text).map(plain))?;
    let address =
        item.get("url").or_else(|| item.get("@id")).or_else(|| entry.get("url")).and_then(Json::text);
    let authors = item.get("author").map(Json::items).unwrap_or_default();
    let name = |a: &Json<'_>| a.get("name").and_then(Json::text).or_else(|| a.text()).map(plain);
    Some(Work {
        title,
        url: Some(page.absolute(address?)?),
        date: text("datePublished").and_then(|d| date::machine(&d, Order::DayFirst)),
        authors: authors.iter().filter_map(name).filter(|n| !n.is_empty()).collect(),
        source: None,
        summary: text("description"),
        modified: text("dateModified").and_then(|d| date::machine(&d, Order::DayFirst)),
        evidence: Evidence::JsonLd,
    })
}
