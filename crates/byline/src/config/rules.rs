//! Where site rules are read from.

use super::{Config, ConfigError};
use parser::{RuleFile, Rules};
use std::path::{Path, PathBuf};

/// Beside the settings file, else in the working directory.
const FOLDER: &str = "rules";

impl Config {
    /// Reads and compiles the site rules: those of `rules` in its order (the files of a folder by name), then the
    /// settings file's own. Where two give the same field, the first holds.
    ///
    /// # Errors
    /// [`ConfigError`]: which file cannot be read, or which line of it is no rule.
    pub fn rules(&self) -> Result<Rules, ConfigError> {
        let mut files: Vec<(PathBuf, bool)> = Vec::new();
        match &self.rules {
            Some(places) => {
                for place in places {
                    files.extend(rule_files(place)?.into_iter().map(|f| (f, false)));
                }
            }
            None => {
                let beside = self.file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
                let folder = beside.join(FOLDER);
                if folder.is_dir() {
                    files.extend(rule_files(&folder)?.into_iter().map(|f| (f, false)));
                }
            }
        }
        files.extend(self.file.iter().map(|f| (f.clone(), true)));
        let mut texts: Vec<(String, String, bool)> = Vec::new();
        for (path, shared) in files {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| ConfigError::UnreadableRules { path: path.clone(), error })?;
            texts.push((path.display().to_string(), text, shared));
        }
        let files: Vec<RuleFile<'_>> =
            texts.iter().map(|(name, text, shared)| RuleFile { name, text, shared: *shared }).collect();
        Ok(Rules::read(&files)?)
    }
}

/// The file itself, or the `.toml` files of a folder in the order of their names.
fn rule_files(place: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    if !place.is_dir() {
        return Ok(vec![place.to_owned()]);
    }
    let unreadable = |error| ConfigError::UnreadableRules { path: place.to_owned(), error };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(place).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
