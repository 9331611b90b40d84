//! A web archive's replay: `pywb` (PyPI).

use crate::python::{self, PythonServer};
use std::{path::Path, process::Command};

/// Ends with the test.
pub struct Replay {
    server: PythonServer,
}

const COLLECTION: &str = "site";

impl Replay {
    /// Puts a WARC file into a collection in `folder` and serves it; none where pywb is not installed.
    pub fn start(folder: &Path, warc: &Path) -> Option<Self> {
        let python = python::with("pywb")?;
        let warc = warc.to_str().unwrap();
        for arguments in [&["init", COLLECTION][..], &["add", COLLECTION, warc]] {
            let code = "import sys; from pywb.manager.manager import main; main(sys.argv[1:])";
            let done = Command::new(&python)
                .args(["-c", code])
                .args(arguments)
                .current_dir(folder)
                .output()
                .unwrap();
            assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        }
        // The server's own switch, in place of the process's standard library, has to come first.
        let code = "from gevent.monkey import patch_all; patch_all()\n\
            from pywb.apps.cli import wayback; wayback()";
        Some(Self { server: PythonServer::start(&python, folder, code, &["-b", "127.0.0.1", "-p"]) })
    }

    /// Where the latest capture of an address is played back as it was, without the replay's own additions.
    pub fn url(&self, address: &str) -> String {
        format!("http://127.0.0.1:{}/{COLLECTION}/id_/{address}", self.server.port)
    }
}
