//! The medium in which the text first appeared, as the page prints it: 文献来源, 来源, "First published in".

use super::{
    date,
    sources::{Offer, Place, Sources},
    text::{collapse, is_cjk, key, plain},
};
use crate::stems::Stems;
use model::Evidence;
use std::sync::LazyLock;

/// Labels before a medium, most telling first. Each needs a colon (or is a verb that needs none).
#[rustfmt::skip]
const LABELS: &[&str] = &[
    "文献来源", "稿件来源", "稿源", "信息来源", "新闻来源", "文章来源", "资料来源", "本文来源于", "本文来源", "来源于", "来源", "來源", "原载于", "原载", "原載",
    "出处", "出處", "摘自", "转自", "转载自", "轉載自", "媒体", "情報元", "出典", "提供元", "配信元", "출처", "원문",
];

/// What ends the medium after a label.
#[rustfmt::skip]
const ENDS: &[&str] = &[
    "作者", "编辑", "編輯", "责编", "责任编辑", "发布", "发表", "时间", "日期", "点击", "浏览", "阅读", "字号", "字体", "分享", "打印", "关注",
    "大字", "小字", "评论", "我要", "网友", "记者", "举报", "人气", "【", "】", "[", "]", "|", "｜", "\u{a0}\u{a0}", "更新", "选稿",
    "http", "转载", "关键", "标签", "版权", "查看", "通讯员", "返回", "。", "——", "责任", "已有", "·",
];

pub(crate) fn sources_of(sources: &Sources<'_>) -> Vec<Offer<String>> {
    let mut offers: Vec<Offer<String>> = Vec::new();
    for (name, content) in sources.head.among(SOURCE_METAS) {
        let value = plain(content);
        let value = strip_label(&value).unwrap_or(&value).trim().to_owned();
        let score = if name == "citation_journal_title" { 70 } else { 50 };
        // Systems put their own name or number there.
        if is_medium(&value) && !value.starts_with("http") {
            offers.push(Offer::new(value, Evidence::Meta, "meta", score));
        }
    }
    for (n, line) in sources.lines.iter().enumerate() {
        let base = match line.place {
            Place::Head => 80 - i32::from(line.distance.min(10)),
            Place::Tail => 66 - i32::from(line.distance.min(10)),
            Place::Body => 60,
            Place::Elsewhere => continue,
        };
        if line.text.len() > 3000 {
            continue;
        }
        if let Some(value) = labelled(line.text, sources.lines.get(n + 1).map(|l| l.text)) {
            offers.push(Offer::new(value, Evidence::Visible, "label", base));
        }
        if let Some(value) = first_published(line.text) {
            offers.push(Offer::new(value, Evidence::Visible, "first published", base));
        }
        if line.place == Place::Head
            && sources.zones.is_cjk
            && let Some(value) = beside_date(line.text, n, sources)
        {
            offers.push(Offer::new(
                value,
                Evidence::Visible,
                "beside the date",
                48 - i32::from(line.distance.min(10)),
            ));
        }
    }
    let keys: Vec<String> = offers.iter().map(|o| key(&o.value)).collect();
    for n in 0..offers.len() {
        if keys.iter().enumerate().any(|(m, k)| m != n && *k == keys[n]) {
            offers[n].score += 6;
        }
    }
    offers
}

fn strip_label(text: &str) -> Option<&str> {
    LABELS
        .iter()
        .find_map(|l| text.strip_prefix(l))
        .map(|rest| rest.trim_start_matches([':', '：', ' ', '\u{3000}']))
}

/// What stands after a label of the line, or in the next line where nothing does.
fn labelled(text: &str, next: Option<&str>) -> Option<String> {
    static STEMS: LazyLock<Stems> = LazyLock::new(|| Stems::new(&[LABELS]));
    if STEMS.within(text) == 0 {
        return None;
    }
    for label in LABELS {
        for (at, _) in text.match_indices(label).take(3) {
            let after = &text[at + label.len()..];
            let trimmed = after.trim_start();
            let colon = trimmed.starts_with([':', '：', '︱', '|', '/', '丨']);
            let verb = label.ends_with(['于', '自']) && text[..at].chars().count() < 12;
            let spaced = after.len() > trimmed.len() && !trimmed.is_empty() && text[..at].trim().is_empty();
            let alone = *label == "情報元" && trimmed.is_empty();
            if !(colon || verb || alone || (spaced && label.chars().count() >= 2)) {
                continue;
            }
            let value = trimmed.trim_start_matches(|c: char| {
                c.is_whitespace() || matches!(c, ':' | '：' | '︱' | '|' | '/' | '丨' | '[' | '【')
            });
            let value = if value.is_empty() { next.filter(|t| t.chars().count() <= 30)? } else { value };
            let value = medium(value);
            if is_medium(&value) {
                return Some(value);
            }
        }
    }
    None
}

/// The medium at the start of a text that goes on with something else.
fn medium(text: &str) -> String {
    let text = text.trim();
    // 《凤凰周刊》第36期: the title and the issue belong together.
    let from = if text.starts_with('《') { text.find('》').map_or(0, |n| n + '》'.len_utf8()) } else { 0 };
    let end = ENDS
        .iter()
        .filter_map(|e| text[from..].find(e).map(|at| at + from).filter(|at| *at > 0))
        .min()
        .unwrap_or(text.len());
    let mut text = &text[..end];
    if let Some(found) = date::find(text, date::Order::DayFirst).first() {
        text = &text[..found.at.start];
    }
    // 中国经营报(北京)
    if let Some(open) = text.find(['(', '（']).filter(|at| *at > 0) {
        text = &text[..open];
    }
    let text =
        text.trim().trim_end_matches([',', '，', ';', '；', '-', '—', ')', '）', '、', '|', '.']).trim();
    // Two names with white space between: the second is a place, a person or a button.
    let text = match text.split_once([' ', '\u{3000}']) {
        Some((first, _))
            if first.chars().any(is_cjk)
                && first.chars().count() >= 3
                && from == 0
                && !text.contains("电子版")
                && !text.contains("電子版") =>
        {
            first
        }
        _ => text,
    };
    collapse(text)
}

fn is_medium(value: &str) -> bool {
    let count = value.chars().count();
    (2..=40).contains(&count)
        && value.chars().any(char::is_alphabetic)
        && !value.contains(['=', '{', '<', '？', '?', '！', '%', '"'])
        && !NO_MEDIA.contains(&value)
}

/// "This article originally appeared in the Paper on ...", "First published in Paper, 5 May 2020".
fn first_published(text: &str) -> Option<String> {
    #[rustfmt::skip]
    const VERBS: &[&str] = &[
        "originally appeared in ", "originally appeared on ", "originally published in ",
        "originally published on ", "originally published by ", "originally published at ",
        "first appeared in ", "first appeared on ", "first published in ", "first published on ",
        "first published by ", "first published at ", "republished from ", "reprinted from ",
        "cross-posted from ", "zuerst erschienen in ", "zuerst erschienen bei ", "zuerst erschienen auf ",
        "ursprünglich erschienen in ", "erschien zuerst in ", "erschien zuerst bei ",
        "publié à l'origine dans ", "publicado originalmente en ", "publicado originalmente em ",
        "pubblicato originariamente su ", "впервые опубликовано в ",
    ];
    /// Each verb holds one of these.
    const STEMS_OF_VERBS: &[&str] =
        &["appeared", "publi", "pubblic", "printed from", "cross-posted", "erschien"];
    static STEMS: LazyLock<Stems> = LazyLock::new(|| Stems::new(&[STEMS_OF_VERBS]));
    // Of Cyrillic the automaton knows no cases.
    if STEMS.within(text) == 0 && !text.as_bytes().contains(&0xd0) {
        return None;
    }
    let lower = text.to_lowercase();
    if lower.len() != text.len() || text.chars().count() > 400 {
        return None;
    }
    let (at, verb) = VERBS.iter().find_map(|v| lower.find(v).map(|at| (at, v)))?;
    let rest = text[at + verb.len()..].trim();
    let rest = rest.strip_prefix("the ").unwrap_or(rest);
    if let Some(found) = date::find(rest, date::Order::DayFirst).first()
        && found.at.start == 0
    {
        return None;
    }
    let end = [". ", ", ", " on ", " in ", " under ", " and ", " as ", " (", ";", "\n", " – ", " — "]
        .iter()
        .filter_map(|e| rest.find(e).filter(|at| *at > 1))
        .min()
        .unwrap_or(rest.len());
    let value = rest[..end].trim().trim_end_matches(['.', ':']);
    let fits = value
        .chars()
        .next()
        .is_some_and(|c| c.is_uppercase() || c.is_numeric() || matches!(c, '“' | '"' | '‘'))
        && value.split(' ').count() <= 8;
    (fits && is_medium(value)).then(|| value.to_owned())
}

/// 2022-06-02 09:52:19 政能亮: a name on the line of the date.
fn beside_date(text: &str, n: usize, sources: &Sources<'_>) -> Option<String> {
    if text.chars().count() > 60 {
        return None;
    }
    let found = date::find(text, date::Order::DayFirst);
    if let Some(found) = found.first() {
        let after = text[found.at.end..].trim();
        let after = after.split(['作', '\u{3000}']).next().unwrap_or_default();
        let after = after.split(" 来自").next().unwrap_or_default().trim();
        let before = text[..found.at.start].trim();
        let before = before.strip_prefix("原创").unwrap_or(before).trim_start_matches([':', '：']).trim();
        return [after, before].into_iter().find(|v| names_a_medium(v)).map(str::to_owned);
    }
    let neighbour = |m: Option<usize>| {
        m.and_then(|m| sources.lines.get(m)).is_some_and(|l| {
            l.place == Place::Head
                && l.text.chars().count() < 40
                && !date::find(l.text, date::Order::DayFirst).is_empty()
        })
    };
    let by_the_date = neighbour(n.checked_sub(1)) || neighbour(Some(n + 1));
    (by_the_date && names_a_medium(text)).then(|| text.to_owned())
}

/// Short, in Han or kana, and ending as media do.
fn names_a_medium(text: &str) -> bool {
    let count = text.chars().count();
    (3..=14).contains(&count)
        && text.chars().filter(|c| is_cjk(*c)).count() * 2 >= count
        && MEDIA_ENDINGS.iter().any(|e| text.ends_with(e))
        && !["返回", "首页", "关于", "更多", "登录", "更新"].iter().any(|w| text.contains(w))
}

/// `<meta>` names of a source.
#[rustfmt::skip]
const SOURCE_METAS: &[&str] = &[
    "source", "contentsource", "dc.source", "dcterms.source", "mediaid", "og:source", "article:source",
    "citation_journal_title", "weibo:article:source",
];

/// What stands after such a label and is no medium.
#[rustfmt::skip]
const NO_MEDIA: &[&str] = &[
    "互联网", "网络", "本站", "未知", "原创", "转载", "网络转载", "转载文章", "本站原创", "不详", "其他", "综合", "网友投稿", "site", "web",
];

/// How names of media end.
#[rustfmt::skip]
const MEDIA_ENDINGS: &[&str] = &[
    "网", "網", "报", "報", "社", "周刊", "月刊", "杂志", "客户端", "电视台", "日报", "新闻", "新聞", "频道", "在线", "时报", "晚报",
    "网络版", "财经", "スポーツ", "新聞社", "通信",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(labelled(text, None).as_deref(), expected, "{text}");
    }

    #[test]
    fn media_after_labels() {
        check("文献来源:《凤凰周刊》第36期", Some("《凤凰周刊》第36期"));
        check("2012-06-04 09:20:26 来源：新华网 作者：李新", Some("新华网"));
        check("2024年05月10日06:58 | 来源：人民网－人民日报", Some("人民网－人民日报"));
        check("来源:中国经营报(北京)", Some("中国经营报"));
        check("本文来源于北京商报 2024-05-20 09:47:48", Some("北京商报"));
        check("稿件来源： 河北日报", Some("河北日报"));
        check("来源：互联网", None);
        check("能量的来源是太阳", None);
    }

    #[test]
    fn media_of_first_publication() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(first_published(text).as_deref(), expected, "{text}");
        };
        check("This article originally appeared in the London Paper on 5 May 2020.", Some("London Paper"));
        check("First published in Paper of Record, 5 May 2020", Some("Paper of Record"));
        check("First published on 5 May 2020", None);
        check("It was first published in a small town.", None);
    }
}
