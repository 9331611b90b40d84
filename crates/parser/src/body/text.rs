//! Texts compared.

/// Letters and digits alone, lower case: what two renderings of one text have in common.
pub(super) fn letters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                out.push(c.to_ascii_lowercase());
            }
        } else if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// Whether two texts in [`letters`] are one, or one is the beginning of the other, cut off.
pub(super) fn same_start(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.len() >= 24 && long.starts_with(short) && short.len() * 3 >= long.len()
}
