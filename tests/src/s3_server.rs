//! A local server that speaks S3: `moto` (PyPI).

use crate::python::{self, PythonServer};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

/// Ends with the test.
pub struct S3Server {
    pub endpoint: String,
    _server: PythonServer,
}

impl S3Server {
    /// Starts the server with an empty bucket; none where it is not installed.
    pub fn start(bucket: &str) -> Option<Self> {
        let python = python::with("moto.server")?;
        let code = "from moto.server import main; main()";
        let server = PythonServer::start(&python, &std::env::temp_dir(), code, &["-H", "127.0.0.1", "-p"]);
        let made = make_bucket(server.port, bucket).unwrap();
        assert!(made.starts_with("HTTP/1.1 200"), "{made}");
        Some(Self { endpoint: format!("http://127.0.0.1:{}", server.port), _server: server })
    }
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
