//! Captions that no mark-up tells: a paragraph under a picture that ends with whose picture it is.

use super::{cues::Cue, score::Survey};
use crate::{Page, stems::Stems};
use std::sync::LazyLock;

/// Longest caption, in bytes, and longest name of who made the picture.
const LONGEST: usize = 420;
const CREDIT: usize = 64;

/// What stands before the name of who made a picture, after the caption's own words.
const BEFORE: &[&str] = &[
    "foto:",
    "fotos:",
    "foto(s):",
    "photo:",
    "photos:",
    "photograph:",
    "picture:",
    "image:",
    "image credit:",
    "photo credit:",
    "bild:",
    "bilder:",
    "bildrechte:",
    "bildquelle:",
    "fot.",
    "фото:",
    "copyright:",
];

/// How credits of agencies begin.
const AGENCIES: &[&str] = &["getty images", "shutterstock", "istock", "imago images", "picture alliance"];

/// Longest credit that is a line of its own, in bytes.
const ALONE: usize = 80;

/// What agencies and photographers end their captions with.
const AFTER: &[&str] =
    &["getty images", "getty images)", "shutterstock", "shutterstock)", "nuotr.", "nuotr.)"];

/// How captions of people begin.
const PICTURED: &[&str] =
    &["pictured from", "pictured, from", "pictured right", "pictured left", "pictured at the"];

/// Most lines hold none of these, and are asked nothing further.
static MARKS: LazyLock<Stems> = LazyLock::new(|| Stems::new(&[BEFORE, AGENCIES, AFTER, &["©", "Фото:"]]));

/// Calls the units captions that are so by their wording.
pub(super) fn tell_captions(page: &Page, survey: &mut Survey) {
    for (unit, context) in survey.units.iter().zip(&mut survey.context) {
        if unit.len() <= LONGEST
            && !context.is_negative()
            && page.tag(unit.block).heading_level().is_none()
            && is_caption(unit.text(page))
        {
            *context = Cue::Caption;
        }
    }
}

fn is_caption(text: &str) -> bool {
    // All but the first words of a caption stands in its end.
    let from = text.len().saturating_sub(2 * CREDIT);
    let start = (from..=text.len()).find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    if has_agency(text) || text.starts_with(['P', 'p']) && begins_pictured(text) {
        return true;
    }
    if MARKS.within(&text[start..]) == 0 {
        return false;
    }
    let end = text[start..].to_lowercase();
    has_copyright(&end)
        || has_credit(&end, from == 0)
        || text.len() < LONGEST / 2 && AFTER.iter().any(|w| end.ends_with(w))
        || text.len() < ALONE && AGENCIES.iter().any(|w| end.starts_with(w))
}

fn begins_pictured(text: &str) -> bool {
    PICTURED.iter().any(|w| text.get(..w.len()).is_some_and(|start| start.eq_ignore_ascii_case(w)))
}

/// `A bridge © A. Author`, `© A. Author`.
fn has_copyright(text: &str) -> bool {
    text.rfind('©').is_some_and(|at| text.len() - at <= CREDIT && !text[at..].contains(". "))
}

/// `A bridge. Photo: A. Author`, `Photo: A. Author`. `whole`: nothing stands before the text.
fn has_credit(text: &str, whole: bool) -> bool {
    BEFORE.iter().any(|mark| {
        text.rfind(mark).is_some_and(|at| {
            let before = text[..at].trim_end();
            let stands_alone = whole && before.is_empty()
                || before.ends_with(['.', '!', '?', ')', '(', '[', '”', '"', '|', '\n', '/']);
            let name = text[at + mark.len()..].trim();
            stands_alone && (2..=CREDIT).contains(&name.len()) && !name.trim_end_matches('.').contains(". ")
        })
    })
}

/// `A bridge (AFP / A. AUTHOR)`, `A bridge (AP Photo/A. Author)`.
fn has_agency(text: &str) -> bool {
    let Some(inner) = text.strip_suffix(')').and_then(|t| t.rsplit_once('(')).map(|t| t.1) else {
        return false;
    };
    let agency = inner.bytes().take_while(u8::is_ascii_uppercase).count() >= 2
        && !inner.bytes().any(|b| b.is_ascii_digit());
    inner.len() <= CREDIT && agency && (inner.contains(" / ") || inner.contains("Photo/"))
}

#[cfg(test)]
mod tests {
    use super::is_caption;

    #[test]
    fn captions_are_told_from_sentences() {
        assert!(is_caption("The bridge by night. Photo: Ann Author"));
        assert!(is_caption("Die Brücke bei Nacht © Ann Autorin"));
        assert!(is_caption("Foto: Ann Autorin/Agentur"));
        assert!(is_caption("The bridge by night (AFP / ANN AUTHOR)"));
        assert!(is_caption("Pictured from left, Ann Author and Ben Builder."));
        assert!(!is_caption("It gives light enough (PPF: 150 umol / 15 watts)"));
        assert!(!is_caption("Words and photos: Ann Author"));
        assert!(!is_caption("It was © 2019 by its maker. He sold it, and with it all that he had."));
        assert!(!is_caption("She took a photo: nobody else had one. It was of the bridge."));
    }
}
