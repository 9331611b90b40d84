//! Author sites made up from a seed: the same seed gives the same pages, and what stands on them is known.

use crate::site::Page;
use std::collections::HashMap;

/// One article as it should be found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    pub url: String,
    pub title: String,
    pub author: String,
    /// YYYY-MM-DD
    pub published: String,
}

/// How large a site is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub authors: usize,
    /// Articles of each author.
    pub articles: usize,
    /// Entries on one page of an author's list.
    pub per_page: usize,
}

pub struct Library {
    pub pages: HashMap<String, Page>,
    /// Paths of the authors' pages.
    pub author_pages: Vec<String>,
    pub articles: Vec<Expected>,
}

impl Library {
    pub fn new(seed: u64, size: Size, root: &str) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut library = Self { pages: HashMap::new(), author_pages: Vec::new(), articles: Vec::new() };
        library.put("/robots.txt", Page::Text("User-agent: *\nDisallow: /private/\n".to_owned()));
        for author in 0..size.authors {
            library.add_author(&mut random, author, size, root);
        }
        library
    }

    fn put(&mut self, path: &str, page: Page) {
        self.pages.insert(path.to_owned(), page);
    }

    fn add_author(&mut self, random: &mut fastrand::Rng, author: usize, size: Size, root: &str) {
        let name = format!(
            "{} {}",
            NAMES[author % NAMES.len()],
            SURNAMES[(author / NAMES.len() + author) % SURNAMES.len()]
        );
        let mut entries = Vec::new();
        for number in 0..size.articles {
            let path = format!("/articles/{author}-{number}.html");
            let article = Expected {
                url: format!("{root}{path}"),
                title: title(random, author, number),
                author: name.clone(),
                published: format!(
                    "20{:02}-{:02}-{:02}",
                    10 + random.u32(0..14),
                    random.u32(1..13),
                    random.u32(1..29)
                ),
            };
            self.put(&path, Page::Html(article_page(random, &article)));
            entries.push(format!(
                "<li class=\"entry\"><h2><a href=\"{path}\">{}</a></h2><time datetime=\"{2}\">{2}</time><p>{1}</p></li>",
                article.title,
                sentence(random),
                article.published,
            ));
            self.articles.push(article);
        }
        let lists: Vec<&[String]> = entries.chunks(size.per_page).collect();
        for (index, list) in lists.iter().enumerate() {
            let path = author_path(author, index);
            let next = (index + 1 < lists.len()).then(|| author_path(author, index + 1));
            self.put(&path, Page::Html(list_page(&name, list, next.as_deref())));
        }
        self.author_pages.push(author_path(author, 0));
    }
}

const NAMES: [&str; 8] = ["Ada", "Boris", "Carla", "David", "Elena", "Farid", "Greta", "Hugo"];
const SURNAMES: [&str; 8] =
    ["Almeida", "Brandt", "Castell", "Dahlgren", "Eriksen", "Fontaine", "Grimaldi", "Hoffmann"];
const WORDS: [&str; 48] = [
    "harbour",
    "council",
    "season",
    "market",
    "railway",
    "garden",
    "letter",
    "minister",
    "winter",
    "factory",
    "teacher",
    "border",
    "library",
    "evening",
    "silence",
    "village",
    "ocean",
    "harvest",
    "museum",
    "journal",
    "carefully",
    "slowly",
    "again",
    "rarely",
    "together",
    "abroad",
    "before",
    "yesterday",
    "crossed",
    "opened",
    "remembered",
    "described",
    "measured",
    "returned",
    "promised",
    "followed",
    "collected",
    "answered",
    "narrow",
    "old",
    "distant",
    "quiet",
    "bright",
    "common",
    "northern",
    "early",
    "patient",
    "empty",
];

fn author_path(author: usize, index: usize) -> String {
    match index {
        0 => format!("/authors/{author}/"),
        n => format!("/authors/{author}/page/{}/", n + 1),
    }
}

fn words(random: &mut fastrand::Rng, count: usize) -> String {
    let chosen: Vec<&str> = (0..count).map(|_| WORDS[random.usize(..WORDS.len())]).collect();
    chosen.join(" ")
}

fn sentence(random: &mut fastrand::Rng) -> String {
    let count = random.usize(9..18);
    let text = words(random, count);
    format!("The {text}.")
}

/// The numbers keep titles apart whatever the words are.
fn title(random: &mut fastrand::Rng, author: usize, number: usize) -> String {
    format!("On the {} of {}, part {} of {}", words(random, 2), words(random, 2), number + 1, author + 1)
}

fn paragraph(random: &mut fastrand::Rng) -> String {
    let sentences: Vec<String> = (0..random.usize(3..6)).map(|_| sentence(random)).collect();
    format!("<p>{}</p>", sentences.join(" "))
}

fn article_page(random: &mut fastrand::Rng, article: &Expected) -> String {
    let Expected { title, author, published, .. } = article;
    let mut body = String::new();
    for section in 0..3 {
        if section > 0 {
            body.push_str(&format!("<h2>{}</h2>", words(random, 3)));
        }
        for _ in 0..3 {
            body.push_str(&paragraph(random));
        }
    }
    format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} | The Test Library</title>
<meta property="og:type" content="article"><meta property="og:title" content="{title}">
<meta property="article:published_time" content="{published}T09:00:00+00:00"><meta name="author" content="{author}"></head>
<body><header><nav><a href="/">Home</a> <a href="/about">About</a></nav></header>
<main><article><h1>{title}</h1><p class="byline">By {author}</p><time datetime="{published}">{published}</time>
{body}</article></main><footer><p>The Test Library</p></footer></body></html>"#
    )
}

fn list_page(name: &str, entries: &[String], next: Option<&str>) -> String {
    let entries = entries.concat();
    let (link, pager) = match next {
        Some(next) => (
            format!("<link rel=\"next\" href=\"{next}\">"),
            format!("<nav class=\"pagination\"><a rel=\"next\" href=\"{next}\">Older posts</a></nav>"),
        ),
        None => (String::new(), String::new()),
    };
    format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name} | The Test Library</title>
<meta property="og:type" content="profile">{link}</head>
<body><header><nav><a href="/">Home</a> <a href="/about">About</a></nav></header>
<main><h1>{name}</h1><p>Articles by {name}.</p><ul class="entries">{entries}</ul>{pager}</main>
<footer><p>The Test Library</p></footer></body></html>"#
    )
}
