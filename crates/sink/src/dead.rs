//! What a dead letter means for its page. The message is kept and can be replayed; the page, meanwhile, gets a
//! disposition and a back-off like any other that failed, or it would be granted and die again each time its
//! lease ends.

use crate::SinkStage;
use chrono::{DateTime, Utc};
use model::{
    Cause, Envelope, Failure, Fault, Fetched, Grant, Outcome, Stage, VisitId,
    message::{PageParsed, ParseResult, ParseValue},
};
use uuid::Uuid;

impl SinkStage {
    /// Ends the visit of a message that `stage` gave up. Does nothing for a message that cannot be read and for
    /// one of a reparse, which holds no lease. May be called again for the same message.
    ///
    /// # Errors
    /// [`Failure`] where the result cannot be stored now.
    pub async fn settle_dead(
        &self,
        stage: &str,
        body: &[u8],
        code: &str,
        message: &str,
        at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        let Some(result) = result_of(stage, body, code, message, at) else { return Ok(()) };
        let lease = result.fetched.grant.visit;
        self.process(vec![under_another_name(result)]).await.into_iter().try_for_each(|r| r.map(drop))?;
        self.release(lease).await
    }
}

/// A result that says that the page could not be processed.
fn result_of(stage: &str, body: &[u8], code: &str, message: &str, at: DateTime<Utc>) -> Option<PageParsed> {
    let fetched = match stage {
        "fetch" => never_fetched(Envelope::<Grant>::decode(body).ok()?.data, message, at),
        "parse" => Envelope::<Fetched>::decode(body).ok()?.data,
        "sink" => Envelope::<PageParsed>::decode(body).ok()?.data.fetched,
        _ => return None,
    };
    let failed = ParseValue::Failed { code: format!("{stage}-{code}"), message: message.to_owned() };
    let result = ParseResult { parser_version: 0, rules_hash: String::new(), value: failed };
    matches!(fetched.cause, Cause::Visit).then_some(PageParsed { fetched, result: Some(result) })
}

fn never_fetched(grant: Grant, message: &str, at: DateTime<Utc>) -> Fetched {
    Fetched {
        grant,
        cause: Cause::Visit,
        started_at: at,
        ended_at: at,
        bytes: 0,
        address: None,
        hops: Vec::new(),
        outcome: Outcome::Failed { fault: Fault::Protocol, detail: message.to_owned() },
    }
}

/// The visit itself stays open: a replay of the message must still be able to store what it finds.
fn under_another_name(mut result: PageParsed) -> PageParsed {
    let visit = &mut result.fetched.grant.visit;
    *visit = VisitId(Uuid::from_u128(visit.0.as_u128() ^ 1));
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::tests::{captured, fetched, now};

    fn dead<T: model::Message>(stage: &str, data: T) -> Option<PageParsed> {
        let body = Envelope::new("/byline/test", now(), data).encode().unwrap();
        result_of(stage, &body, "panic", "it broke", now())
    }

    fn code(result: &PageParsed) -> &str {
        match &result.result.as_ref().unwrap().value {
            ParseValue::Failed { code, .. } => code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_stages_message_names_its_page() {
        let fetched = fetched(captured());
        let grant = fetched.grant.clone();
        let parsed = PageParsed { fetched: fetched.clone(), result: None };
        assert_eq!(code(&dead("fetch", grant).unwrap()), "fetch-panic");
        assert_eq!(code(&dead("sink", parsed).unwrap()), "sink-panic");
        let of_parse = dead("parse", fetched.clone()).unwrap();
        assert_eq!(code(&of_parse), "parse-panic");
        assert_eq!(of_parse.fetched, fetched, "the capture is kept");
    }

    #[test]
    fn what_cannot_be_read_or_holds_no_lease_is_left_alone() {
        assert!(result_of("parse", b"{", "malformed", "", now()).is_none());
        let mut reparse = fetched(captured());
        reparse.cause = Cause::Reparse { job: model::JobId(1), dry_run: false };
        assert!(dead("parse", reparse).is_none());
    }

    #[test]
    fn the_visit_stays_open_for_a_replay_and_settles_once() {
        let result = dead("parse", fetched(captured())).unwrap();
        let visit = result.fetched.grant.visit;
        let (one, two) = (under_another_name(result.clone()), under_another_name(result));
        assert_ne!(one.fetched.grant.visit, visit);
        assert_eq!(one.fetched.grant.visit, two.fetched.grant.visit);
    }
}
