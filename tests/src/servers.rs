//! RabbitMQ and PostgreSQL of a test's own, which it may stop, kill and start again.

use std::{
    io::Write,
    net::SocketAddr,
    path::PathBuf,
    process::{Command, Output},
    sync::Once,
};
use tempfile::TempDir;

/// Both, on free ports, with temporary data; gone when dropped.
pub struct Servers {
    dir: TempDir,
    script: PathBuf,
    pub amqp_url: String,
    pub database_url: String,
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    RabbitMq,
    Postgres,
}

impl Server {
    fn name(self) -> &'static str {
        match self {
            Self::RabbitMq => "rabbitmq",
            Self::Postgres => "postgres",
        }
    }
}

impl Servers {
    /// None outside of `tests/run`, which says that servers may be started here; then one line tells so.
    #[expect(clippy::disallowed_methods, reason = "tests/run says so from outside")]
    pub async fn start() -> Option<Self> {
        static SAY_SO: Once = Once::new();
        let Some(script) = std::env::var_os("BYLINE_TEST_SERVICES") else {
            SAY_SO.call_once(|| {
                // Past the capture of `print!`: a test that was not run must not look like one that was.
                let line = "tests: those over RabbitMQ and PostgreSQL not run: use tests/run\n";
                std::io::stderr().write_all(line.as_bytes()).unwrap();
            });
            return None;
        };
        let script = PathBuf::from(script);
        let above = std::env::var_os("BYLINE_TEST_SERVERS").map_or_else(std::env::temp_dir, PathBuf::from);
        let started = tokio::task::spawn_blocking(move || {
            // Below the folder of tests/run, which stops what an aborted test leaves.
            let dir = TempDir::with_prefix_in("own.", above).unwrap();
            let mut servers = Self { dir, script, amqp_url: String::new(), database_url: String::new() };
            servers.call(&["start"], &[]);
            let env = std::fs::read_to_string(servers.dir.path().join("env")).unwrap();
            let value = |name: &str| {
                let line = env.lines().find_map(|l| l.strip_prefix(&format!("export {name}=")));
                line.unwrap_or_else(|| panic!("{name} is not in {env}")).to_owned()
            };
            servers.amqp_url = value("BYLINE_TEST_AMQP_URL");
            servers.database_url = value("BYLINE_TEST_DATABASE_URL");
            servers
        });
        Some(started.await.unwrap())
    }

    /// In order: what it was asked to keep is kept.
    pub fn stop(&self, server: Server) {
        self.call(&["down"], &[server.name()]);
    }

    /// kill -9.
    pub fn crash(&self, server: Server) {
        self.call(&["crash"], &[server.name()]);
    }

    /// Again, on the same port and data.
    pub fn bring_up(&self, server: Server) {
        self.call(&["up"], &[server.name()]);
    }

    /// Answer of the broker's own command line.
    pub fn rabbitmqctl(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.call(&["rabbitmqctl"], arguments).stdout).unwrap()
    }

    pub fn address_of(&self, server: Server) -> SocketAddr {
        let url = match server {
            Server::RabbitMq => &self.amqp_url,
            Server::Postgres => &self.database_url,
        };
        let authority = url.split('@').nth(1).unwrap();
        authority.split('/').next().unwrap().parse().unwrap()
    }

    fn call(&self, command: &[&str], arguments: &[&str]) -> Output {
        let output =
            Command::new(&self.script).args(command).arg(self.dir.path()).args(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{command:?} {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.call(&["stop"], &[]);
    }
}
