//! `cbr backups show`: one request, one backup.

use std::sync::Arc;

use super::settings::client;
use super::{Stdout, screen};
use crate::api::{Backups, Journal};
use crate::cli::ShowArgs;
use crate::connection::ConnectionArgs;
use crate::console::Console;

/// `cbr backups show ID`.
pub(crate) async fn show(
    args: &ShowArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    let journal = Arc::new(Journal::new(Arc::clone(console)));
    let client = client(connection, console, &journal).await?;
    let backup = Backups::show(&client, &args.id).await?;
    args.output.show(&backup, screen(), &mut Stdout)
}
