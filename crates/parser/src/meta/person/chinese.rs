//! Names in Chinese, Japanese and Korean, which neither spaces nor capitals tell from other words.

use crate::meta::text::is_han;

/// Family names of one character that bear nine tenths of all Chinese, and then some.
const FAMILY: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺信闫储海印董劉張陳楊趙黃吳孫馬羅鄭謝韓馮蕭許鄧呂蘇盧蔣賈葉閻鐘鍾陸鄒譚顧錢湯賀賴龔龐蘭顏嚴溫魯韋畢聶齊莊塗關紀項衛單寧閔華車邊饒晉鄔臧宮來褚簡婁蓋黨遲馮萬雲云水仝初母冒尉东辰占付代候卿战展";

const COMPOUND: &[&str] = &[
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "夏侯", "司徒", "慕容", "尉迟", "令狐", "皇甫",
    "公孙", "长孙", "宇文", "端木", "独孤", "南宫", "东方", "西门", "赫连", "呼延", "澹台", "罗科", "格桑",
];

/// Two or three characters (four after a compound family name) of which the first is a family name.
pub(crate) fn looks_like_chinese_name(name: &str) -> bool {
    let joined: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    let count = joined.chars().count();
    if !joined.chars().all(is_han) {
        // 奥利弗·史密斯
        return name.contains('·') && count <= 16 && joined.chars().all(|c| is_han(c) || c == '·');
    }
    if COMPOUND.iter().any(|c| joined.starts_with(c)) {
        return (3..=4).contains(&count);
    }
    (2..=3).contains(&count)
        && joined.chars().next().is_some_and(|c| FAMILY.contains(c))
        && !NO_NAMES.contains(&joined.as_str())
        && !joined.ends_with([
            '报', '网', '社', '台', '局', '部', '版', '刊', '站', '闻', '省', '市', '县', '区', '讯', '报',
        ])
}

/// Characters that begin a name seldom and a word often: alone they are trusted in names of three.
const SELDOM: &str = "展印江应全明海来别战云水东代候保时任安和解强常商党华金白方万都台成关经项国和平计化单景商易米古文能连管信闻原通相农车房";

/// As [`looks_like_chinese_name`], for a text that nothing but its place says to be a name.
pub(crate) fn surely_chinese_name(name: &str) -> bool {
    let count = name.chars().filter(|c| !c.is_whitespace()).count();
    looks_like_chinese_name(name) && !(count == 2 && name.chars().next().is_some_and(|c| SELDOM.contains(c)))
}

/// Words that look like names.
#[rustfmt::skip]
const NO_NAMES: &[&str] = &[
    "关注", "关于", "文章", "文化", "全文", "高清", "原创", "原文", "时间", "时政", "史料", "来源", "来自", "任务", "安全", "白皮书", "金融", "石油",
    "方法", "明天", "明星", "成功", "成果", "成都", "应用", "经济", "国际", "房产", "车市", "华商", "台湾", "海外", "和平", "贺信", "简介", "简体",
    "关闭", "全部", "时尚", "时评", "车险", "项目", "管理", "高考", "万象", "文学", "文艺", "文史", "包括", "连载", "常识", "解读", "解密", "广告",
    "收藏", "华北", "华东", "华语", "华人", "江苏", "江西", "云南", "宁夏", "温州", "苏州", "常州", "徐州", "黄山", "武汉", "安徽", "洪水", "龙头",
    "马上", "金额", "向前", "应当", "明确", "全国", "宁波", "海南", "党建", "党员", "党史", "原标题", "首页", "党的", "初中", "高中", "安卓", "方案",
    "毛利", "毕业", "强国", "于是", "房地产", "万元", "保险", "印度", "信用", "信息", "都市", "台海", "东方", "战略", "代表", "占比", "东北",
    "云计算",
];

/// 奚丹霓 张赛 as two names, 方 敏 as one: parts of a text of Han characters and spaces.
pub(crate) fn split_spaced(text: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    if parts.len() < 2 || !parts.iter().all(|p| p.chars().all(is_han)) {
        return None;
    }
    // 大渡 美咲: Japanese writes family and given name apart, and neither half is a Chinese name.
    if parts.len() == 2
        && parts.iter().all(|p| p.chars().count() >= 2)
        && !parts.iter().any(|p| looks_like_chinese_name(p))
    {
        return None;
    }
    let mut out: Vec<String> = Vec::new();
    let mut i = 0;
    while i < parts.len() {
        let single = parts[i].chars().count() == 1;
        if single && i + 1 < parts.len() && parts[i + 1].chars().count() <= 2 {
            out.push(format!("{}{}", parts[i], parts[i + 1]));
            i += 2;
        } else {
            out.push(parts[i].to_owned());
            i += 1;
        }
    }
    out.iter().all(|p| (2..=5).contains(&p.chars().count())).then_some(out)
}

/// Three Hangul syllables, or two to four.
pub(crate) fn looks_like_korean_name(name: &str) -> bool {
    (2..=4).contains(&name.chars().count())
        && name.chars().all(|c| matches!(c, '\u{ac00}'..='\u{d7a3}'))
        && name.chars().next().is_some_and(|c| KOREAN_FAMILY.contains(c))
}

const KOREAN_FAMILY: &str = "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용";

/// Four to eight characters with one space between Han names: 大渡 美咲.
pub(crate) fn looks_like_japanese_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split(' ').collect();
    let japanese = |c: char| is_han(c) || matches!(c, '\u{3040}'..='\u{30ff}' | '々');
    parts.len() == 2 && parts.iter().all(|p| (1..=4).contains(&p.chars().count()) && p.chars().all(japanese))
}

/// 本报记者, 通讯员, 特约评论员 before a name; 报道, 摄影报道, 記者, 기자 after it.
pub(super) fn strip_roles(name: &str) -> &str {
    if !name.chars().any(super::is_cjk) {
        return name;
    }
    let mut name = name;
    for role in ROLES_BEFORE {
        if let Some(at) = name.find(role) {
            let after = name[at + role.len()..].trim_start_matches(|c: char| {
                c.is_whitespace() || matches!(c, ':' | '：' | '=' | '＝' | '/' | '|')
            });
            if !after.is_empty() && after.chars().count() >= 2 {
                name = after;
            } else if !name[..at].trim().is_empty() {
                name = name[..at].trim();
            }
        }
    }
    // 스포츠조선=선수민 기자
    for role in ["기자", "특파원", "논설위원", "칼럼니스트", "인턴기자", "선임기자"] {
        if let Some(before) = name.strip_suffix(role) {
            let before = before.trim();
            name = before.rsplit(['=', ' ', '·']).next().unwrap_or(before);
        }
    }
    for suffix in ["摄影报道", "报道", "報道", "综合报道", "文图", "图文", "摄", "著", "编译", "整理", "发自"]
    {
        if let Some(before) = name.strip_suffix(suffix)
            && before.chars().count() >= 2
        {
            name = before.trim();
        }
    }
    name.trim()
}

/// Trades and ranks that stand before a name.
#[rustfmt::skip]
const ROLES_BEFORE: &[&str] = &[
    "记者", "記者", "通讯员", "通訊員", "评论员", "評論員", "撰稿人", "撰稿", "特派员", "編集委員", "论説委員", "論説委員", "特派員", "实习生", "作者",
    "研究员", "教授",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_names_are_told_from_words() {
        for name in ["李新", "王乐文", "方 敏", "欧阳修文", "冀勇庆", "信海光", "奥利弗·史密斯"]
        {
            assert!(looks_like_chinese_name(name), "{name}");
        }
        for word in ["来源", "关注", "时间", "人民日报", "这是一个", "高考", "常州", "新京报", "王"]
        {
            assert!(!looks_like_chinese_name(word), "{word}");
        }
    }

    #[test]
    fn names_between_spaces() {
        assert_eq!(split_spaced("奚丹霓 张赛"), Some(vec!["奚丹霓".to_owned(), "张赛".to_owned()]));
        assert_eq!(split_spaced("王乐文 方 敏"), Some(vec!["王乐文".to_owned(), "方敏".to_owned()]));
        assert_eq!(split_spaced("李新"), None);
        assert_eq!(split_spaced("李新 John"), None);
    }

    #[test]
    fn roles_around_a_name() {
        assert_eq!(strip_roles("本报记者 葛灵丹"), "葛灵丹");
        assert_eq!(strip_roles("政能亮特约评论员 韩涵"), "韩涵");
        assert_eq!(strip_roles("스포츠조선=선수민 기자"), "선수민");
        assert_eq!(strip_roles("編集委員　中沢克二"), "中沢克二");
        assert_eq!(strip_roles("松岡大地記者"), "松岡大地");
    }
}
