//! `--dry-run` and `--print-curl` of the commands that read a list: the first request and a note on
//! the next ones.

use std::sync::Arc;

use crate::api::Backups;
use crate::cli::ReadArgs;
use crate::cli::dry_run::Form;
use crate::commands::dry_run;
use crate::commands::settings::settings;
use crate::listing::{self, ListRange, Order, PageRequest};
use crate::settings::ConnectionArgs;
use crate::terminal::console::Console;
use crate::terminal::stdout::Stdout;

/// What a command reads.
pub(in crate::commands) enum ListTarget {
    /// The number of backups, if the service reports it.
    Count,
    /// The rows of this range.
    Rows(ListRange),
}

/// Prints the first request.
///
/// # Errors
///
/// A setting is missing, or those of stdout.
pub(in crate::commands) fn dry_run_request(
    form: Form,
    args: &ReadArgs,
    (order, aim): (Order, ListTarget),
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    connection.refuse_several(match form {
        Form::Request => "--dry-run",
        Form::Curl => "--print-curl",
    })?;
    for remark in args.service_filters.remarks() {
        console.warn(&remark);
    }
    let (first, then) = match aim {
        ListTarget::Count => (
            Some(PageRequest { offset: 0, limit: 1 }),
            "There is no other request, unless the count of the answer is not reliable.".to_owned(),
        ),
        ListTarget::Rows(range) => {
            (listing::first_request(range), later(range, args.concurrency.most()))
        }
    };
    let first = first.unwrap_or(PageRequest { offset: 0, limit: args.page_size });
    let pairs = args.pairs();
    let draft = Backups::page_request(&pairs, &order, first);
    let mut then = format!("\n# {then}\n");
    if !args.local_filters.conditions().is_empty() {
        let filters: Vec<_> =
            args.local_filters.conditions().to_pairs().into_iter().map(|(name, _)| name).collect();
        let expected = format!("filters of cbr are applied to the answers: {}", filters.join(", "));
        match form {
            Form::Request => then.push_str(&format!("# {expected}\n")),
            Form::Curl => console.warn(&expected),
        }
    }
    dry_run::print(form, &settings(connection, console), console, &draft, &then, &mut Stdout)
}

/// Describes the pages after the first.
fn later(range: ListRange, concurrency: u8) -> String {
    if range.limit.is_some_and(|limit| limit <= range.page_size) {
        return "There is no other page: this one has all requested rows.".to_owned();
    }
    let size = range.page_size.max(2);
    let offsets: Vec<_> =
        (1..=3).map(|page| (range.offset + page * (size - 1)).to_string()).collect();
    format!(
        "The next pages have limit={size} and offset={}, … with up to {concurrency} in parallel: \
         each overlaps the previous one by one row.",
        offsets.join(", ")
    )
}
