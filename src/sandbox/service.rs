//! One request, from its arrival to its response.

use std::future;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Limited};
use hyper::header::DATE;
use hyper::header::{ACCEPT_ENCODING, ALLOW, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};

use super::account::PROJECT_ID;
use super::args::SandboxArgs;
use super::auth::{self, CredentialKind};
use super::backup::{Row, UPDATES};
use super::changes::{AccountState, Arrival};
use super::faults::{Chaos, Fault};
use super::faulty_response::{Outcome, throttled};
use super::iam::Iam;
use super::inventory::{self, SourceFault, SourceFaults};
use super::listing;
use super::metadata::Metadata;
use super::query::InvalidParameter;
use super::record::record_with_children;
use super::request::{self, Line, Log, ReceivedRequest, Route};
use super::response::{Body, Reply, RequestId, accepts_gzip};
use super::rows::Rows;
use super::throttle::Throttle;
use super::uuid::Uuid;

/// State shared by all connections.
pub(super) struct Service {
    account: AccountState,
    metadata: Metadata,
    throttle: Option<Throttle>,
    faults: Vec<Fault>,
    chaos: Option<Chaos>,
    source_faults: SourceFaults,
    iam: Iam,
    /// How far the clock is ahead of this machine's.
    clock: SignedDuration,
    latency: Duration,
    gzip: bool,
    log: Option<Log>,
}

/// Maximum size of a request body in bytes; a login is far smaller.
const LARGEST_BODY: usize = 64 << 10;

/// Closes a connection without a response.
#[derive(Debug, thiserror::Error)]
#[error("no answer on purpose")]
pub(super) struct NoAnswer;

impl Service {
    pub(super) fn new(args: &SandboxArgs) -> std::io::Result<Self> {
        Ok(Self {
            account: AccountState::new(rows(args), &args.changes, args.churn),
            metadata: Metadata::new(args.metadata, args.metadata_keys),
            throttle: args.throttle.map(Throttle::new),
            faults: args.faults.clone(),
            chaos: args.chaos.map(Chaos::new),
            source_faults: SourceFaults::new(&args.source_faults),
            iam: Iam::new(&args.iam),
            clock: args.clock,
            latency: args.latency,
            gzip: args.gzip,
            log: args.log.as_deref().map(Log::open).transpose()?,
        })
    }

    /// Responds to one request.
    ///
    /// # Errors
    ///
    /// If the connection must be closed without a response.
    pub(super) async fn serve<B>(&self, request: Request<B>) -> Result<Response<Body>, NoAnswer>
    where
        B: hyper::body::Body<Error: std::error::Error + Send + Sync + 'static>,
    {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, LARGEST_BODY).collect().await.map_err(|_| NoAnswer)?;
        let call = ReceivedRequest::with_body(Request::from_parts(head, ()), body.to_bytes());
        let is_list = call.method() == Method::GET && matches!(call.route(), Route::List { .. });
        let arrival = self.account.arrive(is_list);
        let faults = self.faults(&arrival);
        let source_fault = match call.route() {
            Route::Source { source, .. } => self.source_faults.arrive(source),
            _ => None,
        };
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let id = RequestId(arrival.request);
        let outcome = self.outcome(&call, &arrival, &faults, source_fault, id);
        let names = faults.iter().map(|fault| fault.text());
        let names = names.chain(source_fault.map(SourceFault::text)).collect();
        self.log(&call, &arrival, names, &outcome);
        match outcome {
            Outcome::Reply(answer) => {
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

    /// Returns the time according to the service's clock.
    fn now(&self) -> Timestamp {
        service_time(self.clock)
    }

    /// Returns the faults that are due for a request.
    fn faults(&self, arrival: &Arrival) -> Vec<&Fault> {
        let Some(list) = arrival.list else { return Vec::new() };
        let planned = self.faults.iter().filter(|fault| fault.is_due(list));
        planned.chain(self.chaos.as_ref().and_then(|chaos| chaos.fault_for(list))).collect()
    }

    /// Returns the refusal of the gateway or the response of the service. Faults apply after the
    /// gateway's checks.
    fn outcome(
        &self,
        call: &ReceivedRequest,
        arrival: &Arrival,
        faults: &[&Fault],
        source_fault: Option<&SourceFault>,
        id: RequestId,
    ) -> Outcome {
        if let Route::Metadata(resource) = call.route() {
            return Outcome::Reply(self.metadata.answer(call, resource, self.now()));
        }
        if let Route::Iam(route) = call.route() {
            let answer = self.iam.answer(route, call, self.now(), id);
            return Outcome::Reply(answer.unwrap_or_else(|refusal| refusal));
        }
        if let Err(refusal) = self.admit(call, id) {
            return Outcome::Reply(refusal);
        }
        let replacement = faults.iter().find_map(|fault| fault.replacement()).cloned();
        let of_source = || source_fault.and_then(SourceFault::replacement);
        if let Some(replacement) = replacement.or_else(of_source) {
            return replacement.outcome(&arrival.rows, id);
        }
        let answer = answer(call, &arrival.rows, faults, source_fault);
        let mut answer = answer.unwrap_or_else(|refusal| refusal);
        let of_source = source_fault.and_then(SourceFault::corruption);
        let corruptions =
            || faults.iter().filter_map(|fault| fault.corruption().copied()).chain(of_source);
        corruptions().for_each(|corruption| corruption.text(&mut answer));
        let accepted = call.header(ACCEPT_ENCODING.as_str()).is_some_and(accepts_gzip);
        if self.gzip && accepted {
            answer.compress();
        }
        corruptions().for_each(|corruption| corruption.bytes(&mut answer));
        Outcome::Reply(answer)
    }

    /// Makes the gateway's checks in its order: path, method, credentials, rate, project.
    fn admit(&self, call: &ReceivedRequest, id: RequestId) -> Result<(), Reply> {
        let refuse =
            |status, code, message: &str| Err(Reply::gateway_error(status, code, message, id));
        let project = match call.route() {
            Route::List { project }
            | Route::Show { project, .. }
            | Route::Source { project, .. } => project,
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

    fn log(&self, call: &ReceivedRequest, arrival: &Arrival, faults: Vec<&str>, outcome: &Outcome) {
        let Some(log) = &self.log else { return };
        let ids = |rows: &[Row]| rows.iter().map(|row| row.id.text()).collect();
        log.write(&Line {
            n: arrival.request,
            list: arrival.list,
            method: call.method().as_str(),
            path: call.path(),
            query: call.pairs(),
            status: match outcome {
                Outcome::Reply(answer) => Some(answer.status.as_u16()),
                Outcome::Reset | Outcome::Hang => None,
            },
            auth: CredentialKind::by(call).name(),
            headers: request::headers(call),
            faults,
            deleted: ids(&arrival.changed.deleted),
            inserted: ids(&arrival.changed.inserted),
        });
    }
}

/// Creates the backups of the account.
fn rows(args: &SandboxArgs) -> Rows {
    let latest = || service_time(args.clock).as_microsecond() - UPDATES;
    Rows::new(args.backups, args.epoch.map_or_else(latest, |epoch| epoch.microsecond()))
}

/// Returns the time of a clock that is ahead of this machine's.
fn service_time(ahead: SignedDuration) -> Timestamp {
    let now = Timestamp::now();
    now.checked_add(ahead).unwrap_or(now)
}

fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Returns the response of the service itself; `Err` is a refusal.
fn answer(
    call: &ReceivedRequest,
    rows: &Rows,
    faults: &[&Fault],
    source_fault: Option<&SourceFault>,
) -> Result<Reply, Reply> {
    if let Route::Source { source, .. } = call.route() {
        let body = inventory::answer(source, call.pairs(), rows, source_fault);
        return body.map(Reply::json).map_err(refusal);
    }
    if let Route::Show { backup, .. } = call.route() {
        return show(backup, rows);
    }
    let misbehaviors: Vec<_> = faults.iter().filter_map(|fault| fault.misbehavior()).collect();
    listing::answer(call.pairs(), rows, &misbehaviors).map(Reply::json).map_err(refusal)
}

/// Returns a backup with its volumes, or one of the volumes.
fn show(id: &str, rows: &Rows) -> Result<Reply, Reply> {
    let id = Uuid::parse(id).ok_or_else(|| refusal(InvalidParameter("backup_id")))?;
    let found = rows.find(id).and_then(|row| {
        let volume = || row.volumes().find(|volume| volume.id == id);
        if row.id == id { Some(row) } else { volume() }
    });
    let Some(row) = found else {
        let message = "Backup does not exist.";
        return Err(Reply::service_error(StatusCode::NOT_FOUND, "6200", message));
    };
    let mut body = b"{\"backup\":".to_vec();
    record_with_children(row, &mut body);
    body.push(b'}');
    Ok(Reply::json(body))
}

fn refusal(InvalidParameter(parameter): InvalidParameter) -> Reply {
    let message = format!("Invalid {parameter} provided.");
    Reply::service_error(StatusCode::BAD_REQUEST, "9900", &message)
}
