//! RFC 4180: a header, lines end in CRLF, every field quoted where it must be.

use store::ArticleFull;
use web::record::ArticleRecord;

pub(super) const HEADER: &str =
    "url,canonical_url,title,authors,published,modified,language,source,author_pages,text\r\n";

/// Lists are joined by `; `.
pub(super) fn row(full: &ArticleFull) -> String {
    let record = ArticleRecord::of(full);
    let fields = [
        record.url,
        record.canonical_url.unwrap_or_default(),
        record.title.unwrap_or_default(),
        record.authors.join("; "),
        record.published.unwrap_or_default(),
        record.modified.unwrap_or_default(),
        record.language.unwrap_or_default(),
        record.source.unwrap_or_default(),
        record.author_pages.join("; "),
        record.text,
    ];
    let fields: Vec<String> = fields.iter().map(|f| quoted(f)).collect();
    format!("{}\r\n", fields.join(","))
}

fn quoted(field: &str) -> String {
    // A field that a spreadsheet would run as a formula is marked as text (OWASP, CSV injection).
    let field = match field.starts_with(['=', '+', '-', '@', '\t']) {
        true => format!("'{field}"),
        false => field.to_owned(),
    };
    if field.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}
