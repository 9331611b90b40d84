//! One process at a time works on a data directory: its queues are in memory, so a second one could not
//! know what the first has granted. Reading commands need no lock.

use anyhow::{Context, Result, bail};
use std::{
    fs::{self, File, TryLockError},
    io::Write,
    path::Path,
};

/// Held until dropped, by the system until the process ends, however it ends.
#[derive(Debug)]
pub struct DataLock(#[expect(dead_code, reason = "open as long as the lock is held")] File);

impl DataLock {
    /// Whether another process is at work on the data directory now.
    pub fn is_taken(data: &Path) -> bool {
        let file = File::open(data.join("byline.lock"));
        file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }

    pub fn take(data: &Path) -> Result<Self> {
        let shown = data.display();
        fs::create_dir_all(data)
            .with_context(|| format!("cannot make the data directory {shown}; choose another with --data"))?;
        let path = data.join("byline.lock");
        let mut file =
            File::options().create(true).truncate(false).read(true).write(true).open(&path).with_context(
                || format!("cannot write {}; choose another directory with --data", path.display()),
            )?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = fs::read_to_string(&path).unwrap_or_default();
                let holder = match holder.trim() {
                    "" => "another process".to_owned(),
                    id => format!("process {id}"),
                };
                bail!("{holder} is at work on {shown}; end it, or choose another directory with --data");
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        file.set_len(0)?;
        write!(file, "{}", std::process::id())?;
        Ok(Self(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_about_the_first() {
        let data = tempfile::tempdir().unwrap();
        let held = DataLock::take(data.path()).unwrap();
        let error = DataLock::take(data.path()).unwrap_err().to_string();
        assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
        drop(held);
        DataLock::take(data.path()).unwrap();
    }
}
