//! The command line as a whole: all flags with their help, read with the defaults of the user's own
//! file.

use std::env;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory as _, FromArgMatches as _};

use crate::cli::auth::AuthCommand;
use crate::cli::{self, Cli};
use crate::reference::help;
use crate::settings::ConnectionError;
use crate::settings::config::{self, Config, OwnFile};
use crate::terminal::stdout;

/// Returns the declared commands with their help laid out.
pub(crate) fn command() -> Command {
    help::arrange(Cli::command())
}

/// Reads the command line, and where it asks the service, the user's own file, which has defaults
/// for some flags.
///
/// # Errors
///
/// clap's errors, also for flags that contradict each other; help and version come this way too. Or
/// a [`ConnectionError`], if that file is broken.
pub(crate) fn read() -> anyhow::Result<Cli> {
    stdout::apply_color_flag(
        env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()),
    );
    let mut cli = parse(command()).map_err(|error| help::explain(error, command()))?;
    let lists = matches!(cli.command, cli::Command::Backups(_));
    let shows = matches!(cli.command, cli::Command::Auth(AuthCommand::Show(_)));
    if lists || matches!(cli.command, cli::Command::Auth(_)) {
        let own_file = OwnFile::of_process();
        cli = match (&own_file.config, &own_file.problem) {
            (Some(config), _) if config.has_defaults() => match with_defaults(config) {
                Ok(cli) => cli,
                // What shows the settings shows a broken one too.
                Err(_) if shows => cli,
                Err(error) => return Err(error),
            },
            // What shows the settings shows this one too.
            (_, Some(problem)) if lists => return Err(problem.clone().into()),
            _ => cli,
        };
        cli.connection.own_file = own_file;
    }
    cli.check().map_err(contradiction)?;
    Ok(cli)
}

/// Reads the command line with the defaults of the user's own file.
fn with_defaults(config: &Config) -> anyhow::Result<Cli> {
    match parse(config::apply(command(), config)) {
        Ok(cli) if cli.check().is_ok() => Ok(cli),
        result => {
            check_defaults(config)?;
            Ok(result?)
        }
    }
}

/// Whether the flags take what the file gives them.
///
/// # Errors
///
/// The first that does not.
pub(crate) fn check_defaults(config: &Config) -> Result<(), ConnectionError> {
    config::check_defaults(config, |words| {
        let matches = command().try_get_matches_from(words);
        let cli = matches.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|error| {
            let text = error.render().to_string();
            // Usage and the like follow after an empty line.
            let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
            let text = lines.collect::<Vec<_>>().join(" ");
            text.strip_prefix("error: ").unwrap_or(&text).to_owned()
        })?;
        cli.check()
    })
}

/// Parses the arguments of this process.
fn parse(program: Command) -> Result<Cli, clap::Error> {
    program.try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches))
}

/// The usage error of the command that was called.
fn contradiction(message: String) -> clap::Error {
    let mut program = command();
    // Parsed anew rather than kept at hand: this happens once, and only where something is wrong.
    let matches = program.clone().try_get_matches().unwrap_or_default();
    let (mut words, mut next) = (Vec::new(), matches.subcommand());
    while let Some((name, below)) = next {
        words.push(name.to_owned());
        next = below.subcommand();
    }
    program.build();
    match help::command(&mut program, &words) {
        Ok(command) => command.error(ErrorKind::ArgumentConflict, message),
        Err(error) => error,
    }
}
