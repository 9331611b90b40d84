//! A disk so small that it can be filled.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A file system of its own on a folder; unmounted when dropped.
pub(super) struct SmallDisk(PathBuf);

/// Enough for some thousand captures of a test site.
const SIZE: &str = "size=96m";

impl SmallDisk {
    /// None where mounting is not allowed: it takes root.
    pub(super) fn mount(folder: &Path) -> Option<Self> {
        std::fs::create_dir_all(folder).unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(folder).output();
        mount.is_ok_and(|done| done.status.success()).then(|| Self(folder.to_owned()))
    }

    /// Not a byte is left until what is returned is dropped.
    pub(super) fn fill(&self) -> Ballast {
        let path = self.0.join(".ballast");
        let mut file = std::fs::File::create(&path).unwrap();
        let error = std::io::copy(&mut std::io::repeat(0), &mut file).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
        Ballast(path)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let done = Command::new("umount").arg(&self.0).output().unwrap();
        assert!(done.status.success() || std::thread::panicking(), "{done:?}");
    }
}

pub(super) struct Ballast(PathBuf);

impl Drop for Ballast {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}
