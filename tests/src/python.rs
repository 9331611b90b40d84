//! Programs written in Python that tests may use where they are at hand.

use std::{
    io::Write,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A Python that has `package`: the one that `BYLINE_TEST_PYTHON` names, or the system's. None where it is not
/// installed, which is told.
#[expect(clippy::disallowed_methods, reason = "the one place that finds the tests' Python")]
pub fn with(package: &str) -> Option<String> {
    let python = std::env::var("BYLINE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python).args(["-c", &format!("import {package}")]).output();
    if found.is_ok_and(|o| o.status.success()) {
        return Some(python);
    }
    // Past the capture of `print!`: a test that was not run must not look like one that was.
    let line =
        format!("not run: no Python with {package}; use tests/run, or name one by BYLINE_TEST_PYTHON\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

/// A server written in Python; it ends with the test.
pub struct PythonServer {
    child: Child,
    pub port: u16,
}

impl PythonServer {
    /// Runs `code` in `folder` with `arguments`, the last of which is the port to listen on; returns when it
    /// listens.
    pub fn start(python: &str, folder: &Path, code: &str, arguments: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(python)
            .args(["-c", code])
            .args(arguments)
            .arg(port.to_string())
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self { child, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(server.child.try_wait().unwrap().is_none(), "{code} ended at once");
            assert!(begun.elapsed() < Duration::from_secs(120), "{code} does not listen");
            std::thread::park_timeout(Duration::from_millis(50));
        }
        server
    }
}

impl Drop for PythonServer {
    fn drop(&mut self) {
        // Ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
