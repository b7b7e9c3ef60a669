//! `cbr auth check`: checks the settings with a request and diagnoses a failure.
//!
//! Takes the steps of a listing one by one. Steps that worked are reported even if a later one
//! fails, with one diagnosis of that failure. Sends one request; a second one, to IAM, only
//! distinguishes a wrong project from a missing permission.

use std::io::Write;
use std::time::Instant;

use serde::Serialize;

use crate::api::{ApiError, ClientOptions, Probe};
use crate::auth::iam::{self, Cache, Sessions};
use crate::cli::auth::{CheckArgs, Format};
use crate::errors::diagnosis::{self, Diagnosed, Diagnosis, Facts};
use crate::errors::{clock_difference, exit_for};
use crate::output;
use crate::settings::{Credentials, Endpoint, Project, Resolution, Setting};

/// The report, of success or failure.
#[derive(Debug, Default, Serialize)]
struct Report {
    ok: bool,
    exit_code: u8,
    steps: Vec<Step>,
    /// `null` on success.
    diagnosis: Option<Diagnosis>,
    endpoint: Option<String>,
    project_id: Option<String>,
    /// Number of backups of the project, if the service reports it.
    count: Option<u64>,
    /// Seconds that the local clock is ahead of the service's; negative if it is behind.
    clock_ahead_seconds: Option<i32>,
}

/// One step and its result.
#[derive(Debug, Serialize)]
struct Step {
    step: &'static str,
    ok: bool,
    detail: String,
}

impl Report {
    fn step(&mut self, step: &'static str, detail: impl Into<String>) {
        self.steps.push(Step { step, ok: true, detail: detail.into() });
    }

    fn print(&self, format: Format, out: &mut dyn Write) -> anyhow::Result<()> {
        match format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, self)?;
                Ok(out.write_all(b"\n")?)
            }
            Format::Table => {
                let steps = self.steps.iter().map(|Step { step, ok, detail }| {
                    [*step, if *ok { "ok" } else { "failed" }, detail.as_str()]
                });
                output::table(["STEP", "RESULT", "DETAIL"], steps, out)
            }
        }
    }
}

/// Checks the settings and prints the report.
///
/// # Errors
///
/// The failure, after it was printed; those of the writer.
pub(crate) async fn check(
    args: &CheckArgs,
    resolution: Resolution,
    options: &ClientOptions,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut report = Report::default();
    let facts = Facts::of(&resolution);
    let asking = Asking::of(&resolution);
    let mut failing = "settings";
    let result = steps(resolution, options, &mut report, &mut failing).await;
    let Err(error) = result else {
        report.ok = true;
        return report.print(args.output, out);
    };
    if error.downcast_ref::<ApiError>().is_some_and(ApiError::is_local) {
        // A setting passed its check but cannot be used: report one failed step.
        failing = "settings";
        report.steps.clear();
    }
    let found = asking.project(&error, options).await;
    let diagnosis = diagnosis::of(&error, &facts, found.as_ref());
    report.exit_code = exit_for(&error).code();
    report.clock_ahead_seconds =
        report.clock_ahead_seconds.or_else(|| diagnosis::clock_ahead(&error));
    report.steps.push(Step { step: failing, ok: false, detail: diagnosis::brief(&error) });
    let hint = diagnosis.hint.clone();
    report.diagnosis = Some(diagnosis);
    report.print(args.output, out)?;
    Err(Diagnosed { error, hint }.into())
}

/// Runs the steps of a listing. `failing` names the step that fails.
async fn steps(
    resolution: Resolution,
    options: &ClientOptions,
    report: &mut Report,
    failing: &mut &'static str,
) -> anyhow::Result<()> {
    resolution.check()?;
    if let Ok((_, source)) = &resolution.credentials {
        report.step("settings", format!("credentials of {source}"));
    }
    let iam = resolution.iam.clone().ok().filter(|_| resolution.needs_iam());
    *failing = if iam.is_some() { "identity" } else { "settings" };
    let client =
        iam::connect(resolution, Cache::of_process(), &Sessions::default(), options).await?;
    report.endpoint = Some(client.endpoint().base().to_owned());
    report.project_id = client.project_id();
    if let (Some((iam, _)), Some(project_id)) = (iam, report.project_id.clone()) {
        report.step("identity", format!("{} knows project {project_id}", iam.base()));
    }
    *failing = "service";
    let started = Instant::now();
    let probe = Probe::send(&client).await?;
    let took = started.elapsed().as_millis();
    // A credential refresh may have changed the project.
    report.project_id = client.project_id();
    report.count = probe.count;
    let count = probe.count.map_or_else(String::new, |count| format!(": {count} backups"));
    report.step("service", format!("{} answers in {took} ms{count}", client.endpoint().base()));
    if let Some(ahead) = probe.clock_ahead {
        report.clock_ahead_seconds = Some(ahead);
        report.step("clock", clock_difference(ahead));
    }
    Ok(())
}

/// The settings to look up the project in IAM after a refusal.
struct Asking {
    credentials: Option<Credentials>,
    iam: Option<Endpoint>,
    region: Option<Setting>,
    /// True if the project is a setting, so that it can differ from IAM's.
    is_given: bool,
}

impl Asking {
    fn of(resolution: &Resolution) -> Self {
        let credentials = resolution.credentials.as_ref().ok();
        Self {
            credentials: credentials.map(|(credentials, _)| credentials.clone()),
            iam: resolution.iam.as_ref().ok().map(|(iam, _)| iam.clone()),
            region: resolution.region.clone(),
            is_given: matches!(resolution.project, Ok(Project::Id(_))),
        }
    }

    /// Returns the project from IAM if the request was rejected but the caller is authenticated. A
    /// failure of this request leaves the diagnosis unchanged.
    async fn project(
        &self,
        error: &anyhow::Error,
        options: &ClientOptions,
    ) -> Option<iam::IamProject> {
        if !self.is_given || !diagnosis::is_forbidden(error) {
            return None;
        }
        let (credentials, iam) = (self.credentials.as_ref()?, self.iam.as_ref()?);
        iam::scope(credentials, iam, self.region.as_ref(), options).await.ok().flatten()
    }
}
