//! What was found out about strings that come again and again.

/// Places; a page has some hundreds of classes.
const PLACES: usize = 512;

/// Keeps the newest answer for each of some places, by a cheap hash of the string: the classes of a page are few,
/// and are asked about for every element.
pub(crate) struct Memo<'p, T> {
    places: Vec<(&'p str, T)>,
}

impl<'p, T: Copy> Memo<'p, T> {
    /// `empty` is the answer for the empty string.
    pub(crate) fn new(empty: T) -> Self {
        Self { places: vec![("", empty); PLACES] }
    }

    /// The answer for a string, found once as long as no other takes its place.
    pub(crate) fn get(&mut self, text: &'p str, find: impl FnOnce(&'p str) -> T) -> T {
        let place = &mut self.places[place(text.as_bytes())];
        if place.0 != text {
            *place = (text, find(text));
        }
        place.1
    }
}

/// By length and the bytes at both ends.
fn place(text: &[u8]) -> usize {
    let word = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |b| u64::from_le_bytes(*b));
    let (first, last) = match text.len() {
        0..8 => (text.iter().fold(0, |h, b| h << 8 | u64::from(*b)), 0),
        _ => (word(text.first_chunk()), word(text.last_chunk())),
    };
    let mixed = (first ^ last.rotate_left(23) ^ text.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_those_of_their_strings() {
        let texts: Vec<String> = (0..4000).map(|n| format!("menu-item menu-item-{n}")).collect();
        let mut memo = Memo::new(0);
        let mut found = 0;
        for text in texts.iter().chain(&texts).flat_map(|t| [t, t]) {
            let length = memo.get(text, |t| {
                found += 1;
                t.len()
            });
            assert_eq!(length, text.len());
        }
        assert!(found <= 8000);
        assert_eq!(memo.get("", str::len), 0);
    }
}
