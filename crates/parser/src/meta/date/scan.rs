//! The grammar of written dates: which runs of tokens are a date, in any of the orders people write it.

use super::{
    Order,
    clock::{self, Clock},
    months,
    token::{Kind, Token},
};
use chrono::NaiveDate;
use model::Stamp;

/// What was read at one token, before it is turned into a [`Stamp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Day(NaiveDate),
    Month(i32, u32),
    Year(i32),
    /// Month and day without a year.
    Yearless(u32, u32),
}

/// The date that begins at token `i`, whether its day and month could also be the other way round, and the
/// index of the first token after it.
pub(super) struct Match {
    pub(super) reading: Reading,
    pub(super) ambiguous: bool,
    pub(super) next: usize,
    clock: Option<Clock>,
}

impl Match {
    pub(super) fn stamp(&self) -> Option<Stamp> {
        match (self.reading, &self.clock) {
            (Reading::Year(y), _) => Some(Stamp::Year(y)),
            (Reading::Month(y, m), _) => Some(Stamp::Month(y, m)),
            (Reading::Yearless(..), _) => None,
            (Reading::Day(d), None) => Some(Stamp::Day(d)),
            (Reading::Day(d), Some(clock)) => {
                let local = d.and_time(clock.time);
                match clock.offset.and_then(|o| local.and_local_timezone(o).single()) {
                    Some(instant) => Some(Stamp::Instant(instant)),
                    None => Some(Stamp::Local(local)),
                }
            }
        }
    }
}

pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) order: Order,
}

impl Scanner<'_> {
    pub(super) fn at(&self, i: usize) -> Option<Match> {
        let (reading, ambiguous, mut next) = match self.tokens.get(i)?.kind {
            Kind::Number { digits, .. } => match digits {
                8.. => self.compact(i)?,
                _ => self.era(i).or_else(|| self.year_first(i)).or_else(|| self.day_first(i))?,
            },
            Kind::Word if !self.number_follows(i) => return None,
            Kind::Word => self.month_first(i).or_else(|| self.vietnamese(i))?,
            Kind::Mark(_) => self.era(i)?,
        };
        let clock =
            matches!(reading, Reading::Day(_)).then(|| clock::after(self.text, self.tokens, next)).flatten();
        if let Some(clock) = &clock {
            next = clock.next;
        }
        Some(Match { reading, ambiguous, next, clock })
    }

    /// Near enough to be of the date that the word at `i` begins.
    fn number_follows(&self, i: usize) -> bool {
        self.tokens[i + 1..].iter().take(8).any(|t| matches!(t.kind, Kind::Number { .. }))
    }

    fn kind(&self, i: usize) -> Option<Kind> {
        self.tokens.get(i).map(|t| t.kind)
    }

    fn mark(&self, i: usize) -> Option<char> {
        match self.kind(i)? {
            Kind::Mark(c) => Some(c),
            _ => None,
        }
    }

    fn word(&self, i: usize) -> Option<&str> {
        let token = self.tokens.get(i)?;
        (token.kind == Kind::Word).then(|| &self.text[token.at.clone()])
    }

    fn spaced(&self, i: usize) -> bool {
        self.tokens.get(i).is_some_and(|t| t.spaced)
    }

    fn small(&self, i: usize, most: u64) -> Option<u32> {
        match self.kind(i)? {
            Kind::Number { value, digits } if digits <= 2 && (1..=most).contains(&value) => {
                u32::try_from(value).ok()
            }
            _ => None,
        }
    }

    fn year(&self, i: usize) -> Option<i32> {
        match self.kind(i)? {
            Kind::Number { value, digits: 4 } if (1000..2200).contains(&value) => i32::try_from(value).ok(),
            // The Buddhist era, for the years of print and web.
            Kind::Number { value, digits: 4 } if (2440..2640).contains(&value) => {
                i32::try_from(value - 543).ok()
            }
            _ => None,
        }
    }

    /// A two-digit year of this or the last century.
    fn short_year(&self, i: usize) -> Option<i32> {
        match self.kind(i)? {
            Kind::Number { value, digits: 2 } => {
                let value = i32::try_from(value).ok()?;
                Some(if value < 60 { 2000 + value } else { 1900 + value })
            }
            _ => None,
        }
    }

    /// A month's name at `i` and the index after it and its dot; after both where two calendars' names of the one
    /// month stand side by side (نيسان / أبريل).
    fn month(&self, i: usize) -> Option<(u32, usize)> {
        let (month, next) = self.one_month(i)?;
        match self.one_month(next + 1).filter(|(same, _)| *same == month && self.mark(next) == Some('/')) {
            Some((_, next)) => Some((month, next)),
            None => Some((month, next)),
        }
    }

    fn one_month(&self, i: usize) -> Option<(u32, usize)> {
        let word = self.word(i)?;
        if months::is_thai(word)
            && self.mark(i + 1) == Some('.')
            && !self.spaced(i + 2)
            && let Some(rest) = self.word(i + 2)
            && let Some(month) = months::month(&format!("{word}.{rest}"))
        {
            return Some((month, i + 3 + usize::from(self.mark(i + 3) == Some('.'))));
        }
        // The Levant's names of two words.
        let two = match (word, self.word(i + 1)) {
            ("كانون", Some("الثاني")) => Some(1),
            ("كانون", Some("الأول" | "الاول")) => Some(12),
            ("تشرين", Some("الأول" | "الاول")) => Some(10),
            ("تشرين", Some("الثاني")) => Some(11),
            _ => None,
        };
        if let Some(month) = two {
            return Some((month, i + 2));
        }
        let month = months::month(word)?;
        Some((month, i + 1 + usize::from(self.mark(i + 1) == Some('.'))))
    }

    /// `20161226`, `20161226T080000`.
    fn compact(&self, i: usize) -> Option<(Reading, bool, usize)> {
        let Kind::Number { value, digits } = self.kind(i)? else { return None };
        let value = match digits {
            8 => value,
            14 => value / 1_000_000,
            12 => value / 10_000,
            _ => return None,
        };
        let (y, m, d) = (value / 10_000, value / 100 % 100, value % 100);
        (1900..2100).contains(&y).then_some(())?;
        let date =
            NaiveDate::from_ymd_opt(i32::try_from(y).ok()?, u32::try_from(m).ok()?, u32::try_from(d).ok()?)?;
        Some((Reading::Day(date), false, i + 1))
    }

    /// `令和7年1月13日`, `民國113年5月20日`: the years of Japanese eras and of the Republic of China.
    fn era(&self, i: usize) -> Option<(Reading, bool, usize)> {
        let before = match (self.mark(i)?, self.mark(i + 1)?) {
            ('令', '和') => 2018,
            ('平', '成') => 1988,
            ('昭', '和') => 1925,
            ('民', '國' | '国') => 1911,
            _ => return None,
        };
        let count = match self.kind(i + 2)? {
            Kind::Number { value, digits } if digits <= 3 => i32::try_from(value).ok()?,
            Kind::Mark('元') => 1,
            _ => return None,
        };
        matches!(self.mark(i + 3), Some('年')).then_some(())?;
        let month = self.small(i + 4, 12).filter(|_| self.mark(i + 5) == Some('月'))?;
        let day = self.small(i + 6, 31)?;
        let date = NaiveDate::from_ymd_opt(before + count, month, day)?;
        Some((
            Reading::Day(date),
            false,
            i + 7 + usize::from(matches!(self.mark(i + 7), Some('日' | '号' | '號'))),
        ))
    }

    fn year_first(&self, i: usize) -> Option<(Reading, bool, usize)> {
        let Some(year) = self.year(i) else { return self.yearless_cjk(i) };
        if let Some('年' | '년') = self.mark(i + 1) {
            let Some(month) = self.small(i + 2, 12).filter(|_| matches!(self.mark(i + 3), Some('月' | '월')))
            else {
                return Some((Reading::Year(year), false, i + 2));
            };
            return Some(match self.small(i + 4, 31).and_then(|d| NaiveDate::from_ymd_opt(year, month, d)) {
                Some(date) => {
                    let closed = matches!(self.mark(i + 5), Some('日' | '号' | '號' | '일'));
                    (Reading::Day(date), false, i + 5 + usize::from(closed))
                }
                None => (Reading::Month(year, month), false, i + 4),
            });
        }
        // 2016-12-26, 2016/12/26, 2016.12.26., 2016. 12. 26
        if let Some(separator @ ('-' | '/' | '.' | ',')) = self.mark(i + 1)
            && let Some(month) = self.small(i + 2, 12)
            && (separator != ',' || !self.spaced(i + 2))
        {
            if self.mark(i + 3) == Some(separator)
                && let Some(day) = self.small(i + 4, 31)
                && let Some(date) = NaiveDate::from_ymd_opt(year, month, day)
            {
                return Some((Reading::Day(date), false, i + 5));
            }
            let whole = separator != ',' && !self.spaced(i + 1) && !self.spaced(i + 2);
            let ends =
                self.mark(i + 3).is_none_or(|c| !matches!(c, '-' | '/' | ':' | '%')) || self.spaced(i + 3);
            let two_digits = matches!(self.kind(i + 2), Some(Kind::Number { digits: 2, .. }));
            return (whole && ends && two_digits && separator != '.').then_some((
                Reading::Month(year, month),
                false,
                i + 3,
            ));
        }
        // "2020. március 5.", "2020 m. kovo 5 d.", "2020-Mar-05"
        let mut at = i + 1;
        if self.word(at) == Some("m") {
            at += 1;
        }
        if matches!(self.mark(at), Some('.' | '-' | ',' | '/')) {
            at += 1;
        }
        let (month, mut at) = self.month(at)?;
        if matches!(self.mark(at), Some('-' | '/')) {
            at += 1;
        }
        let date = NaiveDate::from_ymd_opt(year, month, self.small(at, 31)?)?;
        // "5 January 2020 10 March ...": the year belongs to what stands before it.
        Some((Reading::Day(date), false, at + 1))
    }

    /// `12月26日`, `12월 26일`.
    fn yearless_cjk(&self, i: usize) -> Option<(Reading, bool, usize)> {
        let month = self.small(i, 12)?;
        matches!(self.mark(i + 1), Some('月' | '월')).then_some(())?;
        let day = self.small(i + 2, 31)?;
        matches!(self.mark(i + 3), Some('日' | '号' | '號' | '일')).then_some((
            Reading::Yearless(month, day),
            false,
            i + 4,
        ))
    }

    fn day_first(&self, i: usize) -> Option<(Reading, bool, usize)> {
        self.day_month_name(i).or_else(|| self.all_numbers(i)).or_else(|| self.day_thang(i))
    }

    /// `26 December 2016`, `26. Dezember 2016`, `26 de diciembre de 2016`, `26-Dec-16`, `1er mars 2020`.
    fn day_month_name(&self, i: usize) -> Option<(Reading, bool, usize)> {
        let day = self.small(i, 31)?;
        let mut at = i + 1;
        if let Some(suffix) = self.word(at)
            && !self.spaced(at)
            && suffix.chars().count() <= 3
            && months::month(suffix).is_none()
        {
            at += 1;
        }
        for _ in 0..3 {
            match self.kind(at)? {
                Kind::Mark('.' | '-' | '/' | 'º' | '°' | 'ª' | ',' | '\'') => at += 1,
                Kind::Word
                    if matches!(
                        self.word(at),
                        Some(
                            "de" | "of" | "di" | "d" | "th" | "st" | "nd" | "rd" | "ngày" | "ta" | "a" | "từ"
                        )
                    ) =>
                {
                    at += 1;
                }
                _ => break,
            }
        }
        let (month, mut at) = self.month(at)?;
        let dashed = self.mark(at) == Some('-') && !self.spaced(at);
        let mut quoted = false;
        for _ in 0..4 {
            match self.kind(at) {
                Some(Kind::Mark('\'')) => {
                    quoted = true;
                    at += 1;
                }
                Some(Kind::Mark(',' | '.' | '-' | '/')) => at += 1,
                Some(Kind::Word)
                    if matches!(
                        self.word(at),
                        Some("de" | "del" | "of" | "พ" | "ศ" | "عام" | "year" | "г")
                    ) =>
                {
                    at += 1;
                }
                _ => break,
            }
        }
        let year = self.year(at).or_else(|| {
            let clock = matches!(self.mark(at + 1), Some(':' | '.'))
                && matches!(self.kind(at + 2), Some(Kind::Number { digits: 2, .. }));
            let bare =
                self.spaced(at) && !clock && self.mark(at + 1).is_none() && self.word(at + 1).is_none();
            (dashed || quoted || bare).then(|| self.short_year(at)).flatten()
        });
        match year {
            Some(year) => {
                let date = NaiveDate::from_ymd_opt(year, month, day)?;
                Some((Reading::Day(date), false, at + 1))
            }
            None => Some((Reading::Yearless(month, day), false, at)),
        }
    }

    /// `26.12.2016`, `12/26/2016`, `26-12-16`.
    fn all_numbers(&self, i: usize) -> Option<(Reading, bool, usize)> {
        let (a, b) = (self.small(i, 31)?, self.small(i + 2, 31)?);
        let separator = self.mark(i + 1).filter(|c| matches!(c, '.' | '/' | '-'))?;
        let glued = !self.spaced(i + 1) && (!self.spaced(i + 2) || separator == '.');
        let joined = self.mark(i + 3) == Some(separator) && (glued || separator == '/');
        // A longer chain of numbers is a version, an address or a telephone number.
        let alone = i
            .checked_sub(1)
            .is_none_or(|before| !matches!(self.mark(before), Some('.' | '/' | '-')) || self.spaced(i));
        if !joined || !alone {
            return None;
        }
        if self.mark(i + 5) == Some(separator)
            && matches!(self.kind(i + 6), Some(Kind::Number { .. }))
            && !self.spaced(i + 6)
        {
            return None;
        }
        let year = self.year(i + 4).or_else(|| self.short_year(i + 4).filter(|_| !self.spaced(i + 4)))?;
        let day_first = match (separator, self.order) {
            _ if a > 12 => true,
            _ if b > 12 => false,
            ('.', _) => true,
            (_, Order::MonthFirst) => false,
            (_, Order::DayFirst) => true,
        };
        let (day, month) = if day_first { (a, b) } else { (b, a) };
        let date = NaiveDate::from_ymd_opt(year, month, day)?;
        let ambiguous = separator != '.' && a <= 12 && b <= 12 && a != b;
        Some((Reading::Day(date), ambiguous, i + 5))
    }

    /// `5 tháng 3, 2020`, `5 tháng 3 năm 2020`.
    fn day_thang(&self, i: usize) -> Option<(Reading, bool, usize)> {
        let day = self.small(i, 31)?;
        let mut at = i + 1 + usize::from(self.mark(i + 1) == Some(','));
        matches!(self.word(at), Some("tháng" | "Tháng")).then_some(())?;
        let month = self.small(at + 1, 12)?;
        at += 2;
        while matches!(self.mark(at), Some(',' | '/')) || self.word(at) == Some("năm") {
            at += 1;
        }
        let date = NaiveDate::from_ymd_opt(self.year(at)?, month, day)?;
        Some((Reading::Day(date), false, at + 1))
    }

    /// `Tháng 3 5, 2020`.
    fn vietnamese(&self, i: usize) -> Option<(Reading, bool, usize)> {
        matches!(self.word(i), Some("Tháng" | "tháng")).then_some(())?;
        let (month, day) = (self.small(i + 1, 12)?, self.small(i + 2, 31)?);
        let at = i + 3 + usize::from(self.mark(i + 3) == Some(','));
        let date = NaiveDate::from_ymd_opt(self.year(at)?, month, day)?;
        Some((Reading::Day(date), false, at + 1))
    }

    /// `December 26, 2016`, `Dec. 26th 2016`, `Mon Dec 26 08:00:00 +0000 2016`, `December 2016`.
    fn month_first(&self, i: usize) -> Option<(Reading, bool, usize)> {
        let (month, mut at) = self.month(i)?;
        if matches!(self.mark(at), Some('-' | '/' | ',')) {
            at += 1;
        }
        if matches!(self.word(at), Some("of" | "de" | "the")) {
            at += 1;
        }
        if let Some(year) = self.year(at) {
            return Some((Reading::Month(year, month), false, at + 1));
        }
        let day = self.small(at, 31)?;
        at += 1;
        if let Some(suffix) = self.word(at)
            && !self.spaced(at)
            && suffix.len() <= 3
        {
            at += 1;
        }
        let after_day = at;
        while matches!(self.mark(at), Some(',' | '.' | '-' | '/' | '\''))
            || matches!(self.word(at), Some("of" | "de" | "año"))
        {
            at += 1;
        }
        if let Some(year) = self.year(at) {
            return Some((Reading::Day(NaiveDate::from_ymd_opt(year, month, day)?), false, at + 1));
        }
        if at > after_day
            && matches!(self.mark(at - 1), Some('\'' | '-'))
            && let Some(year) = self.short_year(at)
        {
            return Some((Reading::Day(NaiveDate::from_ymd_opt(year, month, day)?), false, at + 1));
        }
        // The form of Unix `date` and of Twitter puts the time before the year.
        if let Some(clock) = clock::after(self.text, self.tokens, after_day) {
            let mut at = clock.next;
            if self.word(at).is_some() {
                at += 1;
            }
            if let Some(date) = self.year(at).and_then(|y| NaiveDate::from_ymd_opt(y, month, day)) {
                return Some((Reading::Day(date), false, at + 1));
            }
        }
        Some((Reading::Yearless(month, day), false, after_day))
    }
}
