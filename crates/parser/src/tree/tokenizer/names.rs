//! Names of tags and attributes, each looked up once a page.

use html5ever::LocalName;

/// Slots; a page has some dozens of names.
const SLOTS: usize = 256;

/// The names read last, by a cheap hash. A name that is not there costs a strong hash and, where html5ever does
/// not know it, a lock that all threads share.
pub(super) struct Names {
    slots: Vec<LocalName>,
}

impl Default for Names {
    fn default() -> Self {
        Self { slots: vec![LocalName::from(""); SLOTS] }
    }
}

impl Names {
    /// The name in lower case, U+0000 replaced.
    pub(super) fn get(&mut self, name: &str) -> LocalName {
        if name.bytes().any(|b| b.is_ascii_uppercase() || b == 0) {
            return self.find(&name.to_ascii_lowercase().replace('\0', "\u{fffd}"));
        }
        self.find(name)
    }

    fn find(&mut self, name: &str) -> LocalName {
        let slot = &mut self.slots[hash(name.as_bytes())];
        if **slot != *name {
            *slot = LocalName::from(name);
        }
        slot.clone()
    }
}

fn hash(name: &[u8]) -> usize {
    let byte = |n: usize| usize::from(name.get(n).copied().unwrap_or_default());
    let last = usize::from(name.last().copied().unwrap_or_default());
    (name.len() * 61 + byte(0) * 7 + byte(name.len() / 2) * 31 + last * 13) % SLOTS
}
