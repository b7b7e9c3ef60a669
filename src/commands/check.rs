//! `cbr backups check`: the coverage as a check for monitoring.
//!
//! Source: Monitoring Plugins Development Guidelines: one line of status and performance data, then
//! details; exit codes 0 to 3.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use super::coverage::{Judgement, Question, judge};
use super::cut::Cut;
use super::read::read;
use crate::cli::coverage::CheckArgs;
use crate::errors;
use crate::listing::Order;
use crate::pipeline::coverage::{Assessment, State};
use crate::settings::ConnectionArgs;
use crate::terminal::console::Console;
use crate::terminal::stdout::Stdout;
use crate::text::sanitize::visible;

/// Time limit without `--timeout`: monitoring gives a check 60 seconds.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(50);

/// Maximum number of names after the first line.
const MOST_NAMES: usize = 20;

/// Status of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Ok = 0,
    Warning = 1,
    Critical = 2,
    Unknown = 3,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// `cbr backups check`. Every failure is a status.
pub(crate) async fn check(
    args: &CheckArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> Status {
    let cut = Cut { sort: Order::default().to_string(), ..Cut::default() };
    let question =
        Question { resources: &args.resources, max_age: args.warning, why: false, times: false };
    let mut result = None;
    let read_args = args.read();
    let work = read(&read_args, cut, connection, console, async |reading| {
        result = Some(judge(&question, reading, console).await?);
        Ok(())
    });
    let outcome = work.await;
    match (outcome, result) {
        (Ok(()), Some(judgement)) => {
            let (status, text) = report(&judgement, args);
            print(status, &text)
        }
        (Err(error), _) => unknown(&error),
        (Ok(()), None) => unknown(&anyhow::anyhow!("nothing was read")),
    }
}

/// Prints a failure as `CBR UNKNOWN`.
pub(crate) fn unknown(error: &anyhow::Error) -> Status {
    print(Status::Unknown, &errors::message(error))
}

/// Prints the status line. If that fails, monitoring knows nothing.
fn print(status: Status, text: &str) -> Status {
    // The bar separates performance data.
    let lines = text.lines().map(|line| visible(line).into_owned()).collect::<Vec<_>>();
    let text = format!("CBR {} - {}\n", status.word(), lines.join("\n"));
    let written = Stdout.write_all(text.as_bytes()).and_then(|()| Stdout.flush());
    if written.is_ok() { status } else { Status::Unknown }
}

/// Returns the status of the account and its text, with performance data and names.
fn report(judgement: &Judgement, args: &CheckArgs) -> (Status, String) {
    let Judgement { assessments, now, gap, .. } = judgement;
    let judged: Vec<_> = assessments
        .iter()
        .filter(|it| !matches!(it.state, State::Orphan | State::Unsupported))
        .map(|it| (status_of(it, *now, args), it))
        .collect();
    let of = |status: Status| judged.iter().filter(move |(it, _)| *it == status);
    let count = |status| of(status).count();
    let (ok, warning, critical, unknown) = (
        count(Status::Ok),
        count(Status::Warning),
        count(Status::Critical),
        count(Status::Unknown),
    );
    let status = match () {
        () if critical > 0 => Status::Critical,
        () if gap.is_some() || unknown > 0 || judged.is_empty() => Status::Unknown,
        () if warning > 0 => Status::Warning,
        () => Status::Ok,
    };
    let text = match (status, gap) {
        (Status::Unknown, Some(gap)) => gap.clone(),
        (Status::Unknown, None) if judged.is_empty() && args.resources.narrows() => {
            "no resource is selected".to_owned()
        }
        (Status::Unknown, None) if judged.is_empty() => "there are no resources".to_owned(),
        (Status::Ok, _) => format!("{ok} of {ok} resources have a recent usable backup"),
        _ => {
            let late = critical + warning + unknown;
            let gap = gap.as_ref().map_or_else(String::new, |gap| format!("; {gap}"));
            format!("{late} of {} resources have no recent usable backup{gap}", judged.len())
        }
    };
    let text = text.replace('|', "/");
    let oldest = judged.iter().filter_map(|(_, it)| it.newest).min();
    let age = oldest.map_or_else(String::new, |newest| {
        let limit =
            |age: Option<Duration>| age.map_or_else(String::new, |age| age.as_secs().to_string());
        let (warning, critical) = (limit(args.warning), limit(args.critical));
        format!(" oldest={}s;{warning};{critical};0", (now - newest) / 1_000_000)
    });
    let mut lines =
        format!("{text} | ok={ok} warning={warning} critical={critical} unknown={unknown}{age}");
    let late = of(Status::Critical).chain(of(Status::Unknown)).chain(of(Status::Warning));
    for (status, it) in late.clone().take(MOST_NAMES) {
        let name = it.name.as_deref().unwrap_or(&it.resource_id);
        let place = it.place.as_ref().map_or_else(String::new, |place| format!("{place}/"));
        let name = visible(&format!("{place}{name}").replace('|', "/")).into_owned();
        lines.push_str(&format!("\n{} {name} ({})", status.word(), it.state.name()));
    }
    let more = late.count().saturating_sub(MOST_NAMES);
    if more > 0 {
        lines.push_str(&format!("\nand {more} more"));
    }
    (status, lines)
}

/// Returns the status of one resource.
fn status_of(it: &Assessment, now: i64, args: &CheckArgs) -> Status {
    let given = args.critical.and_then(|age| i64::try_from(age.as_micros()).ok());
    let critical = given.unwrap_or(it.max_age.saturating_mul(2));
    let age = it.newest.map(|newest| now.saturating_sub(newest));
    match it.state {
        State::None | State::Unprotected => Status::Critical,
        State::Unknown => Status::Unknown,
        // A volume is as fresh as its server.
        State::Ok if age.is_none_or(|age| age < critical) => Status::Ok,
        _ if age.is_some_and(|age| age >= critical) => Status::Critical,
        _ => Status::Warning,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn resource(name: &str, state: State, hours: Option<i64>) -> Assessment {
        Assessment {
            state,
            resource_id: format!("id-{name}"),
            name: Some(name.to_owned()),
            resource_type: None,
            usable: 1,
            newest: hours.map(|hours| 100 * HOUR - hours * HOUR),
            oldest: None,
            last_try: None,
            vault_id: None,
            vault_name: None,
            max_age: 26 * HOUR,
            why: None,
            times: Vec::new(),
            target: None,
            place: None,
        }
    }

    fn reported(assessments: Vec<Assessment>, gap: Option<&str>, flags: &str) -> (Status, String) {
        #[derive(clap::Parser)]
        struct Flags {
            #[command(flatten)]
            check: CheckArgs,
        }
        let words = std::iter::once("cbr").chain(flags.split_whitespace());
        let flags = <Flags as clap::Parser>::try_parse_from(words).unwrap();
        let gap = gap.map(str::to_owned);
        report(&Judgement { assessments, now: 100 * HOUR, gap }, &flags.check)
    }

    #[test]
    fn the_worst_resource_decides() {
        let (ok, stale, old) = (
            || resource("ok", State::Ok, Some(1)),
            || resource("stale", State::Stale, Some(30)),
            || resource("old", State::Stale, Some(53)),
        );
        let none = || resource("none", State::None, None);
        let unknown = || resource("unknown", State::Unknown, None);
        let orphan = || resource("orphan", State::Orphan, Some(90));
        let cases = [
            (vec![ok(), orphan()], None, "", Status::Ok, "1 of 1 resources have a recent"),
            (vec![ok(), stale()], None, "", Status::Warning, "1 of 2 resources have no recent"),
            (vec![ok(), stale(), old()], None, "", Status::Critical, "2 of 3 resources"),
            (vec![stale()], None, "--critical 28h", Status::Critical, "1 of 1"),
            (vec![old()], None, "--critical 60h", Status::Warning, "1 of 1"),
            (vec![none(), unknown()], None, "", Status::Critical, "2 of 2"),
            (vec![ok(), unknown()], None, "", Status::Unknown, "1 of 2"),
            (vec![ok()], Some("the vaults cannot be read"), "", Status::Unknown, "the vaults"),
            (vec![none()], Some("the vaults cannot be read"), "", Status::Critical, "1 of 1"),
            (vec![], None, "", Status::Unknown, "there are no resources"),
            (vec![orphan()], None, "--vault x", Status::Unknown, "no resource is selected"),
        ];
        for (assessments, gap, flags, status, text) in cases {
            let expected = reported(assessments, gap, flags);
            assert_eq!(expected.0, status, "{expected:?}");
            assert!(expected.1.starts_with(text), "{expected:?}");
            assert!(
                expected.1.lines().next().is_some_and(|line| line.contains(" | ok=")),
                "{expected:?}"
            );
        }
    }

    #[test]
    fn names_follow_the_line_and_are_harmless() {
        let many: Vec<_> = (0..23).map(|_| resource("a|b\nc", State::None, None)).collect();
        let (_, text) = reported(many, None, "");
        assert_eq!(text.lines().count(), 1 + MOST_NAMES + 1);
        assert!(text.ends_with("\nand 3 more"), "{text}");
        assert!(text.contains("\nCRITICAL a/b\\nc (none)"), "{text}");
        assert_eq!(text.matches('|').count(), 1);
    }
}
