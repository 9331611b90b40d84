//! Fetch-only speed: the whole fetch stage with an archive that keeps nothing, against nginx on loopback,
//! beside `wrk` and `curl --parallel` on the same files in the same run.
//!
//! `cargo run --release -p fetcher --example fetch_bench [SECONDS [THREADS [CONNECTIONS [KILOBYTES]]]]`
//!
//! Needs `nginx`; `wrk` and `curl` are left out where they are missing. "CPU" is what the client alone used,
//! so pages per second of CPU hold on a machine that does other things as well.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

mod visits;

use chrono::Utc;
use fetcher::{Client, Config, FetchStage};
use model::{Outcome, PageKind, Stage};
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use visits::{NoArchive, grant};

const FILES: u64 = 1000;

type Trouble = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Trouble> {
    let mut numbers = std::env::args().skip(1).map(|arg| arg.parse::<u64>());
    let mut next = |default| numbers.next().unwrap_or(Ok(default));
    let (seconds, threads, connections, kilobytes) = (next(5)?, next(1)?, next(32)?, next(20)?);
    let server = Nginx::start(usize::try_from(kilobytes)? << 10)?;
    println!(
        "{FILES} files of {kilobytes} kB, {connections} connections, {threads} thread(s), {seconds} s each"
    );
    println!("{:16} {:>10} {:>12} {:>16}", "client", "pages/s", "CPU us/page", "pages/s of CPU");
    if let Some(pages) = wrk(&server, seconds, threads, connections)? {
        pages.print("wrk");
    }
    if let Some(pages) = curl(&server, connections)? {
        pages.print("curl --parallel");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(usize::try_from(threads)?)
        .enable_all()
        .build()?;
    let run = runtime.block_on(async {
        tokio::spawn(fetch_stage(server.port, Duration::from_secs(seconds), connections)).await
    })?;
    run?.print("fetch stage");
    Ok(())
}

/// Pages fetched and what they cost.
struct Pages {
    count: u64,
    elapsed: Duration,
    cpu: Duration,
}

impl Pages {
    fn print(&self, client: &str) {
        let count = self.count as f64;
        let per_second = count / self.elapsed.as_secs_f64();
        let cpu_us = self.cpu.as_secs_f64() * 1e6 / count;
        println!("{client:16} {per_second:>10.0} {cpu_us:>12.1} {:>16.0}", 1e6 / cpu_us);
    }
}

async fn fetch_stage(port: u16, duration: Duration, connections: u64) -> Result<Pages, Trouble> {
    let config = Config { allow_net: vec!["127.0.0.0/8".parse()?], ..Config::default() };
    let stage = Arc::new(FetchStage::new(Client::new(config)?, Arc::new(NoArchive), Arc::new(Utc::now)));
    let next = Arc::new(AtomicU64::new(0));
    let (begun, cpu) = (Instant::now(), cpu_time(Of::This)?);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (stage, next) = (stage.clone(), next.clone());
        tasks.spawn(async move {
            let mut count = 0;
            while begun.elapsed() < duration {
                let n = next.fetch_add(1, Ordering::Relaxed) % FILES;
                let results = stage
                    .process(vec![grant(&format!("http://127.0.0.1:{port}/{n}.html"), PageKind::Article)?])
                    .await;
                match results.into_iter().next() {
                    Some(Ok(Some(fetched))) if matches!(fetched.outcome, Outcome::Captured { .. }) => {
                        count += 1;
                    }
                    other => return Err(format!("{other:?}").into()),
                }
            }
            Ok::<u64, Trouble>(count)
        });
    }
    let mut count = 0;
    while let Some(task) = tasks.join_next().await {
        count += task??;
    }
    Ok(Pages { count, elapsed: begun.elapsed(), cpu: cpu_time(Of::This)?.saturating_sub(cpu) })
}

fn wrk(server: &Nginx, seconds: u64, threads: u64, connections: u64) -> Result<Option<Pages>, Trouble> {
    let (begun, cpu) = (Instant::now(), cpu_time(Of::Children)?);
    let output = Command::new("wrk")
        .args([format!("-t{threads}"), format!("-c{connections}"), format!("-d{seconds}s"), server.url(0)])
        .output();
    let Ok(output) = output else {
        eprintln!("wrk is not installed");
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let count = text.lines().find_map(|line| line.trim().split_once(" requests in")?.0.parse().ok());
    let count = count.ok_or_else(|| format!("wrk said {text}"))?;
    Ok(Some(Pages { count, elapsed: begun.elapsed(), cpu: cpu_time(Of::Children)?.saturating_sub(cpu) }))
}

fn curl(server: &Nginx, connections: u64) -> Result<Option<Pages>, Trouble> {
    const ROUNDS: u64 = 10;
    let list = server.folder.join("urls");
    let urls =
        (0..FILES * ROUNDS).map(|n| format!("url = \"{}\"\noutput = \"/dev/null\"\n", server.url(n % FILES)));
    fs::write(&list, urls.collect::<String>())?;
    let (begun, cpu) = (Instant::now(), cpu_time(Of::Children)?);
    let status = Command::new("curl")
        .args(["--silent", "--parallel", "--parallel-max", &connections.to_string(), "--config"])
        .arg(&list)
        .stdout(Stdio::null())
        .status();
    if !status.is_ok_and(|status| status.success()) {
        eprintln!("curl is not installed or failed");
        return Ok(None);
    }
    let cpu = cpu_time(Of::Children)?.saturating_sub(cpu);
    Ok(Some(Pages { count: FILES * ROUNDS, elapsed: begun.elapsed(), cpu }))
}

/// One nginx worker with its files, gone when dropped.
struct Nginx {
    folder: PathBuf,
    port: u16,
    process: Child,
}

impl Nginx {
    fn start(bytes: usize) -> Result<Self, Trouble> {
        let folder = std::env::temp_dir().join(format!("byline-fetch-bench-{}", std::process::id()));
        fs::create_dir_all(folder.join("files"))?;
        for n in 0..FILES {
            let text = format!("<!doctype html><title>{n}</title><p>{}", "words ".repeat(bytes / 6));
            fs::write(folder.join(format!("files/{n}.html")), &text.as_bytes()[..bytes])?;
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        fs::write(folder.join("nginx.conf"), configuration(&folder, port))?;
        let process = Command::new("nginx").arg("-c").arg(folder.join("nginx.conf")).spawn()?;
        let deadline = Instant::now() + Duration::from_secs(5);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > deadline {
                return Err("nginx does not start".into());
            }
        }
        Ok(Self { folder, port, process })
    }

    fn url(&self, n: u64) -> String {
        format!("http://127.0.0.1:{}/{n}.html", self.port)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        if let Err(error) = self.process.kill().and_then(|()| self.process.wait().map(|_| ())) {
            eprintln!("nginx could not be stopped: {error}");
        }
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("{} could not be removed: {error}", self.folder.display());
        }
    }
}

fn configuration(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    // One process: no master that would outlive a kill.
    format!(
        "daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
    types {{ text/html html; }}
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    server {{ listen 127.0.0.1:{port}; root {folder}/files; open_file_cache max=2000; }}
}}
"
    )
}

#[derive(Clone, Copy)]
enum Of {
    This,
    /// Those that have ended.
    Children,
}

/// User and system time from /proc (proc_pid_stat(5), fields 14 to 17), in ticks of 10 ms.
fn cpu_time(of: Of) -> Result<Duration, Trouble> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let first = match of {
        Of::This => 11,
        Of::Children => 13,
    };
    let ticks =
        |n: usize| fields.get(n).ok_or("short /proc/self/stat")?.parse::<u64>().map_err(|e| e.to_string());
    Ok(Duration::from_millis((ticks(first)? + ticks(first + 1)?) * 10))
}
