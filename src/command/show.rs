//! `cbr backups show`: one request, one backup.

use std::sync::Arc;

use super::client;
use crate::api::{Backups, Journal};
use crate::cli::ShowArgs;
use crate::connection::ConnectionArgs;
use crate::console::Console;
use crate::terminal::Terminal;

/// `cbr backups show ID`.
pub(crate) async fn show(
    args: &ShowArgs,
    connection: &ConnectionArgs,
    terminal: &Terminal,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    let journal = Arc::new(Journal::new(Arc::clone(console)));
    let client = client(connection, console, &journal)?;
    let backup = Backups::show(&client, &args.id).await?;
    let mut renderer = args.output.single_renderer(terminal.target())?;
    renderer.push(&backup)?;
    let mut output = terminal.output(args.output.is_for_reading(), console);
    renderer.finish(&mut output)?;
    Ok(output.close()?)
}
