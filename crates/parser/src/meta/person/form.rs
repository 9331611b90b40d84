//! Whether a string has the form of a person's name, or is a job, a placeholder or an agency.

use super::{looks_like_chinese_name, looks_like_japanese_name, looks_like_korean_name};
use crate::meta::text::is_cjk;

/// Whether a text that nobody declared to be a name has the form of one: two to five capitalised words,
/// particles and initials among them, or a Chinese, Japanese or Korean name.
pub(crate) fn looks_like_person(name: &str) -> bool {
    if name.chars().any(is_cjk) {
        return looks_like_chinese_name(name)
            || looks_like_korean_name(name)
            || looks_like_japanese_name(name);
    }
    let words: Vec<&str> = name.split(' ').collect();
    if !(2..=5).contains(&words.len())
        || name.chars().count() > 45
        || name.chars().any(|c| {
            c.is_ascii_digit()
                || matches!(c, ':' | '!' | '?' | ',' | '、' | ';' | '…' | '%' | '$' | '#' | '/' | '_')
        })
    {
        return false;
    }
    let mut capitals = 0;
    for word in &words {
        let lower = word.to_lowercase();
        if NO_NAME.contains(&lower.as_str()) {
            return false;
        }
        let first = word.trim_start_matches(['\'', '’', '"', '“', '(']).chars().next();
        match first {
            Some(c) if c.is_uppercase() => capitals += 1,
            // Scripts without case.
            Some(c) if c.is_alphabetic() && !c.is_lowercase() => capitals += 1,
            _ if PARTICLES.contains(&lower.as_str()) => {}
            _ => return false,
        }
    }
    capitals >= 2
}

const PARTICLES: &[&str] = &[
    "de", "da", "do", "dos", "das", "del", "della", "di", "du", "des", "la", "le", "van", "von", "vom", "zu",
    "zum", "zur", "der", "den", "ter", "ten", "al", "el", "bin", "ibn", "ben", "bint", "y", "e", "af", "av",
    "of", "st", "san", "mc", "mac", "d'", "o'", "'t", "und", "ur", "ul",
];

/// Words that stand capitalised at the start of lines and never in a name.
#[rustfmt::skip]
pub(crate) const NO_NAME: &[&str] = &[
    "the", "a", "an", "this", "pressemitteilung", "inhalte", "gesponserte", "anzeige", "werbung", "sponsored", "that", "about", "share", "read", "more", "read:", "min", "minutes", "last",
    "updated", "published", "posted", "on", "in", "at", "for", "to", "with", "from", "and", "or", "is", "are",
    "was", "our", "your", "you", "we", "how", "what", "why", "when", "where", "who", "news", "blog", "home",
    "team", "editor", "editorial", "staff", "desk", "sign", "log", "subscribe", "newsletter", "comments",
    "comment", "photo", "photos", "image", "images", "video", "press", "release", "copyright", "rights",
    "reserved", "privacy", "policy", "terms", "contact", "follow", "facebook", "twitter", "linkedin",
    "instagram", "email", "january", "february", "march", "april", "june", "july", "august", "september",
    "october", "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    "sunday", "am", "pm", "inc", "inc.", "llc", "ltd", "gmbh", "university", "institute", "reviewed",
    "medically", "article", "story", "table", "contents", "via", "getty", "magazine", "times", "post", "daily",
    "journal", "reuters", "associated", "leave", "reply", "next", "previous", "category", "tags", "search",
    "menu", "best", "top", "die", "das", "und", "oder", "mit", "für", "uhr", "lesezeit", "artikel", "teilen",
    "kommentare", "redaktion", "les", "une", "pour", "dans", "los", "las", "una", "para", "con", "not", "it",
    "its", "my", "all", "by", "new", "veröffentlicht", "aktualisiert", "erstellt", "stand", "publié", "publicado", "pubblicato",
];

/// News agencies, which sign like persons.
pub(super) fn is_agency(name: &str) -> bool {
    matches!(
        name.trim().to_ascii_uppercase().as_str(),
        "AP" | "AFP"
            | "DPA"
            | "EFE"
            | "PTI"
            | "ANI"
            | "IANS"
            | "UPI"
            | "SID"
            | "APA"
            | "ANSA"
            | "TASS"
            | "CNA"
            | "CP"
            | "AAP"
            | "KNA"
            | "EPD"
            | "ATS"
            | "REUTERS"
    )
}

/// Accounts and placeholders that stand where a name should.
pub(super) fn is_nobody(lower: &str) -> bool {
    if ["no author", "page.head", "{{", "admin"].iter().any(|w| lower.contains(w))
        && !lower.contains("administration")
    {
        return true;
    }
    matches!(
        lower,
        "admin"
            | "administrator"
            | "author"
            | "authors"
            | "editor"
            | "editors"
            | "staff"
            | "user"
            | "root"
            | "guest"
            | "guest author"
            | "null"
            | "undefined"
            | "none"
            | "n/a"
            | "unknown"
            | "unknown author"
            | "webmaster"
            | "super user"
            | "superuser"
            | "site admin"
            | "wordpress"
            | "default"
            | "test"
            | "name"
            | "by"
            | "anonymous"
            | "anonym"
            | "website"
            | "support"
            | "info"
            | "home"
            | "blog"
            | "contributor"
            | "contributors"
            | "various"
            | "various authors"
            | "email the author"
            | "the author"
            | "view all posts"
            | "follow"
            | "share"
            | "佚名"
            | "匿名"
            | "未知"
            | "网友"
            | "管理员"
            | "编辑"
            | "小编"
            | "本站"
            | "本站编辑"
            | "原创"
            | "转载"
            | "网络"
            | "互联网"
            | "综合"
            | "记者"
            | "none none"
    )
}

/// Words that name a job and no person: every word of `lower` is one of them.
pub(crate) fn is_role(lower: &str) -> bool {
    #[rustfmt::skip]
    const ROLES: &[&str] = &[
        "staff", "writer", "senior", "junior", "editor", "editorial", "reporter", "correspondent",
        "contributor", "contributing", "columnist", "freelance", "journalist", "associate", "assistant",
        "managing", "deputy", "chief", "executive", "in", "of", "the", "at", "and", "&", "for", "head",
        "director", "manager", "content", "marketing", "digital", "news", "politics", "sports", "business",
        "health", "science", "tech", "technology", "culture", "opinion", "guest", "special", "to", "lead",
        "producer", "photographer", "author", "co-author", "analyst", "specialist", "strategist", "founder",
        "co-founder", "ceo", "cto", "cmo", "president", "vice", "professor", "lecturer", "intern", "fellow",
        "multimedia", "web", "online", "national", "international", "political", "crime", "features", "feature",
        "copy", "medical", "dietitian", "redakteur", "redakteurin", "redacteur", "reporterin", "journalistin",
        "autor", "autorin", "korrespondent", "volontär", "freier", "freie", "mitarbeiter", "mitarbeiterin",
        "journaliste", "rédacteur", "rédactrice", "correspondant", "periodista", "redactor", "redactora",
        "corresponsal", "giornalista", "redattore", "verslaggever", "journalista", "redacción",
    ];
    let mut words = lower
        .split([' ', '/', ',', '-'])
        .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric() && c != '&'))
        .filter(|w| !w.is_empty());
    let Some(first) = words.next() else { return false };
    ROLES.contains(&first) && words.all(|w| ROLES.contains(&w))
}
