//! `cbr backups summary`: the numbers of the backups that match, once the list is complete.

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;

use super::read::{Cut, Sink, read};
use super::{Stdout, screen};
use crate::cli::SummaryArgs;
use crate::connection::ConnectionArgs;
use crate::console::Console;
use crate::listing::Order;
use crate::number::grouped;
use crate::row::Row;
use crate::summary::Summary;

/// `cbr backups summary`.
pub(crate) async fn summary(
    args: &SummaryArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    let cut = Cut { sort: Order::default().to_string(), ..Cut::default() };
    read(&args.read, cut, connection, console, async |reading| {
        let mut summary = Summary::new(args.by, Timestamp::now().as_microsecond());
        let extent = args.read.everything(false);
        let result = reading.rows(Order::default(), extent, &mut summary).await;
        reading.tally.rows = reading.tally.matched;
        result?;
        reading.refuse_nothing()?;
        match summary.without_size() {
            0 => {}
            unknown => console.warn(&format!(
                "{} backups have no resource_size that could be added to total_size",
                grouped(unknown)
            )),
        }
        summary.report().write(&args.output, screen(), &mut Stdout)
    })
    .await
}

impl Sink for Summary {
    fn take(&mut self, row: Row<'_>) -> anyhow::Result<ControlFlow<()>> {
        self.push(&row.backup());
        Ok(ControlFlow::Continue(()))
    }
}
