//! Text as the few kinds of token that a written date is made of.

use std::ops::Range;

/// One token and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Bytes of the text.
    pub(super) at: Range<usize>,
    /// White space stands before it.
    pub(super) spaced: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Digits of any script, or Chinese numerals (`digits` is then 0 where they are not positional).
    Number { value: u64, digits: u8 },
    /// A run of letters.
    Word,
    /// One punctuation character or ideograph.
    Mark(char),
}

/// Most tokens of one text that are looked at: a date stands in the first lines of what is given.
const MOST_TOKENS: usize = 600;

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity((text.len() / 4).min(MOST_TOKENS));
    let mut spaced = false;
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        if out.len() == MOST_TOKENS {
            break;
        }
        if c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}') {
            spaced = true;
            continue;
        }
        let mut end = start + c.len_utf8();
        let kind = if let Some(first) = digit(c) {
            let (mut value, mut digits) = (u64::from(first), 1u8);
            while let Some((at, next)) = rest.next_if(|(_, next)| digit(*next).is_some()) {
                value = value.saturating_mul(10).saturating_add(u64::from(digit(next).unwrap_or_default()));
                digits = digits.saturating_add(1);
                end = at + next.len_utf8();
            }
            Kind::Number { value, digits }
        } else if han_digit(c).is_some() {
            while let Some((at, next)) = rest.next_if(|(_, next)| han_digit(*next).is_some()) {
                end = at + next.len_utf8();
            }
            han_number(&text[start..end]).unwrap_or(Kind::Mark(c))
        } else if is_unit(c) || is_ideograph(c) {
            Kind::Mark(c)
        } else if is_letter(c) {
            while let Some((at, next)) = rest.next_if(|(_, next)| is_letter(*next) && !is_ideograph(*next)) {
                end = at + next.len_utf8();
            }
            Kind::Word
        } else {
            Kind::Mark(plain_mark(c))
        };
        out.push(Token { kind, at: start..end, spaced });
        spaced = false;
    }
    out
}

/// False only where [`tokens`] would find no number but one of circles.
pub(super) fn may_hold_number(text: &str) -> bool {
    // First bytes of the digits of other scripts, of Han and of full-width forms.
    let may = |b: u8| b.is_ascii_digit() || matches!(b, 0xd9 | 0xdb | 0xe0 | 0xe3..=0xef);
    text.bytes().any(may)
}

/// The value of a decimal digit in the scripts in which pages print dates.
fn digit(c: char) -> Option<u32> {
    let zero = match c {
        '0'..='9' => '0',
        '０'..='９' => '０',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        '\u{966}'..='\u{96f}' => '\u{966}',
        '\u{9e6}'..='\u{9ef}' => '\u{9e6}',
        '\u{e50}'..='\u{e59}' => '\u{e50}',
        _ => return None,
    };
    Some(u32::from(c) - u32::from(zero))
}

fn han_digit(c: char) -> Option<u64> {
    Some(match c {
        '〇' | '零' | '○' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        '廿' => 20,
        _ => return None,
    })
}

/// 二〇一六 is positional, 二十六 is not.
fn han_number(s: &str) -> Option<Kind> {
    let values: Vec<u64> = s.chars().filter_map(han_digit).collect();
    if values.len() == 4 && values.iter().all(|v| *v < 10) {
        return Some(Kind::Number { value: values.iter().fold(0, |n, v| n * 10 + v), digits: 4 });
    }
    let mut total = 0;
    for v in &values {
        total = match v {
            10 | 20 if total > 0 && total < 10 => total * v,
            10 | 20 => total + v,
            _ => total + v,
        };
    }
    (values.len() <= 3 && (1..=99).contains(&total)).then_some(Kind::Number { value: total, digits: 0 })
}

/// What follows a number of a CJK date or time: year, month, day, hour, minute, second.
fn is_unit(c: char) -> bool {
    matches!(c, '년' | '월' | '일' | '시' | '분' | '초')
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{f900}'..='\u{faff}')
}

/// Letters and the signs that some scripts write as combining marks.
fn is_letter(c: char) -> bool {
    c.is_alphabetic()
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{652}' | '\u{900}'..='\u{963}' | '\u{981}'..='\u{9e3}' | '\u{e31}'..='\u{e4e}')
}

/// Dashes, dots, colons and slashes of all widths as their ASCII form.
fn plain_mark(c: char) -> char {
    match c {
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '－' | '−' => '-',
        '．' | '。' => '.',
        '／' => '/',
        '：' => ':',
        '，' | '、' | '،' => ',',
        '’' | '‘' | '`' => '\'',
        '（' => '(',
        '）' => ')',
        '＋' => '+',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<u64> {
        tokens(text)
            .iter()
            .filter_map(|t| match t.kind {
                Kind::Number { value, .. } => Some(value),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn digits_of_every_script_have_their_value() {
        assert_eq!(values("２０１６ ٢٠١٦ २०१६ ๒๕๕๙"), [2016, 2016, 2016, 2559]);
        assert_eq!(values("二〇一六年十二月二十六日"), [2016, 12, 26]);
        assert_eq!(values("一十 廿三 三十一"), [10, 23, 31]);
    }

    #[test]
    fn letters_end_a_number() {
        assert_eq!(values("2020-03-05T10:00Z"), [2020, 3, 5, 10, 0]);
    }
}
