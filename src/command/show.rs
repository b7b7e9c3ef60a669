//! `cbr backups show`: one request, one backup.

use std::sync::Arc;

use super::{Stdout, client, screen, settings};
use crate::api::{Backups, Client, Journal};
use crate::cli::ShowArgs;
use crate::connection::ConnectionArgs;
use crate::console::Console;
use crate::dry_run;

/// `cbr backups show ID`.
pub(crate) async fn show(
    args: &ShowArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    if let Some(form) = args.dry_run.form() {
        let request = |client: &Client| Backups::show_request(client, &args.id);
        let settings = settings(connection, console);
        return dry_run::print(form, settings, console, request, "", &mut Stdout);
    }
    let journal = Arc::new(Journal::new(Arc::clone(console)));
    let client = client(connection, console, &journal)?;
    let backup = Backups::show(&client, &args.id).await?;
    args.output.show(&backup, screen(), &mut Stdout)
}
