//! The command line as a whole: all flags with their help, parsed with the defaults of the
//! configuration file.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory as _, FromArgMatches as _};

use crate::cli::auth::AuthCommand;
use crate::cli::early::Early;
use crate::cli::{self, Cli, scope};
use crate::errors::UsageError;
use crate::reference::help;
use crate::settings::ConnectionError;
use crate::settings::config::{self, Config, OwnFile};
use crate::terminal::pager;
use crate::time;

/// Returns the declared commands with their help laid out.
pub(crate) fn command() -> Command {
    help::arrange(Cli::command())
}

/// Parses the command line, with the defaults of the configuration file.
///
/// # Errors
///
/// An error of clap, which help and version are too; a [`UsageError`] if flags contradict each
/// other; or a [`ConnectionError`] if that file is broken.
pub(crate) fn read(words: &[OsString]) -> anyhow::Result<Cli> {
    let own_file = OwnFile::of_process();
    let program = command();
    set_zone(&program, words, own_file.config.as_ref());
    if let Some(pager) = own_file.config.as_ref().and_then(|config| config.default_of("pager")) {
        pager::set_default(pager);
    }
    let (mut program, broken) = match &own_file.config {
        Some(config) => config::apply(program, config),
        None => (program, None),
    };
    let matches = program.try_get_matches_from_mut(words);
    let matches = matches.map_err(|error| help::explain(error, command()))?;
    let mut cli = Cli::from_arg_matches(&matches)?;

    let lists = matches!(cli.command, cli::Command::Backups(_));
    let checks = matches!(cli.command, cli::Command::Auth(AuthCommand::Check(_)));
    // `auth show` reports a broken file itself; `config` repairs it.
    match (&own_file.problem, broken) {
        (Some(problem), _) if lists => return Err(problem.clone().into()),
        (_, Some(broken)) if lists || checks => return Err(broken.into()),
        _ => {}
    }
    let called = called(&matches);
    if let Some(error) = scope::misplaced(&program, &matches, &called) {
        return Err(error.into());
    }
    if let Err(message) = cli.check() {
        let default =
            own_file.config.iter().find_map(|config| to_blame(config, &matches, &message));
        return Err(match default {
            Some(error) => error.into(),
            None => UsageError::new(message, &called).into(),
        });
    }
    cli.connection.own_file = own_file;
    cli.connection.settle();
    Ok(cli)
}

/// Sets the time zone of the run, on which the values of time flags depend. Invalid values are left
/// to the parser.
fn set_zone(program: &Command, words: &[OsString], config: Option<&Config>) {
    let is_given = words.iter().any(|word| word.to_string_lossy().starts_with("--t"));
    let early = if is_given { Early::parse(program, words) } else { Early::default() };
    let default = |name| config?.default_of(name);
    // A style in UTC overrides a zone in the file.
    let style = early.time.or_else(|| default("time"));
    let is_utc = matches!(style.as_deref(), Some("utc" | "raw"));
    let is_local = style.as_deref() == Some("local");
    let default_zone = || default("tz").filter(|_| !is_utc);
    let zone = match early.tz.or_else(default_zone) {
        Some(name) => time::named_zone(&name),
        None if is_local => time::local_zone(),
        None => None,
    };
    if let Some(zone) = zone {
        time::set_zone(zone);
    }
}

/// Checks that the flags accept their defaults in the file.
///
/// # Errors
///
/// The first default that is rejected.
pub(crate) fn check_defaults(config: &Config) -> Result<(), ConnectionError> {
    let (program, broken) = config::apply(command(), config);
    if let Some(broken) = broken {
        return Err(broken);
    }
    let matches = program.try_get_matches_from(["cbr", "backups", "list"]);
    let cli = matches.as_ref().ok().and_then(|matches| Cli::from_arg_matches(matches).ok());
    match (matches, cli.map(|cli| cli.check())) {
        (Ok(matches), Some(Err(message))) => {
            to_blame(config, &matches, &message).map_or(Ok(()), Err)
        }
        _ => Ok(()),
    }
}

/// Returns an error that names a default of the file, if `message` is about its flag and the flag
/// is not on the command line.
fn to_blame(config: &Config, matches: &ArgMatches, message: &str) -> Option<ConnectionError> {
    let leaf = deepest(matches);
    config.default_entries().find_map(|entry| {
        let flag = entry.flag();
        let is_named = message.split(['\'', ' ', '`', '=']).any(|word| word == flag);
        let ids = leaf.ids().map(clap::Id::as_str);
        let mut ids =
            ids.filter(|id| *id == entry.key.name || (flag == "--output" && *id == "format"));
        let is_default =
            ids.any(|id| leaf.value_source(id).is_some_and(|it| it == ValueSource::DefaultValue));
        (is_named && is_default)
            .then(|| config.rejected(entry, &message.replace(&format!(" in '{flag}'"), "")))
    })
}

/// Returns the called command as a user types it, such as `cbr backups list`.
fn called(matches: &ArgMatches) -> String {
    let mut called = "cbr".to_owned();
    let mut next = matches.subcommand();
    while let Some((name, below)) = next {
        called.push(' ');
        called.push_str(name);
        next = below.subcommand();
    }
    called
}

fn deepest(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, below)| deepest(below))
}
