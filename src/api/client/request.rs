//! A request before it is sent.

use reqwest::{Method, StatusCode};

use crate::text::secret::Secret;

/// Name and value of a query parameter, before encoding.
pub(crate) type Pair = (&'static str, String);

/// A GET request that has not been sent. [`Client::get`](super::Client::get) sends it.
#[derive(Debug)]
pub(crate) struct UnsentRequest {
    /// Path below the project, with a leading slash.
    pub(crate) below: String,
    /// Query parameters, before encoding.
    pub(crate) pairs: Vec<Pair>,
}

/// A request before it is signed.
pub(crate) struct RequestSpec<'a> {
    pub(crate) method: Method,
    /// Path below the project, or below the version without a project; with a leading slash.
    pub(crate) path: &'a str,
    pub(crate) pairs: &'a [Pair],
    /// JSON body, which may hold a secret. Not signed, since only a login has one.
    pub(crate) body: Option<&'a Secret>,
    /// Additional headers, which are never shown.
    pub(crate) headers: &'a [(&'static str, &'a Secret)],
    /// HTTP status that counts as success.
    pub(crate) success: StatusCode,
    /// The answer holds user data that no message may quote.
    pub(crate) is_private: bool,
}

impl<'a> RequestSpec<'a> {
    /// Creates a GET request, which succeeds with 200.
    pub(crate) fn get(path: &'a str, pairs: &'a [Pair]) -> Self {
        let success = StatusCode::OK;
        Self {
            method: Method::GET,
            path,
            pairs,
            body: None,
            headers: &[],
            success,
            is_private: false,
        }
    }

    /// Returns true if `-vv` may show the body of the answer. A request with a secret in its body
    /// or headers is about a login or token, and so is its answer.
    pub(super) fn may_show_body(&self) -> bool {
        !self.is_private && self.body.is_none() && self.headers.is_empty()
    }
}
