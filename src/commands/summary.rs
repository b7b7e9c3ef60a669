//! `cbr backups summary`: counts the matching backups, and prints once the list is complete.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use super::cut::Cut;
use super::dry_run::listing::{ListTarget, dry_run_request};
use super::read::read;
use super::reading::Reading;
use crate::cli::SummaryArgs;
use crate::listing::Order;
use crate::pipeline::group::Group;
use crate::pipeline::selection::Selection;
use crate::pipeline::sort::Sort;
use crate::pipeline::summary::{self, SUMMARY_COLUMNS, Summary};
use crate::record::inventory::Vault;
use crate::record::row::{RowSink as _, RowSpan};
use crate::settings::ConnectionArgs;
use crate::terminal::console::Console;
use crate::terminal::tty::Terminal;
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
    let needs_target = args.by.is_some_and(Group::is_of_target);
    let cut = Cut { sort: Order::default().to_string(), needs_target, ..Cut::default() };
    read(&args.read, cut, connection, console, async |reading| {
        let extent = args.read.everything(false);
        let summary = loop {
            let mut summary = Summary::new(args.by, Timestamp::now().as_microsecond());
            let result = reading.rows(Order::default(), extent, &mut summary).await;
            reading.counts.rows = reading.counts.matched;
            match result {
                Ok(()) => {
                    // A target without backups is a group too.
                    for (name, tag) in reading.targets() {
                        let value = match args.by {
                            Some(Group::Region) => &name.region,
                            Some(Group::Project) => &name.project_id,
                            Some(Group::Profile) => &name.profile,
                            _ => &None,
                        };
                        value.iter().for_each(|value| summary.add_empty(value, tag.as_deref()));
                    }
                    break summary;
                }
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
        reading.counts.ready = Some(Instant::now());
        let vaults = match args.by {
            Some(Group::Vault) => vaults(reading, console).await,
            _ => None,
        };
        let columns = summary::columns(args.by, vaults.is_some());
        let columns = match args.by {
            // Values of these groups are unique within a target only.
            Some(Group::Resource | Group::Vault | Group::Checkpoint | Group::Project) => {
                reading.target_columns().add_to(columns, SUMMARY_COLUMNS)
            }
            _ => columns,
        };
        let renderer = args.output.renderer(args.output.destination(terminal), &columns)?;
        let sorter = args.sort.as_ref().map(Sort::sorter);
        let mut rows = Selection::new(None, sorter, (0, args.limit), renderer);
        for row in summary.rows(&vaults.unwrap_or_default()) {
            if rows.push(RowSpan::alone(&row)?.row(&row))?.is_break() {
                break;
            }
        }
        let (renderer, _) = rows.finish()?;
        let mut output = reading.digested(args.output.open(terminal, console)?);
        reading.counts.hidden_columns = renderer.finish(&mut output)?;
        Ok(output.into_inner().close()?)
    })
    .await
}

/// Requests the vaults, for their names and sizes. Without the permission, a summary has ids alone.
async fn vaults(reading: &Reading<'_>, console: &Console) -> Option<Vec<Vault>> {
    let clients: Vec<_> = reading.clients().collect();
    let mut known = Vec::new();
    for vaults in super::vaults::all(&clients, console).await {
        match vaults {
            Ok(vaults) => known.extend(vaults.items),
            Err(error) => {
                console.warn(&format!("names and sizes of vaults are missing: {error}"));
                return None;
            }
        }
    }
    Some(known)
}
