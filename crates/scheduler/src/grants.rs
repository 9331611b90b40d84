//! One step of the scheduler: from due pages to published grants.

use crate::{
    Config, Outlet,
    judge::{Judgement, judge},
    robots::{Rules, RulesCache},
};
use model::{Grant, Origin, PageKind, SourceId, VisitId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::{Candidate, CandidateAsk, Denied, DynStore, Lease, StoreError, Time};

/// Grants what is due, as far as politeness, robots.txt and the lead allow.
pub struct Scheduler {
    pub(crate) store: DynStore,
    outlet: Arc<dyn Outlet<Grant>>,
    pub(crate) config: Config,
    /// Only pages of these sources; empty: all.
    pub(crate) sources: Vec<SourceId>,
    rules: Mutex<RulesCache>,
    expired_at: Mutex<Option<Time>>,
    /// Messages that wait in the queues, and when they were counted.
    waiting: Mutex<Option<(Time, usize)>>,
}

/// What one step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    pub granted: usize,
    pub denied: usize,
    /// Origins whose robots.txt was asked for.
    pub robots_wanted: usize,
    pub expired: u64,
    /// No more leases may be out; a result has to come first.
    pub full: bool,
    /// The broker took less than was offered: wait this long.
    pub busy: Option<Duration>,
}

impl Scheduler {
    pub fn new(store: DynStore, outlet: Arc<dyn Outlet<Grant>>, config: Config) -> Self {
        let rules = Mutex::new(RulesCache::new(config.rules_kept));
        Self {
            store,
            outlet,
            config,
            sources: Vec::new(),
            rules,
            expired_at: Mutex::default(),
            waiting: Mutex::default(),
        }
    }

    /// Grants pages of these sources only, as `byline crawl` does.
    #[must_use]
    pub fn for_sources(mut self, sources: Vec<SourceId>) -> Self {
        self.sources = sources;
        self
    }

    /// One step, at most [`Config::batch`] pages.
    ///
    /// # Errors
    /// [`StoreError`]; what was leased by then and not published is given back, or comes back when its lease ends.
    pub async fn tick(&self, now: Time) -> Result<Ticked, StoreError> {
        let mut ticked = Ticked { expired: self.expire(now).await?, ..Ticked::default() };
        let out = usize::try_from(self.store.leased().await?).unwrap_or(usize::MAX);
        let taken = out.max(self.waiting(now).await);
        let room = self.config.lead.saturating_sub(taken).min(self.config.batch);
        if room == 0 {
            ticked.full = true;
            return Ok(ticked);
        }
        let per_host = self.config.most_per_host();
        let ask = CandidateAsk { now, limit: room, per_host, sources: self.sources.clone() };
        let candidates = self.store.candidates(&ask).await?;
        let mut granted = Vec::new();
        let mut denied = Vec::new();
        let mut wanted: Vec<Origin> = Vec::new();
        for candidate in candidates {
            let rules = self.rules_of(&candidate).await?;
            match judge(&candidate, rules.as_deref(), now, &self.config) {
                Judgement::Grant { gap } => granted.push((candidate, gap)),
                Judgement::RobotsFirst => wanted.push(candidate.origin),
                Judgement::Deny { next_due, disposition, code, detail } => {
                    let visit = VisitId::new();
                    denied.push(Denied {
                        visit,
                        page: candidate.page,
                        at: now,
                        next_due,
                        disposition,
                        code,
                        detail,
                    });
                }
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        if !wanted.is_empty() {
            self.store.want_robots(&wanted, now).await?;
            ticked.robots_wanted = wanted.len();
        }
        if !denied.is_empty() {
            self.store.record_denied(&denied).await?;
            ticked.denied = denied.len();
            for denial in &denied {
                let disposition = denial.disposition.as_str();
                metrics::counter!("byline_visits_total", "disposition" => disposition, "code" => denial.code)
                    .increment(1);
                tracing::info!(visit.id = %denial.visit, page.id = %denial.page, disposition, code = denial.code, "visit");
            }
        }
        if !granted.is_empty() {
            (ticked.granted, ticked.busy) = self.grant(granted, now).await?;
        }
        Ok(ticked)
    }

    /// Leases, then publishes; what surely was not taken is given back. What perhaps was taken keeps its lease:
    /// a second grant could hurry the host.
    async fn grant(
        &self,
        pages: Vec<(Candidate, Duration)>,
        now: Time,
    ) -> Result<(usize, Option<Duration>), StoreError> {
        let until = now + self.config.lease;
        let begin_by = until - self.config.exchange.min(self.config.lease / 2);
        let leases: Vec<Lease> = pages
            .iter()
            .map(|(c, _)| Lease {
                visit: VisitId::new(),
                page: c.page,
                now,
                until,
                per_host: self.config.per_host_of(&c.host),
                share_gap: self.config.shares_gap(&c.host),
            })
            .collect();
        let taken = self.store.lease(&leases).await?;
        let mut by_page: HashMap<_, _> = pages.into_iter().map(|(c, gap)| (c.page, (c, gap))).collect();
        let grants: Vec<Grant> = leases
            .into_iter()
            .filter(|lease| taken.contains(&lease.visit))
            .filter_map(|lease| {
                let (candidate, gap) = by_page.remove(&lease.page)?;
                Some(Grant {
                    visit: lease.visit,
                    page: lease.page,
                    url: candidate.url,
                    granted_at: now,
                    lease_until: begin_by,
                    gap_ms: u64::try_from(gap.as_millis()).unwrap_or(u64::MAX),
                    validators: candidate.validators,
                    hints: candidate.hints,
                    origin: candidate.provenance,
                })
            })
            .collect();
        let visits: Vec<VisitId> = grants.iter().map(|g| g.visit).collect();
        let answers = self.outlet.publish(grants).await;
        let mut published = 0;
        let mut back = Vec::new();
        let mut busy = None;
        for (visit, answer) in visits.into_iter().zip(answers) {
            match answer {
                Ok(()) => published += 1,
                Err(model::Failure::Busy { after, .. }) => {
                    back.push(visit);
                    busy = Some(busy.map_or(after, |b: Duration| b.max(after)));
                }
                Err(failure) => {
                    tracing::warn!(visit.id = %visit, code = failure.code(), error = %failure, "grant not confirmed");
                }
            }
        }
        if !back.is_empty() {
            self.store.release(&back).await?;
        }
        metrics::counter!("byline_scheduler_grants_total").increment(published as u64);
        Ok((published, busy))
    }

    /// Messages that wait in the queues, counted at most once a second. A lease that ends while its message still
    /// waits frees the page, but not the queue: with the sink away, the same pages would be fetched again and
    /// again, and every queue would fill.
    async fn waiting(&self, now: Time) -> usize {
        let counted = *self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match counted {
            Some((at, n)) if is_recent(at, now) => n,
            _ => {
                // Nobody can tell: then the broker is away, and takes no grants either.
                let n = self.outlet.waiting().await.unwrap_or(0);
                *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, n));
                n
            }
        }
    }

    /// Ends overdue leases, at most once a second.
    async fn expire(&self, now: Time) -> Result<u64, StoreError> {
        {
            let mut last = self.expired_at.lock().unwrap_or_else(PoisonError::into_inner);
            if last.is_some_and(|t| is_recent(t, now)) {
                return Ok(0);
            }
            *last = Some(now);
        }
        let expired = self.store.expire_leases(now).await?;
        if expired > 0 {
            tracing::info!(leases = expired, "leases ended without a result");
            metrics::counter!("byline_scheduler_leases_expired_total").increment(expired);
        }
        Ok(expired)
    }

    async fn rules_of(&self, candidate: &Candidate) -> Result<Option<Arc<Rules>>, StoreError> {
        let Some(fetched_at) = candidate.robots_fetched_at.filter(|_| candidate.kind != PageKind::Robots)
        else {
            return Ok(None);
        };
        let cached = self.cache().get(&candidate.origin, fetched_at);
        if cached.is_some() {
            return Ok(cached);
        }
        let Some(row) = self.store.robots(&candidate.origin).await? else { return Ok(None) };
        let rules = Arc::new(Rules::from_verdict(&row.verdict));
        self.cache().put(candidate.origin.clone(), row.fetched_at, Arc::clone(&rules));
        Ok(Some(rules))
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, RulesCache> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Less than a second ago. A clock that was set back must not make a moment recent for ever.
fn is_recent(at: Time, now: Time) -> bool {
    (now - at).num_milliseconds().abs() < 1000
}
