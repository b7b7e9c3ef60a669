//! One request, from its arrival to its response.

use std::future;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Limited};
use hyper::header::DATE;
use hyper::header::{ACCEPT_ENCODING, ALLOW, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};

use super::args::SandboxArgs;
use super::auth::{self, Caller, CallerScope, CredentialKind};
use super::backup::{Row, UPDATES};
use super::changes::{AccountState, Arrival};
use super::cloud::Cloud;
use super::faults::{Chaos, Fault};
use super::faulty_response::{Outcome, ReplaceResponse, throttled};
use super::iam::Iam;
use super::inventory::{self, SourceFault, SourceFaults};
use super::listing;
use super::metadata::Metadata;
use super::project::{Condition, Project};
use super::query::InvalidParameter;
use super::record::record_with_children;
use super::request::{self, Line, Log, ReceivedRequest, Route, Source};
use super::response::{Body, Reply, RequestId, accepts_gzip};
use super::rows::Rows;
use super::throttle::{Rate, Throttle};
use super::uuid::Uuid;

/// State shared by all connections.
pub(super) struct Service {
    cloud: Cloud,
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
        let cloud = args.cloud();
        let projects = cloud.served().map(|project| (project, rows(args, project)));
        Ok(Self {
            cloud,
            account: AccountState::new(projects, &args.changes, args.churn),
            metadata: Metadata::new(args.metadata, args.metadata_keys),
            throttle: args.throttle.map(Throttle::new),
            faults: args.faults.clone(),
            chaos: args.chaos.map(Chaos::new),
            source_faults: SourceFaults::new(&args.source_faults),
            iam: Iam::new(cloud, &args.iam),
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
        let head = Request::from_parts(head, ());
        let call = ReceivedRequest::with_body(head, body.to_bytes(), self.cloud);
        let is_list = call.method() == Method::GET && matches!(call.route(), Route::List { .. });
        let project = project_of(&call).and_then(Project::by_id);
        let arrival = self.account.arrive(project, is_list);
        let faults = self.faults(&arrival);
        let source_fault = match call.route() {
            Route::Source { source, .. } => self.source_faults.arrive(source, project),
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
        planned.chain(self.chaos.as_ref().and_then(|chaos| chaos.fault_for(list.overall))).collect()
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
        let project = match self.admit(call, id) {
            Ok(project) => project,
            Err(refusal) => return Outcome::Reply(refusal),
        };
        if let Some(refusal) = refusal_of(project, call.route(), arrival, id) {
            return refusal;
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

    /// Makes the gateway's checks in its order: path, method, credentials, rate, project. Returns
    /// the project.
    fn admit(&self, call: &ReceivedRequest, id: RequestId) -> Result<&'static Project, Reply> {
        let refuse =
            |status, code, message: &str| Err(Reply::gateway_error(status, code, message, id));
        let Some(project) = project_of(call) else {
            let message = "The API does not exist or has not been published in the environment";
            return refuse(StatusCode::NOT_FOUND, "0101", message);
        };
        if call.method() != Method::GET {
            return refuse(StatusCode::METHOD_NOT_ALLOWED, "0101", "The API does not exist")
                .map_err(|refusal| refusal.with_header(ALLOW, HeaderValue::from_static("GET")));
        }
        let caller = match auth::check(call, self.now(), self.cloud, self.iam.tokens()) {
            Ok(caller) => caller,
            Err(denial) => return refuse(StatusCode::UNAUTHORIZED, "0301", &denial.to_string()),
        };
        if self.cloud == Cloud::Regions && is_of_other_region(&caller, call) {
            return refuse(StatusCode::UNAUTHORIZED, "0307", "The token must be updated.");
        }
        if let Some(throttle) = &self.throttle
            && !throttle.admits(Instant::now())
        {
            return Err(throttled(throttle.rate, id));
        }
        match self.cloud.served().find(|served| served.id == project) {
            Some(project) if self.is_open_to(project, &caller, call) => Ok(project),
            _ => refuse(StatusCode::FORBIDDEN, "0310", "The project is unavailable"),
        }
    }

    /// Returns true if the project is of the caller and of the region that serves the request. The
    /// only project of a single region needs no check.
    fn is_open_to(&self, project: &Project, caller: &Caller, call: &ReceivedRequest) -> bool {
        let is_scoped = match &caller.scope {
            CallerScope::Key => true,
            CallerScope::Token(scope) => scope.is_some_and(|scope| scope.id == project.id),
        };
        let named = call.header(PROJECT_HEADER);
        self.cloud == Cloud::Single
            || project.owner == caller.account.owner
                && project.region == Some(call.region())
                && is_scoped
                && named.is_none_or(|named| named == project.id)
    }

    fn log(&self, call: &ReceivedRequest, arrival: &Arrival, faults: Vec<&str>, outcome: &Outcome) {
        let Some(log) = &self.log else { return };
        let (key, account) = match self.cloud {
            Cloud::Single => (None, None),
            Cloud::Regions => auth::presented(call, self.cloud, self.iam.tokens()),
        };
        let ids = |rows: &[Row]| rows.iter().map(|row| row.id.text()).collect();
        log.write(&Line {
            n: arrival.request,
            list: arrival.list.map(|list| list.overall),
            method: call.method().as_str(),
            path: call.path(),
            query: call.pairs(),
            status: match outcome {
                Outcome::Reply(answer) => Some(answer.status.as_u16()),
                Outcome::Reset | Outcome::Hang => None,
            },
            auth: CredentialKind::by(call).name(),
            key,
            account,
            headers: request::headers(call),
            faults,
            deleted: ids(&arrival.changed.deleted),
            inserted: ids(&arrival.changed.inserted),
        });
    }
}

/// Creates the backups of a project.
fn rows(args: &SandboxArgs, project: &Project) -> Rows {
    let latest = || service_time(args.clock).as_microsecond() - UPDATES;
    let newest = args.epoch.map_or_else(latest, |epoch| epoch.microsecond());
    Rows::new(project.key, project.size.of(args.backups), newest)
}

/// Returns the id of the project in the path; `None` if the path is not one of CBR.
fn project_of(call: &ReceivedRequest) -> Option<&str> {
    match call.route() {
        Route::List { project } | Route::Show { project, .. } | Route::Source { project, .. } => {
            Some(project)
        }
        Route::Iam(_) | Route::Metadata(_) | Route::Unknown => None,
    }
}

/// Header that names the project of a signed request.
const PROJECT_HEADER: &str = "x-project-id";

/// Returns true for a token of a project in another region.
fn is_of_other_region(caller: &Caller, call: &ReceivedRequest) -> bool {
    let CallerScope::Token(Some(project)) = &caller.scope else { return false };
    project.region != Some(call.region())
}

/// Returns the action that a policy allows or denies, without the service.
fn action(route: Route<'_>) -> &'static str {
    match route {
        Route::Show { .. } => "backups:get",
        Route::Source { source: Source::Vaults, .. } => "vaults:list",
        Route::Source { source: Source::Protectables(_), .. } => "vaults:listProtectables",
        Route::Source { source: Source::Policies, .. } => "policies:list",
        Route::Source { source: Source::Tasks, .. } => "tasks:list",
        Route::List { .. } | Route::Iam(_) | Route::Metadata(_) | Route::Unknown => "backups:list",
    }
}

/// Returns the response of the service to any request for a project that does not work.
fn refusal_of(
    project: &Project,
    route: Route<'_>,
    arrival: &Arrival,
    id: RequestId,
) -> Option<Outcome> {
    let error = |status| ReplaceResponse::Error { status, retry_after: None };
    match project.condition {
        Condition::Working => None,
        Condition::Failing => {
            Some(error(StatusCode::INTERNAL_SERVER_ERROR).outcome(&arrival.rows, id))
        }
        Condition::Denied => {
            // The text was seen in a response, with a code that is not known.
            let message = format!("Policy doesn't allow cbr:{}", action(route));
            let denied = Reply::gateway_error(StatusCode::FORBIDDEN, "0302", &message, id);
            Some(Outcome::Reply(denied))
        }
        Condition::Throttled => {
            let is_above = arrival.list.is_some_and(|list| list.of_project % 3 == 2);
            is_above.then(|| {
                let refusal = throttled(Rate::OF_THROTTLED_PROJECT, id);
                Outcome::Reply(refusal.with_header(RETRY_AFTER, HeaderValue::from(1)))
            })
        }
    }
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
