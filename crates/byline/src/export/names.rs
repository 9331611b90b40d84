//! Names of persons as bibliographies want them.

/// Family name and given name, where the name shows which is which: in Western names the last word is the
/// family name, particles before it included; Chinese, Japanese and Korean names are left whole.
pub(super) fn parts(name: &str) -> Option<(String, String)> {
    const PARTICLES: [&str; 14] =
        ["von", "van", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "la", "le", "ter"];
    if name.chars().any(|c| c >= '\u{2e80}') {
        return None;
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    let mut family_from = words.len().checked_sub(1)?;
    if family_from == 0 {
        return None;
    }
    while family_from > 1 && PARTICLES.contains(&words[family_from - 1]) {
        family_from -= 1;
    }
    Some((words[family_from..].join(" "), words[..family_from].join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn family_names_are_found_where_the_name_shows_them() {
        let split = |name| parts(name).map(|(family, given)| format!("{family}|{given}"));
        assert_eq!(split("Zoë Ångström").as_deref(), Some("Ångström|Zoë"));
        assert_eq!(split("Ludwig van der Berg").as_deref(), Some("van der Berg|Ludwig"));
        assert_eq!(split("李新"), None);
        assert_eq!(split("Plato"), None);
    }
}
