//! The headers of a request, with its signature.

use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::{ApiError, Client, PreparedRequest};
use crate::api::identity::Identity;
use crate::api::sign::{self, Signable};
use crate::settings::Credentials;

impl Client {
    /// Returns the headers of one attempt, with a fresh date and signature.
    pub(super) fn headers(&self, request: &PreparedRequest<'_>) -> Result<HeaderMap, ApiError> {
        let PreparedRequest { call, access, path, query } = request;
        let mut headers = HeaderMap::new();
        let mut insert = |name: &'static str, value: &str, secret: bool| {
            let mut value = HeaderValue::from_str(value).map_err(|_| ApiError::Setup {
                reason: format!(
                    "the value of the header {name} has characters that are not allowed in a header"
                ),
                hint: "cbr auth show says where it comes from".to_owned(),
            })?;
            value.set_sensitive(secret);
            headers.insert(HeaderName::from_static(name), value);
            Ok::<_, ApiError>(())
        };
        insert("accept", "application/json", false)?;
        if call.body.is_some() {
            insert("content-type", "application/json;charset=utf8", false)?;
        }
        for (name, value) in call.headers {
            insert(name, value.reveal(), true)?;
        }
        let project_id = access.project_id.as_deref();
        if let Some(project_id) = project_id {
            insert("x-project-id", project_id, false)?;
        }
        match &access.credentials {
            Credentials::Password(_) => {}
            Credentials::Token(token) => insert("x-auth-token", token.reveal(), true)?,
            Credentials::Key { access_key, secret_key, security_token } => {
                let date = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
                let host = self.endpoint.host();
                let mut signed = vec![("host", host.as_str()), ("x-sdk-date", &date)];
                signed.extend(project_id.map(|id| ("x-project-id", id)));
                if let Some(token) = security_token {
                    signed.push(("x-security-token", token.reveal()));
                    insert("x-security-token", token.reveal(), true)?;
                }
                let method = call.method.as_str();
                let request = Signable { method, path, query, headers: &signed, body: b"" };
                let authorization =
                    sign::authorization(access_key, secret_key.reveal(), &date, &request);
                insert("x-sdk-date", &date, false)?;
                insert("authorization", &authorization, true)?;
            }
        }
        Ok(headers)
    }
}

impl Identity {
    /// Returns the full path, for a path below the project.
    pub(super) fn path(&self, below: &str) -> String {
        match &self.project_id {
            Some(project_id) => format!("/v3/{project_id}{below}"),
            None => format!("/v3{below}"),
        }
    }
}
