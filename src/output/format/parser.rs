//! Parses `--output` for the data that a command prints.

use std::ffi::OsStr;

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command};

use super::{FORMATS, Format, Printed};

/// Parses a format that can print the given rows.
#[derive(Clone)]
pub(crate) struct FormatParser(pub(crate) Printed);

impl TypedValueParser for FormatParser {
    type Value = Format;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Format, clap::Error> {
        let format = EnumValueParser::<Format>::new().parse_ref(command, arg, value)?;
        if format.can_print(self.0) {
            return Ok(format);
        }
        let message = match format {
            Format::Prometheus => "'--output prometheus' is for cbr backups coverage",
            _ if self.0 == Printed::Coverage => {
                "a coverage has no ids of backups, so '--output ids' cannot be used; cbr backups \
                 list has it"
            }
            _ => "a summary has no ids, so '--output ids' cannot be used; cbr backups list has it",
        };
        Err(command.clone().error(ErrorKind::InvalidValue, message))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let printable = FORMATS.iter().filter(|spec| spec.format.can_print(self.0));
        Some(Box::new(printable.map(|spec| {
            let help = match self.0 {
                Printed::Backups => None,
                Printed::OneBackup => spec.help_one,
                Printed::Rows | Printed::Coverage => spec.help_rows,
            };
            PossibleValue::new(spec.name).help(help.unwrap_or(spec.help))
        })))
    }
}
