//! `--dry-run` and `--print-curl`: the first request is printed instead of sent.
//!
//! The code that sends requests creates it, with all headers. Nothing is sent, and no secret, part
//! of a secret or signature is printed.

mod curl;
pub(crate) mod listing;

use std::io::Write;
use std::sync::Arc;

use reqwest::header::HeaderMap;

use crate::api::{Client, ClientOptions, Identity, RequestLog, RetryPolicy, UnsentRequest, sign};
use crate::cli::dry_run::Form;
use crate::settings::{ConnectionError, Credentials, Endpoint, Project, Resolution, Trust};
use crate::terminal::console::Console;

/// Placeholder for a project id that IAM would return.
const UNKNOWN_PROJECT: &str = "PROJECT_ID";

/// Placeholder for an endpoint that the catalogue of IAM would return.
const UNKNOWN_ENDPOINT: &str = "https://ENDPOINT";

/// File of certificate authorities for curl, if a setting contains them.
const AUTHORITIES: &str = "authorities.pem";

/// Prints the request and the note `then`.
///
/// # Errors
///
/// A setting is missing, or those of the writer.
pub(crate) fn print(
    form: Form,
    resolution: &Resolution,
    console: &Arc<Console>,
    draft: &UnsentRequest,
    then: &str,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    resolution.check()?;
    let (credentials, source) = resolution.credentials.clone()?;
    let (endpoint, is_known) = match &resolution.endpoint {
        Ok(place) => (place.endpoint.clone(), true),
        Err(_) if form == Form::Curl => {
            return Err(ConnectionError::new(
                "--print-curl: the endpoint is only in the catalogue of IAM, and nothing is sent",
                "give it with --region or --endpoint",
            )
            .into());
        }
        // `check` passed, so the catalogue of IAM may name the endpoint.
        Err(no_place) => {
            let unknown = Endpoint::of_catalog(UNKNOWN_ENDPOINT);
            (unknown.ok_or_else(|| no_place.error.clone())?, false)
        }
    };
    let project = resolution.project.clone()?;
    let project_id = match &project {
        Project::Id(id) => id.value.clone(),
        Project::Named(_) | Project::OfToken if form == Form::Curl => {
            return Err(ConnectionError::new(
                "--print-curl: only IAM knows the project id, and nothing is sent",
                "give it with --project-id",
            )
            .into());
        }
        Project::Named(_) | Project::OfToken => UNKNOWN_PROJECT.to_owned(),
    };
    if form == Form::Curl && source != "CBR_*" {
        let names = variables(&credentials).join(" and ");
        console.warn(&match credentials {
            Credentials::Password(_) => format!("set {names} to a token of the login in {source}"),
            _ => format!("set {names} to the values in {source}: the command reads them"),
        });
    }
    if let (Form::Curl, Trust::Text { origin, .. }) = (form, &resolution.trust) {
        console.warn(&format!(
            "save the certificates of {origin} to a file {AUTHORITIES}: the command reads them"
        ));
    }
    let options = ClientOptions {
        retry_policy: RetryPolicy { retries: 0, deadline: None },
        log: Arc::new(RequestLog::new(Arc::clone(console))),
        trust: resolution.trust.clone(),
        origin: Arc::new(resolution.origin()),
        session: None,
        throttle: Arc::default(),
    };
    let logs_in = matches!(credentials, Credentials::Password(_));
    let access =
        Identity { credentials: credentials.clone(), project_id: Some(project_id.clone()) };
    let client = Client::new(endpoint.clone(), access, None, &options)?;
    let (url, headers) = client.dry_run_request(draft)?;
    let text = match form {
        Form::Curl => {
            let way = Destination {
                endpoint: &endpoint,
                trust: &resolution.trust,
                project_id: &project_id,
            };
            curl::command(&way, &credentials, draft, &url)
        }
        Form::Request => {
            // A URL lowercases its host, so the placeholder would look like a real one.
            let url = match is_known {
                true => url,
                false => url.replacen(endpoint.base(), UNKNOWN_ENDPOINT, 1),
            };
            let mut text = written(&url, &headers);
            if logs_in {
                text.push_str("x-auth-token: [redacted]\n");
            }
            text.push_str(&format!("\n# The credentials are from {source}.\n"));
            if resolution.needs_iam() {
                text.push_str(&before(resolution, logs_in, is_known));
            }
            text + then
        }
    };
    Ok(out.write_all(text.as_bytes())?)
}

/// Describes the request to IAM before it. It is not printed, since a login contains a password.
fn before(resolution: &Resolution, logs_in: bool, is_known: bool) -> String {
    let iam = resolution.iam.as_ref().map_or_else(|_| "IAM", |(endpoint, _)| endpoint.base());
    let what = if logs_in { "a token, with user and password" } else { "the project id" };
    let place = if is_known { "" } else { "; its catalogue names the endpoint" };
    format!("\n# Before that, {iam} is asked for {what}, unless it is cached{place}.\n")
}

/// Formats method, URL and headers, one header per line.
fn written(url: &str, headers: &HeaderMap) -> String {
    let mut text = format!("GET {url}\n");
    for (name, value) in headers {
        let shown = match value.is_sensitive() {
            // The algorithm is not a secret.
            true if name == "authorization" => format!("{} [redacted]", sign::ALGORITHM),
            true => "[redacted]".to_owned(),
            false => value.to_str().unwrap_or_default().to_owned(),
        };
        text.push_str(&format!("{name}: {shown}\n"));
    }
    text
}

/// Returns the variables that the command reads the credentials from.
fn variables(credentials: &Credentials) -> Vec<&'static str> {
    match credentials {
        Credentials::Token(_) | Credentials::Password(_) => vec!["CBR_TOKEN"],
        Credentials::Key { security_token, .. } => {
            let token = security_token.as_ref().map(|_| "CBR_SECURITY_TOKEN");
            ["CBR_ACCESS_KEY", "CBR_SECRET_KEY"].into_iter().chain(token).collect()
        }
    }
}

/// Endpoint, TLS options and project of the printed request.
struct Destination<'a> {
    endpoint: &'a Endpoint,
    trust: &'a Trust,
    project_id: &'a str,
}

/// Quotes a text as one word of a shell.
fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Returns the TLS options for curl, which reads `SSL_CERT_FILE` itself.
fn trust(connection: &Destination<'_>) -> String {
    if !connection.endpoint.is_https() {
        // Like `cbr`: plain http is for this machine only, without a proxy.
        return " --noproxy '*'".to_owned();
    }
    match &connection.trust {
        Trust::Unchecked => " --insecure".to_owned(),
        Trust::File { path, .. } => {
            format!(" --cacert {}", shell_quoted(&path.display().to_string()))
        }
        Trust::Text { .. } => format!(" --cacert {AUTHORITIES}"),
        Trust::Environment { .. } | Trust::System => String::new(),
    }
}
