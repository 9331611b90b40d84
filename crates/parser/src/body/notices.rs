//! Boxes that a publisher sets in the midst of a text: walls before the rest of it, and notices in place of
//! what another site would show.

use super::{score::Survey, units::Unit};
use crate::{NodeId, Page, stems::Stems};
use std::{ops::Range, sync::LazyLock};

/// Longest line, in bytes, that is asked.
const LONGEST: usize = 480;

/// How notices in place of another site's content begin.
const EXTERNAL: &[&str] = &[
    "an dieser stelle find",
    "empfohlener redaktioneller inhalt",
    "empfohlener externer inhalt",
    "ich bin damit einverstanden, dass mir",
    "recommended editorial content",
    "recommended external content",
];

/// What walls say.
static WALLS: LazyLock<Stems> = LazyLock::new(|| {
    Stems::new(&[&[
        "create an account or sign in",
        "create an account or log in",
        "sign in or create an account",
        "log in or create an account",
        "sign in to continue",
        "log in to continue",
        "register to continue",
        "subscribe to continue",
        "sign in to unlock",
        "register to unlock",
        "reserved for subscribers",
        "reserved for our subscribers",
        "available to subscribers only",
        "available for subscribers only",
        "already a subscriber",
        "um weiterzulesen",
        "pour lire la suite",
        "réservé aux abonnés",
        "réservé à nos abonnés",
        "exclusivo para suscriptores",
        "para seguir leyendo",
        "para continuar leyendo",
        "per continuare a leggere",
        "riservato agli abbonati",
        "有料会員になると",
        "会員限定の有料記事",
    ]])
});

/// Longest line of a wall, in bytes: what is longer speaks of walls.
const WALL: usize = 130;

/// Drops them, each with what stands in its box.
pub(super) fn drop_notices(
    page: &Page,
    survey: &Survey,
    root: NodeId,
    range: Range<usize>,
    keep: &mut [bool],
) {
    for index in range {
        let unit = &survey.units[index];
        if keep[index] && unit.len() <= LONGEST && is_notice(unit.text(page)) {
            keep[survey.units_in(page, around(page, survey, root, unit))].fill(false);
        }
    }
}

/// Longest line, in bytes, that stands in such a box beside the notice: what is longer is of the text.
const BESIDE: usize = 150;

/// The largest element around the line that holds little else, in short lines.
fn around(page: &Page, survey: &Survey, root: NodeId, unit: &Unit) -> NodeId {
    let most = 4 * unit.len() + 120;
    let is_box = |i: NodeId| {
        page.text_len(i) <= most
            && survey.units[survey.units_in(page, i)]
                .iter()
                .all(|u| u.first == unit.first || u.len() <= BESIDE)
    };
    page.ancestors(unit.first).take_while(|&i| i != root && is_box(i)).last().unwrap_or(unit.first)
}

/// Bytes under a heading such as "Disclaimer" that a publisher says under every text.
const DISCLAIMED: usize = 1500;

/// Drops what follows a line such as "版权与免责声明：" (copyright and disclaimer) or "Disclaimer", near the end.
pub(super) fn drop_disclaimers(page: &Page, survey: &Survey, range: Range<usize>, keep: &mut [bool]) {
    let tail = range.start + range.len() * 6 / 10;
    let left = |i: usize| survey.units[i].start + DISCLAIMED > survey.units[range.end - 1].end;
    let is_heading = |i: usize| {
        let text = survey.units[i].text(page);
        let line = text.lines().next().unwrap_or_default();
        let line = line.trim_end_matches(['：', ':']);
        let said = line.ends_with("声明") && (line.contains("免责") || line.contains("版权"));
        let alone = ["Disclaimer", "Haftungsausschluss", "Legal disclaimer"];
        line.len() <= 100 && said
            || text.len() < 24 && left(i) && alone.iter().any(|w| line.eq_ignore_ascii_case(w))
    };
    if let Some(heading) = (tail..range.end).find(|&i| is_heading(i)) {
        keep[heading..range.end].fill(false);
    }
}

fn is_notice(text: &str) -> bool {
    let external = |w: &&str| text.get(..w.len()).is_some_and(|start| start.eq_ignore_ascii_case(w));
    EXTERNAL.iter().any(external) || text.len() <= WALL && WALLS.within(text) != 0
}

#[cfg(test)]
mod tests {
    use super::is_notice;

    #[test]
    fn notices_are_told_from_sentences() {
        assert!(is_notice("Create an account or sign in to continue with your reading experience."));
        assert!(is_notice("An dieser Stelle finden Sie einen externen Inhalt."));
        assert!(!is_notice("To sell there, she had to create an account."));
    }
}
