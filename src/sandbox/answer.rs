//! Answers: status, headers and body, with the error bodies of the service and of its gateway.

use std::fmt::{self, Display};

use hyper::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, SERVER,
};
use hyper::{Response, StatusCode};
use serde_json::Value;

use super::gzip;
use super::payload::{Body, Payload};

/// An answer before it is sent.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    /// Headers besides those of every answer.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) payload: Payload,
}

/// Returns the id of a request. It counts up, so that runs can be compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestId(pub(super) u64);

impl Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const JSON: &str = "application/json;charset=UTF-8";

impl Answer {
    /// Creates a 200 with a JSON document.
    pub(super) fn json(body: impl Into<Payload>) -> Self {
        Self::new(StatusCode::OK, JSON, body)
    }

    pub(super) fn new(
        status: StatusCode,
        content_type: &'static str,
        body: impl Into<Payload>,
    ) -> Self {
        Self { status, content_type, headers: Vec::new(), payload: body.into() }
    }

    /// Creates an error of CBR itself, such as `9900`. Its body has no request id.
    pub(super) fn service_error(status: StatusCode, code: &str, message: &str) -> Self {
        let message = Value::from(message);
        let body = format!(r#"{{"error_code":"BackupService.{code}","error_msg":{message}}}"#);
        Self::new(status, JSON, body.into_bytes())
    }

    /// Creates an error of the gateway, such as `0301`.
    pub(super) fn gateway_error(
        status: StatusCode,
        code: &str,
        message: &str,
        request: RequestId,
    ) -> Self {
        let message = Value::from(message);
        let body = format!(
            r#"{{"error_msg":{message},"error_code":"APIGW.{code}","request_id":"{request}"}}"#
        );
        Self::new(status, JSON, body.into_bytes())
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Compresses the body, unless it has its own transfer.
    pub(super) fn compress(&mut self) {
        let compressed = self.headers.iter().any(|(name, _)| *name == CONTENT_ENCODING);
        if let Payload::Whole(body) = &mut self.payload
            && !compressed
        {
            *body = gzip::compress(body);
            self.headers.push((CONTENT_ENCODING, HeaderValue::from_static("gzip")));
        }
    }

    /// Returns the response with the headers of every answer.
    pub(super) fn into_response(self, request: RequestId) -> Response<Body> {
        let Self { status, content_type, headers, payload } = self;
        let length = payload.announced_length();
        let mut response = Response::new(payload.into_body());
        *response.status_mut() = status;
        let all = response.headers_mut();
        all.insert(SERVER, HeaderValue::from_static("api-gateway"));
        all.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Some(length) = length {
            all.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        if let Ok(request) = HeaderValue::try_from(request.to_string()) {
            all.insert(REQUEST_ID, request);
        }
        all.extend(headers);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(answer: Answer) -> String {
        match answer.payload {
            Payload::Whole(body) => String::from_utf8(body).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn bodies_are_those_of_the_samples() {
        let message = "Invalid vault_id provided.";
        assert_eq!(
            body(Answer::service_error(StatusCode::BAD_REQUEST, "9900", message)),
            r#"{"error_code":"BackupService.9900","error_msg":"Invalid vault_id provided."}"#
        );
        let message = "Incorrect IAM authentication information: decrypt token fail";
        assert_eq!(
            body(Answer::gateway_error(StatusCode::UNAUTHORIZED, "0301", message, RequestId(1))),
            "{\"error_msg\":\"Incorrect IAM authentication information: decrypt token fail\",\
              \"error_code\":\"APIGW.0301\",\"request_id\":\"00000000000000000000000000000001\"}"
        );
    }
}
