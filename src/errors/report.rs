//! Prints a failure: message, hint and fields for scripts.

use std::io::ErrorKind;

use super::diagnosis::Diagnosed;
use super::{ErrorCode, Exit, UsageError, Verdict, is_closed_pipe};
use crate::api::ApiError;
use crate::terminal::message::{ErrorFormat, FailureMessage, Level};

/// Reports a failure to the user and returns its exit code. Help and version, which are errors to
/// clap, go to stdout.
pub(crate) fn report(error: &anyhow::Error, format: ErrorFormat) -> Exit {
    if let Some(error) = error.downcast_ref::<clap::Error>() {
        return report_clap(error, format);
    }
    if is_closed_pipe(error) {
        return Exit::Done;
    }
    let Verdict { code, hint, .. } = Verdict::of(error);
    let cause = error.downcast_ref::<Diagnosed>().map_or(error, |diagnosed| &diagnosed.error);
    let answer = cause.downcast_ref::<ApiError>();
    let refusal = answer.and_then(ApiError::refusal);
    format.print_failure(&FailureMessage {
        level: Level::Error,
        code: code.word(),
        exit_code: code.exit().code(),
        service_code: refusal.and_then(|refusal| refusal.code.clone()),
        http_status: refusal.map(|refusal| refusal.status),
        message: format!("{error:#}"),
        request_id: answer.and_then(ApiError::request_id).map(str::to_owned),
        retryable: code == ErrorCode::Incomplete || answer.is_some_and(ApiError::is_transient),
        retry_after: answer.and_then(ApiError::retry_after).map(|wait| wait.as_secs()),
        hint,
    });
    code.exit()
}

/// Reports an error of clap. Help and version go to stdout.
fn report_clap(error: &clap::Error, format: ErrorFormat) -> Exit {
    if error.use_stderr() {
        return report(&UsageError::from_clap(error, "cbr").into(), format);
    }
    match error.print() {
        Err(failure) if failure.kind() != ErrorKind::BrokenPipe => {
            let failure = anyhow::anyhow!("cannot write to stdout: {failure}");
            report(&failure, format)
        }
        _ => Exit::Done,
    }
}

/// Returns the message of a failure on one line.
pub(crate) fn message(error: &anyhow::Error) -> String {
    match error.downcast_ref::<clap::Error>() {
        Some(usage) => UsageError::from_clap(usage, "cbr").to_string(),
        None => format!("{error:#}"),
    }
}
