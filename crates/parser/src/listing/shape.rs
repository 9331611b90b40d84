//! The form of an address without what it names: pages of one kind on one site have one form.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Equal for `/2016/12/26/title-one.html` and `/2017/01/02/another.html`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    hash: u64,
    segments: usize,
    number: bool,
    slug: bool,
}

impl Shape {
    pub(super) fn of(path: &str, query: Option<&str>) -> Self {
        let mut hash = DefaultHasher::new();
        let (mut segments, mut number, mut slug) = (0, false, false);
        for segment in path.split('/').filter(|s| !s.is_empty()) {
            let form = form(segment);
            number |= matches!(form, Form::Number | Form::Date | Form::Mixed);
            slug |= form == Form::Slug;
            form.hash(&mut hash);
            segments += 1;
            // Sections are named in words, and one site's articles stand in many of them.
            if let Some((_, extension)) = segment.rsplit_once('.') {
                extension.hash(&mut hash);
            }
        }
        for parameter in query.unwrap_or_default().split('&').filter(|p| !p.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            if matches!(name, "id" | "p" | "aid" | "newsid" | "articleid" | "itemid") {
                name.hash(&mut hash);
                number |= value.bytes().all(|b| b.is_ascii_digit());
            }
        }
        Self { hash: hash.finish(), segments, number, slug }
    }

    /// Says more than "some page of the site".
    pub(super) fn is_telling(self) -> bool {
        self.segments > 0 && (self.number || self.slug)
    }

    /// Has a date, an identifier or a serial number.
    pub(super) fn has_number(self) -> bool {
        self.number
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    Word,
    /// Words joined by hyphens or underscores, or written in another script.
    Slug,
    Number,
    /// A year, or a date joined by hyphens.
    Date,
    /// Letters and several digits: an identifier.
    Mixed,
}

/// Digits of a segment of an address; those of its escapes (`%E6`) tell bytes of another script.
pub(super) fn digits(segment: &str) -> usize {
    let (mut count, mut bytes) = (0, segment.bytes());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            bytes.nth(1);
        } else {
            count += usize::from(byte.is_ascii_digit());
        }
    }
    count
}

fn form(segment: &str) -> Form {
    let stem = segment.rsplit_once('.').map_or(segment, |(stem, _)| stem);
    let digits = digits(stem);
    let joints = stem.bytes().filter(|b| matches!(b, b'-' | b'_' | b'+')).count();
    if digits > 0 && digits + joints == stem.len() {
        let year = digits == 4 && joints == 0 && (stem.starts_with("19") || stem.starts_with("20"));
        return if year || joints > 0 { Form::Date } else { Form::Number };
    }
    if digits >= 4 && joints < 3 {
        return Form::Mixed;
    }
    if joints >= 2 || stem.contains('%') || !stem.is_ascii() {
        return Form::Slug;
    }
    Form::Word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a: &str, b: &str, same: bool) {
        assert_eq!(Shape::of(a, None) == Shape::of(b, None), same, "{a} {b}");
    }

    #[test]
    fn pages_of_one_kind_have_one_form() {
        check("/2016/12/26/title-of-one.html", "/2017/01/02/another-good-title.html", true);
        check("/zgls/9291.html", "/bt/5443.html", true);
        check("/author/li-xin.html", "/2016/12/26/title-of-one.html", false);
        check("/blog/", "/blog/a-title-of-it/", false);
        check("/lib/7001.html", "/lib/12.html", true);
        check("/2016/", "/12/", false);
        check("/c/2020-01-12/11803576.shtml", "/c/2024-05-22/26530461.shtml", true);
    }
}
