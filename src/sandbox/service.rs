//! One request, from its arrival to its answer.

use std::future;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Limited};
use hyper::header::DATE;
use hyper::header::{ACCEPT_ENCODING, ALLOW, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};

use super::account::PROJECT_ID;
use super::args::SandboxArgs;
use super::auth::{self, Presented};
use super::backup::Row;
use super::changes::{Arrival, Ledger};
use super::faults::{Chaos, Fault};
use super::faulty_response::{Outcome, throttled};
use super::iam::Iam;
use super::listing;
use super::metadata::Metadata;
use super::query::Invalid;
use super::record::record_with_children;
use super::request::{self, Call, Line, Log, Route};
use super::response::{Answer, Body, RequestId, is_accepted};
use super::rows::Rows;
use super::throttle::Throttle;
use super::uuid::Uuid;

/// What all connections share.
pub(super) struct Service {
    ledger: Ledger,
    metadata: Metadata,
    throttle: Option<Throttle>,
    faults: Vec<Fault>,
    chaos: Option<Chaos>,
    iam: Iam,
    /// How far the clock is ahead.
    clock: SignedDuration,
    latency: Duration,
    gzip: bool,
    log: Option<Log>,
}

/// A login is far smaller.
const LARGEST_BODY: usize = 64 << 10;

/// Ends a connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("no answer on purpose")]
pub(super) struct NoAnswer;

impl Service {
    pub(super) fn new(args: &SandboxArgs) -> std::io::Result<Self> {
        Ok(Self {
            ledger: Ledger::new(args.backups, &args.changes, args.churn),
            metadata: Metadata::new(args.metadata, args.metadata_keys),
            throttle: args.throttle.map(Throttle::new),
            faults: args.faults.clone(),
            chaos: args.chaos.map(Chaos::new),
            iam: Iam::new(&args.iam),
            clock: args.clock,
            latency: args.latency,
            gzip: args.gzip,
            log: args.log.as_deref().map(Log::open).transpose()?,
        })
    }

    /// Answers one request.
    ///
    /// # Errors
    ///
    /// When the connection is to end without an answer.
    pub(super) async fn serve<B>(&self, request: Request<B>) -> Result<Response<Body>, NoAnswer>
    where
        B: hyper::body::Body<Error: std::error::Error + Send + Sync + 'static>,
    {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, LARGEST_BODY).collect().await.map_err(|_| NoAnswer)?;
        let call = Call::with_body(Request::from_parts(head, ()), body.to_bytes());
        let is_list = call.method() == Method::GET && matches!(call.route(), Route::List { .. });
        let arrival = self.ledger.arrive(is_list);
        let faults = self.faults(&arrival);
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let id = RequestId(arrival.request);
        let outcome = self.outcome(&call, &arrival, &faults, id);
        self.log(&call, &arrival, &faults, &outcome);
        match outcome {
            Outcome::Answer(answer) => {
                let mut response = answer.into_response(id);
                if !self.clock.is_zero()
                    && let Ok(date) = HeaderValue::from_str(&http_date(self.now()))
                {
                    response.headers_mut().insert(DATE, date);
                }
                Ok(response)
            }
            Outcome::Reset => Err(NoAnswer),
            Outcome::Hang => future::pending().await,
        }
    }

    /// The time, as the service has it.
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(self.clock).unwrap_or(now)
    }

    /// What goes wrong with a listing.
    fn faults(&self, arrival: &Arrival) -> Vec<&Fault> {
        let Some(list) = arrival.list else { return Vec::new() };
        let planned = self.faults.iter().filter(|fault| fault.is_due(list));
        planned.chain(self.chaos.as_ref().and_then(|chaos| chaos.strike(list))).collect()
    }

    /// What the gateway says, or else the service; faults come after the checks of both.
    fn outcome(&self, call: &Call, arrival: &Arrival, faults: &[&Fault], id: RequestId) -> Outcome {
        if let Route::Metadata(asked) = call.route() {
            return Outcome::Answer(self.metadata.answer(call, asked, self.now()));
        }
        if let Route::Iam(route) = call.route() {
            let answer = self.iam.answer(route, call, self.now(), id);
            return Outcome::Answer(answer.unwrap_or_else(|refusal| refusal));
        }
        if let Err(refusal) = self.admit(call, id) {
            return Outcome::Answer(refusal);
        }
        if let Some(instead) = faults.iter().find_map(|fault| fault.instead()) {
            return instead.outcome(&arrival.rows, id);
        }
        let mut answer = answer(call, &arrival.rows, faults).unwrap_or_else(|refusal| refusal);
        let spoils = || faults.iter().filter_map(|fault| fault.spoil());
        spoils().for_each(|spoil| spoil.text(&mut answer));
        let accepted = call.header(ACCEPT_ENCODING.as_str()).is_some_and(is_accepted);
        if self.gzip && accepted {
            answer.compress();
        }
        spoils().for_each(|spoil| spoil.bytes(&mut answer));
        Outcome::Answer(answer)
    }

    /// What the gateway checks, in its order: the path, the method, the caller, the rate, the
    /// project.
    fn admit(&self, call: &Call, id: RequestId) -> Result<(), Answer> {
        let refuse =
            |status, code, message: &str| Err(Answer::gateway_error(status, code, message, id));
        let project = match call.route() {
            Route::List { project } | Route::Show { project, .. } => project,
            Route::Iam(_) | Route::Metadata(_) | Route::Unknown => {
                let message = "The API does not exist or has not been published in the environment";
                return refuse(StatusCode::NOT_FOUND, "0101", message);
            }
        };
        if call.method() != Method::GET {
            return refuse(StatusCode::METHOD_NOT_ALLOWED, "0101", "The API does not exist")
                .map_err(|refusal| refusal.with_header(ALLOW, HeaderValue::from_static("GET")));
        }
        if let Err(denial) = auth::check(call, self.now(), self.iam.tokens()) {
            return refuse(StatusCode::UNAUTHORIZED, "0301", &denial.to_string());
        }
        if let Some(throttle) = &self.throttle
            && !throttle.admits(Instant::now())
        {
            return Err(throttled(throttle.rate, id));
        }
        if project != PROJECT_ID {
            return refuse(StatusCode::FORBIDDEN, "0310", "The project is unavailable");
        }
        Ok(())
    }

    fn log(&self, call: &Call, arrival: &Arrival, faults: &[&Fault], outcome: &Outcome) {
        let Some(log) = &self.log else { return };
        let ids = |rows: &[Row]| rows.iter().map(|row| row.id.text()).collect();
        log.write(&Line {
            n: arrival.request,
            list: arrival.list,
            method: call.method().as_str(),
            path: call.path(),
            query: call.pairs(),
            status: match outcome {
                Outcome::Answer(answer) => Some(answer.status.as_u16()),
                Outcome::Reset | Outcome::Hang => None,
            },
            auth: Presented::by(call).name(),
            headers: request::headers(call),
            faults: faults.iter().map(|fault| fault.text()).collect(),
            deleted: ids(&arrival.changed.deleted),
            inserted: ids(&arrival.changed.inserted),
        });
    }
}

fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// What the service itself says. Both outcomes are answers.
fn answer(call: &Call, rows: &Rows, faults: &[&Fault]) -> Result<Answer, Answer> {
    if let Route::Show { backup, .. } = call.route() {
        return show(backup, rows);
    }
    let lies: Vec<_> = faults.iter().filter_map(|fault| fault.lie()).collect();
    listing::answer(call.pairs(), rows, &lies).map(Answer::json).map_err(refusal)
}

/// A backup with its volumes, or one of the volumes.
fn show(id: &str, rows: &Rows) -> Result<Answer, Answer> {
    let id = Uuid::parse(id).ok_or_else(|| refusal(Invalid("backup_id")))?;
    let found = rows.find(id).and_then(|row| {
        let volume = || row.volumes().find(|volume| volume.id == id);
        if row.id == id { Some(row) } else { volume() }
    });
    let Some(row) = found else {
        let message = "Backup does not exist.";
        return Err(Answer::service_error(StatusCode::NOT_FOUND, "6200", message));
    };
    let mut body = b"{\"backup\":".to_vec();
    record_with_children(row, &mut body);
    body.push(b'}');
    Ok(Answer::json(body))
}

fn refusal(Invalid(parameter): Invalid) -> Answer {
    let message = format!("Invalid {parameter} provided.");
    Answer::service_error(StatusCode::BAD_REQUEST, "9900", &message)
}
