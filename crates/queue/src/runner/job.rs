//! What is done with the messages of one hand-over.

use super::{
    RunnerConfig,
    call::{Answers, call},
    lane_label,
    quarantine::SUSPECT_AFTER,
};
use crate::{Delivery, Health, Parcel, PublishError, Publisher, Route, Transport, Trouble};
use futures::future::join_all;
use model::{Envelope, Failure, Lane, Stage};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tracing::Instrument;

pub(super) struct Job<S: Stage> {
    stage: Arc<S>,
    publisher: Publisher,
    transport: Arc<dyn Transport>,
    health: Arc<Health>,
    deadline: Duration,
    hold: Duration,
}

/// First wait before a refused publish is tried again; doubles up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(5);

impl<S: Stage> Job<S> {
    pub(super) fn new(
        stage: Arc<S>,
        publisher: Publisher,
        transport: Arc<dyn Transport>,
        health: Arc<Health>,
        config: &RunnerConfig,
    ) -> Self {
        Self { stage, publisher, transport, health, deadline: config.deadline, hold: config.hold }
    }

    pub(super) fn batch(&self) -> usize {
        self.stage.batch().max(1)
    }

    /// Messages from a lane.
    pub(super) async fn run(self: Arc<Self>, lane: Lane, deliveries: Vec<Delivery>) {
        let (suspects, deliveries): (Vec<_>, Vec<_>) =
            deliveries.into_iter().partition(|delivery| delivery.redelivered >= SUSPECT_AFTER);
        let suspects = join_all(suspects.into_iter().map(|suspect| self.take_aside(suspect)));
        tokio::join!(suspects, self.process(lane, deliveries));
    }

    /// A message from quarantine.
    pub(super) async fn run_suspect(self: Arc<Self>, delivery: Delivery) {
        tracing::warn!(stage = S::NAME, message.id = %delivery.parcel.id, message.deaths = delivery.redelivered,
            "processing a message from quarantine");
        self.process(delivery.parcel.lane(), vec![delivery]).await;
    }

    /// Into quarantine.
    async fn take_aside(&self, delivery: Delivery) {
        let _in_flight = InFlight::new(&self.health, 1);
        let route = Route::Work { queue: self.transport.topology().quarantine(S::NAME) };
        match self.until_taken(None, || self.publisher.send(&route, &delivery.parcel)).await {
            Ok(()) => self.done(delivery, "quarantined").await,
            Err(error) => {
                tracing::error!(stage = S::NAME, message.id = %delivery.parcel.id, %error,
                    "message could not be taken into quarantine, giving it back");
            }
        }
    }

    async fn process(&self, lane: Lane, deliveries: Vec<Delivery>) {
        let count = deliveries.len();
        let _in_flight = InFlight::new(&self.health, count);
        metrics::counter!("byline_queue_received_total", "stage" => S::NAME, "lane" => lane_label(lane))
            .increment(count as u64);

        let mut good = Vec::with_capacity(count);
        let mut bad = Vec::new();
        for delivery in deliveries {
            match delivery.parcel.open::<S::Input>() {
                Ok(envelope) => good.push((delivery, envelope)),
                Err(malformed) => bad.push((delivery, Failure::permanent("malformed", malformed))),
            }
        }
        let bad =
            join_all(bad.into_iter().map(|(delivery, failure)| self.put_aside(delivery, lane, failure)));
        tokio::join!(bad, self.work(lane, good));
    }

    async fn work(&self, lane: Lane, good: Vec<(Delivery, Envelope<S::Input>)>) {
        if good.is_empty() {
            return;
        }
        let (deliveries, envelopes): (Vec<_>, Vec<_>) = good.into_iter().unzip();
        let answers = self.answers(&deliveries, envelopes).await;
        let settling = deliveries.into_iter().zip(answers).map(|(delivery, answer)| {
            let span = tracing::info_span!(
                "message",
                stage = S::NAME,
                message.id = %delivery.parcel.id,
                message.attempt = delivery.parcel.attempt,
                lane = lane_label(lane),
            );
            self.settle(delivery, lane, answer).instrument(span)
        });
        join_all(settling).await;
    }

    /// One answer for each message. A batch that fails as a whole is handed over again one by one, so that
    /// only the guilty message pays.
    async fn answers(
        &self,
        deliveries: &[Delivery],
        envelopes: Vec<Envelope<S::Input>>,
    ) -> Vec<Answer<S::Output>> {
        let traces: Vec<_> = envelopes.iter().map(|e| e.traceparent.clone()).collect();
        let inputs = envelopes.into_iter().map(|e| e.data).collect();
        let answers = match self.call(deliveries, inputs).await {
            Ok(answers) => answers,
            Err(failure) if deliveries.len() == 1 => vec![Err(failure)],
            Err(failure) => {
                tracing::warn!(stage = S::NAME, error.code = failure.code(), error = %failure,
                    batch.size = deliveries.len(), "batch failed, handing it over one by one");
                let mut answers = Vec::with_capacity(deliveries.len());
                for delivery in deliveries {
                    answers.push(self.answer_alone(delivery).await);
                }
                answers
            }
        };
        let sealed = answers.into_iter().zip(traces).map(|(answer, traceparent)| {
            let output = answer?.map(|output| Envelope { traceparent, ..self.publisher.envelope(output) });
            Ok(output)
        });
        sealed.collect()
    }

    async fn answer_alone(&self, delivery: &Delivery) -> Result<Option<S::Output>, Failure> {
        let envelope = delivery.parcel.open::<S::Input>().map_err(|e| Failure::permanent("malformed", e))?;
        let mut answers = self.call(std::slice::from_ref(delivery), vec![envelope.data]).await?;
        answers.pop().unwrap_or(Ok(None))
    }

    async fn call(&self, deliveries: &[Delivery], inputs: Vec<S::Input>) -> Result<Answers<S>, Failure> {
        let begun = Instant::now();
        let span = match deliveries {
            [one] => tracing::info_span!("process", stage = S::NAME, message.id = %one.parcel.id,
                message.attempt = one.parcel.attempt),
            many => tracing::info_span!("process", stage = S::NAME, batch.size = many.len()),
        };
        let answers = call(&self.stage, inputs, self.deadline).instrument(span).await;
        metrics::histogram!("byline_stage_seconds", "stage" => S::NAME).record(begun.elapsed().as_secs_f64());
        answers.map_err(Failure::from)
    }

    async fn settle(&self, delivery: Delivery, lane: Lane, answer: Answer<S::Output>) {
        let output = match answer {
            Ok(None) => return self.done(delivery, "done").await,
            Ok(Some(output)) => output,
            Err(failure) => return self.put_aside(delivery, lane, failure).await,
        };
        match self.until_taken(Some(self.hold), || self.publisher.publish(&output)).await {
            Ok(()) => self.done(delivery, "done").await,
            Err(error) if error.is_busy() => {
                let failure = Failure::busy("next-queue-full", error, self.hold);
                self.put_aside(delivery, lane, failure).await;
            }
            Err(error) => {
                self.put_aside(delivery, lane, Failure::permanent("output-refused", error)).await;
            }
        }
    }

    /// Sends the message where its failure says, then acknowledges the original.
    async fn put_aside(&self, delivery: Delivery, lane: Lane, failure: Failure) {
        let (route, parcel, outcome) = self.fate(&delivery.parcel, lane, &failure);
        tracing::warn!(stage = S::NAME, message.id = %delivery.parcel.id, outcome,
            message.attempt = delivery.parcel.attempt, error.code = failure.code(), error = %failure,
            "message not processed");
        match self.until_taken(None, || self.publisher.send(&route, &parcel)).await {
            Ok(()) => self.done(delivery, outcome).await,
            Err(error) => {
                tracing::error!(stage = S::NAME, message.id = %delivery.parcel.id, %error,
                    "message could not be put aside, giving it back");
                drop(delivery);
            }
        }
    }

    fn fate(&self, parcel: &Parcel, lane: Lane, failure: &Failure) -> (Route, Parcel, &'static str) {
        let topology = self.transport.topology();
        let queue = topology.queue(S::NAME, lane);
        let trouble = Trouble::new(S::NAME, failure.code(), &words_of(failure));
        let dead = || Route::Dead { stage: S::NAME.to_owned() };
        match failure {
            Failure::Permanent { .. } => (dead(), parcel.because(trouble), "dead"),
            Failure::Busy { after, .. } => {
                let delay = topology.delay_of_at_least(*after);
                (self.publisher.delayed(delay, &queue), parcel.because(trouble), "busy")
            }
            Failure::Transient { after, .. } => match topology.delay_after(parcel.attempt) {
                None => (dead(), parcel.because(trouble), "dead"),
                Some(usual) => {
                    let delay = after.map_or(usual, |after| topology.delay_of_at_least(after));
                    (self.publisher.delayed(delay, &queue), parcel.next_attempt(trouble), "retried")
                }
            },
        }
    }

    /// Tries until the broker takes the message, a refusal is for good, or `hold` is over. Meanwhile this
    /// job keeps its slot, so a full queue further on stops the intake here.
    async fn until_taken<F>(&self, hold: Option<Duration>, send: impl Fn() -> F) -> Result<(), PublishError>
    where
        F: Future<Output = Result<(), PublishError>>,
    {
        let begun = tokio::time::Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match send().await {
                Ok(()) => return Ok(()),
                Err(error) if !error.is_busy() => return Err(error),
                Err(error) => error,
            };
            if hold.is_some_and(|hold| begun.elapsed() + pause > hold) {
                return Err(error);
            }
            tracing::debug!(stage = S::NAME, %error, pause_ms = pause.as_millis() as u64, "publish refused");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }

    async fn done(&self, delivery: Delivery, outcome: &'static str) {
        let code = match delivery.ack().await {
            Ok(()) => outcome,
            Err(lost) => {
                tracing::debug!(stage = S::NAME, error = %lost, "not acknowledged");
                "lost"
            }
        };
        metrics::counter!("byline_queue_settled_total", "stage" => S::NAME, "outcome" => code).increment(1);
    }
}

type Answer<T> = Result<Option<Envelope<T>>, Failure>;

fn words_of(failure: &Failure) -> String {
    match failure {
        Failure::Permanent { message, .. }
        | Failure::Transient { message, .. }
        | Failure::Busy { message, .. } => message.clone(),
    }
}

/// Counts also what ends by a dropped job.
struct InFlight<'a> {
    health: &'a Health,
    messages: usize,
}

impl<'a> InFlight<'a> {
    fn new(health: &'a Health, messages: usize) -> Self {
        health.started(messages);
        Self { health, messages }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.health.settled(self.messages);
    }
}
