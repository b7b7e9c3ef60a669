//! Credentials of the command line: flags name the access key, and the files that hold secrets.
//!
//! No flag takes a secret: it would show in the process list and the shell's history. Secrets come
//! from a file, stdin or a prompt.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::time::Duration;

use super::secret_file;
use crate::settings::credentials::Parts;
use crate::settings::home::Home;
use crate::settings::lookup::{Lookup, Outcome, Rank};
use crate::settings::part::Part;
use crate::settings::source::Source;
use crate::settings::{ConnectionArgs, ConnectionError, Context, CredentialArgs, Setting};
use crate::text::secret;

/// File name that means stdin.
const STDIN: &str = "-";

/// Looks up the flags: credentials, if any flag names some, and the other settings.
pub(in crate::settings) fn look_up(context: &Context<'_>, is_decided: bool) -> Option<Lookup> {
    let args = context.args;
    let settings = Source {
        region: Setting::of_flag("--region", args.region.as_deref()),
        project_id: Setting::of_flag("--project-id", args.project_id.as_deref()),
        endpoint: Setting::of_flag("--endpoint", args.endpoint.as_deref()),
        ca_file: Setting::of_flag("--ca-file", args.ca_file.as_deref()),
        shares_project: true,
        ..Source::named("flags")
    };
    let lookup = match args.credentials.first_given() {
        Some(_) => {
            let mut source = settings;
            args.memo.fill("flags", &mut source, |source| {
                if let Some(read) = read(args, &context.home) {
                    source.credentials = read.credentials;
                    source.warnings.extend(read.warnings);
                }
            });
            let name = origin(&args.credentials);
            Lookup::read(Source { name, ..source }, context, is_decided)
        }
        None => Lookup { source: settings, outcome: Outcome::Unlisted, rank: Rank::Flags },
    };
    Some(lookup.ranked(Rank::Flags))
}

/// Reads credentials from the flags; `None` if no such flag is set.
pub(in crate::settings) fn read(args: &ConnectionArgs, home: &Home) -> Option<Source> {
    let CredentialArgs { access_key, secret_key_file, security_token_file, token_file } =
        &args.credentials;
    let name = args.credentials.first_given()?;
    let mut source = Source::named(origin(&args.credentials));
    let mut flags = Flags { home, timeout: args.timeout, warnings: Vec::new() };
    let credentials = (|| {
        if let (Some(STDIN), Some(STDIN)) =
            (secret_key_file.as_deref(), security_token_file.as_deref())
        {
            return Err(ConnectionError::new(
                "--secret-key-file and --security-token-file cannot both be read from stdin",
                "give one of them as a file",
            ));
        }
        let secret_key = match (access_key, secret_key_file) {
            (Some(_), None) => ask("secret key", "--secret-key-file")?,
            (_, file) => flags.secret("--secret-key-file", file.as_deref())?,
        };
        let parts = Parts {
            access_key: Part::new("--access-key", access_key.as_deref()),
            secret_key,
            security_token: flags
                .secret("--security-token-file", security_token_file.as_deref())?,
            token: flags.secret("--token-file", token_file.as_deref())?,
            ..Parts::default()
        };
        match parts.whole()? {
            Some(whole) => Ok(Some(whole)),
            None => Err(ConnectionError::new(
                format!("{name} is empty"),
                format!("leave out {name} to use other sources; cbr auth show lists them"),
            )),
        }
    })();
    source.credentials = credentials;
    source.warnings = flags.warnings;
    Some(source)
}

/// Returns the flags that give the credentials, as a user would name them.
fn origin(args: &CredentialArgs) -> String {
    let CredentialArgs { access_key, secret_key_file, security_token_file, token_file } = args;
    let of_file = |flag: &str, file: &Option<String>| {
        file.as_deref().map(|file| match file {
            STDIN => format!("{flag} {STDIN}"),
            _ => flag.to_owned(),
        })
    };
    let is_asked = access_key.is_some() && secret_key_file.is_none();
    let origins = [
        access_key.as_ref().map(|_| "--access-key".to_owned()),
        is_asked.then(|| "what was typed".to_owned()),
        of_file("--secret-key-file", secret_key_file),
        of_file("--security-token-file", security_token_file),
        of_file("--token-file", token_file),
    ];
    origins.into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

/// Reads the files that the flags name.
struct Flags<'a> {
    home: &'a Home,
    /// Time limit of the whole run.
    timeout: Option<Duration>,
    /// Warnings about the files.
    warnings: Vec<String>,
}

impl Flags<'_> {
    fn secret(&mut self, flag: &str, file: Option<&str>) -> Result<Part, ConnectionError> {
        let Some(file) = file else { return Ok(Part::new(flag, None)) };
        if file == STDIN {
            return read_stdin(flag, flag);
        }
        let path = self.home.expand(file);
        let read = secret_file::read(self.home, Path::new(&path), self.timeout);
        let (text, warning) = read.map_err(|unread| unread.error(flag, &hint(flag)))?;
        self.warnings.extend(warning);
        Ok(Part::new(flag, Some(&text.0)))
    }
}

/// Reads a secret from stdin; on a terminal, prompts for `what`.
fn read_stdin(flag: &str, what: &str) -> Result<Part, ConnectionError> {
    let text = secret::ask(what).map_err(|error| unread(flag, &format!("{error:#}")))?;
    if text.trim().is_empty() {
        return Err(match flag == what {
            true => unread(flag, "nothing came from stdin"),
            false => ConnectionError::new(
                format!("no {what} was typed"),
                format!("type it when it is asked for, or give it with {flag} FILE"),
            ),
        });
    }
    Ok(Part::new(flag, Some(&text)))
}

/// Prompts for a secret that no flag names, on a terminal only. A script would wait forever.
fn ask(what: &str, flag: &str) -> Result<Part, ConnectionError> {
    if io::stdin().is_terminal() {
        return read_stdin(flag, what);
    }
    Err(ConnectionError::new(
        format!(
            "--access-key is given, but the {what} is not, and stdin is no terminal to ask for it \
             at"
        ),
        format!("give it with {flag} FILE, or {flag} - to read it from stdin"),
    ))
}

fn unread(flag: &str, why: &str) -> ConnectionError {
    ConnectionError::new(format!("{flag}: {why}"), hint(flag))
}

fn hint(flag: &str) -> String {
    format!("let {flag} name a file that holds nothing but the secret, or - for stdin")
}
