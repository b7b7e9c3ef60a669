//! What goes back: a status, headers and a body; and the error bodies of the service and of the
//! gateway in front of it.

use std::fmt::{self, Display};

use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::Value;

/// An answer before it is sent.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    /// Besides those that every answer has.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Vec<u8>,
}

/// Names one request in its answer. Counts up, so that runs can be compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestId(pub(super) u64);

impl Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

const JSON: &str = "application/json;charset=UTF-8";

impl Answer {
    /// A 200 with a JSON document.
    pub(super) fn json(body: Vec<u8>) -> Self {
        Self::new(StatusCode::OK, JSON, body)
    }

    pub(super) fn new(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status, content_type, headers: Vec::new(), body }
    }

    /// An error of CBR itself, such as `9900`. Its body has no request id.
    pub(super) fn service_error(status: StatusCode, code: &str, message: &str) -> Self {
        let message = Value::from(message);
        let body = format!(r#"{{"error_code":"BackupService.{code}","error_msg":{message}}}"#);
        Self::new(status, JSON, body.into_bytes())
    }

    /// An error of the gateway, such as `0301`.
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_those_of_the_samples() {
        let answer =
            Answer::service_error(StatusCode::BAD_REQUEST, "9900", "Invalid vault_id provided.");
        assert_eq!(
            String::from_utf8(answer.body).unwrap(),
            r#"{"error_code":"BackupService.9900","error_msg":"Invalid vault_id provided."}"#
        );
        let message = "Incorrect IAM authentication information: decrypt token fail";
        let answer = Answer::gateway_error(StatusCode::UNAUTHORIZED, "0301", message, RequestId(1));
        assert_eq!(
            String::from_utf8(answer.body).unwrap(),
            "{\"error_msg\":\"Incorrect IAM authentication information: decrypt token fail\",\
              \"error_code\":\"APIGW.0301\",\"request_id\":\"00000000000000000000000000000001\"}"
        );
    }
}
