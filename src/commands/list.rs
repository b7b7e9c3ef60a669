//! `cbr backups list`: filters, groups, sorts and cuts the rows, and prints them once the list is
//! complete.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

use super::cut::Cut;
use super::dry_run::listing::{ListTarget, dry_run_request};
use super::read::read;
use super::reading::Reading;
use crate::cli::ListArgs;
use crate::listing::{ListRange, Order};
use crate::pipeline::latest::Latest;
use crate::pipeline::selection::{Discard, Selection};
use crate::pipeline::sort::{Plan, Sorter};
use crate::record::row::RowSink;
use crate::settings::ConnectionArgs;
use crate::terminal::console::Console;
use crate::terminal::stdout::Stdout;
use crate::terminal::tty::Terminal;
use crate::time;

/// `cbr backups list`.
pub(crate) async fn list(
    args: &ListArgs,
    connection: &ConnectionArgs,
    terminal: &Terminal,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    if let Some(form) = args.read.dry_run.form() {
        let Approach { order, extent, .. } = approach(args, false);
        let knows = args.count
            && args.latest().is_none()
            && args.read.local_filters.conditions().is_empty();
        let knows = knows && args.read.receipt.is_none();
        let aim = if knows { ListTarget::Count } else { ListTarget::Rows(extent) };
        return dry_run_request(form, &args.read, (order, aim), connection, console);
    }
    let asks_for_copies =
        || args.read.service_filters.pairs().iter().any(|(name, _)| *name == "show_replication");
    let column = args.output.replication_column().or_else(|| args.sort().replication_column());
    if let Some(column) = column.filter(|_| !asks_for_copies()) {
        console.warn(&format!("{column}: the service sends it only with --show-replication"));
    }
    let ListArgs { limit, offset, .. } = *args;
    let (latest, per, needs_vaults) = (args.latest(), args.per(), args.needs_vaults());
    if latest.is_some() && args.stale.is_none() && args.read.filters_by_age() {
        console.warn(
            "filters run before --latest, so this is the newest of the old backups; --stale AGE \
             keeps what has no newer one",
        );
    }
    let (sort, needs_target, needs_names) =
        (args.sort().to_string(), args.needs_target(), args.needs_project_names());
    let cut = Cut { sort, limit, offset, latest, per, needs_vaults, needs_target, needs_names };
    read(&args.read, cut, connection, console, async |reading| {
        if args.count {
            count(args, reading).await
        } else {
            print(args, reading, terminal, console).await
        }
    })
    .await
}

/// Plan for reading the list.
struct Approach {
    /// Order to request from the service.
    order: Order,
    /// Part of the service's list to read.
    extent: ListRange,
    /// Sorts the rows if the service does not.
    sorter: Option<Sorter>,
    /// True if `cbr` applies offset and limit, not the service.
    cuts_here: bool,
}

/// Plans the fewest requests that answer the command.
fn approach(args: &ListArgs, are_several: bool) -> Approach {
    let one = approach_one(args);
    if !are_several || one.cuts_here {
        return one;
    }
    // The first rows of the merged list are among the first of each target.
    let limit = args.limit.map(|limit| limit.saturating_add(args.offset));
    let first_rows = args.offset > 0 || limit.is_some();
    let stable = one.order.is_stable();
    let extent = ListRange { offset: 0, limit, stable, ..args.read.everything(first_rows) };
    // Merging needs keys that never change.
    let sorter = (!stable).then(|| args.sort().sorter());
    Approach { extent, sorter, cuts_here: true, ..one }
}

/// Plans how to read the list of one target.
fn approach_one(args: &ListArgs) -> Approach {
    let filtered = !args.read.local_filters.conditions().is_empty();
    let plan = match args.latest() {
        // A count needs no order.
        _ if args.count => Plan::Service(Order::default()),
        Some(_) => args.sort().plan_after_newest_first(),
        None => args.sort().plan(args.limit.is_some() && !filtered),
    };
    let (order, sorter) = match plan {
        Plan::Service(order) => (order, None),
        Plan::Local(sorter) => (Order::default(), Some(sorter)),
    };
    let cuts_here = filtered || args.latest().is_some() || sorter.is_some();
    let extent = if cuts_here {
        let cuts = sorter.is_none() && (args.offset > 0 || args.limit.is_some());
        // The newest rows are the first of the list.
        let limit =
            args.latest().filter(|_| args.per().is_none() && args.stale.is_none() && !filtered);
        ListRange { limit, ..args.read.everything(cuts || args.latest().is_some()) }
    } else {
        let (offset, limit, stable) = (args.offset, args.limit, order.is_stable());
        ListRange { offset, limit, stable, ..args.read.everything(false) }
    };
    Approach { order, extent, sorter, cuts_here }
}

/// Prints the rows.
async fn print(
    args: &ListArgs,
    reading: &mut Reading<'_>,
    terminal: &Terminal,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    let queried_columns: Vec<_> = args
        .sort()
        .queried_columns()
        .chain(args.read.local_filters.conditions().columns())
        .collect();
    let renderer = loop {
        let stream = reading.digested(Stdout);
        let destination = args.output.destination(terminal);
        let renderer = args.output.renderer(
            destination,
            &queried_columns,
            reading.target_columns(),
            stream,
        )?;
        match read_rows(args, reading, renderer).await {
            // Streamed rows are already printed.
            Err(error) if !args.output.streams() => reading.again(error)?,
            result => break result?,
        }
    };
    reading.refuse_nothing()?;
    reading.counts.ready = Some(Instant::now());
    let mut output = reading.digested(args.output.open(terminal, console)?);
    reading.counts.hidden_columns = renderer.finish(&mut output)?;
    Ok(output.into_inner().close()?)
}

/// Prints the number of rows.
async fn count(args: &ListArgs, reading: &mut Reading<'_>) -> anyhow::Result<()> {
    let expected = loop {
        match args.latest() {
            Some(_) => break None,
            None => match reading.count().await {
                Ok(expected) => break expected,
                Err(error) => reading.again(error)?,
            },
        }
    };
    if let Some(count) = expected {
        let left = count.saturating_sub(args.offset);
        reading.counts.rows = args.limit.map_or(left, |limit| left.min(limit));
        reading.counts.listing.count = Some(count);
    } else {
        while let Err(error) = read_rows(args, reading, Discard).await {
            reading.again(error)?;
        }
    }
    reading.refuse_nothing()?;
    let mut output = reading.digested(Stdout);
    writeln!(output, "{}", reading.counts.rows)?;
    Ok(output.flush()?)
}

/// Reads the list into `sink`, and returns it.
async fn read_rows<S: RowSink>(
    args: &ListArgs,
    reading: &mut Reading<'_>,
    sink: S,
) -> anyhow::Result<S> {
    let Approach { order, extent, sorter, cuts_here } = approach(args, reading.are_several);
    let before = args.stale.and_then(|age| i64::try_from(age.as_micros()).ok());
    let before = before.map(|age| time::now().as_microsecond().saturating_sub(age));
    let latest = args.latest().map(|most| Latest::new(most, args.per()).stale(before));
    let cut = if cuts_here { (args.offset, args.limit) } else { (0, None) };
    let mut rows = Selection::new(latest, sorter, cut, sink);
    let result = reading.rows(order, extent, &mut rows).await;
    reading.counts.rows = rows.passed();
    result?;
    let (sink, printed) = rows.finish()?;
    reading.counts.rows = printed;
    Ok(sink)
}
