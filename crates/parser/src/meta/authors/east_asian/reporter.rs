//! Reporters who sign with their trade: 本报记者 李新, （记者李新、王方）, 李新 기자.

use crate::meta::{
    person::{looks_like_chinese_name, looks_like_korean_name, split_spaced, surely_chinese_name},
    sources::{Line, Place},
    text::is_han,
};

/// 本报记者 李新 王方, （记者李新、王方）, 东方网记者李新5月13日报道.
pub(super) fn reporter(line: &Line<'_>) -> Option<Vec<String>> {
    let text = line.text;
    let _count = text.chars().count();
    for role in ["记者", "評論員", "评论员", "通讯员", "編集委員", "記者"] {
        for (at, _) in text.match_indices(role).take(3) {
            let before = &text[..at];
            let after = text[at + role.len()..]
                .trim_start_matches([':', '：', ' ', '\u{3000}', '\u{a0}', '/', '|', '丨']);
            let opened = before.rfind(['（', '(', '【', '[']).map(|n| before[n..].chars().count());
            let bracketed = opened.is_some_and(|n| n <= 20);
            let leading = before.chars().count() <= 16;
            if !bracketed && !leading {
                continue;
            }
            // The reporter who took the picture; the reporter's words in running text.
            let end = after.find(['）', ')', '】', ']', '。', '，', ',', '\n', '：']).unwrap_or(after.len());
            let inner = &after[..end];
            if inner.contains('摄') && !inner.contains("报道") || inner.chars().count() > 40 {
                continue;
            }
            let closed = after[end..].starts_with(['）', ')', '】', ']']);
            let names = if bracketed && closed { spaced_or_listed(inner) } else { leading_names(inner) };
            if !names.is_empty() {
                return Some(names);
            }
        }
    }
    // 李新 发自 凹非寺
    let at = text.find("发自").filter(|_| line.place != Place::Tail)?;
    let name = text[..at].trim();
    ((2..=4).contains(&name.chars().count()) && name.chars().all(is_han)).then(|| vec![name.to_owned()])
}

/// All of a bracket after the role.
fn spaced_or_listed(inner: &str) -> Vec<String> {
    let inner = inner.replace("通讯员", "、").replace("记者", "、").replace("实习生", "、");
    let mut out = Vec::new();
    for part in inner.split(['、', '/', '；', ';']) {
        let part = part.trim();
        if let Some(names) = split_spaced(part) {
            out.extend(names);
        } else if (2..=5).contains(&part.chars().count()) && part.chars().all(|c| is_han(c) || c == '·')
            || looks_like_chinese_name(part)
        {
            out.push(part.to_owned());
        } else if !part.is_empty() {
            return Vec::new();
        }
    }
    out
}

/// Names at the start of what follows the role, up to a verb, a number or the end of the line.
fn leading_names(inner: &str) -> Vec<String> {
    let stops =
        ["发自", "报道", "摄影报道", "文/", "/", "采写", "综合", "实习", "通讯员", "编辑", "日前", "电"];
    let end =
        stops.iter().filter_map(|s| inner.find(s)).chain(inner.find(|c: char| c.is_ascii_digit())).min();
    let head = inner[..end.unwrap_or(inner.len())].trim();
    if let Some(names) = split_spaced(head) {
        // Nothing but names stands there.
        if head.len() == inner.trim().len()
            && names.len() <= 3
            && names.iter().all(|n| n.chars().count() <= 3)
        {
            return names;
        }
        let kept: Vec<String> = names.into_iter().take_while(|n| looks_like_chinese_name(n)).collect();
        return kept;
    }
    let listed: Vec<String> =
        head.split(['、', '\u{3000}']).map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect();
    let sure = end.is_some();
    let name = |n: &String| {
        surely_chinese_name(n)
            || (sure
                && (2..=4).contains(&n.chars().count())
                && n.chars().all(is_han)
                && !n.starts_with([
                    '从', '在', '近', '了', '获', '采', '昨', '今', '日', '注', '看', '发', '走', '来', '到',
                    '问', '就', '也', '还', '们', '对', '于', '将', '与', '站', '们',
                ]))
    };
    if !listed.is_empty() && listed.iter().all(name) { listed } else { Vec::new() }
}

/// 이용민 기자, 스포츠조선=선수민 기자.
pub(super) fn korean(line: &Line<'_>) -> Option<Vec<String>> {
    if line.text.chars().count() > 60 && line.place != Place::Body {
        return None;
    }
    for role in ["기자", "특파원", "논설위원", "칼럼니스트"] {
        for (at, _) in line.text.match_indices(role).take(2) {
            let before = line.text[..at].trim_end();
            let start = before
                .rfind(|c: char| !matches!(c, '\u{ac00}'..='\u{d7a3}'))
                .map_or(0, |n| n + before[n..].chars().next().map_or(1, char::len_utf8));
            let name = &before[start..];
            if looks_like_korean_name(name)
                && (2..=4).contains(&name.chars().count())
                && !name.ends_with("취재")
            {
                return Some(vec![name.to_owned()]);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, place: Place) -> Line<'_> {
        Line { text, start: 0, place, distance: 1, before: false, linked: false }
    }

    #[test]
    fn reporters() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(reporter(&line(text, Place::Body)).unwrap_or_default(), expected, "{text}");
        };
        check("本报记者 王乐文 方 敏", &["王乐文", "方敏"]);
        check("新华社深圳5月12日电（记者戴小河、印朋）由我国自主设计", &["戴小河", "印朋"]);
        check("（总台央视记者 奚丹霓 张赛）", &["奚丹霓", "张赛"]);
        check("东方网记者曹磊5月13日报道：2024年", &["曹磊"]);
        check("本报记者罗科苏盈发自北京", &["罗科苏盈"]);
        check("新华社记者 谢环驰 摄", &[]);
        check("记者从上海昆剧团获悉，中国民主同盟", &[]);
        check("西风 发自 凹非寺", &["西风"]);
    }

    #[test]
    fn korean_reporters() {
        assert_eq!(korean(&line("스포츠조선=선수민 기자", Place::Head)), Some(vec!["선수민".to_owned()]));
    }
}
