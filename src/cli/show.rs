//! The arguments of `cbr backups show`.

use clap::Args;

use super::dry_run::DryRunArgs;
use super::examples;
use super::selector::Selector;
use crate::output::{FormatParser, OutputArgs, Printed};

/// The arguments of `cbr backups show`.
#[derive(Args)]
// One backup is printed with all fields.
#[command(
    after_help = examples::SHOW,
    mut_arg("format", |arg| {
        arg.default_value("long").value_parser(FormatParser(Printed::OneBackup))
    })
)]
pub(crate) struct ShowArgs {
    /// Backups: ids, 8 or more of their first characters, or names
    ///
    /// A prefix or a name must match one backup only. For a name, cbr requests the backups whose
    /// name contains it; for a prefix, the whole list. json of several is an array.
    #[arg(value_name = "ID", required = true, value_parser = Selector::parse)]
    pub(crate) id: Vec<Selector>,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) dry_run: DryRunArgs,
}
