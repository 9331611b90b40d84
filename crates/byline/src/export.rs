//! Stored articles and captures in the forms other programs read. Each format is a pure function from
//! articles to text; [`Writer`] puts it where it belongs.

mod bibtex;
mod csl;
mod csv;
mod markdown;
mod names;
mod ris;

use crate::cli::ExportFormat;
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};
use store::ArticleFull;
use web::{
    atom::{self, FeedHead},
    record::ArticleRecord,
};

/// One format of articles: what stands before, for each article, and behind.
pub struct Form {
    format: ExportFormat,
    first: bool,
}

impl Form {
    pub fn new(format: ExportFormat) -> Self {
        Self { format, first: true }
    }

    pub fn begin(&self, now: DateTime<Utc>) -> String {
        match self.format {
            ExportFormat::Csv => csv::HEADER.to_owned(),
            ExportFormat::CslJson => "[".to_owned(),
            ExportFormat::Atom => atom::begin(&FeedHead {
                id: "urn:byline:export".to_owned(),
                title: "Byline".to_owned(),
                updated: now,
                link: None,
            }),
            _ => String::new(),
        }
    }

    /// # Errors
    /// Where a value cannot be written as JSON.
    pub fn article(&mut self, full: &ArticleFull) -> Result<String> {
        let first = std::mem::replace(&mut self.first, false);
        Ok(match self.format {
            ExportFormat::Jsonl => format!("{}\n", serde_json::to_string(&ArticleRecord::of(full))?),
            ExportFormat::Csv => csv::row(full),
            ExportFormat::Markdown => markdown::document(full, first),
            ExportFormat::Bibtex => bibtex::entry(full),
            ExportFormat::Ris => ris::entry(full),
            ExportFormat::CslJson => {
                format!("{}\n{}", if first { "" } else { "," }, serde_json::to_string(&csl::item(full))?)
            }
            ExportFormat::Atom => atom::entry(full),
            // Captures, not articles.
            ExportFormat::Warc => String::new(),
        })
    }

    pub fn end(&self) -> &'static str {
        match self.format {
            ExportFormat::CslJson => "\n]\n",
            ExportFormat::Atom => atom::END,
            _ => "",
        }
    }
}

/// Stdout, or a file that takes its name only when it is complete: a broken export never stands where a
/// whole one is expected.
pub struct Writer {
    out: BufWriter<Box<dyn Write + Send>>,
    /// Where it is written, and where it belongs.
    places: Option<(PathBuf, PathBuf)>,
}

impl Writer {
    /// # Errors
    /// Where the file cannot be written.
    pub fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self { out: BufWriter::new(Box::new(io::stdout())), places: None });
        };
        let mut aside = path.as_os_str().to_owned();
        aside.push(".part");
        let aside = PathBuf::from(aside);
        let file = File::create(&aside)
            .with_context(|| format!("cannot write {}; choose another file with -o", path.display()))?;
        Ok(Self { out: BufWriter::new(Box::new(file)), places: Some((aside, path.to_owned())) })
    }

    /// # Errors
    /// Disk full, pipe closed.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// # Errors
    /// As [`Writer::write`], and where the file cannot be moved into place.
    pub fn finish(mut self) -> Result<()> {
        self.out.flush()?;
        if let Some((aside, path)) = &self.places {
            File::open(aside)?.sync_all()?;
            fs::rename(aside, path).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
