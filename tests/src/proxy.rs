//! A line between two parts that can be cut and stalled.

use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp},
    sync::watch,
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Forwards TCP connections to one address.
pub struct Proxy {
    pub address: SocketAddr,
    line: watch::Sender<Line>,
    _stop: DropGuard,
}

/// Bytes pass only while open and only for connections of the present generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    open: bool,
    generation: u64,
}

impl Proxy {
    pub async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (line, watched) = watch::channel(Line { open: true, generation: 0 });
        let stop = CancellationToken::new();
        tokio::spawn(stop.clone().run_until_cancelled_owned(accept(listener, target, watched)));
        Self { address, line, _stop: stop.drop_guard() }
    }

    /// Ends all connections; new ones are taken.
    pub fn cut(&self) {
        self.line.send_modify(|line| line.generation += 1);
    }

    /// Holds all bytes back, in both directions, without ending a connection.
    pub fn stall(&self) {
        self.line.send_modify(|line| line.open = false);
    }

    pub fn resume(&self) {
        self.line.send_modify(|line| line.open = true);
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, line: watch::Receiver<Line>) {
    while let Ok((client, _)) = listener.accept().await {
        let line = line.clone();
        tokio::spawn(async move {
            let Ok(server) = TcpStream::connect(target).await else { return };
            let born = line.borrow().generation;
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let mut ended = line.clone();
            tokio::select! {
                () = forward(from_client, to_server, line.clone()) => {}
                () = forward(from_server, to_client, line) => {}
                _ = ended.wait_for(|line| line.generation != born) => {}
            }
        });
    }
}

async fn forward(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, mut line: watch::Receiver<Line>) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let Ok(count @ 1..) = from.read(&mut buffer).await else { return };
        if line.wait_for(|line| line.open).await.is_err() {
            return;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn a_line_can_be_stalled_and_cut() {
        let echo = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Proxy::start(echo.local_addr().unwrap()).await;
        tokio::spawn(async move {
            let (stream, _) = echo.accept().await.unwrap();
            let (mut read, mut write) = stream.into_split();
            tokio::io::copy(&mut read, &mut write).await.unwrap();
        });
        let mut line = TcpStream::connect(proxy.address).await.unwrap();
        let mut byte = [0];
        line.write_all(b"a").await.unwrap();
        line.read_exact(&mut byte).await.unwrap();

        proxy.stall();
        line.write_all(b"b").await.unwrap();
        let silent = tokio::time::timeout(Duration::from_millis(100), line.read_exact(&mut byte)).await;
        assert!(silent.is_err());
        proxy.resume();
        line.read_exact(&mut byte).await.unwrap();
        assert_eq!(&byte, b"b");

        proxy.cut();
        assert!(matches!(line.read(&mut byte).await, Ok(0) | Err(_)));
    }
}
