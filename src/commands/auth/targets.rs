//! `cbr auth check` of several targets: one line for each.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join_all;
use serde::Serialize;

use crate::api::{Probe, RequestLog};
use crate::cli::auth::{CheckArgs, Format};
use crate::commands::targets::{self, FailedTarget, TargetName};
use crate::errors;
use crate::output;
use crate::settings::ConnectionArgs;
use crate::terminal::console::Console;
use crate::text::number::grouped;

/// Result of checking a target.
#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    name: TargetName,
    /// `ok`, `failed` or `skipped`.
    result: &'static str,
    detail: String,
    /// Number of backups, if the service reports it.
    count: Option<u64>,
    exit_code: u8,
}

/// Sends a request to each target and prints the result.
///
/// # Errors
///
/// The worst failure, after all were printed; those of the writer.
pub(crate) async fn check_targets(
    args: &CheckArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let log = Arc::new(RequestLog::new(Arc::clone(console)));
    let found = targets::connect(connection, false, console, &log).await?;
    let mut failed = found.failed;
    let mut lines = Vec::new();
    let probes = found.readable.iter().map(async |target| {
        let started = Instant::now();
        (target, Probe::send(&target.client).await, started.elapsed())
    });
    for (target, probe, took) in join_all(probes).await {
        match probe {
            Ok(Probe { count, .. }) => {
                let base = target.client.endpoint().base();
                let backups =
                    count.map_or_else(String::new, |count| format!(": {} backups", grouped(count)));
                let detail = format!("{base} answers in {} ms{backups}", took.as_millis());
                let name = target.name.clone();
                lines.push(Line { name, result: "ok", detail, count, exit_code: 0 });
            }
            Err(error) => {
                failed.push(FailedTarget { name: target.name.clone(), error: error.into() });
            }
        }
    }
    lines.extend(failed.iter().map(|FailedTarget { name, error }| Line {
        name: name.clone(),
        result: "failed",
        detail: errors::message(error),
        count: None,
        exit_code: errors::exit_for(error).code(),
    }));
    let all = lines.len();
    lines.extend(found.skipped.into_iter().map(|skipped| Line {
        name: TargetName {
            project_id: Some(skipped.project.id),
            project_name: Some(skipped.project.name),
            profile: skipped.profile,
            ..TargetName::default()
        },
        result: "skipped",
        detail: skipped.reason,
        count: None,
        exit_code: 0,
    }));
    print(args.output, &lines, out)?;
    targets::worst(&mut failed, all).map_or(Ok(()), Err)
}

fn print(format: Format, lines: &[Line], out: &mut dyn Write) -> anyhow::Result<()> {
    match format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, lines)?;
            Ok(out.write_all(b"\n")?)
        }
        Format::Table => {
            let labels: Vec<_> = lines.iter().map(|line| line.name.label()).collect();
            let cells = lines.iter().zip(&labels);
            let cells = cells.map(|(line, label)| [label.as_str(), line.result, &line.detail]);
            output::table(["TARGET", "RESULT", "DETAIL"], cells, out)
        }
    }
}
