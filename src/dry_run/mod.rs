//! `--dry-run` and `--print-curl`: the request that would go out first, in place of sending it.
//!
//! It is made by the code that sends, up to the last header. Nothing goes out, and no secret is printed:
//! not even in part, and no signature either.

mod curl;

use std::io::Write;
use std::sync::Arc;

use clap::Args;

use crate::api::{Client, Journal, Patience, Request, sign};
use crate::connection::{Connection, Credentials, Resolution, Trust};
use crate::console::Console;

/// What to print in place of sending.
#[derive(Args, Debug, Clone, Copy)]
#[command(next_help_heading = "Requests")]
pub(crate) struct DryRunArgs {
    /// Print the request that would go out first, without its secrets; send nothing
    #[arg(long, conflicts_with = "print_curl")]
    dry_run: bool,

    /// Print a command for sh, bash or zsh that sends the first request with curl; send nothing
    ///
    /// Secrets are not in it: it takes them from CBR_TOKEN, or from CBR_ACCESS_KEY and CBR_SECRET_KEY. With an
    /// access key it signs with openssl, since a signature would expire after 15 minutes.
    #[arg(long)]
    print_curl: bool,
}

/// The form of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Method, URL and headers.
    Request,
    /// A shell command.
    Curl,
}

impl DryRunArgs {
    /// `None` if the request is to be sent.
    pub(crate) fn form(self) -> Option<Form> {
        match self {
            Self { print_curl: true, .. } => Some(Form::Curl),
            Self { dry_run: true, .. } => Some(Form::Request),
            _ => None,
        }
    }
}

/// Prints the request that `first` asks the client for, and what comes after it.
///
/// # Errors
///
/// A setting is missing, or those of the writer.
pub(crate) fn print(
    form: Form,
    resolution: Resolution,
    console: &Arc<Console>,
    first: impl FnOnce(&Client) -> Request,
    then: &str,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let origin = resolution.credentials.as_ref().map(|(_, origin)| origin.clone()).ok();
    let connection = resolution.connection()?;
    if form == Form::Curl
        && let Some(origin) = origin.filter(|origin| origin != "CBR_*")
    {
        console.warn(&format!(
            "set {} to what is in {origin}: the command takes them from there",
            variables(&connection.credentials).join(" and ")
        ));
    }
    let patience = Patience { retries: 0, deadline: None };
    let client = Client::new(connection, patience, Arc::new(Journal::new(Arc::clone(console))))?;
    let request = first(&client);
    let text = match form {
        Form::Request => written(&client, &request)? + then,
        Form::Curl => curl::command(client.connection(), &request),
    };
    Ok(out.write_all(text.as_bytes())?)
}

/// Method, URL and headers, a header a line.
fn written(client: &Client, request: &Request) -> anyhow::Result<String> {
    let mut text = format!("GET {}\n", request.url(client.connection()));
    for (name, value) in &client.headers(request)? {
        let shown = match value.is_sensitive() {
            // The algorithm is none.
            true if name == "authorization" => format!("{} [redacted]", sign::ALGORITHM),
            true => "[redacted]".to_owned(),
            false => value.to_str().unwrap_or_default().to_owned(),
        };
        text.push_str(&format!("{name}: {shown}\n"));
    }
    Ok(text)
}

/// The variables that the command takes the credentials from.
fn variables(credentials: &Credentials) -> Vec<&'static str> {
    match credentials {
        Credentials::Token(_) => vec!["CBR_TOKEN"],
        Credentials::Key { security_token, .. } => {
            let token = security_token.as_ref().map(|_| "CBR_SECURITY_TOKEN");
            ["CBR_ACCESS_KEY", "CBR_SECRET_KEY"].into_iter().chain(token).collect()
        }
    }
}

/// As one word of a shell.
fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// How to trust, in curl's words; it reads `SSL_CERT_FILE` itself.
fn trust(connection: &Connection) -> String {
    if !connection.endpoint.is_https() {
        // As here: plain http goes to this machine, and through no proxy.
        return " --noproxy '*'".to_owned();
    }
    match &connection.trust {
        Trust::Unchecked => " --insecure".to_owned(),
        Trust::File { path, .. } => {
            format!(" --cacert {}", shell_quoted(&path.display().to_string()))
        }
        Trust::Environment { .. } | Trust::System => String::new(),
    }
}
