//! One request, from its arrival to its answer.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, SERVER};
use hyper::{Method, Request, Response, StatusCode};
use jiff::Timestamp;

use super::account::PROJECT_ID;
use super::answer::{Answer, RequestId};
use super::args::SandboxArgs;
use super::auth::{self, Presented};
use super::backup::{Uuid, record_with_children};
use super::call::{Call, Route};
use super::ledger::{Arrival, Ledger};
use super::list::{Invalid, Page, Query};
use super::log::{self, Line, Log};
use super::rows::Rows;

/// What all connections share.
pub(super) struct Service {
    ledger: Ledger,
    latency: Duration,
    log: Option<Log>,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

impl Service {
    pub(super) fn new(args: &SandboxArgs) -> std::io::Result<Self> {
        Ok(Self {
            ledger: Ledger::new(args.backups),
            latency: args.latency,
            log: args.log.as_deref().map(Log::open).transpose()?,
        })
    }

    /// Answers one request.
    pub(super) async fn serve<B>(
        &self,
        request: Request<B>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let call = Call::new(request);
        let is_list = call.method() == Method::GET && matches!(call.route(), Route::List { .. });
        let arrival = self.ledger.arrive(is_list);
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let id = RequestId(arrival.request);
        let answer = answer(&call, &arrival, id).unwrap_or_else(|refusal| refusal);
        self.log(&call, &arrival, Some(answer.status));
        Ok(response(answer, id))
    }

    fn log(&self, call: &Call, arrival: &Arrival, status: Option<StatusCode>) {
        let Some(log) = &self.log else { return };
        log.write(&Line {
            n: arrival.request,
            list: arrival.list,
            method: call.method().as_str(),
            path: call.path(),
            query: call.pairs(),
            status: status.map(|status| status.as_u16()),
            auth: Presented::by(call).name(),
            headers: log::headers(call),
        });
    }
}

/// What the gateway checks, then what the service says. Both outcomes are answers.
fn answer(call: &Call, arrival: &Arrival, id: RequestId) -> Result<Answer, Answer> {
    let project = match call.route() {
        Route::List { project } | Route::Show { project, .. } => project,
        Route::Unknown => {
            let message = "The API does not exist or has not been published in the environment";
            return Err(Answer::gateway_error(StatusCode::NOT_FOUND, "0101", message, id));
        }
    };
    if call.method() != Method::GET {
        let message = "The API does not exist";
        let refusal = Answer::gateway_error(StatusCode::METHOD_NOT_ALLOWED, "0101", message, id);
        return Err(refusal.with_header(ALLOW, HeaderValue::from_static("GET")));
    }
    auth::check(call, Timestamp::now()).map_err(|denial| {
        Answer::gateway_error(StatusCode::UNAUTHORIZED, "0301", &denial.to_string(), id)
    })?;
    if project != PROJECT_ID {
        let message = "The project is unavailable";
        return Err(Answer::gateway_error(StatusCode::FORBIDDEN, "0310", message, id));
    }
    match call.route() {
        Route::Show { backup, .. } => show(backup, &arrival.rows),
        Route::List { .. } | Route::Unknown => list(call.pairs(), &arrival.rows).map_err(refusal),
    }
}

fn list(pairs: &[(String, String)], rows: &Rows) -> Result<Answer, Invalid> {
    let query = Query::read(pairs)?;
    let page = Page::select(&query, rows)?;
    Ok(Answer::json(page.body(&query)))
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

/// Adds what every answer has.
fn response(answer: Answer, id: RequestId) -> Response<Full<Bytes>> {
    let Answer { status, content_type, headers, body } = answer;
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    let all = response.headers_mut();
    all.insert(SERVER, HeaderValue::from_static("api-gateway"));
    all.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::try_from(id.to_string()) {
        all.insert(REQUEST_ID, id);
    }
    all.extend(headers);
    response
}
