//! Telling a title from the names of site and section that stand beside it.

use crate::meta::text::{is_cjk, key};

/// Marks between a title and the name of the site or section, with the white space they need.
const SPACED: &[&str] = &[
    " | ", " - ", " – ", " — ", " · ", " • ", " » ", " « ", " :: ", " // ", " / ", " > ", " < ", " ~ ", "｜",
    " -- ",
];

/// Marks that also stand within titles: what follows must be known to be the site.
const TIGHT: &[&str] = &["_", "|", "丨", "--", "-", "–", "—", ": ", "：", " : "];

/// Places where the title could end and the rest begin, last first.
fn cuts(title: &str) -> Vec<(usize, usize, bool)> {
    let of = |marks: &'static [&'static str], spaced: bool| {
        marks.iter().flat_map(move |m| title.match_indices(m).map(move |(at, _)| (at, at + m.len(), spaced)))
    };
    let mut cuts: Vec<(usize, usize, bool)> = of(SPACED, true).chain(of(TIGHT, false)).collect();
    cuts.sort_unstable_by(|a, b| b.cmp(a));
    cuts
}

/// The title without parts at its ends that name the site. `headings` are keys of the page's own headings and
/// `text` is all it prints: a part that stands there by itself, while the whole does not, is the title.
pub(super) fn without_site(title: &str, sites: &[String], headings: &[String], text: &str) -> String {
    let title = title.trim();
    let cuts = cuts(title);
    if cuts.is_empty() || headings.contains(&key(title)) {
        return title.to_owned();
    }
    let part = |from: usize, to: usize| title[from..to].trim();
    // Longest parts first: what the page itself prints as a heading.
    for &(at, next, _) in &cuts {
        for part in [part(0, at), part(next, title.len())] {
            if part.chars().count() > 3 && headings.contains(&key(part)) {
                return part.to_owned();
            }
        }
    }
    let mut end = title.len();
    for &(at, next, spaced) in &cuts {
        if next > end {
            continue;
        }
        let (front, rest) = (part(0, at), part(next, end));
        let likely = is_site(&key(rest), sites, spaced)
            || (front.chars().any(is_cjk) && names_a_medium(rest))
            || (title[at..next].trim() == "|"
                && rest.split(' ').count() <= 2
                && front.split(' ').count() >= 4);
        if front.chars().count() >= 2 && (rest.is_empty() || likely) {
            end = at;
        }
    }
    let kept = part(0, end);
    if end == title.len() {
        // Unknown to be the site, but the page prints the front by itself.
        for &(at, next, spaced) in &cuts {
            let front = part(0, at);
            let short = title[next..].chars().count() <= 30;
            if short
                && (spaced || front.chars().any(is_cjk))
                && front.chars().count() >= 6
                && stands_alone(text, front, title)
            {
                return front.to_owned();
            }
        }
    }
    // "Example: A fine title indeed"; but "Example-chief resigns" is a compound.
    let compound = |c: &(usize, usize, bool)| {
        !c.2 && matches!(&title[c.0..c.1], "-" | "–" | "—") && !title[..c.0].ends_with(is_cjk)
    };
    if let Some(&(at, next, _)) = cuts.last().filter(|c| c.1 < end && !compound(c)) {
        let (front, rest) = (part(0, at), part(next, end));
        if rest.chars().count() > 8 && sites.contains(&key(front)) {
            return rest.to_owned();
        }
    }
    kept.to_owned()
}

/// The site's name, with or without its ending (`example.com`, `Example News`).
fn is_site(part: &str, sites: &[String], loosely: bool) -> bool {
    !part.is_empty()
        && sites.iter().any(|s| {
            s == part
                || (loosely && part.len() >= 4 && part.len() * 2 >= s.len() && s.contains(part))
                || (loosely && s.len() >= 4 && part.contains(s.as_str()) && part.len() <= s.len() + 16)
        })
}

/// 南方网, 教育频道, 人民日报: short, and ends as media and their sections do.
fn names_a_medium(part: &str) -> bool {
    #[rustfmt::skip]
    const ENDINGS: &[&str] = &[
        "网", "網", "报", "報", "频道", "頻道", "新闻", "新聞", "在线", "論壇", "论坛", "社", "门户", "博客", "专栏", "客户端", "电视台", "资讯",
        "中心", "社区", "杂志", "正文", "新闻网", "评论", "ニュース", "新聞", "オンライン", "뉴스", "일보", "신문",
    ];
    part.chars().count() <= 12 && part.chars().any(is_cjk) && ENDINGS.iter().any(|e| part.ends_with(e))
}

/// The page prints `part` as a line of its own somewhere, and nowhere the whole.
fn stands_alone(text: &str, part: &str, whole: &str) -> bool {
    let after_title_tag = text.find('\n').map_or("", |n| &text[n..]);
    line(after_title_tag, part).is_some() && line(after_title_tag, whole).is_none()
}

/// Where `wanted` stands in `text` as a whole line: bytes.
pub(super) fn line(text: &str, wanted: &str) -> Option<usize> {
    if wanted.is_empty() {
        return None;
    }
    text.match_indices(wanted).take(50).map(|(at, _)| at).find(|&at| {
        let (before, after) = (&text[..at], &text[at + wanted.len()..]);
        (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with('\n'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(title: &str, sites: &[&str], headings: &[&str], expected: &str) {
        let keys = |l: &[&str]| l.iter().map(|s| key(s)).collect::<Vec<_>>();
        assert_eq!(without_site(title, &keys(sites), &keys(headings), ""), expected);
    }

    #[test]
    fn the_sites_name_is_cut_off() {
        check("A fine title - Example News", &["Example News"], &[], "A fine title");
        check("A fine title about it | Section | Example", &["example"], &[], "A fine title about it");
        check(
            "A fine title, of Some | Longer section name | Example",
            &["example"],
            &["A fine title, of some"],
            "A fine title, of Some",
        );
        check("标题在此_示例网", &["示例网"], &[], "标题在此");
        check("标题在此_教育频道_青年网", &[], &[], "标题在此");
        check("Example: A fine title indeed", &["example"], &[], "A fine title indeed");
        check("A fine title - example.org", &["exampleorg"], &[], "A fine title");
    }

    #[test]
    fn marks_within_a_title_stay() {
        check("A well-known title", &["example"], &[], "A well-known title");
        check("Sub - title", &["example"], &["Sub - title"], "Sub - title");
        check("The Fold-and-Cut Problem", &["foldandcut"], &[], "The Fold-and-Cut Problem");
        check("Tom Sawyer: a review", &["example"], &[], "Tom Sawyer: a review");
        check("Quay-Chief Low: no wall", &["quay"], &[], "Quay-Chief Low: no wall");
        check("示例网-标题在此处的一篇文章", &["示例网"], &[], "标题在此处的一篇文章");
    }

    #[test]
    fn what_the_page_prints_by_itself_is_the_title() {
        let text = "在褶皱里打捞成长之光 - 少数派\n首页\n在褶皱里打捞成长之光\n正文";
        assert_eq!(without_site("在褶皱里打捞成长之光 - 少数派", &[], &[], text), "在褶皱里打捞成长之光");
    }
}
