//! The archive on a directory.

mod folders;

use super::{Blobs, DERIVED, ENDING, Leftover, off_thread};
use async_trait::async_trait;
use bytes::Bytes;
use folders::Folders;
use model::ArchiveError;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use uuid::Uuid;

/// Begins names of files that are being written; one that stays was torn by a crash and is never read.
const UNFINISHED: &str = ".unfinished-";

pub(super) struct Directory {
    root: Arc<Path>,
    folders: Arc<Folders>,
}

impl Directory {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root: root.into(), folders: Arc::default() }
    }
}

#[async_trait]
impl Blobs for Directory {
    async fn put(&self, key: &str, bytes: Bytes) -> Result<(), ArchiveError> {
        let (root, folders, key) = (self.root.clone(), Arc::clone(&self.folders), key.to_owned());
        off_thread(move || write(&root, &folders, &key, &bytes).map_err(|e| sorted(&key, &e))).await
    }

    async fn get(&self, key: &str) -> Result<Bytes, ArchiveError> {
        let (path, key) = (path_of(&self.root, key)?, key.to_owned());
        off_thread(move || fs::read(path).map(Bytes::from).map_err(|e| sorted(&key, &e))).await
    }

    async fn keys(&self, after: &str, limit: usize) -> Result<Vec<String>, ArchiveError> {
        let (root, after) = (self.root.clone(), after.to_owned());
        off_thread(move || {
            let mut keys = Vec::new();
            walk(&root, "", &after, limit, &mut keys).map_err(|e| sorted(&after, &e))?;
            Ok(keys)
        })
        .await
    }

    async fn has(&self, key: &str) -> Result<bool, ArchiveError> {
        let (path, key) = (path_of(&self.root, key)?, key.to_owned());
        off_thread(move || path.try_exists().map_err(|e| sorted(&key, &e))).await
    }

    /// Not synced: one that is there again after a crash is a leftover, and harmless.
    async fn remove(&self, key: &str) -> Result<(), ArchiveError> {
        let (path, key) = (path_of(&self.root, key)?, key.to_owned());
        off_thread(move || match fs::remove_file(path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(sorted(&key, &e)),
            _ => Ok(()),
        })
        .await
    }

    async fn leftovers(&self) -> Result<Vec<Leftover>, ArchiveError> {
        let root = self.root.clone();
        off_thread(move || {
            let mut found = Vec::new();
            unfinished(&root, "", &mut found).map_err(|e| sorted("", &e))?;
            Ok(found)
        })
        .await
    }
}

/// Keys stand in the database and in messages: one that would lead out of the archive leads nowhere.
fn path_of(root: &Path, key: &str) -> Result<PathBuf, ArchiveError> {
    match key.split('/').all(|part| !part.is_empty() && part != "." && part != "..") {
        true => Ok(root.join(key)),
        false => Err(ArchiveError::Missing(key.to_owned())),
    }
}

/// Written beside its place, synced, renamed, and the folder synced: after a crash the file is whole or absent.
fn write(root: &Path, folders: &Folders, key: &str, bytes: &[u8]) -> io::Result<()> {
    let path = root.join(key);
    let folder = path.parent().unwrap_or(root);
    make_folder(folder)?;
    let unfinished = folder.join(format!("{UNFINISHED}{}", Uuid::now_v7()));
    let written = File::create_new(&unfinished).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&unfinished, &path)) {
        // Best effort: the error that matters is the first.
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    folders.sync(folder)
}

/// Makes a folder and those above it, each known durably to the one that holds it.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let Some(above) = folder.parent() else { return Ok(()) };
    make_folder(above)?;
    match fs::create_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(e),
        Ok(()) if above.as_os_str().is_empty() => Ok(()),
        Ok(()) => File::open(above)?.sync_all(),
    }
}

/// Depth first in order of names, which is the order of time; folders that lie wholly before `after` are passed over.
fn walk(folder: &Path, prefix: &str, after: &str, limit: usize, keys: &mut Vec<String>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        // A name that is not UTF-8 is none of ours.
        if let Ok(name) = entry.file_name().into_string() {
            names.push((name, entry.file_type()?.is_dir()));
        }
    }
    names.sort_unstable();
    for (name, is_folder) in names {
        let key = format!("{prefix}{name}");
        if keys.len() >= limit {
            return Ok(());
        }
        if is_folder {
            let inside = format!("{key}/");
            if inside != DERIVED && (inside.as_str() > after || after.starts_with(&inside)) {
                walk(&folder.join(&name), &inside, after, limit, keys)?;
            }
        } else if key.as_str() > after && name.ends_with(ENDING) && !name.starts_with('.') {
            keys.push(key);
        }
    }
    Ok(())
}

/// Files that a crash, or a full disk, has left half written, those of captures and of derived values, and derived
/// values that nobody has taken.
fn unfinished(folder: &Path, prefix: &str, found: &mut Vec<Leftover>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if entry.file_type()?.is_dir() {
            unfinished(&folder.join(&name), &format!("{prefix}{name}/"), found)?;
        } else if name.starts_with(UNFINISHED) || prefix.starts_with(DERIVED) {
            match entry.metadata() {
                // Finished, or taken, just now.
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                data => {
                    let data = data?;
                    let (length, at) = (data.len(), data.modified()?.into());
                    found.push(Leftover { key: format!("{prefix}{name}"), length, at });
                }
            }
        }
    }
    Ok(())
}

fn sorted(key: &str, error: &io::Error) -> ArchiveError {
    match error.kind() {
        io::ErrorKind::NotFound => ArchiveError::Missing(key.to_owned()),
        _ => ArchiveError::Unavailable(format!("{key}: {error}")),
    }
}
