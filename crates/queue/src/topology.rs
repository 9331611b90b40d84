//! The names and shapes of everything on the broker, as a value: declared by the AMQP back end, imitated
//! by the one in memory, printed by `byline topology show`.
//!
//! Arguments of a queue are fixed when it is first declared: AMQP has no way to change them, and policies
//! need the management plugin or a shell on the broker, which Byline asks nobody for. So the values below
//! are chosen to stay. An operator who wants another bound sets a policy (RabbitMQ takes the smaller of
//! policy and argument for lengths, time-outs and the delivery limit).

use model::Lane;
use serde::Serialize;
use std::{collections::BTreeMap, fmt, time::Duration};

mod show;

/// The stages that have queues, in the order of the pipe.
pub const STAGES: [&str; 3] = ["fetch", "parse", "sink"];

/// Deliveries without a settlement after which the broker itself gives a message in quarantine up. There it
/// is alone in hand, and in the end alone in its process, so these deaths are its own.
const DELIVERY_LIMIT: i64 = 4;

/// The same for the work queues, only so that no message stays for ever. A process that dies counts against
/// everything that it had in hand, guilty or not; the runner takes messages into quarantine long before this.
const WORK_DELIVERY_LIMIT: i64 = 100;

/// Messages; beyond it the broker refuses (back-pressure). 10,000 messages of 8 kB are 80 MB on its disk.
const WORK_MAX_LENGTH: i64 = 10_000;

/// Messages waiting for another try. More than all work queues hold together, so that a failing part
/// never fills it while the work queues still accept.
const DELAY_MAX_LENGTH: i64 = 100_000;

/// Everything that Byline declares on a broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    prefix: String,
    delays: Vec<Duration>,
    max_length: i64,
}

impl Default for Topology {
    /// `byline.*` with delays of 5 s, 30 s, 5 min, 30 min and 2 h.
    fn default() -> Self {
        Self::named("byline")
    }
}

impl Topology {
    /// The same under another first name, so that several installations share one virtual host.
    pub fn named(prefix: &str) -> Self {
        let delays = [5, 30, 5 * 60, 30 * 60, 2 * 3600].map(Duration::from_secs).to_vec();
        Self { prefix: prefix.to_owned(), delays, max_length: WORK_MAX_LENGTH }
    }

    /// Other delays, ascending; their number is also the number of retries.
    pub fn with_delays(mut self, delays: Vec<Duration>) -> Self {
        self.delays = delays;
        self
    }

    /// Another bound of the work queues, in messages.
    pub fn with_max_length(mut self, messages: u32) -> Self {
        self.max_length = i64::from(messages);
        self
    }

    /// The queue from which a stage works. A stage without a bulk lane has one queue for both.
    pub fn queue(&self, stage: &str, lane: Lane) -> String {
        match lane {
            Lane::Bulk if has_bulk_lane(stage) => format!("{}.{stage}.bulk", self.prefix),
            Lane::Live | Lane::Bulk => format!("{}.{stage}", self.prefix),
        }
    }

    /// The queue for messages that several processes of a stage had in hand when they died.
    pub fn quarantine(&self, stage: &str) -> String {
        format!("{}.{stage}.quarantine", self.prefix)
    }

    /// The queue that keeps a stage's dead letters.
    pub fn dead_queue(&self, stage: &str) -> String {
        format!("{}.dead.{stage}", self.prefix)
    }

    /// Where messages with an unknown routing key end. It must stay empty.
    pub fn unrouted_queue(&self) -> String {
        format!("{}.unrouted", self.prefix)
    }

    /// Most messages of a work queue.
    pub fn max_length(&self) -> usize {
        usize::try_from(self.max_length).unwrap_or(usize::MAX)
    }

    /// Deliveries after which the broker gives a message in this queue up.
    pub(crate) fn delivery_limit(&self, queue: &str) -> u32 {
        let quarantined = STAGES.iter().any(|stage| self.quarantine(stage) == queue);
        (if quarantined { DELIVERY_LIMIT } else { WORK_DELIVERY_LIMIT }) as u32
    }

    /// The delays of the retries, ascending.
    pub fn delays(&self) -> &[Duration] {
        &self.delays
    }

    /// The shortest delay that is at least `wanted`, else the longest.
    pub fn delay_of_at_least(&self, wanted: Duration) -> Delay {
        let last = self.delays.len().saturating_sub(1);
        Delay(self.delays.iter().position(|d| *d >= wanted).unwrap_or(last))
    }

    /// The delay before the try that follows the `attempt`th (counted from 1); none after the last.
    pub fn delay_after(&self, attempt: u32) -> Option<Delay> {
        let index = usize::try_from(attempt).ok()?.checked_sub(1)?;
        (index < self.delays.len()).then_some(Delay(index))
    }

    pub fn length_of(&self, delay: Delay) -> Duration {
        self.delays.get(delay.0).copied().unwrap_or_default()
    }

    /// Exchange and routing key for a route.
    pub fn address(&self, route: &Route) -> Address {
        match route {
            Route::Work { queue } => Address { exchange: self.exchange("work"), key: queue.clone() },
            Route::Delay { delay, queue } => {
                Address { exchange: self.delay_name(self.length_of(*delay)), key: queue.clone() }
            }
            Route::Dead { stage } => Address { exchange: self.exchange("dead"), key: stage.clone() },
            Route::Event { kind } => Address { exchange: self.exchange("events"), key: kind.clone() },
        }
    }

    /// Every queue that messages wait in to be processed: those of [`Topology::work_queues`] and the quarantines.
    pub fn input_queues(&self) -> Vec<(&'static str, String)> {
        let work = self.work_queues().into_iter().map(|(stage, _, name)| (stage, name));
        work.chain(STAGES.map(|stage| (stage, self.quarantine(stage)))).collect()
    }

    /// Every queue that stages work from, with its stage.
    pub fn work_queues(&self) -> Vec<(&'static str, Lane, String)> {
        let mut queues = Vec::new();
        for stage in STAGES {
            queues.push((stage, Lane::Live, self.queue(stage, Lane::Live)));
            if has_bulk_lane(stage) {
                queues.push((stage, Lane::Bulk, self.queue(stage, Lane::Bulk)));
            }
        }
        queues
    }

    /// What is to be declared, in an order in which each part finds what it refers to.
    pub fn plan(&self) -> Plan {
        let unrouted = self.exchange("unrouted");
        let elsewhere = || Arguments::from([("alternate-exchange", Argument::Text(unrouted.clone()))]);
        let mut exchanges = vec![
            Exchange { name: unrouted.clone(), kind: Kind::Fanout, arguments: Arguments::new() },
            Exchange { name: self.exchange("work"), kind: Kind::Direct, arguments: elsewhere() },
            Exchange { name: self.exchange("requeue"), kind: Kind::Direct, arguments: elsewhere() },
            Exchange { name: self.exchange("dead"), kind: Kind::Direct, arguments: Arguments::new() },
            Exchange { name: self.exchange("events"), kind: Kind::Topic, arguments: Arguments::new() },
        ];
        let mut queues = vec![Queue { name: self.unrouted_queue(), arguments: quorum() }];
        let mut bindings = vec![Binding::new(&unrouted, "", &self.unrouted_queue())];

        for stage in STAGES {
            let dead = self.dead_queue(stage);
            bindings.push(Binding::new(&self.exchange("dead"), stage, &dead));
            queues.push(Queue { name: dead, arguments: quorum() });
        }
        for (stage, _, name) in self.work_queues() {
            bindings.push(Binding::new(&self.exchange("work"), &name, &name));
            bindings.push(Binding::new(&self.exchange("requeue"), &name, &name));
            queues.push(Queue { name, arguments: self.work_arguments(stage, WORK_DELIVERY_LIMIT) });
        }
        for stage in STAGES {
            let name = self.quarantine(stage);
            bindings.push(Binding::new(&self.exchange("work"), &name, &name));
            queues.push(Queue { name, arguments: self.work_arguments(stage, DELIVERY_LIMIT) });
        }
        for delay in &self.delays {
            let name = self.delay_name(*delay);
            bindings.push(Binding::new(&name, "", &name));
            exchanges.push(Exchange { name: name.clone(), kind: Kind::Fanout, arguments: Arguments::new() });
            queues.push(Queue { name, arguments: self.delay_arguments(*delay) });
        }
        Plan { exchanges, queues, bindings }
    }

    fn work_arguments(&self, stage: &str, delivery_limit: i64) -> Arguments {
        let mut arguments = quorum();
        arguments.insert("x-delivery-limit", Argument::Number(delivery_limit));
        arguments.insert("x-dead-letter-exchange", Argument::Text(self.exchange("dead")));
        arguments.insert("x-dead-letter-routing-key", Argument::Text(stage.to_owned()));
        arguments.extend(bounded(self.max_length));
        arguments
    }

    fn delay_arguments(&self, delay: Duration) -> Arguments {
        let mut arguments = quorum();
        // One time to live per queue: with a time per message a long one at the head would hold up the
        // short ones behind it.
        let ttl = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
        arguments.insert("x-message-ttl", Argument::Number(ttl));
        arguments.insert("x-dead-letter-exchange", Argument::Text(self.exchange("requeue")));
        arguments.extend(bounded(DELAY_MAX_LENGTH));
        arguments
    }

    fn exchange(&self, name: &str) -> String {
        format!("{}.{name}", self.prefix)
    }

    fn delay_name(&self, delay: Duration) -> String {
        format!("{}.delay.{}", self.prefix, short(delay))
    }
}

/// One of the delays of a [`Topology`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay(usize);

/// Where a message is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// To a stage, at once.
    Work { queue: String },
    /// To a stage, after a delay.
    Delay { delay: Delay, queue: String },
    /// To a stage's dead letters.
    Dead { stage: String },
    /// To whoever listens for this type of event; to nobody where nobody does.
    Event { kind: String },
}

/// Exchange and routing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub exchange: String,
    pub key: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exchange {} with key {:?}", self.exchange, self.key)
    }
}

/// The stage that takes messages of a type: `byline.page.fetched.v1` goes to `parse`. The version does not
/// matter: both are consumed for one release.
pub fn stage_of(kind: &str) -> Option<&'static str> {
    let (name, _version) = kind.rsplit_once(".v")?;
    match name {
        "byline.fetch.requested" => Some("fetch"),
        "byline.page.fetched" => Some("parse"),
        "byline.page.parsed" => Some("sink"),
        _ => None,
    }
}

/// Reparsing never fetches, so there is nothing for a bulk lane to carry to the fetcher.
fn has_bulk_lane(stage: &str) -> bool {
    stage != "fetch"
}

/// Declarations, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    pub exchanges: Vec<Exchange>,
    pub queues: Vec<Queue>,
    pub bindings: Vec<Binding>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exchange {
    pub name: String,
    pub kind: Kind,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: Arguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Direct,
    Fanout,
    Topic,
}

/// Durable, never exclusive, never deleted by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queue {
    pub name: String,
    pub arguments: Arguments,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Binding {
    pub exchange: String,
    pub key: String,
    pub queue: String,
}

impl Binding {
    fn new(exchange: &str, key: &str, queue: &str) -> Self {
        Self { exchange: exchange.to_owned(), key: key.to_owned(), queue: queue.to_owned() }
    }
}

pub type Arguments = BTreeMap<&'static str, Argument>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Argument {
    Text(String),
    Number(i64),
}

fn quorum() -> Arguments {
    Arguments::from([("x-queue-type", Argument::Text("quorum".to_owned()))])
}

/// At-least-once dead-lettering (RabbitMQ 3.10 and newer) keeps a message until its dead-letter queue has
/// confirmed it; it needs `reject-publish`, which is also what makes a full queue back-pressure.
fn bounded(max_length: i64) -> Arguments {
    Arguments::from([
        ("x-max-length", Argument::Number(max_length)),
        ("x-overflow", Argument::Text("reject-publish".to_owned())),
        ("x-dead-letter-strategy", Argument::Text("at-least-once".to_owned())),
    ])
}

/// `5s`, `30m`, `2h`; below a second in milliseconds.
fn short(duration: Duration) -> String {
    match (duration.as_millis(), duration.as_secs()) {
        (ms, _) if ms % 1000 != 0 => format!("{ms}ms"),
        (_, s) if s > 0 && s % 3600 == 0 => format!("{}h", s / 3600),
        (_, s) if s > 0 && s % 60 == 0 => format!("{}m", s / 60),
        (_, s) => format!("{s}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_what_operators_were_told() {
        insta::assert_snapshot!(Topology::default().plan().to_string());
    }

    #[test]
    fn every_binding_finds_its_ends() {
        let plan = Topology::default().plan();
        for b in &plan.bindings {
            assert!(plan.exchanges.iter().any(|e| e.name == b.exchange), "{b:?}");
            assert!(plan.queues.iter().any(|q| q.name == b.queue), "{b:?}");
        }
    }

    #[test]
    fn every_message_type_has_a_stage() {
        use model::Message;
        assert_eq!(stage_of(model::Grant::TYPE), Some("fetch"));
        assert_eq!(stage_of(model::Fetched::TYPE), Some("parse"));
        assert_eq!(stage_of(model::message::PageParsed::TYPE), Some("sink"));
        assert_eq!(stage_of(model::message::Nothing::TYPE), None);
    }

    #[test]
    fn six_attempts_have_five_delays_between_them() {
        let t = Topology::default();
        let delays: Vec<_> = (1..=6).map(|n| t.delay_after(n).map(|d| t.length_of(d).as_secs())).collect();
        assert_eq!(delays, [Some(5), Some(30), Some(300), Some(1800), Some(7200), None]);
        assert_eq!(t.length_of(t.delay_of_at_least(Duration::from_secs(6))).as_secs(), 30);
        assert_eq!(t.length_of(t.delay_of_at_least(Duration::from_secs(86_400))).as_secs(), 7200);
    }
}
