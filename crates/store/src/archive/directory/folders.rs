//! Folders made durable: what is renamed into one is safe once the folder itself is synced. Captures of one hour
//! lie in one folder, so one sync does for all that were renamed before it began.

use std::{
    collections::HashMap,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Folders remembered; those of the last hours are in use.
const KEPT: usize = 16;

#[derive(Default)]
pub(super) struct Folders(Mutex<HashMap<PathBuf, Arc<Folder>>>);

#[derive(Default)]
struct Folder {
    asked: Mutex<u64>,
    /// How many had asked when the last sync began that succeeded; held while one is under way.
    synced: Mutex<u64>,
}

impl Folders {
    /// Returns when everything that stood in the folder before the call is durable. Blocks; those who come while
    /// another's sync is under way share the next one.
    pub(super) fn sync(&self, folder: &Path) -> io::Result<()> {
        self.of(folder).sync(|| File::open(folder)?.sync_all())
    }

    fn of(&self, path: &Path) -> Arc<Folder> {
        let mut known = lock(&self.0);
        if let Some(folder) = known.get(path) {
            return Arc::clone(folder);
        }
        if known.len() >= KEPT {
            // Who still waits for one holds it.
            known.clear();
        }
        Arc::clone(known.entry(path.to_owned()).or_default())
    }
}

impl Folder {
    fn sync(&self, sync: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let place = {
            let mut asked = lock(&self.asked);
            *asked += 1;
            *asked
        };
        let mut synced = lock(&self.synced);
        if *synced >= place {
            return Ok(());
        }
        let covers = *lock(&self.asked);
        sync()?;
        *synced = covers;
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::atomic::{AtomicU32, Ordering},
        thread,
    };

    #[test]
    fn those_who_wait_share_one_sync() {
        let (folder, syncs) = (Folder::default(), AtomicU32::new(0));
        let slow = || {
            syncs.fetch_add(1, Ordering::Relaxed);
            while *lock(&folder.asked) < 9 {
                thread::yield_now();
            }
            Ok(())
        };
        thread::scope(|scope| {
            for _ in 0..9 {
                scope.spawn(|| folder.sync(slow).unwrap());
            }
        });
        // The first covers itself, at least; the second everybody.
        assert!(syncs.load(Ordering::Relaxed) <= 2);
    }

    #[test]
    fn a_failed_sync_covers_nobody() {
        let folder = Folder::default();
        assert!(folder.sync(|| Err(io::Error::other("full"))).is_err());
        let mut synced = false;
        let sync = || {
            synced = true;
            Ok(())
        };
        folder.sync(sync).unwrap();
        assert!(synced);
    }
}
