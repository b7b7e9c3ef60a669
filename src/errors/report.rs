//! Prints a failure: message, hint, and the fields for scripts.

use std::io::ErrorKind;

use super::diagnosis::Diagnosed;
use super::{ErrorCode, Exit, Verdict, is_closed_pipe};
use crate::api::ApiError;
use crate::terminal::message::{ErrorFormat, FailureMessage, Level};

/// Reports a failure to the user and returns its exit code. Help and version, which are errors to
/// clap, go to stdout.
pub(crate) fn report(error: &anyhow::Error, format: ErrorFormat) -> Exit {
    if let Some(usage) = error.downcast_ref::<clap::Error>() {
        return report_usage(usage, format);
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

/// Reports a usage error with clap's message.
fn report_usage(error: &clap::Error, format: ErrorFormat) -> Exit {
    if !error.use_stderr() {
        return match error.print() {
            Err(failure) if failure.kind() != ErrorKind::BrokenPipe => {
                let failure = anyhow::anyhow!("cannot write to stdout: {failure}");
                report(&failure, format)
            }
            _ => Exit::Done,
        };
    }
    let text = usage_text(error);
    let (message, hint) = match format {
        ErrorFormat::Text => (text, None),
        ErrorFormat::Json => in_one_line(&text),
    };
    format.print_usage_error(&FailureMessage {
        level: Level::Error,
        code: ErrorCode::Usage.word(),
        exit_code: Exit::Usage.code(),
        service_code: None,
        http_status: None,
        message,
        request_id: None,
        retryable: false,
        retry_after: None,
        hint,
    });
    Exit::Usage
}

/// Returns the message of a failure on one line.
pub(crate) fn message(error: &anyhow::Error) -> String {
    match error.downcast_ref::<clap::Error>() {
        Some(usage) => in_one_line(&usage_text(usage)).0,
        None => format!("{error:#}"),
    }
}

fn usage_text(error: &clap::Error) -> String {
    let text = error.render().to_string();
    text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned()
}

/// Splits clap's paragraphs into message and hint: the first paragraph is the message, and those
/// that begin with `tip:` are the hint.
fn in_one_line(text: &str) -> (String, Option<String>) {
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut paragraphs = text.split("\n\n");
    let message = joined(paragraphs.next().unwrap_or_default());
    let tips = paragraphs.flat_map(str::lines).filter_map(|line| line.trim().strip_prefix("tip: "));
    let tips: Vec<_> = tips.map(joined).collect();
    (message, (!tips.is_empty()).then(|| tips.join("; ")))
}
