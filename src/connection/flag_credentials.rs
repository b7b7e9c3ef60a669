//! Credentials of the command line: flags name the access key, and the files that hold secrets.
//!
//! No flag takes a secret, since others see it in the list of processes, and it stays in the shell's history.
//! It comes from a file or from stdin, or is typed where somebody is there to be asked.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use super::credentials::{Part, Parts};
use super::home::{Home, Text};
use super::source::Source;
use super::{ConnectionArgs, ConnectionError, CredentialArgs};
use crate::config::is_readable_by_others;
use crate::secret;

/// Stands for stdin in place of a file.
const STDIN: &str = "-";

/// What the flags give: nothing if none of them is there.
pub(super) fn read(args: &ConnectionArgs, home: &Home) -> Option<Source> {
    let CredentialArgs { access_key, secret_key_file, security_token_file, token_file } =
        &args.credentials;
    let name = args.credentials.first_given()?;
    let mut source = Source::named(name);
    let mut flags = Flags { home, warnings: Vec::new() };
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
            (Some(_), None) => ask("the secret key", "--secret-key-file")?,
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

/// Reads what the flags name.
struct Flags<'a> {
    home: &'a Home,
    /// What may surprise in the files.
    warnings: Vec<String>,
}

impl Flags<'_> {
    fn secret(&mut self, flag: &str, file: Option<&str>) -> Result<Part, ConnectionError> {
        let Some(file) = file else { return Ok(Part::new(flag, None)) };
        if file == STDIN {
            return read_stdin(flag);
        }
        let file = self.home.expand(file);
        let path = Path::new(&file);
        let name = self.home.name(path);
        let refuse = |why: String| {
            let hint =
                format!("let {flag} name a file that holds nothing but the secret, or - for stdin");
            Err(ConnectionError::new(format!("{flag}: {why}"), hint))
        };
        let Text { text, .. } = match self.home.read(path) {
            Ok(Some(text)) => text,
            Ok(None) => return refuse(format!("there is no file {name}")),
            Err(why) => return refuse(format!("{name}: {why}")),
        };
        if text.0.trim().is_empty() {
            return refuse(format!("{name} is empty"));
        }
        if is_readable_by_others(path) {
            self.warnings.push(format!(
                "{name} holds a secret, and others can read it; chmod 600 {name} mends that"
            ));
        }
        Ok(Part::new(flag, Some(&text.0)))
    }
}

fn read_stdin(flag: &str) -> Result<Part, ConnectionError> {
    let text = secret::ask(flag).map_err(|error| unread(flag, &format!("{error:#}")))?;
    if text.trim().is_empty() {
        return Err(unread(flag, "nothing came from stdin"));
    }
    Ok(Part::new(flag, Some(&text)))
}

/// Asks for what no flag names, if a person is there. A script would wait for an answer that never comes.
fn ask(what: &str, flag: &str) -> Result<Part, ConnectionError> {
    if io::stdin().is_terminal() {
        return read_stdin(flag);
    }
    Err(ConnectionError::new(
        format!(
            "--access-key is given, but {what} is not, and stdin is no terminal to ask for it at"
        ),
        format!("give it with {flag} FILE, or {flag} - to read it from stdin"),
    ))
}

fn unread(flag: &str, why: &str) -> ConnectionError {
    let hint = format!("let {flag} name a file that holds nothing but the secret, or - for stdin");
    ConnectionError::new(format!("{flag}: {why}"), hint)
}
