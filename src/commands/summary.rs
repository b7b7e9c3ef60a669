//! `cbr backups summary`: the numbers of the backups that match, once the list is complete.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use super::dry_run::listing::{ListTarget, dry_run_request};
use super::read::{Cut, read};
use crate::cli::SummaryArgs;
use crate::listing::Order;
use crate::pipeline::summary::{self, Summary};
use crate::settings::ConnectionArgs;
use crate::terminal::console::Console;
use crate::terminal::stdout::Terminal;
use crate::text::number::grouped;

/// `cbr backups summary`.
pub(crate) async fn summary(
    args: &SummaryArgs,
    connection: &ConnectionArgs,
    terminal: &Terminal,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    if let Some(form) = args.read.dry_run.form() {
        let aim = (Order::default(), ListTarget::Rows(args.read.everything(false)));
        return dry_run_request(form, &args.read, aim, connection, console);
    }
    let cut = Cut { sort: Order::default().to_string(), ..Cut::default() };
    read(&args.read, cut, connection, console, async |reading| {
        let extent = args.read.everything(false);
        let summary = loop {
            let mut summary = Summary::new(args.by, Timestamp::now().as_microsecond());
            let result = reading.rows(Order::default(), extent, &mut summary).await;
            reading.tally.rows = reading.tally.matched;
            match result {
                Ok(()) => break summary,
                Err(error) => reading.again(error)?,
            }
        };
        reading.refuse_nothing()?;
        match summary.without_size() {
            0 => {}
            unknown => console.warn(&format!(
                "{} backups have no resource_size that could be added to total_size",
                grouped(unknown)
            )),
        }
        reading.tally.ready = Some(Instant::now());
        let mut output = reading.digested(args.output.open(terminal, console)?);
        let mut renderer =
            args.output.renderer(args.output.target(terminal), &summary::columns(args.by))?;
        for row in summary.rows() {
            renderer.push_record(&row)?;
        }
        reading.tally.hidden_columns = renderer.finish(&mut output)?;
        Ok(output.into_inner().close()?)
    })
    .await
}
