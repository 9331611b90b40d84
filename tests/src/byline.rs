//! The product, run as its users run it: the binary with arguments, its standard output, its exit code.

use serde_json::Value;
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::process::{Child, Command};

/// How one installation is run: its options, the same for every command.
#[derive(Debug, Clone)]
pub struct Byline {
    options: Vec<String>,
    environment: Vec<(String, String)>,
    /// Logs of everything that is started.
    logs: PathBuf,
}

/// What a command that ended has said.
#[derive(Debug)]
pub struct Said {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Byline {
    /// Everything in one folder, no services. Sites on loopback may be visited, without a gap between visits.
    pub fn embedded(dir: &Path) -> Self {
        std::fs::create_dir_all(dir).unwrap();
        let data = dir.join("data").display().to_string();
        let options = ["--data", &data, "--allow-net", "127.0.0.0/8", "--gap", "0s", "--per-host", "4"];
        let options = options.map(str::to_owned).to_vec();
        Self { options, environment: Vec::new(), logs: dir.to_owned() }
    }

    /// Over a broker and a database; the archive lies in the folder.
    pub fn over_services(dir: &Path, amqp_url: &str, database_url: &str) -> Self {
        let archive = dir.join("archive").display().to_string();
        Self::embedded(dir)
            .with("--amqp-url", amqp_url)
            .with("--database-url", database_url)
            .with("--archive", &archive)
    }

    /// With another value for an option, as in `("--gap", "2s")`.
    pub fn with(mut self, option: &str, value: &str) -> Self {
        match self.options.iter().position(|given| given == option) {
            Some(at) => value.clone_into(&mut self.options[at + 1]),
            None => self.options.extend([option.to_owned(), value.to_owned()]),
        }
        self
    }

    /// Without an option and its value.
    pub fn without(mut self, option: &str) -> Self {
        if let Some(at) = self.options.iter().position(|given| given == option) {
            self.options.drain(at..at + 2);
        }
        self
    }

    /// With a variable in its environment.
    pub fn with_env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs a command to its end.
    pub async fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Said {
        let mut command = self.command(arguments);
        let output = tokio::time::timeout(Duration::from_secs(300), command.output())
            .await
            .unwrap_or_else(|_| panic!("{command:?} did not end within five minutes"))
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Runs a command that must succeed, and returns the JSON lines that it prints.
    pub async fn rows<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Vec<Value> {
        let said = self.run(arguments).await;
        assert!(said.status.success(), "{}\n{}", said.status, said.stderr);
        said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Starts a command that goes on. Its log goes to a file, which [`Running::log`] reads.
    pub fn start<S: AsRef<OsStr>>(&self, name: &str, arguments: impl IntoIterator<Item = S>) -> Running {
        let log = self.logs.join(format!("{name}.log"));
        let file = std::fs::File::options().create(true).append(true).open(&log).unwrap();
        let child = self
            .command(arguments)
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Running { child, log }
    }

    fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).args(&self.options).current_dir(&self.logs).stdin(Stdio::null());
        // What is set around the tests is not meant for the product.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("BYLINE_") {
                command.env_remove(name);
            }
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// A command under way.
pub struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// kill -9, at once.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, and what comes of it.
    pub async fn terminate(mut self, patience: Duration) -> ExitStatus {
        let id = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await.unwrap();
        assert!(sent.success());
        self.end(patience).await
    }

    /// Waits until it ends by itself.
    pub async fn end(&mut self, patience: Duration) -> ExitStatus {
        match tokio::time::timeout(patience, self.child.wait()).await {
            Ok(status) => status.unwrap(),
            Err(_) => panic!("still running after {patience:?}:\n{}", self.log()),
        }
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Most resident memory so far; 0 where there is no /proc.
    pub fn peak_memory_kb(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// Resident memory; 0 where there is no /proc.
    pub fn memory_kb(&self) -> u64 {
        self.memory("VmRSS:")
    }

    /// A line of proc_pid_status(5).
    fn memory(&self, name: &str) -> u64 {
        let status = self.child.id().map(|id| std::fs::read_to_string(format!("/proc/{id}/status")));
        let Some(Ok(status)) = status else { return 0 };
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

/// Beside this test's own binary: `cargo test` builds the product's binary with the tests of its crate.
#[expect(clippy::disallowed_methods, reason = "another build can be named from outside")]
fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("BYLINE_TEST_BIN") {
        return path.into();
    }
    let own = std::env::current_exe().unwrap();
    let path = own.parent().unwrap().parent().unwrap().join("byline");
    assert!(path.exists(), "{} is not built; run `cargo build -p byline` first", path.display());
    path
}
