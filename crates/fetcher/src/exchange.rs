//! One exchange: the request, the redirects that lead to the same page, the answer.

use crate::{
    Client, Clock,
    body::{Body, Reader},
    cookies::Cookies,
    fault::{Phase, Trouble},
    redirect, retry_after, sniff,
};
use chrono::{DateTime, Utc};
use model::{Capture, CaptureId, Fault, Grant, Hop, Outcome, PageKind, PageUrl, Validators};
use reqwest::{
    Method, Request, Response,
    header::{
        ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, DATE, ETAG, HeaderMap, HeaderName,
        HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER, SET_COOKIE,
        TRANSFER_ENCODING,
    },
};
use std::{collections::HashSet, net::IpAddr, time::Duration};
use tokio::time::{Instant, timeout_at};

/// Redirects followed to a page.
const MOST_HOPS: usize = 10;

/// Redirects followed to a robots.txt (RFC 9309 §2.3.1.2).
const MOST_ROBOTS_HOPS: usize = 5;

/// Longest that one exchange waits for gaps, all together: one crawl-delay of a minute and some jitter. What
/// needs more is granted anew, so that no runner holds a visit for longer than it takes to be thought lost.
const MOST_WAITED: Duration = Duration::from_secs(75);

/// Bytes of a robots.txt that are kept; RFC 9309 §2.5 asks for 500 KiB at least.
const ROBOTS_BYTES: usize = 1 << 20;

/// Bytes of a validator worth sending back; longer ones are somebody's session.
const VALIDATOR_BYTES: usize = 1024;

/// How an exchange ended.
pub(crate) enum Ending {
    /// A 2xx answer, to be archived.
    Answered {
        capture: Box<Capture>,
        validators: Validators,
        content_type: Option<String>,
    },
    Outcome(Outcome),
}

pub(crate) struct Exchange<'a> {
    client: &'a Client,
    clock: &'a Clock,
    grant: &'a Grant,
    cookies: Cookies,
    /// Network time spent, without the gaps between hops.
    spent: Duration,
    /// Time waited for gaps.
    waited: Duration,
    /// Bytes received, heads and coded bodies.
    pub(crate) bytes: u64,
    /// Address of the server that answered last.
    pub(crate) address: Option<IpAddr>,
    pub(crate) hops: Vec<Hop>,
}

/// An answer whose body is still to be read.
struct Answer {
    response: Response,
    /// Headers of the request.
    sent: HeaderMap,
    at: DateTime<Utc>,
    /// End of the exchange.
    deadline: Instant,
}

/// What to do after one answer.
enum Step {
    End(Ending),
    Follow(Hop),
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(client: &'a Client, clock: &'a Clock, grant: &'a Grant) -> Self {
        let (cookies, spent, waited) = (Cookies::default(), Duration::ZERO, Duration::ZERO);
        Self { client, clock, grant, cookies, spent, waited, bytes: 0, address: None, hops: Vec::new() }
    }

    pub(crate) async fn run(&mut self) -> Ending {
        match self.follow().await {
            Ok(ending) => ending,
            Err(Trouble { fault, detail }) => Ending::Outcome(Outcome::Failed { fault, detail }),
        }
    }

    fn is_robots(&self) -> bool {
        self.grant.hints.expected == PageKind::Robots
    }

    async fn follow(&mut self) -> Result<Ending, Trouble> {
        let mut url = self.grant.url.clone();
        let mut seen = HashSet::new();
        loop {
            let asked = (url.clone(), self.cookies.clone());
            let begun = Instant::now();
            let step = self.hop(&url).await;
            self.spent += begun.elapsed();
            let hop = match step? {
                Step::End(ending) => return Ok(ending),
                Step::Follow(hop) => hop,
            };
            // The same address again is a loop unless the cookies changed: a cookie wall sends back once.
            seen.insert(asked);
            if hop.to.origin() != url.origin() {
                self.cookies = Cookies::default();
            }
            if seen.contains(&(hop.to.clone(), self.cookies.clone())) {
                return Err(Trouble::new(Fault::RedirectLoop, format!("back to {}", hop.to)));
            }
            let most = if self.is_robots() { MOST_ROBOTS_HOPS } else { MOST_HOPS };
            if self.hops.len() == most {
                return Err(Trouble::new(Fault::RedirectLoop, format!("more than {most} redirects")));
            }
            let host = hop.to.host_key();
            if seen.iter().any(|(url, _)| url.host_key() == host) && !self.wait_gap().await {
                return self.left_to_another_visit(&url, hop);
            }
            url = hop.to.clone();
            self.hops.push(hop);
        }
    }

    /// The gap counts between requests to one host within an exchange too. False where there is no time for it.
    async fn wait_gap(&mut self) -> bool {
        let gap = Duration::from_millis(self.grant.gap_ms);
        let lease_left = (self.grant.lease_until - (self.clock)()).to_std().unwrap_or_default();
        if self.waited + gap > MOST_WAITED || gap >= lease_left {
            return false;
        }
        self.waited += gap;
        tokio::time::sleep(gap).await;
        true
    }

    fn left_to_another_visit(&self, from: &PageUrl, hop: Hop) -> Result<Ending, Trouble> {
        // Another visit would know no cookies, and RFC 9309 wants one answer for a robots.txt.
        if hop.to == *from || self.is_robots() {
            return Err(Trouble::new(Fault::TotalTimeout, "the gaps between its redirects take too long"));
        }
        Ok(Ending::Outcome(Outcome::Redirected { status: hop.status, to: hop.to }))
    }

    async fn hop(&mut self, url: &PageUrl) -> Result<Step, Trouble> {
        let answer = self.send(url).await?;
        for cookie in answer.response.headers().get_all(SET_COOKIE) {
            self.cookies.set(&String::from_utf8_lossy(cookie.as_bytes()));
        }
        let step = match answer.response.status().as_u16() {
            200..=299 => return self.capture(url, answer).await.map(Step::End),
            304 if answer.is_conditional() => {
                let validators = self.newer_validators(answer.response.headers());
                Step::End(Ending::Outcome(Outcome::NotModified { validators }))
            }
            status => match answer.response.headers().get(LOCATION).filter(|_| redirect::is_redirect(status))
            {
                Some(location) => self.redirected(url, status, location)?,
                None => Step::End(Ending::Outcome(answer.status())),
            },
        };
        let Answer { response, deadline, .. } = answer;
        let reader = Reader { limits: &self.client.config.limits, deadline, codings: "", cut_at: None };
        reader.drain(response, &mut self.bytes).await;
        Ok(step)
    }

    async fn send(&mut self, url: &PageUrl) -> Result<Answer, Trouble> {
        self.client
            .guard
            .check_url(url.url())
            .map_err(|r| Trouble::new(Fault::AddressRefused, r.to_string()))?;
        if self.client.proxy_host.as_deref().is_some_and(|proxy| url.url().host_str() == Some(proxy)) {
            return Err(Trouble::new(Fault::AddressRefused, "the page's host is the configured proxy"));
        }
        let limits = &self.client.config.limits;
        let sent = self.request_headers();
        let mut request = Request::new(Method::GET, url.url().clone());
        *request.headers_mut() = sent.clone();
        let begun = Instant::now();
        let deadline = begun + limits.total().saturating_sub(self.spent);
        let head_until = begun + limits.connect() + limits.read();
        let response = match timeout_at(head_until.min(deadline), self.client.http.execute(request)).await {
            Ok(response) => response.map_err(|e| Trouble::of(&e, Phase::Head))?,
            Err(_) if deadline <= head_until => {
                return Err(Trouble::new(Fault::TotalTimeout, "the answer's head took too long"));
            }
            Err(_) => return Err(Trouble::new(Fault::ReadTimeout, "no answer came")),
        };
        let at = (self.clock)();
        // The resolver has admitted this address already; should that ever be circumvented, nothing is kept.
        if let Some(ip) = self.address_of(&response) {
            self.address = Some(ip);
            self.client.guard.check(ip).map_err(|r| Trouble::new(Fault::AddressRefused, r.to_string()))?;
        }
        let head_bytes = head_bytes(response.headers());
        self.bytes += head_bytes as u64;
        if head_bytes > limits.header_bytes {
            let detail = format!("the answer's head is larger than {} bytes", limits.header_bytes);
            return Err(Trouble::new(Fault::HeadersTooLarge, detail));
        }
        Ok(Answer { response, sent, at, deadline })
    }

    /// Address of the page's server; not known through a proxy.
    fn address_of(&self, response: &Response) -> Option<IpAddr> {
        response.remote_addr().filter(|_| self.client.proxy_host.is_none()).map(|address| address.ip())
    }

    fn request_headers(&self) -> HeaderMap {
        let mut headers = self.client.headers.clone();
        headers.insert(ACCEPT, HeaderValue::from_static(accept(self.grant.hints.expected)));
        let mut add = |name: HeaderName, value: Option<&str>| {
            // What a server sent as a header can be sent back; anything else is not worth a failed visit.
            if let Some(value) = value.and_then(|v| HeaderValue::from_str(v).ok()) {
                headers.insert(name, value);
            }
        };
        add(IF_NONE_MATCH, self.grant.validators.etag.as_deref());
        add(IF_MODIFIED_SINCE, self.grant.validators.last_modified.as_deref());
        add(COOKIE, self.cookies.header().as_deref());
        headers
    }

    fn redirected(&self, url: &PageUrl, status: u16, location: &HeaderValue) -> Result<Step, Trouble> {
        let to = redirect::target(url, location.as_bytes(), &self.client.guard)
            .map_err(|detail| Trouble::new(Fault::BadRedirect, detail))?;
        let same_page = to.origin() == url.origin() && to.key() == self.grant.url.key();
        Ok(match same_page || self.is_robots() {
            true => Step::Follow(Hop { status, to }),
            false => Step::End(Ending::Outcome(Outcome::Redirected { status, to })),
        })
    }

    async fn capture(&mut self, url: &PageUrl, answer: Answer) -> Result<Ending, Trouble> {
        let Answer { response, sent, at, deadline } = answer;
        let status = response.status().as_u16();
        let ip = self.address_of(&response);
        let headers = response.headers().clone();
        let codings = joined(&headers, CONTENT_ENCODING);
        let reader = Reader {
            limits: &self.client.config.limits,
            deadline,
            codings: &codings,
            cut_at: self.is_robots().then_some(ROBOTS_BYTES),
        };
        let Body { coded, start, cut } = reader.read(response, &mut self.bytes).await?;
        let capture = Capture {
            id: CaptureId::new(),
            url: url.to_string(),
            captured_at: at,
            ip,
            request_headers: request_pairs(url, &sent),
            status,
            // The transfer coding is off the body, and a cut body has not the length that was announced.
            response_headers: pairs(&headers, |n| n != TRANSFER_ENCODING && !(cut && n == CONTENT_LENGTH)),
            body: coded,
            visit: None,
        };
        Ok(Ending::Answered {
            validators: validators(&headers),
            content_type: sniff::content_type(text(&headers, CONTENT_TYPE).as_deref(), &start),
            capture: Box::new(capture),
        })
    }

    /// A 304 repeats only the validators that it wants to (RFC 9110 §15.4.5).
    fn newer_validators(&self, headers: &HeaderMap) -> Validators {
        let (new, old) = (validators(headers), &self.grant.validators);
        Validators {
            etag: new.etag.or_else(|| old.etag.clone()),
            last_modified: new.last_modified.or_else(|| old.last_modified.clone()),
        }
    }
}

impl Answer {
    fn is_conditional(&self) -> bool {
        self.sent.contains_key(IF_NONE_MATCH) || self.sent.contains_key(IF_MODIFIED_SINCE)
    }

    fn status(&self) -> Outcome {
        let headers = self.response.headers();
        let retry_after_s = text(headers, RETRY_AFTER)
            .and_then(|value| retry_after::seconds(&value, text(headers, DATE).as_deref(), self.at));
        Outcome::Status { status: self.response.status().as_u16(), retry_after_s }
    }
}

fn accept(expected: PageKind) -> &'static str {
    match expected {
        PageKind::Robots => "text/plain, */*;q=0.1",
        PageKind::Feed | PageKind::Sitemap => {
            "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
        }
        PageKind::Listing | PageKind::Article | PageKind::Other => {
            "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5"
        }
    }
}

fn validators(headers: &HeaderMap) -> Validators {
    let short = |name| text(headers, name).filter(|value| value.len() <= VALIDATOR_BYTES);
    Validators { etag: short(ETAG), last_modified: short(LAST_MODIFIED) }
}

/// First header of that name.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// All headers of that name as one list (RFC 9110 §5.3).
fn joined(headers: &HeaderMap, name: HeaderName) -> String {
    let values: Vec<_> =
        headers.get_all(name).iter().map(|v| String::from_utf8_lossy(v.as_bytes())).collect();
    values.join(", ")
}

fn pairs(headers: &HeaderMap, keep: impl Fn(&HeaderName) -> bool) -> Vec<(String, String)> {
    let kept = headers.iter().filter(|(name, _)| keep(name));
    kept.map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    })
    .collect()
}

/// The request's headers with the Host that hyper adds.
fn request_pairs(url: &PageUrl, sent: &HeaderMap) -> Vec<(String, String)> {
    let host = ("host".to_owned(), url.url()[url::Position::BeforeHost..url::Position::AfterPort].to_owned());
    let mut all = vec![host];
    all.extend(pairs(sent, |_| true));
    all
}

/// As HTTP/1.1 writes it: a status line, then `name: value` lines.
fn head_bytes(headers: &HeaderMap) -> usize {
    const STATUS_LINE: usize = "HTTP/1.1 200 OK\r\n\r\n".len();
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>() + STATUS_LINE
}
