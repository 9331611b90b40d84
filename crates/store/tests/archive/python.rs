//! Programs written in Python that tests may use where they are at hand.

use std::process::Command;

/// A Python that has `package`: the one that `BYLINE_TEST_PYTHON` names, or the system's.
#[expect(clippy::disallowed_methods, reason = "the one place that finds the tests' Python")]
pub(crate) fn with(package: &str) -> Option<String> {
    let python = std::env::var("BYLINE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python).args(["-c", &format!("import {package}")]).output();
    if found.is_ok_and(|o| o.status.success()) {
        return Some(python);
    }
    eprintln!("not run: no Python with {package} (BYLINE_TEST_PYTHON)");
    None
}
