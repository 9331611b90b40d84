//! Ctrl-C and SIGTERM: the first asks for an orderly end, a second Ctrl-C ends at once.

use tokio_util::sync::CancellationToken;

/// Cancelled by the first signal.
pub fn watch() -> CancellationToken {
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        wait().await;
        tracing::info!("asked to end; finishing what is in hand");
        told.cancel();
    });
    stop
}

/// Returns at the next Ctrl-C: raced against an orderly end, it cuts that short.
pub async fn again() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn wait() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                () = again() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "cannot listen for SIGTERM");
            again().await;
        }
    }
}

#[cfg(not(unix))]
async fn wait() {
    again().await;
}
