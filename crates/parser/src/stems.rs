//! Which of some lists of words a text holds, in one pass over its bytes.

/// Lists of words as one automaton (Aho and Corasick, 1975): its time does not depend on how many words there are,
/// where a search for each costs a few hundred nanoseconds, also in a name of ten letters.
pub(crate) struct Stems {
    /// Class of each byte; 0 for those that no word has. Upper-case letters are in the class of the lower-case one.
    class: [u8; 256],
    classes: usize,
    /// Next state, by state and class of the byte.
    next: Vec<u16>,
    /// Lists of which a word ends in the state, a bit each.
    ends: Vec<u16>,
}

impl Stems {
    /// At most 16 lists. ASCII letters of the words are in lower case and stand for both cases; other characters
    /// stand for themselves.
    ///
    /// # Panics
    /// Where all words together are longer than 64 kB.
    pub(crate) fn new(lists: &[&[&str]]) -> Self {
        let words = || {
            lists.iter().enumerate().flat_map(|(list, words)| words.iter().map(move |w| (list, w.as_bytes())))
        };
        let mut class = [0; 256];
        let mut classes = 1;
        for (_, word) in words() {
            for &b in word {
                if class[usize::from(b)] == 0 {
                    class[usize::from(b)] = u8::try_from(classes).unwrap_or(u8::MAX);
                    classes += 1;
                }
            }
        }
        for b in b'A'..=b'Z' {
            class[usize::from(b)] = class[usize::from(b.to_ascii_lowercase())];
        }
        let mut trie: Vec<Vec<usize>> = vec![vec![0; classes]];
        let mut ends: Vec<u16> = vec![0];
        for (list, word) in words() {
            let mut state = 0;
            for &b in word {
                let class = usize::from(class[usize::from(b)]);
                if trie[state][class] == 0 {
                    trie[state][class] = trie.len();
                    trie.push(vec![0; classes]);
                    ends.push(0);
                }
                state = trie[state][class];
            }
            ends[state] |= 1 << list;
        }
        Self { class, classes, next: complete(&mut trie, &mut ends), ends }
    }

    /// A bit for each list of which the text holds a word, also within a longer one.
    pub(crate) fn within(&self, text: &str) -> u16 {
        let mut at = 0;
        let mut found = 0;
        for &b in text.as_bytes() {
            at = usize::from(self.next[at * self.classes + usize::from(self.class[usize::from(b)])]);
            found |= self.ends[at];
        }
        found
    }
}

/// Gives every state a way on for every byte: that of the longest ending of what was read that is a beginning of
/// a word.
fn complete(trie: &mut [Vec<usize>], ends: &mut [u16]) -> Vec<u16> {
    let mut shorter = vec![0; trie.len()];
    let mut queue: std::collections::VecDeque<usize> = trie[0].iter().copied().filter(|s| *s != 0).collect();
    while let Some(state) = queue.pop_front() {
        let back = shorter[state];
        ends[state] |= ends[back];
        let otherwise = trie[back].clone();
        for (to, otherwise) in trie[state].iter_mut().zip(otherwise) {
            if *to == 0 {
                *to = otherwise;
            } else {
                shorter[*to] = otherwise;
                queue.push_back(*to);
            }
        }
    }
    let narrow = |s: usize| u16::try_from(s).expect("the words of a list are few");
    trie.iter().flatten().map(|s| narrow(*s)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_wherever_they_stand() {
        let stems = Stems::new(&[&["he", "hers", "she"], &["his", "作者"], &["ers"]]);
        let check = |text: &str, lists: u16| assert_eq!(stems.within(text), lists, "{text}");
        check("", 0);
        check("h", 0);
        check("aSHEs", 1);
        check("hHeRs", 5);
        check("this", 2);
        check("本文作者", 2);
        check("作hi者", 0);
        check("ushers", 5);
        check("user ss", 0);
    }
}
