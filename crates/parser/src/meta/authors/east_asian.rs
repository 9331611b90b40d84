//! Bylines in Chinese, Japanese and Korean: 作者：李新, 文/李新, （记者 李新 王方）, 本报记者 李新, 李新 기자.

use super::{Authors, people};
use crate::meta::{
    person::{self, looks_like_chinese_name, looks_like_japanese_name, looks_like_korean_name, split_spaced},
    sources::{Line, Offer, Place, Sources},
    text::{is_cjk, is_han, key},
};
use model::{Evidence, Person};

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
        if line.place == Place::Head
            && !line.before
            && line.distance <= 8
            && let Some(names) = alone(line.text)
        {
            offer(names, "alone", 62 - nearness);
        }
        if let Some(names) = korean(line) {
            offer(names, "기자", 72 - nearness);
        }
    }
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
            let names = persons(value);
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
        && ![
            "来源",
            "佚名",
            "未知",
            "网络",
            "互联网",
            "本站",
            "管理员",
            "匿名",
            "不详",
            "原创",
            "转载",
            "新华社",
            "新华网",
            "人民网",
            "中新网",
            "央视",
            "声明",
            "观点",
            "授权",
            "简介",
            "作者",
            "整理",
            "本人",
            "文章",
            "发布",
            "专栏",
        ]
        .iter()
        .any(|w| name.contains(w))
        && !(cjk
            && (name.ends_with([
                '报', '网', '社', '台', '局', '部', '刊', '站', '署', '院', '会', '司', '室', '组',
            ]) || name.ends_with("公司")
                || name.ends_with("中心")
                || name.ends_with("频道")
                || name.ends_with("编辑部")))
}

/// 本报记者 李新 王方, （记者李新、王方）, 东方网记者李新5月13日报道.
fn reporter(line: &Line<'_>) -> Option<Vec<String>> {
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
        let kept: Vec<String> = names.into_iter().take_while(|n| looks_like_chinese_name(n)).collect();
        return kept;
    }
    let listed: Vec<String> =
        head.split(['、', '\u{3000}']).map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect();
    let sure = end.is_some();
    let name = |n: &String| {
        looks_like_chinese_name(n)
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
    let text = text.split_once(" ] ").or_else(|| text.split_once("] ")).map_or(text, |(head, _)| head.trim());
    if text.chars().count() > 20 || text.chars().any(|c| c.is_ascii()) && !text.contains(' ') {
        return None;
    }
    let names =
        split_spaced(text).unwrap_or_else(|| text.split(['、', '，']).map(|s| s.trim().to_owned()).collect());
    let surely = names.len() > 1;
    let fits = |n: &String| looks_like_chinese_name(n) || (looks_like_japanese_name(n) && n.contains(' '));
    let fitting = names.iter().filter(|n| fits(n)).count();
    (fitting == names.len()
        || surely && fitting * 2 >= names.len() && names.iter().all(|n| (2..=3).contains(&n.chars().count())))
    .then_some(names)
}

/// 이용민 기자, 스포츠조선=선수민 기자.
fn korean(line: &Line<'_>) -> Option<Vec<String>> {
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

/// A declared name counts in these languages where the page prints it by itself beside the title, or after a
/// label of authors: the head often names the editor or the site.
pub(super) fn printed_as_author(sources: &Sources<'_>, people: &[Person]) -> bool {
    people.iter().all(|p| {
        let wanted = key(&p.name);
        sources.lines.iter().any(|line| match line.place {
            Place::Head => {
                line.distance <= 12 && line.text.chars().count() < 60 && names_it(line.text, &p.name, &wanted)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, place: Place) -> Line<'_> {
        Line { text, start: 0, place, distance: 1, before: false, linked: false }
    }

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
    fn signatures_and_lines_of_names() {
        assert_eq!(
            signed("过一个平安的新春佳节。（常书香 马丹阳 ）"),
            Some(vec!["常书香".to_owned(), "马丹阳".to_owned()])
        );
        assert_eq!(signed("价格下降（见图）"), None);
        assert_eq!(alone("赵延东、风笑天"), Some(vec!["赵延东".to_owned(), "风笑天".to_owned()]));
        assert_eq!(alone("来源"), None);
        assert_eq!(korean(&line("스포츠조선=선수민 기자", Place::Head)), Some(vec!["선수민".to_owned()]));
    }
}
