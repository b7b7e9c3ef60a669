//! `cbr auth check`: does it work, and if not, why?
//!
//! Makes the way to a listing step by step. What worked is told even where a later step fails, with
//! one diagnosis of that failure. Asks once; only to tell a wrong project from a missing permission
//! is IAM asked as well.

use std::io::Write;
use std::time::Instant;

use serde::Serialize;

use crate::api::{ApiError, ClientOptions, Probe};
use crate::auth::iam::{self, Cache};
use crate::cli::auth::{CheckArgs, Format};
use crate::errors::diagnosis::{self, Diagnosed, Diagnosis, Facts};
use crate::errors::exit_for;
use crate::output;
use crate::settings::{Credentials, Endpoint, Project, Resolution, Setting};

/// What is told, whether it works or not.
#[derive(Debug, Default, Serialize)]
struct Report {
    ok: bool,
    exit_code: u8,
    steps: Vec<Step>,
    /// `null` if nothing is wrong.
    diagnosis: Option<Diagnosis>,
    endpoint: Option<String>,
    project_id: Option<String>,
    /// How many backups the project has, if the service says so.
    count: Option<u64>,
    /// This machine's clock is ahead of the service's by so much; behind, where it is negative.
    clock_ahead_seconds: Option<i32>,
}

/// One step of the way, and what came of it.
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

/// Checks, and prints what was found.
///
/// # Errors
///
/// What does not work, after it was printed; those of the writer.
pub(crate) async fn check(
    args: &CheckArgs,
    resolution: Resolution,
    means: &ClientOptions,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut report = Report::default();
    let facts = Facts::of(&resolution);
    let asking = Asking::of(&resolution);
    let mut failing = "settings";
    let result = steps(resolution, means, &mut report, &mut failing).await;
    let Err(error) = result else {
        report.ok = true;
        return report.print(args.output, out);
    };
    if error.downcast_ref::<ApiError>().is_some_and(ApiError::is_local) {
        // What looked right could not be used: that is one step, and it has failed.
        failing = "settings";
        report.steps.clear();
    }
    let found = asking.project(&error, means).await;
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

/// The way to a listing. `failing` is the step that an error is of.
async fn steps(
    resolution: Resolution,
    means: &ClientOptions,
    report: &mut Report,
    failing: &mut &'static str,
) -> anyhow::Result<()> {
    resolution.check()?;
    if let Ok((_, source)) = &resolution.credentials {
        report.step("settings", format!("credentials of {source}"));
    }
    let iam = resolution.iam.clone().ok().filter(|_| resolution.needs_iam());
    *failing = if iam.is_some() { "identity" } else { "settings" };
    let client = iam::connect(resolution, Cache::of_process(), means).await?;
    report.endpoint = Some(client.endpoint().base().to_owned());
    report.project_id = client.project_id();
    if let (Some((iam, _)), Some(project_id)) = (iam, report.project_id.clone()) {
        report.step("identity", format!("{} knows project {project_id}", iam.base()));
    }
    *failing = "service";
    let started = Instant::now();
    let probe = Probe::send(&client).await?;
    let took = started.elapsed().as_millis();
    // A renewal may have found another one.
    report.project_id = client.project_id();
    report.count = probe.count;
    let count = probe.count.map_or_else(String::new, |count| format!(": {count} backups"));
    report.step("service", format!("{} answers in {took} ms{count}", client.endpoint().base()));
    if let Some(ahead) = probe.clock_ahead {
        report.clock_ahead_seconds = Some(ahead);
        report.step("clock", diagnosis::clock(ahead));
    }
    Ok(())
}

/// What it takes to ask IAM about the project after a refusal.
struct Asking {
    credentials: Option<Credentials>,
    iam: Option<Endpoint>,
    region: Option<Setting>,
    /// Whether the project was given, so that it can be another than IAM's.
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

    /// The project that it should have been, where the caller was let in and the request was not.
    /// What goes wrong with the question leaves the diagnosis as it is.
    async fn project(
        &self,
        error: &anyhow::Error,
        means: &ClientOptions,
    ) -> Option<iam::IamProject> {
        if !self.is_given || !diagnosis::is_forbidden(error) {
            return None;
        }
        let (credentials, iam) = (self.credentials.as_ref()?, self.iam.as_ref()?);
        iam::scope(credentials, iam, self.region.as_ref(), means).await.ok().flatten()
    }
}
