//! A line between two parts that can be cut, stalled, deafened and struck dumb.

mod frames;

use frames::{Frames, Passing};
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

/// Bytes pass only while open, and only for connections of the present generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    open: bool,
    /// Connections of an older generation are ended.
    generation: u64,
    /// Connections older than this hold all bytes back for ever.
    forgotten: u64,
    /// What AMQP delivers is lost on the way.
    deaf: bool,
    /// Of the AMQP of connections older than this only the server's heartbeats pass.
    mute: u64,
}

impl Line {
    /// For a connection that is as old as `born`.
    fn passing(&self, born: &Self) -> Passing {
        match self {
            line if line.mute != born.mute => Passing::Heartbeats,
            line if line.deaf => Passing::Answers,
            _ => Passing::Everything,
        }
    }
}

impl Proxy {
    pub async fn start(target: SocketAddr) -> Self {
        Self::forwarding(target, false).await
    }

    /// For a line on which AMQP is spoken: it can be [deaf](Self::set_deaf) and [mute](Self::mute).
    pub async fn amqp(target: SocketAddr) -> Self {
        Self::forwarding(target, true).await
    }

    async fn forwarding(target: SocketAddr, amqp: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (line, watched) =
            watch::channel(Line { open: true, generation: 0, forgotten: 0, deaf: false, mute: 0 });
        let stop = CancellationToken::new();
        tokio::spawn(stop.clone().run_until_cancelled_owned(accept(listener, target, amqp, watched)));
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

    /// Holds back all bytes of the present connections for good; new ones work. So do a firewall that has
    /// forgotten a connection, and a machine that is gone.
    pub fn forget(&self) {
        self.line.send_modify(|line| line.forgotten += 1);
    }

    /// While deaf, deliveries are lost on the way to the client, and everything else passes.
    pub fn set_deaf(&self, deaf: bool) {
        self.line.send_modify(|line| line.deaf = deaf);
    }

    /// The server of the present connections says nothing any more, for good, but that it is alive; new ones work.
    pub fn mute(&self) {
        self.line.send_modify(|line| line.mute += 1);
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, amqp: bool, line: watch::Receiver<Line>) {
    while let Ok((client, _)) = listener.accept().await {
        let line = line.clone();
        tokio::spawn(async move {
            let Ok(server) = TcpStream::connect(target).await else { return };
            let born = *line.borrow();
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let mut ended = line.clone();
            let frames = amqp.then(Frames::default);
            tokio::select! {
                () = forward(from_client, to_server, line.clone(), born, None) => {}
                () = forward(from_server, to_client, line, born, frames) => {}
                _ = ended.wait_for(|line| line.generation != born.generation) => {}
            }
        });
    }
}

async fn forward(
    mut from: tcp::OwnedReadHalf,
    mut to: tcp::OwnedWriteHalf,
    mut line: watch::Receiver<Line>,
    born: Line,
    mut frames: Option<Frames>,
) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let Ok(count @ 1..) = from.read(&mut buffer).await else { return };
        let passes = line.wait_for(|line| line.open && line.forgotten == born.forgotten).await;
        let Ok(passing) = passes.map(|line| line.passing(&born)) else { return };
        let sent = match &mut frames {
            Some(frames) => to.write_all(&frames.pass(&buffer[..count], passing)).await,
            None => to.write_all(&buffer[..count]).await,
        };
        if sent.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    async fn line() -> (Proxy, TcpStream) {
        let echo = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Proxy::start(echo.local_addr().unwrap()).await;
        tokio::spawn(async move {
            while let Ok((stream, _)) = echo.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.into_split();
                    tokio::io::copy(&mut read, &mut write).await.unwrap();
                });
            }
        });
        let line = TcpStream::connect(proxy.address).await.unwrap();
        (proxy, line)
    }

    async fn check_echo(line: &mut TcpStream) {
        let mut byte = [0];
        line.write_all(b"a").await.unwrap();
        line.read_exact(&mut byte).await.unwrap();
        assert_eq!(&byte, b"a");
    }

    async fn check_silence(line: &mut TcpStream) {
        line.write_all(b"a").await.unwrap();
        let silent = tokio::time::timeout(Duration::from_millis(100), line.read_exact(&mut [0])).await;
        assert!(silent.is_err());
    }

    #[tokio::test]
    async fn a_line_can_be_stalled_and_cut() {
        let (proxy, mut line) = line().await;
        check_echo(&mut line).await;
        proxy.stall();
        check_silence(&mut line).await;
        proxy.resume();
        line.read_exact(&mut [0]).await.unwrap();
        proxy.cut();
        assert!(matches!(line.read(&mut [0]).await, Ok(0) | Err(_)));
    }

    #[tokio::test]
    async fn a_forgotten_connection_stays_silent_beside_a_new_one() {
        let (proxy, mut old) = line().await;
        check_echo(&mut old).await;
        proxy.forget();
        check_silence(&mut old).await;
        let mut new = TcpStream::connect(proxy.address).await.unwrap();
        check_echo(&mut new).await;
        check_silence(&mut old).await;
    }
}
