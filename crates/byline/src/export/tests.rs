use super::*;
use model::{Article, ArticleId, Block, Evidence, Field, PageUrl, Person};

fn full() -> ArticleFull {
    let field = |value: &str| Some(Field::new(value.to_owned(), Evidence::Meta));
    let article = Article {
        title: field("R&D, \"tidy\" {maps}"),
        authors: vec![
            Field::new(Person::named("李新"), Evidence::Byline),
            Field::new(Person::named("Zoë Ångström"), Evidence::Byline),
        ],
        published: Some(Field::new("2016-12-26".parse().unwrap(), Evidence::Visible)),
        language: field("zh"),
        source: field("《凤凰周刊》第36期"),
        blocks: vec![
            Block::Heading { level: 2, text: "One".into() },
            Block::Paragraph { text: "a, \"b\"".into() },
        ],
        ..Article::default()
    };
    let captured_at = "2026-11-23T08:00:00Z".parse().unwrap();
    ArticleFull {
        row: store::ArticleRow {
            id: ArticleId(7),
            url: PageUrl::parse("https://example.org/a_b?x=1&y=%20").unwrap(),
            title: article.title.as_ref().unwrap().value.clone(),
            authors: article.authors.iter().map(|a| a.value.name.clone()).collect(),
            published: article.published.as_ref().map(|p| p.value),
            language: Some("zh".to_owned()),
            captured_at,
            versions: 1,
            length: 9,
        },
        content_hash: article.content_hash(),
        article,
        parser_version: 1,
        first_seen_at: captured_at,
        author_pages: vec!["https://example.org/author".to_owned()],
        aliases: Vec::new(),
        near_duplicates: Vec::new(),
        presence: store::Presence::default(),
        listed_as: Vec::new(),
    }
}

fn written(format: ExportFormat) -> String {
    let mut form = Form::new(format);
    let now = "2026-11-23T09:00:00Z".parse().unwrap();
    let mut out = form.begin(now);
    out.push_str(&form.article(&full()).unwrap());
    out.push_str(&form.article(&full()).unwrap());
    out.push_str(form.end());
    out
}

#[test]
fn json_lines_keep_the_contracts_fields_and_their_order() {
    let text = written(ExportFormat::Jsonl);
    let mut rest = text.lines().next().unwrap();
    for name in [
        "url",
        "canonical_url",
        "title",
        "authors",
        "published",
        "modified",
        "language",
        "source",
        "text",
        "blocks",
        "author_pages",
        "evidence",
        "near_duplicates",
    ] {
        let at = rest.find(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} in {rest}"));
        rest = &rest[at..];
    }
    let value: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(value["authors"], serde_json::json!(["李新", "Zoë Ångström"]));
    assert_eq!(value["text"], "One\na, \"b\"");
    assert_eq!(value["evidence"]["authors"], "byline");
    assert_eq!(value["canonical_url"], serde_json::Value::Null);
}

#[test]
fn csv_quotes_what_must_be_quoted() {
    let text = written(ExportFormat::Csv);
    assert!(text.contains("\"R&D, \"\"tidy\"\" {maps}\",李新; Zoë Ångström,2016-12-26,"), "{text}");
    assert!(text.contains("\"One\na, \"\"b\"\"\"\r\n"), "{text}");
}

#[test]
fn markdown_has_front_matter_and_body() {
    let text = written(ExportFormat::Markdown);
    assert!(text.starts_with("---\ntitle: \"R&D, \\\"tidy\\\" {maps}\"\n"), "{text}");
    assert!(text.contains("\n## One\n\na, \"b\"\n\n---\n"), "{text}");
}

#[test]
fn bibliographies_name_persons_and_days() {
    let bibtex = written(ExportFormat::Bibtex);
    assert!(bibtex.contains("title = {R\\&D, \"tidy\" \\{maps\\}},"), "{bibtex}");
    assert!(bibtex.contains("author = {{李新} and Ångström, Zoë},"), "{bibtex}");
    let ris = written(ExportFormat::Ris);
    assert!(ris.contains("AU  - Ångström, Zoë\r\n") && ris.contains("DA  - 2016/12/26\r\n"), "{ris}");
    let csl: serde_json::Value = serde_json::from_str(&written(ExportFormat::CslJson)).unwrap();
    assert_eq!(csl[1]["author"][1]["family"], "Ångström");
    assert_eq!(csl[0]["issued"]["date-parts"], serde_json::json!([[2016, 12, 26]]));
}

#[test]
fn atom_is_one_feed() {
    let text = written(ExportFormat::Atom);
    assert_eq!(text.matches("<entry>").count(), 2);
    assert!(text.trim_end().ends_with("</feed>"));
    assert!(text.contains("<title>R&amp;D, &quot;tidy&quot; {maps}</title>"), "{text}");
}

#[test]
fn a_file_takes_its_name_when_it_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    let mut writer = Writer::open(Some(&path)).unwrap();
    writer.write(b"x").unwrap();
    assert!(!path.exists());
    writer.finish().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"x");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
