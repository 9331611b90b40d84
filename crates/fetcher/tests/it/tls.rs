//! TLS: real certificates are asked for, and what fails says so.

use crate::harness::{Site, Talk, Visitor, check_fault, config, grant, ok, visit};
use fetcher::Config;
use model::{Fault, Outcome};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

/// The server's side of TLS with a certificate made for `name`, and that certificate in PEM.
pub(crate) fn acceptor(name: &str, protocols: &[&[u8]]) -> (TlsAcceptor, String) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let mut tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    tls.alpn_protocols = protocols.iter().map(|p| p.to_vec()).collect();
    (TlsAcceptor::from(Arc::new(tls)), pem(cert.der()))
}

/// A site that shows a certificate made for `name`, and that certificate in PEM.
pub(crate) async fn site(name: &str) -> (Site, String) {
    let (acceptor, pem) = acceptor(name, &[]);
    let site = Site::talking(move |talk: Talk| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(talk.into_stream()).await else { return };
            let mut head = vec![0; 4096];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(&ok("secret")).await;
            let _ = stream.shutdown().await;
        }
    })
    .await;
    (site, pem)
}

fn pem(der: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for piece in der.chunks(3) {
        let bits = piece.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - piece.len()));
        for n in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * n)) as usize & 63];
            text.push(if n <= piece.len() { char::from(digit) } else { '=' });
        }
    }
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

pub(crate) fn url(site: &Site) -> String {
    format!("https://localhost:{}/", site.address.port())
}

#[tokio::test]
async fn a_certificate_that_is_trusted_is_taken() {
    let (site, pem) = site("localhost").await;
    let visitor = Visitor::new(Config { extra_roots: vec![pem], ..config() });
    let fetched = visitor.visit(grant(&url(&site))).await;
    assert!(matches!(fetched.outcome, Outcome::Captured { .. }), "{:?}", fetched.outcome);
    assert_eq!(visitor.capture().body, "secret");
}

#[tokio::test]
async fn a_certificate_of_unknown_origin_is_refused() {
    let (site, _) = site("localhost").await;
    check_fault(&visit(&url(&site)).await, Fault::Tls);
}

#[tokio::test]
async fn a_certificate_of_another_name_is_refused() {
    let (site, pem) = site("other.example").await;
    let visitor = Visitor::new(Config { extra_roots: vec![pem], ..config() });
    check_fault(&visitor.visit(grant(&url(&site))).await, Fault::Tls);
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls() {
    let site = Site::answering(|_| ok("plain")).await;
    for bytes in ["HTTP/1.1 400 Bad Request\r\n\r\n", ""] {
        let site = Site::talking(move |mut talk| async move {
            talk.say(bytes).await;
        })
        .await;
        check_fault(&visit(&url(&site)).await, Fault::Tls);
    }
    drop(site);
}

#[tokio::test]
async fn a_reset_within_the_handshake() {
    let site = Site::talking(|talk| async move { talk.reset() }).await;
    check_fault(&visit(&url(&site)).await, Fault::Tls);
}
