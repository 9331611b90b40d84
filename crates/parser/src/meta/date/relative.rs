//! "3 hours ago", "昨天", "vor 2 Tagen": dates told by their distance from the day of the capture, which
//! must be known for them to mean anything.

use crate::stems::Stems;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use std::sync::LazyLock;

/// The day that `text` tells by its distance from `captured_at`. Only a short text that is little else but
/// the distance is taken for one, and nothing longer than ten weeks ago: older ones are rounded by the site.
pub fn relative(text: &str, captured_at: DateTime<Utc>) -> Option<NaiveDate> {
    if text.chars().count() > 60 {
        return None;
    }
    static STEMS: LazyLock<Stems> = LazyLock::new(|| {
        let days: Vec<&str> = NAMED_DAYS.iter().flat_map(|(words, _)| words.split('|')).collect();
        Stems::new(&[AGO, &days])
    });
    let lower = text.trim().to_lowercase();
    if STEMS.within(&lower) == 0 {
        return None;
    }
    let today = captured_at.date_naive();
    for (words, days) in NAMED_DAYS {
        if words.split('|').any(|w| starts_as_word(&lower, w) && is_no_sentence(&lower[w.len()..])) {
            return today.checked_sub_days(Days::new(*days));
        }
    }
    let count: String =
        lower.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let ago = AGO.iter().any(|w| contains_word(&lower, w));
    let count: i64 = match count.parse() {
        Ok(n) => n,
        Err(_) if ago => 1,
        Err(_) => return None,
    };
    if !ago {
        return None;
    }
    let (_, minutes) = UNITS.iter().find(|(words, _)| words.split('|').any(|w| contains_word(&lower, w)))?;
    let distance = TimeDelta::try_minutes(minutes.checked_mul(count)?)?;
    (distance <= TimeDelta::weeks(10)).then(|| (captured_at - distance).date_naive())
}

fn starts_as_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word)
        .is_some_and(|rest| !is_spaced_script(word) || !rest.starts_with(char::is_alphanumeric))
}

/// What follows the name of a day is at most a time: "at 08:15", 下午3点.
fn is_no_sentence(rest: &str) -> bool {
    let letters = rest.chars().filter(|c| c.is_alphabetic());
    letters.clone().count()
        <= if letters.clone().any(|c| !is_spaced_script(c.encode_utf8(&mut [0; 4]))) { 3 } else { 8 }
}

fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        !is_spaced_script(word)
            || (!text[..at].ends_with(char::is_alphabetic)
                && !text[at + word.len()..].starts_with(|c: char| c.is_alphabetic()))
    })
}

fn is_spaced_script(word: &str) -> bool {
    !word
        .chars()
        .any(|c| matches!(c, '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{e00}'..='\u{e7f}'))
}

const NAMED_DAYS: &[(&str, u64)] = &[
    (
        "today|just now|今天|今日|刚刚|剛剛|오늘|heute|hoy|aujourd'hui|oggi|hoje|vandaag|сегодня|i dag|idag|bugün|dziś",
        0,
    ),
    ("yesterday|昨天|昨日|어제|gestern|ayer|hier|ieri|ontem|gisteren|вчера|i går|igår|dün|wczoraj", 1),
    ("前天|一昨日|그저께|vorgestern|anteayer|avant-hier", 2),
];

#[rustfmt::skip]
const AGO: &[&str] = &[
    "ago", "前", "전", "vor", "hace", "il y a", "fa", "há", "geleden", "назад", "sedan", "siden", "önce", "temu",
    "sitten", "ที่แล้ว", "منذ", "yang lalu",
];

/// Words and their length in minutes; the longer unit first, since "3 months" contains "mo".
const UNITS: &[(&str, i64)] = &[
    (
        "month|months|个月|個月|か月|ヶ月|개월|monat|monaten|mes|meses|mois|mese|mesi|mês|maand|maanden|месяц|месяца|месяцев",
        43_200,
    ),
    (
        "week|weeks|周|週|星期|주|woche|wochen|semana|semanas|semaine|semaines|settimana|settimane|weken|неделю|недели|недель",
        10_080,
    ),
    (
        "day|days|天|日|일|tag|tagen|día|días|jour|jours|giorno|giorni|dia|dias|dag|dagen|dagar|dager|день|дня|дней|gün|dni|päivää|يوم|أيام|hari",
        1440,
    ),
    (
        "hour|hours|hr|hrs|h|小时|小時|時間|시간|stunde|stunden|hora|horas|heure|heures|ora|ore|uur|час|часа|часов|timmar|timer|saat|ساعة|jam",
        60,
    ),
    (
        "minute|minutes|min|mins|m|分钟|分鐘|分|분|minuten|minuto|minutos|minuti|minuut|минут|минуты|минуту|dakika|دقيقة|menit",
        1,
    ),
    ("second|seconds|sec|秒|초|sekunden|segundos|secondes|secondi|секунд", 0),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let captured = "2024-03-10T12:00:00Z".parse().unwrap();
        assert_eq!(relative(text, captured).map(|d| d.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn distances_are_counted_from_the_capture() {
        check("3 hours ago", Some("2024-03-10"));
        check("Posted 13 hours ago", Some("2024-03-09"));
        check("vor 2 Tagen", Some("2024-03-08"));
        check("3天前", Some("2024-03-07"));
        check("昨天 08:15", Some("2024-03-09"));
        check("今天下午3点", Some("2024-03-10"));
        check("Yesterday at 8:15 pm", Some("2024-03-09"));
        check("hace un día", Some("2024-03-09"));
        check("2 weeks ago", Some("2024-02-25"));
    }

    #[test]
    fn what_is_no_distance_is_none() {
        check("3 minutes read", None);
        check("5 years ago", None);
        check("Today's best offers are to be found below, and they are more than you think", None);
        check("before", None);
        check("今天天气很好，我们去了海边", None);
        check("Today we went to the sea", None);
    }
}
