//! Loads, decides, stores: a batch of results in one transaction.

use crate::{Given, Policy, Reading, decide, record, robots};
use async_trait::async_trait;
use bytes::Bytes;
use model::{
    Archive, Cause, Failure, Fetched, HostKey, Outcome, Parsed, Stage, VisitId,
    message::{Nothing, PageParsed, ParseValue},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use store::{Committed, DynStore, VisitCommit, VisitContext, VisitKey};

/// Results stored in one transaction at most.
const BATCH: usize = 64;

/// A result whose page keeps changing under it is handed back after so many decisions.
const DECISIONS: usize = 6;

/// Bytes of a decoded robots.txt that are held while its first 500 KiB are cut off.
const ROBOTS_DECODED: usize = 16 * 1024 * 1024;

/// The sink.
pub struct SinkStage {
    store: DynStore,
    archive: Arc<dyn Archive>,
    policy: Policy,
}

impl SinkStage {
    pub fn new(store: DynStore, archive: Arc<dyn Archive>, policy: Policy) -> Self {
        Self { store, archive, policy }
    }

    /// Gives the lease of a visit back that will have no result of its own.
    pub(crate) async fn release(&self, visit: VisitId) -> Result<(), Failure> {
        self.store.release(&[visit]).await.map_err(store::StoreError::into_failure)
    }

    /// The result with everything that it only refers to.
    async fn load(&self, input: PageParsed) -> Result<Given, Failure> {
        let reading = match input.result {
            None => Reading::None,
            Some(result) => match result.value {
                ParseValue::Inline { parsed } => Reading::Page {
                    parsed,
                    parser_version: result.parser_version,
                    rules_hash: result.rules_hash,
                },
                ParseValue::Archived { key } => {
                    let bytes =
                        self.archive.get_value(&key).await.map_err(model::ArchiveError::into_failure)?;
                    let parsed: Parsed = serde_json::from_slice(&bytes)
                        .map_err(|e| Failure::permanent("parsed-damaged", format!("{key}: {e}")))?;
                    let (parser_version, rules_hash) = (result.parser_version, result.rules_hash);
                    Reading::Page { parsed: Box::new(parsed), parser_version, rules_hash }
                }
                ParseValue::Robots => self.robots(&input.fetched.outcome).await?,
                ParseValue::Failed { code, message } => Reading::Failed { code, message },
            },
        };
        Ok(Given { fetched: input.fetched, reading, current: None })
    }

    /// Whether a result is stored whose value is not to be had: it was thrown away then, and this is the message
    /// once more.
    async fn is_stored(&self, fetched: &Fetched) -> Result<bool, Failure> {
        let given = Given { fetched: fetched.clone(), reading: Reading::None, current: None };
        let contexts = self.store.visit_contexts(&[self.key(&given)]).await;
        let contexts = contexts.map_err(store::StoreError::into_failure)?;
        Ok(contexts.into_iter().flatten().any(|context| context.applied))
    }

    /// Throws away what only a message that is stored now refers to.
    async fn drop_value(&self, key: &str) {
        if let Err(error) = self.archive.drop_value(key).await {
            // `byline archive verify` lists it.
            tracing::warn!(key, %error, "a stored parse result stays in the archive");
        }
    }

    async fn robots(&self, outcome: &Outcome) -> Result<Reading, Failure> {
        let Outcome::Captured { capture, .. } = outcome else { return Ok(Reading::None) };
        let capture = self.archive.get(capture).await.map_err(model::ArchiveError::into_failure)?;
        // A body that cannot be decoded holds no rules.
        let Ok(body) = capture.decoded_body(ROBOTS_DECODED) else { return Ok(Reading::None) };
        Ok(Reading::Robots { text: text_of(&body) })
    }

    async fn decide_and_store(&self, mut waiting: Vec<(usize, Given)>, results: &mut [Answer]) {
        for _ in 0..DECISIONS {
            if waiting.is_empty() {
                return;
            }
            match self.round(&mut waiting).await {
                Ok(done) => {
                    let mut stale = Vec::new();
                    for ((at, given), done) in waiting.into_iter().zip(done) {
                        match done {
                            Done::Yes => results[at] = Ok(None),
                            Done::Unknown => {
                                let url = given.fetched.grant.url.as_str();
                                results[at] = Err(Failure::permanent("page-unknown", url));
                            }
                            Done::Stale => stale.push((at, given)),
                        }
                    }
                    waiting = stale;
                }
                Err(failure) => {
                    for (at, _) in waiting {
                        results[at] = Err(failure.clone());
                    }
                    return;
                }
            }
        }
        for (at, _) in waiting {
            results[at] = Err(Failure::transient("page-contended", "the page changed at every decision"));
        }
    }

    /// One answer for each, in order.
    async fn round(&self, waiting: &mut [(usize, Given)]) -> Result<Vec<Done>, Failure> {
        let keys: Vec<VisitKey> = waiting.iter().map(|(_, given)| self.key(given)).collect();
        let contexts = self.store.visit_contexts(&keys).await.map_err(store::StoreError::into_failure)?;
        self.load_current(waiting, &contexts).await?;
        let mut done: Vec<Done> = Vec::with_capacity(waiting.len());
        let mut commits: Vec<VisitCommit> = Vec::new();
        let mut places: Vec<(usize, String)> = Vec::new();
        let mut first: HashSet<(HostKey, String)> = HashSet::new();
        for (at, ((_, given), context)) in waiting.iter_mut().zip(contexts).enumerate() {
            let Some(context) = context else {
                done.push(Done::Unknown);
                continue;
            };
            done.push(Done::Yes);
            if context.applied {
                continue;
            }
            let commit = decide(&context, given, &self.policy);
            // Two addresses of one new article in one batch: the second is decided once the first is stored.
            let host = context.page.url.host_key();
            let new =
                commit.article.as_ref().filter(|a| a.id.is_none()).map(|a| (host, a.content_hash.clone()));
            if new.is_some_and(|new| !first.insert(new)) {
                done[at] = Done::Stale;
                continue;
            }
            commits.push(commit);
            places.push((at, context.page.url.to_string()));
        }
        if commits.is_empty() {
            return Ok(done);
        }
        let answers = self.store.commit(&commits).await.map_err(store::StoreError::into_failure)?;
        for (((at, url), commit), answer) in places.iter().zip(&commits).zip(answers) {
            match answer {
                Committed::Done => record::visit(commit, url),
                Committed::Duplicate => {}
                Committed::Stale => done[*at] = Done::Stale,
            }
        }
        Ok(done)
    }

    fn key(&self, given: &Given) -> VisitKey {
        VisitKey {
            visit: given.fetched.grant.visit,
            page: given.fetched.grant.page,
            cause: given.fetched.cause,
            canonical: given.canonical(),
            works: given.work_keys(&self.policy),
            content: given.content(),
            next_part: given.next_part(),
        }
    }

    /// A dry run compares with the article as it is stored; what an alias shows is another page's.
    async fn load_current(
        &self,
        waiting: &mut [(usize, Given)],
        contexts: &[Option<VisitContext>],
    ) -> Result<(), Failure> {
        let article = |given: &Given, context: &Option<VisitContext>| match given.fetched.cause {
            Cause::Reparse { dry_run: true, .. } => {
                let context = context.as_ref().filter(|c| !c.applied && c.page.alias_of.is_none())?;
                context.article.as_ref().map(|a| a.id)
            }
            _ => None,
        };
        let compared = waiting.iter().zip(contexts);
        let mut ids: Vec<_> = compared.filter_map(|((_, given), context)| article(given, context)).collect();
        if ids.is_empty() {
            return Ok(());
        }
        ids.sort_unstable();
        ids.dedup();
        let current = self.store.current_articles(&ids).await.map_err(store::StoreError::into_failure)?;
        let current: HashMap<_, _> = current.into_iter().collect();
        for ((_, given), context) in waiting.iter_mut().zip(contexts) {
            given.current = article(given, context).and_then(|id| current.get(&id).cloned());
        }
        Ok(())
    }
}

type Answer = Result<Option<Nothing>, Failure>;

enum Done {
    Yes,
    Unknown,
    Stale,
}

/// The place of a result too large for a message.
fn archived(input: &PageParsed) -> Option<&str> {
    match &input.result.as_ref()?.value {
        ParseValue::Archived { key } => Some(key),
        _ => None,
    }
}

/// At most 500 KiB, cut at a line's end where it is cut, so that no rule is read in part.
fn text_of(body: &Bytes) -> String {
    let mut bytes = &body[..body.len().min(robots::LIMIT)];
    if bytes.len() < body.len() {
        let end = bytes.iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(0, |at| at + 1);
        bytes = &bytes[..end];
    }
    String::from_utf8_lossy(bytes).into_owned()
}

#[async_trait]
impl Stage for SinkStage {
    type Input = PageParsed;
    type Output = Nothing;

    const NAME: &'static str = "sink";

    fn batch(&self) -> usize {
        BATCH
    }

    async fn process(&self, inputs: Vec<PageParsed>) -> Vec<Result<Option<Nothing>, Failure>> {
        let mut results: Vec<Answer> = Vec::with_capacity(inputs.len());
        let mut waiting = Vec::with_capacity(inputs.len());
        let mut values = Vec::new();
        for (at, input) in inputs.into_iter().enumerate() {
            let value = archived(&input).map(|key| (key.to_owned(), input.fetched.clone()));
            match (self.load(input).await, value) {
                (Ok(given), value) => {
                    results.push(Ok(None));
                    waiting.push((at, given));
                    values.extend(value.map(|(key, _)| (at, key)));
                }
                (Err(failure), Some((_, fetched))) => results.push(match self.is_stored(&fetched).await {
                    Ok(true) => Ok(None),
                    Ok(false) => Err(failure),
                    Err(failure) => Err(failure),
                }),
                (Err(failure), None) => results.push(Err(failure)),
            }
        }
        self.decide_and_store(waiting, &mut results).await;
        for (_, key) in values.iter().filter(|(at, _)| results[*at].is_ok()) {
            self.drop_value(key).await;
        }
        results
    }
}

#[cfg(test)]
mod tests;
