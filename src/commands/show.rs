//! `cbr backups show`: one request, one backup.

use std::sync::Arc;

use super::dry_run;
use super::settings::{client, settings};
use crate::api::{Backups, RequestLog};
use crate::cli::ShowArgs;
use crate::settings::ConnectionArgs;
use crate::terminal::console::Console;
use crate::terminal::stdout::{Stdout, Terminal};

/// `cbr backups show ID`.
pub(crate) async fn show(
    args: &ShowArgs,
    connection: &ConnectionArgs,
    terminal: &Terminal,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    if let Some(form) = args.dry_run.form() {
        let settings = settings(connection, console);
        return dry_run::print(
            form,
            &settings,
            console,
            &Backups::show_request(&args.id),
            "",
            &mut Stdout,
        );
    }
    let journal = Arc::new(RequestLog::new(Arc::clone(console)));
    let client = client(connection, console, &journal).await?;
    let backup = Backups::show(&client, &args.id).await?;
    let mut renderer = args.output.single_renderer(args.output.target(terminal))?;
    renderer.push_record(&backup)?;
    let mut output = args.output.open(terminal, console)?;
    renderer.finish(&mut output)?;
    Ok(output.close()?)
}
