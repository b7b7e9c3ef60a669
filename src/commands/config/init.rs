//! `cbr config init`: prompts for the settings of a profile, checks them and saves them.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::sync::Arc;

use anyhow::Context as _;

use super::{File, unknown_region};
use crate::api::{Probe, RequestLog};
use crate::cli::config::InitArgs;
use crate::commands::settings::client;
use crate::errors::{UsageError, Verdict};
use crate::settings::config::document::{Config, Value};
use crate::settings::config::key::{Table, bare};
use crate::settings::config::{OwnFile, edit, file};
use crate::settings::{ConnectionArgs, ConnectionError, Environment, Home};
use crate::terminal::console::Console;
use crate::text::secret::{self, Secret};

/// The answers of the user: keys of the profile with their values.
type Answers = Vec<(&'static str, Secret)>;

/// Runs the dialog. `check` checks that the flags accept their defaults in the file.
///
/// # Errors
///
/// There is no terminal, the profile exists, or the file cannot be read or written.
pub(crate) async fn init(
    args: &InitArgs,
    mut connection: ConnectionArgs,
    console: &Arc<Console>,
    check: impl Fn(&Config) -> Result<(), ConnectionError>,
) -> anyhow::Result<()> {
    let name = bare(&args.name);
    if !io::stdin().is_terminal() {
        let usage = UsageError::new("there is no terminal to ask on", "cbr config init");
        return Err(usage
            .with_hint(format!(
                "without a terminal: cbr config set profiles.{name}.access_key VALUE; cbr config \
                 set profiles.{name}.secret_key < FILE; cbr config set profiles.{name}.region VALUE"
            ))
            .into());
    }
    let home = Home::of_process();
    let path = file::path(&Environment::of_process(), &home)?;
    let file = File { path, home, console };
    let before = file.text()?;
    let config = Config::parse(&file.name(), &file.path, &before)?;
    if config.profile(&args.name).is_some() {
        return Err(ConnectionError::new(
            format!("{} has a profile {name} already", file.name()),
            format!(
                "give another name: cbr config init NAME; or change a key: cbr config set \
                 profiles.{name}.region VALUE"
            ),
        )
        .into());
    }

    let answers = ask()?;
    let after = with_profile(&before, &args.name, &answers)
        .map_err(|why| ConnectionError::new(why, "cbr config init asks again"))?;
    let own_file = OwnFile {
        name: file.name(),
        config: Some(Config::parse(&file.name(), &file.path, &after)?),
        ..OwnFile::default()
    };
    connection.own_file = own_file;
    connection.profile = Some(args.name.clone());
    let works = works(&connection, console).await;
    match &works {
        Ok(count) => say(&format!("The settings work: {count}.")),
        Err(error) => {
            say(&format!("The settings do not work: {error:#}"));
            if let Some(hint) = Verdict::of(error).hint {
                say(&format!("Hint: {hint}"));
            }
            if !matches!(prompt("Save them anyway? [y/N]")?.as_str(), "y" | "Y" | "yes") {
                return works.map(drop).context("nothing was saved");
            }
        }
    }

    // The file was not locked during the dialog.
    let lock = file.lock()?;
    let after =
        with_profile(&file.text()?, &args.name, &answers).map_err(|why| file.unchanged(&why))?;
    let config = file.write(&after, &lock, check)?;
    say(&format!("Saved as profile {name} in {}.", file.name()));
    let is_default = config
        .default_profile()?
        .is_some_and(|it| Some(it.place()) == table_name(&config, &args.name));
    say(&match is_default {
        true => "It is the default profile: cbr backups list".to_owned(),
        false => format!("To use it: cbr backups list --profile {name}"),
    });
    Ok(())
}

/// Returns file and table of a profile.
fn table_name(config: &Config, name: &str) -> Option<String> {
    config.profile(name).map(|profile| profile.place())
}

/// Asks for each setting.
fn ask() -> anyhow::Result<Answers> {
    let mut answers = Answers::new();
    answers.push(("access_key", Secret::new(required("Access key (AK)")?)));
    let secret_key = loop {
        let text = secret::ask("Secret key (SK)")?;
        match text.trim() {
            "" => say("It is needed."),
            text => break Secret::new(text.to_owned()),
        }
    };
    answers.push(("secret_key", secret_key));
    let mut region = required("Region, such as eu-de")?;
    while let Some(why) = unknown_region(&region) {
        say(&format!("{why}. 'cbr help regions' lists them."));
        let again = required("Region (the same again if it is right)")?;
        if again == region {
            break;
        }
        region = again;
    }
    answers.push(("region", Secret::new(region)));
    let project = prompt("Project ID, or nothing for the project of the region")?;
    if !project.is_empty() {
        answers.push(("project_id", Secret::new(project)));
    }
    Ok(answers)
}

/// Returns the text of the file with a new profile.
///
/// # Errors
///
/// An answer is invalid, or the file is.
fn with_profile(before: &str, name: &str, answers: &Answers) -> Result<String, String> {
    let table = Table::Profile(name.to_owned());
    answers.iter().try_fold(before.to_owned(), |text, (key, answer)| {
        let path = edit::Path::parse(&format!("profiles.{}.{key}", bare(name)))?;
        let key = path.key.ok_or("not a key")?;
        let value: Value = edit::value(key.name, key, &[answer.reveal().to_owned()])?;
        edit::set(&text, &table, key, &value)
    })
}

/// Tests the settings with a request. Returns the number of visible backups as text.
async fn works(connection: &ConnectionArgs, console: &Arc<Console>) -> anyhow::Result<String> {
    let log = Arc::new(RequestLog::new(Arc::clone(console)));
    let client = client(connection, console, &log).await?;
    let count = Probe::send(&client).await?.count;
    let endpoint = client.endpoint().base();
    Ok(match count {
        Some(count) => format!("{endpoint} has {count} backups"),
        None => format!("{endpoint} answers"),
    })
}

/// Asks until there is an answer.
fn required(question: &str) -> anyhow::Result<String> {
    loop {
        let answer = prompt(question)?;
        if !answer.is_empty() {
            return Ok(answer);
        }
        say("It is needed.");
    }
}

/// Asks once.
///
/// # Errors
///
/// The terminal cannot be read or is closed.
fn prompt(question: &str) -> anyhow::Result<String> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question}: ").and_then(|()| stderr.flush()).context("cannot ask")?;
    let mut answer = String::new();
    let length = io::stdin().lock().read_line(&mut answer).context("cannot read the answer")?;
    anyhow::ensure!(length > 0, "there was no answer, and nothing was saved");
    Ok(answer.trim().to_owned())
}

/// Prints a line of the dialog.
fn say(line: &str) {
    // A closed terminal is ignored.
    let _ = writeln!(io::stderr().lock(), "{}", crate::text::sanitize::visible(line));
}
