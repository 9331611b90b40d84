//! The time of day that may follow a date, and its zone.

use super::token::{Kind, Token};
use chrono::{FixedOffset, NaiveTime};

/// A time of day, its zone where one is told, and the index of the first token after it.
pub(super) struct Clock {
    pub(super) time: NaiveTime,
    pub(super) offset: Option<FixedOffset>,
    pub(super) next: usize,
}

/// Words and marks between a date and its time ("at", "um", "kl.", "à", "alle ore").
#[rustfmt::skip]
const BETWEEN: &[&str] = &[
    "t", "at", "um", "kl", "klo", "à", "a", "às", "las", "ore", "alle", "om", "o", "godz", "ob", "la", "в", "о",
    "ώρα", "saat", "pukul", "jam", "lúc", "uhr", "the", "de", "h", "الساعة", "เวลา",
];

/// The time that begins at token `i` or up to four tokens later.
pub(super) fn after(text: &str, tokens: &[Token], mut i: usize) -> Option<Clock> {
    let mut afternoon = None;
    let mut announced = false;
    for _ in 0..5 {
        let token = tokens.get(i)?;
        match token.kind {
            Kind::Number { .. } => return clock(text, tokens, i, afternoon, announced),
            Kind::Word => {
                let word = text[token.at.clone()].to_lowercase();
                if let Some(half) = half_of_day(&word) {
                    afternoon = Some(half);
                } else if BETWEEN.contains(&word.as_str()) {
                    announced = true;
                } else if !is_weekday(&word) {
                    return None;
                }
            }
            Kind::Mark('上' | '午' | '早' | '凌' | '晨' | '前') => {
                afternoon = afternoon.or(Some(false));
            }
            Kind::Mark('下' | '晚' | '夜' | '後' | '后') => afternoon = Some(true),
            Kind::Mark(',' | '|' | '-' | '·' | '•' | '(' | ')' | '.' | '/' | '@' | '\'' | ':') => {}
            Kind::Mark(_) => return None,
        }
        i += 1;
    }
    None
}

fn clock(
    text: &str,
    tokens: &[Token],
    i: usize,
    mut afternoon: Option<bool>,
    announced: bool,
) -> Option<Clock> {
    let (mut hour, _) = small(tokens, i, 23)?;
    let mark = |at: usize| tokens.get(at).map(|t| t.kind);
    let word = |at: usize| match tokens.get(at) {
        Some(t) if t.kind == Kind::Word => text[t.at.clone()].to_lowercase(),
        _ => String::new(),
    };
    let (mut minute, mut second, mut next) = (0, 0, i + 1);
    let colon = match mark(next)? {
        Kind::Mark(':' | '시' | '时' | '時' | '点' | '點') => true,
        Kind::Mark('.') => false,
        Kind::Word if word(next) == "h" && !tokens[next].spaced => true,
        Kind::Word if half_of_day(&word(next)).is_some() || (announced && word(next) == "uhr") => {
            let half = half_of_day(&word(next));
            hour = on_24(hour, half);
            let time = NaiveTime::from_hms_opt(hour, 0, 0)?;
            return Some(Clock { time, offset: None, next: next + 1 });
        }
        _ => return None,
    };
    let unit = matches!(mark(next), Some(Kind::Mark('시' | '时' | '時' | '点' | '點')));
    if let Some((m, _)) = small(tokens, next + 1, 59).filter(|(_, digits)| unit || *digits != 1) {
        minute = m;
        next += 2;
    } else if unit {
        next += 1;
    } else {
        return None;
    }
    if !colon && !announced && word(next) != "uhr" && half_of_day(&word(next)).is_none() {
        return None;
    }
    if matches!(mark(next), Some(Kind::Mark('분' | '分'))) {
        next += 1;
        if let Some((s, _)) = small(tokens, next, 59)
            && matches!(mark(next + 1), Some(Kind::Mark('초' | '秒')))
        {
            second = s;
            next += 2;
        }
    } else if matches!(mark(next), Some(Kind::Mark(':')))
        && let Some((s, _)) = small(tokens, next + 1, 60)
    {
        second = s.min(59);
        next += 2;
        if matches!(mark(next), Some(Kind::Mark('.' | ',')))
            && matches!(mark(next + 1), Some(Kind::Number { .. }))
        {
            next += 2;
        }
    }
    if let Some(half) = half_of_day(&word(next)) {
        afternoon = Some(half);
        next += 1;
        // "p.m." comes as p . m .
        if matches!(mark(next), Some(Kind::Mark('.'))) && word(next + 1) == "m" {
            next += 2 + usize::from(matches!(mark(next + 2), Some(Kind::Mark('.'))));
        }
    }
    let time = NaiveTime::from_hms_opt(on_24(hour, afternoon), minute, second)?;
    let (offset, next) = zone(text, tokens, next);
    Some(Clock { time, offset, next })
}

fn on_24(hour: u32, afternoon: Option<bool>) -> u32 {
    match afternoon {
        Some(true) if hour < 12 => hour + 12,
        Some(false) if hour == 12 => 0,
        _ => hour,
    }
}

fn small(tokens: &[Token], i: usize, most: u64) -> Option<(u32, u8)> {
    match tokens.get(i)?.kind {
        Kind::Number { value, digits } if value <= most && digits <= 2 => {
            Some((u32::try_from(value).ok()?, digits))
        }
        _ => None,
    }
}

/// `+0100`, `+01:00`, `-5`, `Z`, `GMT+8`, `(CET)`: the offset and the index after it.
fn zone(text: &str, tokens: &[Token], i: usize) -> (Option<FixedOffset>, usize) {
    let Some(token) = tokens.get(i) else { return (None, i) };
    match token.kind {
        Kind::Mark('(') => match zone(text, tokens, i + 1) {
            (Some(offset), next) => (Some(offset), next),
            (None, _) => (None, i),
        },
        Kind::Mark(sign @ ('+' | '-')) => {
            let Some(Kind::Number { value, digits }) = tokens.get(i + 1).map(|t| t.kind) else {
                return (None, i);
            };
            let (hours, mut minutes, mut next) = match digits {
                3 | 4 => (value / 100, value % 100, i + 2),
                1 | 2 if sign == '+' || !token.spaced => (value, 0, i + 2),
                _ => return (None, i),
            };
            if digits <= 2
                && matches!(tokens.get(next).map(|t| t.kind), Some(Kind::Mark(':')))
                && let Some((m, _)) = small(tokens, next + 1, 59)
            {
                minutes = u64::from(m);
                next += 2;
            }
            let seconds = i32::try_from(hours * 3600 + minutes * 60).unwrap_or(i32::MAX);
            let offset = FixedOffset::east_opt(if sign == '+' { seconds } else { -seconds });
            (offset.filter(|_| hours <= 14), next)
        }
        Kind::Word => {
            let word = &text[token.at.clone()];
            let hours = match word {
                "Z" | "z" | "UTC" | "GMT" | "UT" | "WET" => {
                    if let (Some(offset), next) = zone(text, tokens, i + 1)
                        && tokens.get(i + 1).is_some_and(|t| matches!(t.kind, Kind::Mark('+' | '-')))
                    {
                        return (Some(offset), next);
                    }
                    0
                }
                "CET" | "MEZ" | "BST" | "WEST" => 1,
                "CEST" | "MESZ" | "EET" | "SAST" => 2,
                "EEST" | "MSK" => 3,
                "EDT" => -4,
                "EST" | "CDT" => -5,
                "MDT" => -6,
                "PDT" | "MST" => -7,
                "PST" => -8,
                "HKT" | "SGT" => 8,
                "JST" | "KST" => 9,
                "AEST" => 10,
                "AEDT" => 11,
                _ => return (None, i),
            };
            (FixedOffset::east_opt(hours * 3600), i + 1)
        }
        _ => (None, i),
    }
}

/// Some(true) for the second half of the day.
fn half_of_day(word: &str) -> Option<bool> {
    match word {
        "am" | "a" | "오전" | "πμ" | "ص" => Some(false),
        "pm" | "p" | "오후" | "μμ" | "م" => Some(true),
        _ => None,
    }
}

fn is_weekday(lower: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "die", "mit", "don", "fre", "sam", "son", "lun",
        "mar", "mer", "jeu", "ven", "dim", "mié", "jue", "vie", "sáb", "dom", "seg", "ter", "qua", "qui",
        "sex", "gio", "пон", "вто", "сре", "чет", "пят", "суб", "вос",
    ];
    lower.chars().count() <= 12 && BEGINNINGS.iter().any(|b| lower.starts_with(b))
}
