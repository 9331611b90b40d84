//! Other programs read our files. Run where the Python package `warcio` is at hand.

use crate::storage::captured;
use chrono::Utc;
use model::{Archive, Capture, Hints, PageKind, PageUrl, Provenance, VisitId, VisitNote};
use std::{fs, io::Write, process::Command};
use store::{CaptureArchive, archive::warcinfo};
use tests::python;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut w = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    w.write_all(data).unwrap();
    w.finish().unwrap()
}

fn visited(capture: &Capture) -> VisitNote {
    VisitNote {
        visit: VisitId::new(),
        page: PageUrl::parse(&capture.url).unwrap(),
        hints: Hints { expected: PageKind::Listing, authors: vec!["李新".to_owned()], listed: None },
        started_at: capture.captured_at,
        ended_at: capture.captured_at,
        bytes: 1000,
        content_type: None,
        origin: Provenance { depth: 1, ..Provenance::default() },
    }
}

#[tokio::test]
async fn warcio_accepts_an_export() {
    let Some(python) = python::with("warcio") else { return };
    let dir = tempfile::tempdir().unwrap();
    let archive = CaptureArchive::directory(dir.path().join("archive"));
    let mut coded = captured(1, b"");
    coded.body = gzip(b"<p>coded</p>").into();
    coded.response_headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
    coded.response_headers.push(("transfer-encoding".to_owned(), "chunked".to_owned()));
    let gone = Capture { status: 404, ..captured(2, b"gone") };
    let mut file = warcinfo("byline/test", Utc::now()).unwrap();
    let mut plain = captured(0, b"<p>plain</p>");
    plain.visit = Some(Box::new(visited(&plain)));
    for capture in [plain, coded, gone, captured(3, b"")] {
        let at = archive.put(&capture).await.unwrap();
        file.extend(archive.records(&at).await.unwrap());
    }
    let path = dir.path().join("export.warc.gz");
    fs::write(&path, file).unwrap();

    let check = Command::new(&python).args(["-m", "warcio.cli", "check", "-v"]).arg(&path).output().unwrap();
    let said = String::from_utf8_lossy(&check.stdout).into_owned() + &String::from_utf8_lossy(&check.stderr);
    assert!(check.status.success(), "{said}");
    assert_eq!(said.matches("digest pass").count(), 8 + 1 + 1, "{said}");
    assert!(!said.contains("fail") && !said.contains("no digest to check"), "{said}");

    let script = "import sys\nfrom warcio.archiveiterator import ArchiveIterator\n\
        for r in ArchiveIterator(open(sys.argv[1], 'rb')):\n\
        \x20   if r.rec_type == 'response':\n\
        \x20       print(r.http_headers.get_statuscode(), r.content_stream().read())";
    let read = Command::new(&python).args(["-c", script]).arg(&path).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&read.stdout),
        "200 b'<p>plain</p>'\n200 b'<p>coded</p>'\n404 b'gone'\n200 b''\n"
    );
}
