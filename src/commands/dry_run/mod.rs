//! `--dry-run` and `--print-curl`: the request that would go out first, in place of sending it.
//!
//! It is made by the code that sends, up to the last header. Nothing goes out, and no secret is
//! printed: not even in part, and no signature either.

mod curl;
pub(crate) mod listing;

use std::io::Write;
use std::sync::Arc;

use reqwest::header::HeaderMap;

use crate::api::{Client, ClientOptions, Identity, RequestLog, RetryPolicy, UnsentRequest, sign};
use crate::cli::dry_run::Form;
use crate::settings::{ConnectionError, Credentials, Endpoint, Project, Resolution, Trust};
use crate::terminal::console::Console;

/// Stands where IAM would be asked for the project's id first.
const UNKNOWN_PROJECT: &str = "PROJECT_ID";

/// Stands where IAM's catalogue would be asked for the service first.
const UNKNOWN_ENDPOINT: &str = "https://ENDPOINT";

/// The file of authorities for curl, where a setting holds them itself.
const AUTHORITIES: &str = "authorities.pem";

/// Prints the request, and what comes after it.
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
                "--print-curl: only IAM's catalogue knows where the service is, and nothing is sent",
                "give it with --region or --endpoint",
            )
            .into());
        }
        // The check has found that a catalogue may know it.
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
                "--print-curl: only IAM knows the project's id, and nothing is sent",
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
            _ => format!("set {names} to what is in {source}: the command takes them from there"),
        });
    }
    if let (Form::Curl, Trust::Text { origin, .. }) = (form, &resolution.trust) {
        console.warn(&format!(
            "put the certificates of {origin} into a file {AUTHORITIES}: the command takes them \
             from there"
        ));
    }
    let means = ClientOptions {
        retry_policy: RetryPolicy { retries: 0, deadline: None },
        log: Arc::new(RequestLog::new(Arc::clone(console))),
        trust: resolution.trust.clone(),
        origin: Arc::new(resolution.origin()),
        session: None,
    };
    let logs_in = matches!(credentials, Credentials::Password(_));
    let access =
        Identity { credentials: credentials.clone(), project_id: Some(project_id.clone()) };
    let client = Client::new(endpoint.clone(), access, None, &means)?;
    let (url, headers) = client.dry_run_request(draft)?;
    let text = match form {
        Form::Curl => {
            let way =
                Way { endpoint: &endpoint, trust: &resolution.trust, project_id: &project_id };
            curl::command(&way, &credentials, draft, &url)
        }
        Form::Request => {
            // A URL has its host in small letters, where it could be taken for one.
            let url = match is_known {
                true => url,
                false => url.replacen(endpoint.base(), UNKNOWN_ENDPOINT, 1),
            };
            let mut text = written(&url, &headers);
            if logs_in {
                text.push_str("x-auth-token: [redacted]\n");
            }
            text.push_str(&format!("\n# The credentials are those of {source}.\n"));
            if resolution.needs_iam() {
                text.push_str(&before(resolution, logs_in, is_known));
            }
            text + then
        }
    };
    Ok(out.write_all(text.as_bytes())?)
}

/// What has to be asked before: it is said, and not shown, since a login holds a password.
fn before(resolution: &Resolution, logs_in: bool, is_known: bool) -> String {
    let iam = resolution.iam.as_ref().map_or_else(|_| "IAM", |(endpoint, _)| endpoint.base());
    let what = if logs_in { "for a token, with user and password" } else { "for the project's id" };
    let place = if is_known { "" } else { "; its catalogue says where the service is" };
    format!("\n# Before it, {iam} is asked {what}, unless it was not long ago{place}.\n")
}

/// Method, URL and headers, a header a line.
fn written(url: &str, headers: &HeaderMap) -> String {
    let mut text = format!("GET {url}\n");
    for (name, value) in headers {
        let shown = match value.is_sensitive() {
            // The algorithm is none.
            true if name == "authorization" => format!("{} [redacted]", sign::ALGORITHM),
            true => "[redacted]".to_owned(),
            false => value.to_str().unwrap_or_default().to_owned(),
        };
        text.push_str(&format!("{name}: {shown}\n"));
    }
    text
}

/// The variables that the command takes the credentials from.
fn variables(credentials: &Credentials) -> Vec<&'static str> {
    match credentials {
        Credentials::Token(_) | Credentials::Password(_) => vec!["CBR_TOKEN"],
        Credentials::Key { security_token, .. } => {
            let token = security_token.as_ref().map(|_| "CBR_SECURITY_TOKEN");
            ["CBR_ACCESS_KEY", "CBR_SECRET_KEY"].into_iter().chain(token).collect()
        }
    }
}

/// Where a request goes.
struct Way<'a> {
    endpoint: &'a Endpoint,
    trust: &'a Trust,
    project_id: &'a str,
}

/// As one word of a shell.
fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// How to trust, in curl's words; it reads `SSL_CERT_FILE` itself.
fn trust(connection: &Way<'_>) -> String {
    if !connection.endpoint.is_https() {
        // As here: plain http goes to this machine, and through no proxy.
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
