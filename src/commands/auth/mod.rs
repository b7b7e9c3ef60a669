//! `cbr auth show`: each setting with its origin, and the status of every source of credentials;
//! and `cbr auth check`, in [`check`](mod@check), of several targets in [`targets`].
//!
//! No part of a secret is shown; an access key is shortened. A missing setting is not a failure of
//! `show`, which exists to find it.

mod check;
mod run;
mod targets;

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;

use serde::Serialize;

use super::settings::{settings, settings_and_options};
use crate::api::{self, RequestLog};
use crate::auth::iam::{self, Cache};
use crate::cli::auth::{CheckArgs, Format, ShowArgs};
use crate::output;
use crate::settings::config::Config;
use crate::settings::{
    ConnectionArgs, ConnectionError, Credentials, NameOrId, Project, Resolution, ResolvedEndpoint,
    Setting, SourceStatus,
};
use crate::terminal::console::Console;
use crate::terminal::stdout::Stdout;
use crate::text::sanitize;
use crate::text::secret::shortened;

use check::check;
use run::RunSettings;
use targets::check_targets;

/// `cbr auth show`.
pub(crate) fn show_settings(
    args: &ShowArgs,
    connection: &ConnectionArgs,
    console: &Console,
    check_defaults: impl Fn(&Config) -> Result<(), ConnectionError>,
) -> anyhow::Result<()> {
    let resolution = settings(connection, console);
    let run = RunSettings {
        connection,
        proxy: resolution.endpoint.as_ref().ok().map(|place| api::proxy_to(&place.endpoint)),
        broken_default: connection.own_file.config.as_ref().and_then(|it| check_defaults(it).err()),
        cached_project: iam::cached_project(&resolution, &Cache::of_process()),
    };
    show(args, &resolution, &run, &mut Stdout)
}

/// `cbr auth check`.
pub(crate) async fn check_settings(
    args: &CheckArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    if connection.names_several() {
        return check_targets(args, connection, console, &mut Stdout).await;
    }
    let log = Arc::new(RequestLog::new(Arc::clone(console)));
    let (resolution, options) = settings_and_options(connection, console, &log).await?;
    check(args, resolution, &options, &mut Stdout).await
}

/// The output.
#[derive(Debug, Serialize)]
struct Report<'a> {
    settings: Vec<Line<'a>>,
    sources: &'a [SourceStatus],
}

/// One setting.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Line<'a> {
    setting: &'static str,
    /// Shortened, or omitted if it is secret.
    value: Option<String>,
    /// Flag, variable or file that sets it.
    origin: Option<Cow<'a, str>>,
    /// Why it is missing or invalid.
    problem: Option<String>,
}

/// Prints the settings.
///
/// # Errors
///
/// Those of the writer.
fn show(
    args: &ShowArgs,
    resolution: &Resolution,
    run: &RunSettings<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut settings = lines(resolution, run.cached_project.as_deref());
    settings.extend(run.lines());
    let report = Report { settings, sources: &resolution.statuses };
    match args.output {
        Format::Table => report.table(out),
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            Ok(out.write_all(b"\n")?)
        }
    }
}

impl Report<'_> {
    fn table(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let settings = self.settings.iter().map(|line| {
            let detail = line.problem.as_deref().or(line.origin.as_deref());
            [line.setting, line.value.as_deref().unwrap_or("-"), detail.unwrap_or("-")]
        });
        output::table(["SETTING", "VALUE", "ORIGIN"], settings, out)?;
        out.write_all(b"\n")?;
        let sources = self.sources.iter().map(|look| {
            [&look.source, look.state.words(), look.reason.as_deref().unwrap_or_default()]
        });
        output::table(["SOURCE", "STATE", "REASON"], sources, out)
    }
}

fn lines<'a>(resolution: &'a Resolution, cached_project: Option<&str>) -> Vec<Line<'a>> {
    let mut lines = match &resolution.credentials {
        Ok((credentials, origin)) => credential_lines(credentials, origin),
        Err(error) => vec![missing("credentials", error)],
    };
    lines.push(match &resolution.region {
        Some(region) => present("region", region.value.clone(), &region.origin),
        None => Line { setting: "region", ..Line::default() },
    });
    lines.push(match &resolution.project {
        Ok(Project::Id(Setting { origin, value })) => present("project_id", value.clone(), origin),
        Ok(project) => looked_up("project_id", project, cached_project),
        Err(error) => missing("project_id", error),
    });
    let from_catalog = resolution.has_catalog();
    lines.push(match &resolution.endpoint {
        Ok(ResolvedEndpoint { endpoint, origin, is_derived }) => {
            let mut line = present("endpoint", endpoint.base().to_owned(), origin);
            if *is_derived && from_catalog {
                line.origin = Some(format!("{origin}, unless the catalogue has another").into());
            }
            line
        }
        Err(place) if place.is_open && from_catalog => Line {
            setting: "endpoint",
            origin: Some("looked up: that of the catalogue".into()),
            ..Line::default()
        },
        Err(place) => missing("endpoint", &place.error),
    });
    if resolution.needs_iam() {
        lines.push(match &resolution.iam {
            Ok((iam, origin)) => present("iam_endpoint", iam.base().to_owned(), origin),
            Err(error) => missing("iam_endpoint", error),
        });
    }
    let trust = &resolution.trust;
    lines.push(Line {
        setting: "certificates",
        value: Some(trust.name()),
        origin: trust.origin().map(Into::into),
        problem: None,
    });
    lines
}

fn credential_lines<'a>(credentials: &Credentials, origin: &'a str) -> Vec<Line<'a>> {
    let secret = |setting| present(setting, "(not shown)".to_owned(), origin);
    match credentials {
        Credentials::Key { access_key, security_token, .. } => {
            let mut lines =
                vec![present("access_key", shortened(access_key), origin), secret("secret_key")];
            lines.extend(security_token.is_some().then(|| secret("security_token")));
            lines
        }
        Credentials::Token(_) => vec![secret("token")],
        Credentials::Password(login) => {
            let (NameOrId::Id(user) | NameOrId::Name(user)) = &login.user;
            let mut lines = vec![present("user", user.clone(), origin)];
            if let Some(NameOrId::Id(domain) | NameOrId::Name(domain)) = &login.domain {
                lines.push(present("domain", domain.clone(), origin));
            }
            lines.push(secret("password"));
            lines
        }
    }
}

fn present<'a>(setting: &'static str, value: String, origin: &'a str) -> Line<'a> {
    Line { setting, value: Some(value), origin: Some(Cow::Borrowed(origin)), problem: None }
}

/// Returns the line of a project that IAM looks up, with its cached id if any.
fn looked_up(setting: &'static str, project: &Project, cached: Option<&str>) -> Line<'static> {
    let how_long = if cached.is_some() { "kept since it was looked up" } else { "looked up" };
    let how = match project {
        Project::Id(_) => None,
        Project::Named(Setting { origin, value }) => {
            Some(format!("{how_long} by the name {} ({origin})", sanitize::visible(value)))
        }
        Project::OfToken => Some("looked up: that of the token".to_owned()),
    };
    let value = cached.map(str::to_owned);
    Line { setting, value, origin: how.map(Cow::Owned), ..Line::default() }
}

fn missing(setting: &'static str, error: &ConnectionError) -> Line<'static> {
    Line { setting, problem: Some(error.to_string()), ..Line::default() }
}
