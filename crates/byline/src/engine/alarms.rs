//! Queues that are not as they should be: messages that no queue takes, and queues so long that the broker
//! refuses more.

use queue::Transport;
use std::sync::Arc;

/// Per cent of its greatest length from which a queue counts as full: while messages are taken and refused by
/// turns it hovers just below.
const FULL: usize = 95;

/// How many messages wait in one queue, and how many may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    pub queue: String,
    pub ready: usize,
    /// None for the queue of messages that no other takes, which must stay empty.
    most: Option<usize>,
}

impl Backlog {
    /// The name of what can be wrong with it.
    pub fn alarm(&self) -> &'static str {
        if self.most.is_some() { "full" } else { "unrouted" }
    }

    /// What is wrong, and what to do; none where nothing is.
    pub fn trouble(&self) -> Option<String> {
        let Self { queue, ready, most } = self;
        match most {
            None if *ready > 0 => Some(format!(
                "{ready} messages found no queue: declare all of them with `byline topology apply`, then shovel or purge {queue}"
            )),
            Some(most) if ready * 100 >= most * FULL => Some(format!(
                "{ready} of at most {most} messages wait and more are refused: run more of the stage behind {queue}, or see why it is slow"
            )),
            _ => None,
        }
    }
}

/// Of every queue that can be looked at.
pub async fn backlogs(transport: &Arc<dyn Transport>) -> Vec<Backlog> {
    let topology = transport.topology();
    let most = topology.max_length();
    let work = topology.input_queues().into_iter().map(|(_, name)| (name, Some(most)));
    let mut found = Vec::new();
    for (queue, most) in work.chain([(topology.unrouted_queue(), None)]) {
        if let Ok(depth) = transport.depth(&queue).await {
            found.push(Backlog { queue, ready: usize::try_from(depth.ready).unwrap_or(usize::MAX), most });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_and_a_stray_message_are_trouble() {
        let backlog = |ready, most| Backlog { queue: "q".to_owned(), ready, most };
        assert_eq!(backlog(0, None).trouble(), None);
        assert!(backlog(1, None).trouble().unwrap().contains("1 messages found no queue"));
        assert_eq!(backlog(9_499, Some(10_000)).trouble(), None);
        assert!(backlog(9_500, Some(10_000)).trouble().unwrap().contains("of at most 10000"));
    }
}
