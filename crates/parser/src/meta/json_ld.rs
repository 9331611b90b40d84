//! What schema.org objects in `<script type="application/ld+json">` say of the page's article.

use super::json::Json;
use crate::{Page, Tag};

/// The fields of one schema.org object that stands for the article or for its page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Work {
    pub(crate) rank: Rank,
    /// `NewsArticle` or a kind of it.
    pub(crate) news: bool,
    pub(crate) headline: Option<String>,
    pub(crate) authors: Vec<Agent>,
    pub(crate) published: Option<String>,
    pub(crate) modified: Option<String>,
    pub(crate) section: Option<String>,
    pub(crate) keywords: Vec<String>,
    pub(crate) language: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) publisher: Option<String>,
    pub(crate) url: Option<String>,
}

/// How surely an object is the article itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Of another work: an entry of a list, a comment, something cited.
    #[default]
    Foreign,
    /// The page that holds the article.
    Page,
    /// A product, recipe, video or other work that may be the page's subject.
    Work,
    Article,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Agent {
    pub(crate) name: String,
    pub(crate) url: Option<String>,
    /// Declared an organisation.
    pub(crate) organisation: bool,
}

/// Everything that the page's JSON-LD tells.
#[derive(Debug, Default)]
pub(crate) struct JsonLd {
    /// Best first: by rank, then in the page's order.
    pub(crate) works: Vec<Work>,
    /// Names of the site and of its publisher.
    pub(crate) sites: Vec<String>,
}

/// Bytes of one script beyond which it is data of an application rather than a description.
const LONGEST: usize = 2 << 20;

impl JsonLd {
    pub(crate) fn read(page: &Page) -> Self {
        let is_ld = |kind: &str| kind.trim().to_ascii_lowercase().contains("ld+json");
        let scripts = page
            .all(Tag::Script)
            .filter(|&i| page.attr(i, "type").is_some_and(is_ld))
            .map(|i| page.raw_text(i));
        // Remix and its like write `<meta name="script:ld+json" content="{...}">`.
        let metas = page
            .all(Tag::Meta)
            .filter(|&i| page.attr(i, "name").is_some_and(is_ld))
            .filter_map(|i| page.attr(i, "content"));
        let values: Vec<Json<'_>> =
            scripts.chain(metas).filter(|text| text.len() < LONGEST).flat_map(Json::read_all).collect();
        let mut found = Self::default();
        let mut named = Vec::new();
        values.iter().for_each(|v| index(v, &mut named, 0));
        for value in &values {
            found.walk(value, &named, false, 0);
        }
        found.works.sort_by_key(|w| std::cmp::Reverse(w.rank));
        found
    }

    fn walk(&mut self, value: &Json<'_>, named: &[(&str, &Json<'_>)], foreign: bool, depth: u32) {
        if depth > 8 {
            return;
        }
        match value {
            Json::List(items) => items.iter().for_each(|v| self.walk(v, named, foreign, depth + 1)),
            Json::Object(members) => {
                let rank = rank(value);
                if let Some(rank) = rank {
                    self.works.push(work(value, named, if foreign { Rank::Foreign } else { rank }));
                }
                if !foreign
                    && (is_a(value, "WebSite")
                        || is_a(value, "Organization")
                        || is_a(value, "NewsMediaOrganization"))
                    && let Some(name) = value.get("name").and_then(Json::text)
                {
                    self.sites.push(plain(name));
                }
                for (name, member) in members {
                    let elsewhere = matches!(
                        &**name,
                        "itemListElement"
                            | "hasPart"
                            | "comment"
                            | "citation"
                            | "mentions"
                            | "about"
                            | "isBasedOn"
                            | "review"
                            | "associatedMedia"
                            | "video"
                            | "relatedLink"
                            | "suggestedAnswer"
                            | "acceptedAnswer"
                            | "blogPost"
                            | "blogPosts"
                            | "isPartOf"
                            | "itemReviewed"
                            | "subjectOf"
                            | "workExample"
                            | "potentialAction"
                            | "isRelatedTo"
                    );
                    if matches!(member, Json::Object(_) | Json::List(_))
                        && !matches!(&**name, "author" | "creator")
                    {
                        self.walk(member, named, foreign || elsewhere, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// The objects that are the article, best first; where none is, those that are its page.
    pub(crate) fn articles(&self) -> impl Iterator<Item = &Work> {
        self.works.iter().filter(|w| w.rank > Rank::Foreign)
    }
}

/// Objects by `@id`, for references.
fn index<'v, 'a>(value: &'v Json<'a>, named: &mut Vec<(&'v str, &'v Json<'a>)>, depth: u32) {
    if depth > 8 || named.len() > 2000 {
        return;
    }
    match value {
        Json::List(items) => items.iter().for_each(|v| index(v, named, depth + 1)),
        Json::Object(members) => {
            if members.len() > 1
                && let Some(id) = value.get("@id").and_then(Json::text)
            {
                named.push((id, value));
            }
            members.iter().for_each(|(_, v)| index(v, named, depth + 1));
        }
        _ => {}
    }
}

fn types<'v>(value: &'v Json<'_>) -> impl Iterator<Item = &'v str> {
    value
        .get("@type")
        .into_iter()
        .flat_map(Json::items)
        .filter_map(Json::text)
        .map(|t| t.rsplit(['/', ':', '#']).next().unwrap_or(t))
}

fn is_a(value: &Json<'_>, kind: &str) -> bool {
    types(value).any(|t| t == kind)
}

fn rank(value: &Json<'_>) -> Option<Rank> {
    types(value)
        .filter_map(|t| {
            Some(match t {
                "Comment" | "BreadcrumbList" | "ItemList" => return None,
                "WebPage" | "ItemPage" | "AboutPage" | "FAQPage" | "MedicalWebPage" | "ProfilePage"
                | "QAPage" => Rank::Page,
                "CreativeWork" | "Recipe" | "HowTo" | "Review" | "VideoObject" | "Product" | "Event"
                | "Book" | "Course" | "PodcastEpisode" | "Dataset" | "Thesis" | "Question"
                | "SoftwareSourceCode" | "Episode" | "Chapter" | "Movie" | "TVEpisode" | "Guide" => {
                    Rank::Work
                }
                t if t.ends_with("Article") || t.ends_with("Posting") || t.ends_with("NewsArticle") => {
                    Rank::Article
                }
                "Report" | "Blog" if t == "Report" => Rank::Article,
                _ => return None,
            })
        })
        .max()
}

fn work(value: &Json<'_>, named: &[(&str, &Json<'_>)], rank: Rank) -> Work {
    let text = |name: &str| value.get(name).and_then(Json::text).map(plain).filter(|t| !t.is_empty());
    let mut authors = Vec::new();
    for name in ["author", "creator"] {
        if authors.is_empty()
            && let Some(agents) = value.get(name)
        {
            agents.items().iter().for_each(|a| agent(a, named, &mut authors, 0));
        }
    }
    Work {
        rank,
        news: types(value).any(|t| t.ends_with("NewsArticle")),
        headline: text("headline").or_else(|| text("name")),
        authors,
        published: text("datePublished").or_else(|| text("uploadDate")).or_else(|| text("dateCreated")),
        modified: text("dateModified"),
        section: text("articleSection"),
        keywords: value.get("keywords").map(keywords).unwrap_or_default(),
        language: value
            .get("inLanguage")
            .and_then(|l| l.text().or_else(|| l.get("alternateName")?.text()))
            .map(plain),
        image: value.get("image").or_else(|| value.get("thumbnailUrl")).and_then(|i| image(i, named)),
        description: text("description"),
        publisher: value
            .get("publisher")
            .map(|p| resolve(p, named))
            .and_then(|p| p.get("name").unwrap_or(p).text().map(plain)),
        url: text("url").or_else(|| {
            let page = value.get("mainEntityOfPage")?;
            page.get("@id").or_else(|| page.get("url")).unwrap_or(page).text().map(plain)
        }),
    }
}

fn resolve<'v, 'a>(value: &'v Json<'a>, named: &[(&'v str, &'v Json<'a>)]) -> &'v Json<'a> {
    match value {
        Json::Object(members) if members.iter().all(|(name, _)| name.starts_with('@')) => {
            let id = value.get("@id").and_then(Json::text);
            id.and_then(|id| named.iter().find(|(n, _)| *n == id)).map_or(value, |(_, v)| v)
        }
        Json::List(items) if items.len() == 1 => resolve(&items[0], named),
        _ => value,
    }
}

fn agent(value: &Json<'_>, named: &[(&str, &Json<'_>)], out: &mut Vec<Agent>, depth: u32) {
    if depth > 4 || out.len() > 60 {
        return;
    }
    match resolve(value, named) {
        Json::Text(name)
            // A bare reference to an object that the page does not hold is no name.
            if !name.starts_with("http") => {
                out.push(Agent { name: plain(name), ..Agent::default() });
            }
        Json::List(items) => items.iter().for_each(|v| agent(v, named, out, depth + 1)),
        object @ Json::Object(_) => {
            let url = ["url", "sameAs"]
                .iter()
                .find_map(|n| object.get(n)?.items().iter().find_map(Json::text))
                .map(plain);
            let organisation =
                types(object).any(|t| t.ends_with("Organization") || matches!(t, "Corporation" | "Brand"));
            let given = || {
                Some(format!("{} {}", object.get("givenName")?.text()?, object.get("familyName")?.text()?))
            };
            match object.get("name") {
                Some(Json::List(names)) => {
                    for name in names {
                        agent(name, named, out, depth + 1);
                    }
                }
                Some(Json::Text(name)) => out.push(Agent { name: plain(name), url, organisation }),
                Some(other @ Json::Object(_)) => agent(other, named, out, depth + 1),
                _ => out.extend(given().map(|name| Agent { name, url, organisation })),
            }
        }
        _ => {}
    }
}

fn keywords(value: &Json<'_>) -> Vec<String> {
    let split = |t: &str| t.split([',', '，', ';']).map(plain).filter(|k| !k.is_empty()).collect::<Vec<_>>();
    match value {
        Json::Text(t) => split(t),
        Json::List(items) if items.len() == 1 => items[0].text().map(split).unwrap_or_default(),
        Json::List(items) => {
            items.iter().filter_map(|i| i.get("name").unwrap_or(i).text()).map(plain).collect()
        }
        Json::Object(_) => value.get("name").and_then(Json::text).map(plain).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn image(value: &Json<'_>, named: &[(&str, &Json<'_>)]) -> Option<String> {
    let value = value.items().first()?;
    match resolve(value, named) {
        Json::Text(url) => Some(plain(url)),
        object => object.get("url").or_else(|| object.get("contentUrl")).and_then(Json::text).map(plain),
    }
}

/// Text of a JSON string as text: entities that were escaped once too often undone, tags dropped, white space
/// collapsed.
fn plain(text: &str) -> String {
    super::text::plain(text)
}
