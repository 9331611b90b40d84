//! Bylines in Chinese, Japanese and Korean: 作者：李新, 文/李新, （记者 李新 王方）, 本报记者 李新, 李新 기자.

mod reporter;

use super::{Authors, people};
use crate::meta::{
    person::{self, looks_like_chinese_name, looks_like_japanese_name, split_spaced, surely_chinese_name},
    sources::{Line, Offer, Place, Sources},
    text::{is_cjk, is_han, key},
};
use crate::{NodeId, Tag};
use model::{Evidence, Person};
use reporter::{korean, reporter};

/// Labels of an author, each followed by a mark or a space and the name.
#[rustfmt::skip]
const LABELS: &[&str] = &[
    "作者", "撰文", "撰稿", "采写", "执笔人", "执笔", "文字", "文", "作　者", "原作者", "本文作者", "執筆", "取材・文", "著者", "ライター", "글",
    "글쓴이",
];

/// Marks between a label and the name.
const MARKS: &[char] = &[':', '：', '/', '／', '|', '｜', '︱', '丨', '┃', '∕', '＝', '='];

/// What ends the names after a label.
#[rustfmt::skip]
const ENDS: &[&str] = &[
    "来源", "來源", "编辑", "編輯", "责编", "责任编辑", "发布", "发表", "时间", "日期", "出处", "摄影", "图/", "图｜", "图丨", "整理", "排版",
    "字号", "浏览", "点击", "阅读", "审核", "出品", "监制", "校对", "编译", "原标题", "关注", "http", "更新", "字体", "评论", "系", "通讯员",
    "本文", "发自", "报道", "单位", "翻译", "译者", "分类", "标签", "选稿", "出版社", "转载", "公众号", "我要", "打印", "举报", "责任", "链接",
];

pub(super) fn bylines(sources: &Sources<'_>, offers: &mut Vec<Authors>) {
    let mut by_themselves: Vec<(Vec<String>, i32)> = Vec::new();
    for (n, line) in sources.lines.iter().enumerate() {
        if line.text.len() > 4000 || !line.text.contains(is_cjk) {
            continue;
        }
        let next = sources.lines.get(n + 1);
        let mut offer = |names: Vec<String>, origin: &'static str, score: i32| {
            if !names.is_empty() && names.len() <= 8 && !names.iter().any(|n| sources.is_site(n)) {
                offers.push(Offer::new(people(names), Evidence::Byline, origin, score));
            }
        };
        let nearness = i32::from(line.distance.min(10));
        if let Some(names) = labelled(line.text, next) {
            offer(
                names,
                "作者",
                match line.place {
                    Place::Head => 88 - nearness,
                    Place::Tail => 80 - nearness,
                    _ => 78,
                },
            );
        }
        if let Some(names) = reporter(line) {
            offer(names, "记者", if line.place == Place::Tail { 62 - nearness } else { 76 });
        }
        if matches!(line.place, Place::Body | Place::Tail)
            && let Some(names) = signed(line.text)
        {
            offer(names, "（）", if line.place == Place::Tail { 52 - nearness } else { 66 });
        }
        let by_itself = match line.place {
            Place::Head => !line.before && line.distance <= 8,
            Place::Body => line.distance <= 4,
            _ => false,
        };
        if by_itself
            && let Some(names) = alone(line.text)
            && !in_contents(sources, line.text)
            && !heads_a_part(sources, line)
            && (line.place == Place::Head || line.distance <= 2 || names.len() > 1)
        {
            by_themselves.push((names, 62 - nearness));
        }
        let latin = line.text.is_ascii() && person::looks_like_person(line.text);
        if by_itself && latin && line.distance <= 4 && sources.zones.is_cjk {
            offer(vec![line.text.to_owned()], "alone", 52 - nearness);
        }
        if let Some(names) = before_source(line.text).or_else(|| posted(line.text)) {
            offer(names, "posted", 64 - nearness);
        }
        if let Some(names) = korean(line) {
            offer(names, "기자", 72 - nearness);
        }
    }
    // Many lines of names are a roster.
    if by_themselves.len() <= 2 {
        for (names, score) in by_themselves {
            offers.push(Offer::new(people(names), Evidence::Byline, "alone", score));
        }
    }
}

/// An entry of the table of contents: 余论 reads like a name.
fn in_contents(sources: &Sources<'_>, text: &str) -> bool {
    let page = sources.page;
    let within = |a: NodeId| page.attr(a, "href").is_some_and(|h| h.starts_with('#'));
    page.all(Tag::A).any(|a| within(a) && page.text(a) == text)
}

/// One of several headings of the text.
fn heads_a_part(sources: &Sources<'_>, line: &Line<'_>) -> bool {
    let (page, body) = (sources.page, &sources.zones.body);
    line.place == Place::Body
        && [Tag::H2, Tag::H3, Tag::H4].into_iter().any(|tag| {
            let headings = || page.all(tag).filter(|&h| body.contains(&page.text_range(h).start));
            headings().nth(1).is_some() && headings().any(|h| page.text(h) == line.text)
        })
}

/// 作者：李新 王方, 【文/李新，整理/王方】, 作者： with the name in the next line.
fn labelled(text: &str, next: Option<&Line<'_>>) -> Option<Vec<String>> {
    for label in LABELS {
        for (at, _) in text.match_indices(label).take(4) {
            let before = text[..at].chars().next_back();
            let short = label.chars().count() == 1;
            // 文 and 글 end many a word.
            if short && before.is_some_and(|c| is_cjk(c) || c.is_alphanumeric()) {
                continue;
            }
            let after = &text[at + label.len()..];
            // 作者李新系某大学教授
            if *label == "作者"
                && let Some(name) = introduced(after)
            {
                return Some(vec![name]);
            }
            let trimmed = after.trim_start_matches(|c: char| c.is_whitespace());
            let marked = trimmed.starts_with(MARKS);
            let spaced = after.len() > trimmed.len() && !trimmed.is_empty();
            let label_alone = spaced && !short && at < 12;
            if !marked && !label_alone {
                continue;
            }
            let value =
                trimmed.trim_start_matches(|c: char| c.is_whitespace() || MARKS.contains(&c) || c == '[');
            if value.is_empty() {
                let candidate = next.map(|l| l.text).filter(|t| t.chars().count() <= 20)?;
                let names = persons(candidate);
                return (!names.is_empty()).then_some(names);
            }
            let names = if value.contains('=') { Vec::new() } else { persons(value) };
            if !names.is_empty() {
                return Some(names);
            }
        }
    }
    None
}

/// 李新系…, 李新，…教授: after 作者 without a mark.
fn introduced(after: &str) -> Option<String> {
    let end = after.find(['系', '是', '为'])?;
    let name = after[..end].trim();
    looks_like_chinese_name(name).then(|| name.to_owned())
}

/// Names at the start of a text that goes on with something else.
fn persons(text: &str) -> Vec<String> {
    // 作者：某中心部长、研究员徐占忱）: the name stands last.
    let bracket = &text[..text.find([')', '）', '】']).unwrap_or(0)];
    if bracket.chars().count() > 12 {
        let name = last_name(bracket);
        if looks_like_chinese_name(&name) {
            return vec![name];
        }
    }
    // 某刊特约评论员 韩涵: the role says where the name begins.
    let role = ["评论员", "记者", "撰稿人", "通讯员"]
        .iter()
        .filter_map(|r| text.find(r).map(|at| at + r.len()))
        .min();
    let text = role.filter(|at| text[..*at].chars().count() <= 14).map_or(text, |at| text[at..].trim_start());
    let end = ENDS.iter().filter_map(|e| text.find(e)).min().unwrap_or(text.len());
    let text = &text[..end];
    let end = text
        .find([
            '，', ',', '。', '；', ';', '！', '？', ')', '）', '】', ']', '(', '（', '【', '\t', '《', '|',
            '│', '"', '“', '<', '\n', '丨', '｜', '@', '～', '→',
        ])
        .filter(|at| *at > 0);
    let text = text[..end.unwrap_or(text.len())].trim();
    let date = text.find(|c: char| c.is_ascii_digit()).filter(|at| *at > 0).unwrap_or(text.len());
    let text = text[..date].trim().trim_end_matches(['于', '-', '/', '·', '\u{b7}']).trim();
    let mut out: Vec<String> = Vec::new();
    for part in text.split(['、', '/', '／', '&', '＆']) {
        let cleaned = person::names(part);
        for name in cleaned {
            let name = last_name(&name);
            if let Some(several) = split_spaced(&name) {
                out.extend(several);
            } else if is_plausible(&name) {
                out.push(name);
            }
        }
    }
    out.retain(|n| is_plausible(n));
    out.dedup();
    out
}

/// …教授徐占忱, …研究员 徐占忱: a title before a name.
fn last_name(text: &str) -> String {
    for role in ["研究员", "教授", "部长", "主任", "院长", "所长", "记者", "评论员", "编辑部"]
    {
        if let Some(at) = text.rfind(role) {
            let rest = text[at + role.len()..].trim();
            if looks_like_chinese_name(rest) {
                return rest.to_owned();
            }
        }
    }
    text.to_owned()
}

/// A pen name may be anything short; what has digits, marks or the words of a form is none.
fn is_plausible(name: &str) -> bool {
    let count = name.chars().count();
    let cjk = name.chars().any(is_cjk);
    let most = if name.contains('·') {
        20
    } else if cjk {
        8
    } else {
        40
    };
    (if cjk { 2 } else { 3 }..=most).contains(&count)
        && !name.contains(['=', '"', ':', '：', '%', '#', '《', '》', '！', '？', '。'])
        && !NO_AUTHORS.iter().any(|w| name.contains(w))
        && !(cjk
            && (name.ends_with([
                '报', '网', '社', '台', '局', '部', '刊', '站', '署', '院', '会', '司', '室', '组', '版',
                '端', '号', '室',
            ]) || name.ends_with("公司")
                || name.ends_with("中心")
                || name.ends_with("频道")
                || name.ends_with("编辑部")))
}

/// [ 黄宇 ] 来源：[ 某报 ].
fn before_source(text: &str) -> Option<Vec<String>> {
    let at = text.find("来源")?;
    let before = text[..at].trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, ']' | '】'));
    let inner = before.strip_suffix([']', '】'])?;
    let names = persons(inner[inner.rfind(['[', '【'])?..].trim_start_matches(['[', '【', ' ']));
    names.iter().all(|n| looks_like_chinese_name(n)).then_some(names).filter(|n| !n.is_empty())
}

/// 由海姑娘张贴, 本贴由大卫于2005年8月12日: boards name who posted.
fn posted(text: &str) -> Option<Vec<String>> {
    let (at, _) = text.match_indices('由').find(|(at, _)| text[..*at].trim().chars().count() <= 3)?;
    let after = &text[at + '由'.len_utf8()..];
    let end =
        ["张贴", "發表", "发表", "发布", "于1", "于2", "于 "].iter().filter_map(|m| after.find(m)).min()?;
    let name = after[..end].trim();
    ((2..=10).contains(&name.chars().count()) && is_plausible(name)).then(|| vec![name.to_owned()])
}

/// （李新 王方） at the end of a line.
fn signed(text: &str) -> Option<Vec<String>> {
    let text = text.trim_end();
    let open = text.rfind(['（', '('])?;
    let inner = text[open..].strip_prefix(['（', '('])?.strip_suffix(['）', ')'])?.trim();
    if inner.chars().count() > 16 {
        return None;
    }
    let names =
        split_spaced(inner).unwrap_or_else(|| inner.split('、').map(|s| s.trim().to_owned()).collect());
    names.iter().all(|n| looks_like_chinese_name(n)).then_some(names)
}

/// A line that is nothing but names: 李新, 赵延东、风笑天, [ 黄宇 ].
fn alone(text: &str) -> Option<Vec<String>> {
    let text = text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '[' | ']' | '【' | '】' | '□' | '■' | '◎' | '●')
    });
    // 編集委員 中沢克二: the role says that a name follows.
    let bare = person::clean(text).unwrap_or_default();
    if bare.len() < text.len()
        && text.chars().count() <= 16
        && (3..=5).contains(&bare.chars().count())
        && bare.chars().all(is_han)
        && text.ends_with(&bare)
    {
        return Some(vec![bare]);
    }
    let text = text.split_once(" ] ").or_else(|| text.split_once("] ")).map_or(text, |(head, _)| head.trim());
    if text.chars().count() > 20 || text.chars().any(|c| c.is_ascii()) && !text.contains(' ') {
        return None;
    }
    let names =
        split_spaced(text).unwrap_or_else(|| text.split(['、', '，']).map(|s| s.trim().to_owned()).collect());
    let surely = names.len() > 1;
    let fits = |n: &String| surely_chinese_name(n) || (looks_like_japanese_name(n) && n.contains(' '));
    let fitting = names.iter().filter(|n| fits(n)).count();
    (fitting == names.len()
        || surely && fitting * 2 >= names.len() && names.iter().all(|n| (2..=3).contains(&n.chars().count())))
    .then_some(names)
}

/// A declared name counts in these languages where the page prints it by itself beside the title, or after a
/// label of authors: the head often names the editor or the site.
pub(super) fn printed_as_author(sources: &Sources<'_>, people: &[Person]) -> bool {
    people.iter().all(|p| {
        let wanted = key(&p.name);
        let pen_name = is_plausible(&p.name) && (p.name.chars().count() <= 6 || !p.name.contains(is_cjk));
        pen_name
            && !sources.is_site(&p.name)
            && sources.lines.iter().any(|line| match line.place {
                Place::Head => {
                    line.distance <= 12
                        && line.text.chars().count() < 60
                        && names_it(line.text, &p.name, &wanted)
                }
                Place::Body | Place::Tail => {
                    labelled(line.text, None).is_some_and(|names| names.iter().any(|n| key(n) == wanted))
                }
                Place::Elsewhere => false,
            })
    })
}

fn names_it(text: &str, name: &str, wanted: &str) -> bool {
    let Some(at) = text.find(name) else { return false };
    let before = &text[..at];
    let edited = ["编辑", "責任", "责任", "责编", "编审", "審核", "审核", "校对", "来源", "來源"]
        .iter()
        .any(|w| before.contains(w));
    !edited && (key(text) == wanted || before.is_empty() || before.ends_with(|c: char| !c.is_alphanumeric()))
}

/// Words that no pen name holds.
#[rustfmt::skip]
const NO_AUTHORS: &[&str] = &[
    "来源", "佚名", "未知", "网络", "互联网", "本站", "管理员", "匿名", "不详", "原创", "转载", "新华社", "新华网", "人民网", "中新网", "央视",
    "声明", "观点", "授权", "简介", "作者", "整理", "本人", "文章", "发布", "专栏",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_names() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(labelled(text, None).unwrap_or_default(), expected, "{text}");
        };
        check("作者：李新", &["李新"]);
        check("作者：宋怡 杨志华", &["宋怡", "杨志华"]);
        check("2004年10月21日 作者：郭励弘 来源：某报", &["郭励弘"]);
        check("【文/ 翟东升，整理/ 唐晓甫】", &["翟东升"]);
        check("作者︱春春", &["春春"]);
        check("本文作者： Zoë Ångström", &["Zoë Ångström"]);
        check("（本文来源：某报 作者：某中心研究部部长，研究员徐占忱）", &["徐占忱"]);
        check("（作者韩涵系某智库研究员）", &["韩涵"]);
        check("执笔人：闵乐夫 赵兰波 刘韬", &["闵乐夫", "赵兰波", "刘韬"]);
        check("这是一篇论文：结论", &[]);
        check("作者：", &[]);
        check("声明：本文仅代表作者本人观点", &[]);
    }

    #[test]
    fn signatures_and_lines_of_names() {
        assert_eq!(
            signed("过一个平安的新春佳节。（常书香 马丹阳 ）"),
            Some(vec!["常书香".to_owned(), "马丹阳".to_owned()])
        );
        assert_eq!(signed("价格下降（见图）"), None);
        assert_eq!(alone("赵延东、风笑天"), Some(vec!["赵延东".to_owned(), "风笑天".to_owned()]));
        assert_eq!(alone("来源"), None);
    }
}
