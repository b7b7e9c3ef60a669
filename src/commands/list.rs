//! `cbr backups list`: the rows that match, the newest of each group, sorted where the service does
//! not, cut, and printed once the list is complete.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use super::dry_run::listing::{ListTarget, dry_run_request};
use super::read::{Cut, Reading, Sink, read};
use crate::cli::ListArgs;
use crate::listing::{ListRange, Order};
use crate::output::Renderer;
use crate::pipeline::latest::Latest;
use crate::pipeline::sort::{Plan, Sorter};
use crate::record::row::Row;
use crate::settings::ConnectionArgs;
use crate::terminal::console::Console;
use crate::terminal::stdout::{Stdout, Terminal};

/// `cbr backups list`.
pub(crate) async fn list(
    args: &ListArgs,
    connection: &ConnectionArgs,
    terminal: &Terminal,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    if let Some(form) = args.read.dry_run.form() {
        let Approach { order, extent, .. } = approach(args);
        let knows = args.count && args.latest.is_none() && args.read.filter.is_empty();
        let knows = knows && args.read.receipt.is_none();
        let aim = if knows { ListTarget::Count } else { ListTarget::Rows(extent) };
        return dry_run_request(form, &args.read, (order, aim), connection, console);
    }
    let asks_for_copies =
        || args.read.query.pairs().iter().any(|(name, _)| *name == "show_replication");
    let column = args.output.replication_column().or_else(|| args.sort().replication_column());
    if let Some(column) = column.filter(|_| !asks_for_copies()) {
        console.warn(&format!("{column}: the service sends it only with --show-replication"));
    }
    let ListArgs { limit, offset, latest, per, .. } = *args;
    let cut = Cut { sort: args.sort().to_string(), limit, offset, latest, per };
    read(&args.read, cut, connection, console, async |reading| {
        if args.count {
            count(args, reading).await
        } else {
            print(args, reading, terminal, console).await
        }
    })
    .await
}

/// How the list is read.
struct Approach {
    /// The order that the service is asked for.
    order: Order,
    /// The part of its list that is needed.
    extent: ListRange,
    /// What sorts the rows where the service does not.
    sorter: Option<Sorter>,
    /// Whether the service answers with all that match, so that offset and limit are applied here.
    cuts_here: bool,
}

/// Decides how to read the list, so that no more is asked for than is needed.
fn approach(args: &ListArgs) -> Approach {
    let filtered = !args.read.filter.is_empty();
    let plan = match args.latest {
        // No order matters where rows are only counted.
        _ if args.count => Plan::Service(Order::default()),
        Some(_) => args.sort().plan_after_newest_first(),
        None => args.sort().plan(args.limit.is_some() && !filtered),
    };
    let (order, sorter) = match plan {
        Plan::Service(order) => (order, None),
        Plan::Local(sorter) => (Order::default(), Some(sorter)),
    };
    let cuts_here = filtered || args.latest.is_some() || sorter.is_some();
    let extent = if cuts_here {
        let cuts = sorter.is_none() && (args.offset > 0 || args.limit.is_some());
        // The newest of all are the first of the list.
        let limit = args.latest.filter(|_| args.per.is_none() && !filtered);
        ListRange { limit, ..args.read.everything(cuts || args.latest.is_some()) }
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
    let queried_columns: Vec<_> =
        args.sort().queried_columns().chain(args.read.filter.queried_columns()).collect();
    let renderer = loop {
        let renderer = args.output.renderer(terminal.target(), &queried_columns)?;
        match read_rows(args, reading, renderer).await {
            // Rows that were streamed cannot be taken back.
            Err(error) if !args.output.streams() => reading.again(error)?,
            result => break result?,
        }
    };
    reading.refuse_nothing()?;
    reading.tally.ready = Some(Instant::now());
    let mut output = terminal.output(args.output.uses_pager(), console);
    renderer.finish(&mut output)?;
    Ok(output.close()?)
}

/// Reads the rows that are to be printed into the renderer.
async fn read_rows(
    args: &ListArgs,
    reading: &mut Reading<'_>,
    mut renderer: Renderer,
) -> anyhow::Result<Renderer> {
    let approach = approach(args);
    if !approach.cuts_here
        && let Some(mut lines) = renderer.lines()
    {
        let result = reading.texts(approach.order, approach.extent, &mut lines).await;
        reading.tally.rows = reading.tally.matched;
        return result.map(|()| renderer);
    }
    let mut rows = read_into(args, approach, reading, renderer).await?;
    rows.sort()?;
    reading.tally.rows = rows.printed;
    Ok(rows.to)
}

/// Prints how many rows there would be.
async fn count(args: &ListArgs, reading: &mut Reading<'_>) -> anyhow::Result<()> {
    let told = if args.latest.is_none() { reading.count().await? } else { None };
    if let Some(count) = told {
        let left = count.saturating_sub(args.offset);
        reading.tally.rows = args.limit.map_or(left, |limit| left.min(limit));
        reading.tally.listing.count = Some(count);
    } else {
        while let Err(error) = read_into(args, approach(args), reading, ()).await {
            reading.again(error)?;
        }
    }
    reading.refuse_nothing()?;
    writeln!(Stdout, "{}", reading.tally.rows)?;
    Ok(Stdout.flush()?)
}

/// Reads the list, and hands the rows that are wanted to `to` unless they have to be sorted first.
async fn read_into<P: Print>(
    args: &ListArgs,
    approach: Approach,
    reading: &mut Reading<'_>,
    to: P,
) -> anyhow::Result<Rows<P>> {
    let Approach { order, extent, sorter, cuts_here } = approach;
    let latest = args.latest.map(|most| Latest::new(most, args.per));
    let (skip, limit) = if cuts_here { (args.offset, args.limit) } else { (0, None) };
    let mut rows = Rows { latest, sorter, skip, limit, to, printed: 0 };
    let result = reading.rows(order, extent, &mut rows).await;
    reading.tally.rows = rows.printed;
    result.map(|()| rows)
}

/// Where the rows that are printed go.
trait Print {
    fn push(&mut self, record: &str) -> anyhow::Result<()>;
    fn push_row(&mut self, row: Row<'_>) -> anyhow::Result<()>;
    fn advance(&mut self) -> anyhow::Result<()>;
}

impl Print for Renderer {
    fn push(&mut self, record: &str) -> anyhow::Result<()> {
        self.push(record)
    }

    fn push_row(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        self.push_row(row)
    }

    fn advance(&mut self) -> anyhow::Result<()> {
        self.advance(&mut Stdout)
    }
}

/// Rows that are only counted.
impl Print for () {
    fn push(&mut self, _: &str) -> anyhow::Result<()> {
        Ok(())
    }

    fn push_row(&mut self, _: Row<'_>) -> anyhow::Result<()> {
        Ok(())
    }

    fn advance(&mut self) -> anyhow::Result<()> {
        Ok(())
    }
}

/// What becomes of the rows that match: the newest stay, in order, and of those the ones from an
/// offset on up to a limit.
struct Rows<P> {
    latest: Option<Latest>,
    sorter: Option<Sorter>,
    skip: u64,
    limit: Option<u64>,
    to: P,
    printed: u64,
}

impl<P: Print> Rows<P> {
    /// Prints what waited to be sorted, if anything did.
    fn sort(&mut self) -> anyhow::Result<()> {
        let Some(sorter) = self.sorter.take() else { return Ok(()) };
        let to = &mut self.to;
        self.printed = sorter.finish(self.skip, self.limit, |record| to.push(record))?;
        Ok(())
    }

    /// Prints a row that has its place already, and says whether more are wanted.
    fn print(&mut self, row: Row<'_>) -> anyhow::Result<ControlFlow<()>> {
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(ControlFlow::Continue(()));
        }
        self.to.push_row(row)?;
        self.printed += 1;
        Ok(enough(self.limit == Some(self.printed)))
    }
}

impl<P: Print> Sink for Rows<P> {
    fn take(&mut self, row: Row<'_>) -> anyhow::Result<ControlFlow<()>> {
        let mut last = false;
        if let Some(latest) = &mut self.latest {
            if !latest.admits(&row.backup()) {
                return Ok(ControlFlow::Continue(()));
            }
            last = latest.is_full();
        }
        let flow = match &mut self.sorter {
            Some(sorter) => {
                sorter.push(row)?;
                ControlFlow::Continue(())
            }
            None => self.print(row)?,
        };
        Ok(if last { ControlFlow::Break(()) } else { flow })
    }

    fn advance(&mut self) -> anyhow::Result<()> {
        // A header alone waits: it may be that nothing is to be printed.
        if self.printed > 0 { self.to.advance() } else { Ok(()) }
    }
}

fn enough(enough: bool) -> ControlFlow<()> {
    if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
