//! The arguments of `cbr backups summary`.

use clap::Args;

use super::examples;
use super::read::ReadArgs;
use crate::output::{ChoiceParser, FormatParser, OutputArgs, Printed};
use crate::pipeline::group::Group;
use crate::pipeline::sort::Sort;
use crate::pipeline::summary::SUMMARY_COLUMNS;
use crate::text::number::whole;

/// The arguments of `cbr backups summary`.
#[derive(Args)]
#[command(
    after_help = examples::SUMMARY,
    mut_arg("format", |arg| arg.value_parser(FormatParser(Printed::Rows))),
    mut_arg("columns", |arg| {
        arg.value_parser(ChoiceParser(SUMMARY_COLUMNS)).long_help(None)
    })
)]
pub(crate) struct SummaryArgs {
    #[command(flatten)]
    pub(crate) read: ReadArgs,

    /// Print a row per group, such as resource [default: one row for all]
    ///
    /// Days and months are sorted newest first, other groups by the number of backups, largest
    /// first. Backups without that value are one group without a name.
    #[arg(
        long,
        visible_alias = "per",
        value_name = "GROUP",
        value_enum,
        help_heading = "How much"
    )]
    pub(crate) by: Option<Group>,

    /// Print at most N groups [default: all]
    #[arg(
        long,
        short = 'n',
        value_name = "N",
        help_heading = "How much",
        value_parser = whole::<u64>(1..=u64::MAX)
    )]
    pub(crate) limit: Option<u64>,

    /// Sort by these columns, such as newest or -count
    #[arg(
        long,
        value_name = "COLUMN,…",
        help_heading = "How much",
        allow_hyphen_values = true,
        value_parser = |text: &str| Sort::parse(SUMMARY_COLUMNS, text)
    )]
    pub(crate) sort: Option<Sort>,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
