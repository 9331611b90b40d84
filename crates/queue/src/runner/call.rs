//! One call of a stage, with everything that a stage may do wrong kept in bounds.

use model::{Failure, Stage};
use std::{sync::Arc, time::Duration};

/// The call as a whole went wrong, so nobody knows which of its inputs is guilty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spoilt {
    code: &'static str,
    message: String,
}

impl From<Spoilt> for Failure {
    fn from(spoilt: Spoilt) -> Self {
        Self::permanent(spoilt.code, spoilt.message)
    }
}

pub(super) type Answers<S> = Vec<Result<Option<<S as Stage>::Output>, Failure>>;

/// In a task of its own: a panic ends there, and a call over its deadline is dropped.
pub(super) async fn call<S: Stage>(
    stage: &Arc<S>,
    inputs: Vec<S::Input>,
    deadline: Duration,
) -> Result<Answers<S>, Spoilt> {
    let expected = inputs.len();
    let stage = Arc::clone(stage);
    let mut task = AbortOnDrop(tokio::spawn(async move { stage.process(inputs).await }));
    let answers = match tokio::time::timeout(deadline, &mut task.0).await {
        Err(_) => {
            return Err(Spoilt { code: "deadline", message: format!("not done after {deadline:?}") });
        }
        Ok(Err(error)) => return Err(Spoilt { code: "panic", message: words_of(error) }),
        Ok(Ok(answers)) => answers,
    };
    if answers.len() != expected {
        let message = format!("{} answers to {expected} inputs", answers.len());
        return Err(Spoilt { code: "miscounted", message });
    }
    Ok(answers)
}

struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn words_of(error: tokio::task::JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else {
        return "the call was cancelled".to_owned();
    };
    match panic.downcast_ref::<&str>() {
        Some(text) => (*text).to_owned(),
        None => panic.downcast::<String>().map_or_else(|_| "panic without words".to_owned(), |text| *text),
    }
}
