//! `--dry-run` and `--print-curl` of the commands that read a list: its first request, and what
//! comes after.

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

/// What is to be read.
pub(in crate::commands) enum ListTarget {
    /// The number of backups, which the service may know.
    Count,
    /// The rows of this part of the list.
    Rows(ListRange),
}

/// Prints the request that would go out first.
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
    for remark in args.query.remarks() {
        console.warn(&remark);
    }
    let (first, then) = match aim {
        ListTarget::Count => (
            Some(PageRequest { offset: 0, limit: 1 }),
            "There is no other request, unless the count of the answer cannot be relied on."
                .to_owned(),
        ),
        ListTarget::Rows(extent) => (listing::first_ask(extent), later(extent, args.concurrency)),
    };
    let first = first.unwrap_or(PageRequest { offset: 0, limit: args.page_size });
    let pairs = args.query.pairs();
    let draft = Backups::page_request(&pairs, &order, first);
    let mut then = format!("\n# {then}\n");
    if !args.filter.conditions().is_empty() {
        let filters: Vec<_> =
            args.filter.conditions().to_pairs().into_iter().map(|(name, _)| name).collect();
        let told = format!("cbr's own filters come after: {}", filters.join(", "));
        match form {
            Form::Request => then.push_str(&format!("# {told}\n")),
            Form::Curl => console.warn(&told),
        }
    }
    dry_run::print(form, &settings(connection, console), console, &draft, &then, &mut Stdout)
}

/// What the pages after the first look like.
fn later(extent: ListRange, concurrency: u8) -> String {
    if extent.limit.is_some_and(|limit| limit <= extent.page_size) {
        return "There is no other page: this one has all that is asked for.".to_owned();
    }
    let size = extent.page_size.max(2);
    let offsets: Vec<_> =
        (1..=3).map(|page| (extent.offset + page * (size - 1)).to_string()).collect();
    format!(
        "Pages after it have limit={size} and offset={}, … up to {concurrency} at a time: each \
         begins with the last row of the one before it.",
        offsets.join(", ")
    )
}
