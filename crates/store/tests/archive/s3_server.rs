//! A local server that speaks S3: `moto` (PyPI).

use crate::python;
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Ends with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) endpoint: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the server with an empty bucket; none where it is not installed.
pub(crate) fn start(bucket: &str) -> Option<Server> {
    let python = python::with("moto.server")?;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new(python)
        .args(["-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server { child, endpoint: format!("http://127.0.0.1:{port}") };
    let start = Instant::now();
    let made = loop {
        match make_bucket(port, bucket) {
            Ok(answer) => break answer,
            Err(error) => assert!(start.elapsed() < Duration::from_secs(60), "moto does not start: {error}"),
        }
        std::thread::park_timeout(Duration::from_millis(100));
    };
    assert!(made.starts_with("HTTP/1.1 200"), "{made}");
    Some(server)
}

fn make_bucket(port: u16, bucket: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    write!(
        stream,
        "PUT /{bucket} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
