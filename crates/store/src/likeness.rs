//! Near-duplicates: texts that share most of their shingles have fingerprints that differ in few bits
//! (Charikar, "Similarity estimation techniques from rounding algorithms", 2002). The fingerprints find the pairs;
//! [`likeness`] then compares the texts themselves (Broder, "On the resemblance and containment of documents", 1997).

/// FNV-1a, 64 bits.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// Tokens in a row that make one shingle.
const SHINGLE: usize = 3;

/// 64-bit fingerprint over shingles of words; in scripts without blanks between words, of characters. Case,
/// punctuation and spacing have no part in it. 0 for a text without a token.
pub fn simhash(text: &str) -> u64 {
    let mut sums = [0_i32; 64];
    for hash in shingles(text) {
        for (bit, sum) in sums.iter_mut().enumerate() {
            *sum += if hash >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    sums.iter().enumerate().fold(0, |print, (bit, sum)| if *sum > 0 { print | 1 << bit } else { print })
}

/// Bits in which two fingerprints differ; texts that are nearly the same differ in at most 3.
pub fn distance(a: u64, b: u64) -> u32 {
    (a ^ b).count_ones()
}

/// Share of the shingles of both texts that are in both, 0 to 1; 0 where one has none.
pub fn likeness(a: &str, b: &str) -> f64 {
    let (a, b) = (shingles(a), shingles(b));
    let common = a.iter().filter(|s| b.binary_search(s).is_ok()).count();
    let all = a.len() + b.len() - common;
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

/// Hashes of the text's shingles, sorted, each once: a turn of phrase that recurs must not stand for the whole text.
fn shingles(text: &str) -> Vec<u64> {
    let tokens = tokens(text);
    let mut shingles: Vec<u64> = tokens
        .windows(SHINGLE.min(tokens.len().max(1)))
        .map(|shingle| mix(shingle.iter().fold(FNV_OFFSET, |h, t| (h ^ t).wrapping_mul(FNV_PRIME))))
        .collect();
    shingles.sort_unstable();
    shingles.dedup();
    shingles
}

/// Spreads each bit of the input over all bits (the finalizer of SplitMix64).
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Hashes of the text's words and characters.
fn tokens(text: &str) -> Vec<u64> {
    let mut tokens = Vec::new();
    let mut word: Option<u64> = None;
    for c in text.chars() {
        if !c.is_alphanumeric() || stands_alone(c) {
            tokens.extend(word.take());
        }
        if c.is_alphanumeric() {
            for c in c.to_lowercase() {
                word = Some((word.unwrap_or(FNV_OFFSET) ^ u64::from(c)).wrapping_mul(FNV_PRIME));
            }
            if stands_alone(c) {
                tokens.extend(word.take());
            }
        }
    }
    tokens.extend(word);
    tokens
}

/// Characters of scripts that put no blank between words.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prose(from: u32, to: u32) -> String {
        (from..to).map(|n| format!("Sentence {n} tells of matter {}. ", n * 7919 % 10_007)).collect()
    }

    #[test]
    fn layout_and_case_have_no_part() {
        assert_eq!(simhash("A b, c!  D\ne"), simhash("a B C d e"));
        assert_eq!(simhash("中俄关系,高调前行"), simhash("中俄关系 高调 前行"));
    }

    #[test]
    fn a_small_edit_stays_near_and_another_text_is_far() {
        let text = prose(0, 300);
        let near = (0..300)
            .filter(|n| {
                let edited = text.replace(&format!("Sentence {n} tells"), &format!("Sentence {n} reports"));
                distance(simhash(&text), simhash(&edited)) <= 3
            })
            .count();
        assert!(near > 270, "{near} of 300 edits of one word stay within 3 bits");
        assert!(distance(simhash(&text), simhash(&prose(1000, 1300))) > 10);
    }

    #[test]
    fn likeness_is_the_share_of_common_shingles() {
        let text = prose(0, 100);
        assert!((likeness(&text, &text.to_uppercase()) - 1.0).abs() < 1e-9);
        let print_view = format!("Print. {text} Copyright.");
        assert!(likeness(&text, &print_view) > 0.95);
        assert!(likeness(&text, &prose(50, 150)) < 0.5);
        assert!(likeness("中俄关系高调前行", "中俄关系曲折前行") < 0.8);
        assert!(likeness("", "").abs() < 1e-9);
    }

    #[test]
    fn short_texts_do_no_harm() {
        assert_eq!(simhash(""), 0);
        assert_eq!(simhash("…!"), 0);
        assert_ne!(simhash("a"), simhash("b"));
    }
}
