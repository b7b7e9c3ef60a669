//! Credentials from the output of a command, as printed by password managers and tools for single
//! sign-on.
//!
//! The command prints one JSON object. No message shows its arguments or its output; its stderr is
//! that of `cbr`. It has no stdin, which the caller's loop may read.

use std::io::{self, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::settings::config::Value;
use crate::settings::credentials::Parts;
use crate::settings::part::Part;
use crate::settings::{ConnectionError, Credentials, SettingFlaw};
use crate::time;

/// Default time limit. Some commands prompt for a second factor.
const LIMIT: Duration = Duration::from_secs(60);

/// Limit of the output in bytes.
const LARGEST: u64 = 1 << 20;

/// The names of each part: our own, then that of other tools' credential processes, then that of
/// IAM's and the metadata service's answers. Case and `_` are ignored.
const ACCESS_KEY: [&str; 3] = ["access_key", "AccessKeyId", "access"];
const SECRET_KEY: [&str; 3] = ["secret_key", "SecretAccessKey", "secret"];
const SECURITY_TOKEN: [&str; 3] = ["security_token", "SessionToken", "securitytoken"];
const TOKEN: [&str; 1] = ["token"];
const EXPIRES_AT: [&str; 2] = ["expires_at", "Expiration"];

/// Runs the command and parses its output. `place` names it in messages. It may take `limit`, and
/// no longer than the whole run.
///
/// # Errors
///
/// It does not run, fails, takes too long, or prints something else. The error never contains its
/// output.
pub(in crate::settings) fn run(
    place: &str,
    command: &Value,
    limit: Option<&str>,
    timeout: Option<Duration>,
) -> Result<Credentials, ConnectionError> {
    let limit = limit.map(time::duration).transpose().map_err(|why| {
        let place = place.replace("credential_command", "credential_timeout");
        ConnectionError::new(format!("{place}: {why}"), "write it as 30s or 5m")
    })?;
    let limit = limit.unwrap_or(LIMIT);
    let of_run = timeout.filter(|timeout| *timeout < limit);
    let output =
        output(command, of_run.unwrap_or(limit)).map_err(|failure| match (failure, of_run) {
            (Failure::Late, Some(timeout)) => ConnectionError {
                flaw: SettingFlaw::Late,
                ..ConnectionError::new(
                    format!(
                        "{place}: did not end within {} s, which is all of --timeout",
                        timeout.as_secs_f64()
                    ),
                    "allow more time with --timeout, or run the command by itself to see what it \
                     waits for",
                )
            },
            (failure, _) => ConnectionError::new(
                format!("{place}: {}", failure.words(limit)),
                "run the command by itself to see what it does",
            ),
        })?;
    read(place, &output)
}

/// Reason why a command has no output.
enum Failure {
    /// An error, in words for a user.
    Broken(String),
    /// It did not end in time.
    Late,
}

impl Failure {
    fn words(self, limit: Duration) -> String {
        match self {
            Self::Broken(why) => why,
            Self::Late => format!(
                "did not end within {} s; credential_timeout gives it more time",
                limit.as_secs_f64()
            ),
        }
    }
}

fn output(command: &Value, limit: Duration) -> Result<Vec<u8>, Failure> {
    let deadline = Instant::now() + limit;
    let mut child =
        start(command).map_err(|error| Failure::Broken(format!("cannot be run: {error}")))?;
    let stdout = child.stdout.take();
    let (sender, receiver) = mpsc::channel();
    // A process that the command leaves behind may keep its stdout open, so this thread is not
    // joined.
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = match stdout {
            Some(stdout) => stdout.take(LARGEST + 1).read_to_end(&mut bytes),
            None => Ok(0),
        };
        // The receiver is gone after the time limit.
        let _ = sender.send(read.map(|_| bytes));
    });
    let left = deadline.saturating_duration_since(Instant::now());
    let bytes = receiver.recv_timeout(left);
    let too_large = matches!(&bytes, Ok(Ok(bytes)) if bytes.len() as u64 > LARGEST);
    let status = if bytes.is_ok() && !too_large { wait(&mut child, deadline) } else { Ok(None) };
    if !matches!(status, Ok(Some(_))) {
        // It may have ended meanwhile. Processes that it started keep running: to end those too it
        // would need its own process group, in which it could not prompt on the terminal.
        let _ = child.kill();
        let _ = child.wait();
    }
    if too_large {
        return Err(Failure::Broken("printed more than 1 MiB".to_owned()));
    }
    match (bytes, status) {
        (Ok(Ok(bytes)), Ok(Some(status))) if status.success() => Ok(bytes),
        (Ok(Ok(_)), Ok(Some(status))) => Err(Failure::Broken(format!("failed: {status}"))),
        (Ok(Err(error)), _) | (_, Err(error)) => {
            Err(Failure::Broken(format!("cannot be read: {error}")))
        }
        _ => Err(Failure::Late),
    }
}

fn start(command: &Value) -> io::Result<Child> {
    let mut process = match command {
        Value::Words(words) => program(words.iter().map(String::as_str))?,
        line => {
            let line = line.text();
            match plain_words(&line) {
                Some(words) => program(words)?,
                None if cfg!(windows) => program(["cmd", "/C", &line])?,
                None => program(["/bin/sh", "-c", &line])?,
            }
        }
    };
    process.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()
}

fn program<'a>(words: impl IntoIterator<Item = &'a str>) -> io::Result<Command> {
    let mut words = words.into_iter();
    let mut process = Command::new(words.next().ok_or(io::ErrorKind::InvalidInput)?);
    process.args(words);
    Ok(process)
}

/// Returns the words of a line that a shell would not change. Without a shell in between, the time
/// limit ends the command itself.
fn plain_words(line: &str) -> Option<impl Iterator<Item = &str>> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./- ".contains(&byte);
    let assigns = line.split(' ').next().is_some_and(|word| word.contains('='));
    let plain = !cfg!(windows) && line.bytes().all(is_plain) && !assigns;
    plain.then(|| line.split(' ').filter(|word| !word.is_empty()))
}

/// Returns how it ended; `None` if it has not at the deadline.
fn wait(child: &mut Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        let status = child.try_wait()?;
        if status.is_some() || Instant::now() >= deadline {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

fn read(place: &str, output: &[u8]) -> Result<Credentials, ConnectionError> {
    let refuse = |why: String| {
        ConnectionError::new(
            format!("{place}: {why}"),
            "it prints one JSON object with access_key and secret_key (and security_token), or \
             token",
        )
    };
    // The parser's message has a line and a column, and none of the content.
    let json: Json = serde_json::from_slice(output)
        .map_err(|error| refuse(format!("printed something that is not JSON: {error}")))?;
    let inner = json.get("credential").or_else(|| json.get("credentials")).unwrap_or(&json);
    let Some(fields) = inner.as_object() else {
        return Err(refuse("printed JSON that is not an object".to_owned()));
    };
    if let Some((name, time)) = field(fields, &EXPIRES_AT) {
        match time.parse::<Timestamp>() {
            Ok(end) if end <= Timestamp::now() => {
                return Err(refuse("printed credentials that have expired".to_owned()));
            }
            Ok(_) => {}
            Err(_) => {
                return Err(refuse(format!("printed {name}, which is not a time of RFC 3339")));
            }
        }
    }
    let part = |names: &[&str]| match field(fields, names) {
        Some((name, value)) => Part::new(name, Some(value)),
        None => Part::new(names.first().copied().unwrap_or_default(), None),
    };
    let parts = Parts {
        place: format!("{place}: in its output, "),
        access_key: part(&ACCESS_KEY),
        secret_key: part(&SECRET_KEY),
        security_token: part(&SECURITY_TOKEN),
        token: part(&TOKEN),
        ..Parts::default()
    };
    let whole = parts.whole()?;
    whole.ok_or_else(|| refuse("printed JSON without access_key, secret_key or token".to_owned()))
}

/// Returns the first field with one of these names that holds a text, with its name as printed.
fn field<'a>(fields: &'a Map<String, Json>, names: &[&str]) -> Option<(&'a str, &'a str)> {
    let plain = |name: &str| name.replace(['_', '-'], "").to_lowercase();
    names.iter().find_map(|wanted| {
        let (name, value) = fields.iter().find(|(name, _)| plain(name) == plain(wanted))?;
        Some((name.as_str(), value.as_str()?.trim())).filter(|(_, value)| !value.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::secret::Secret;

    #[cfg(unix)]
    #[test]
    fn a_shell_runs_only_what_needs_one() {
        let words = |line| plain_words(line).map(Iterator::collect::<Vec<_>>);
        let cases = [
            ("op read  -f x/y", Some(vec!["op", "read", "-f", "x/y"])),
            ("op --vault=a", Some(vec!["op", "--vault=a"])),
            ("A=b op", None),
            ("op | head", None),
            ("~/bin/op", None),
            ("op '$x'", None),
        ];
        for (line, expected) in cases {
            assert_eq!(words(line), expected, "{line}");
        }
    }

    #[test]
    fn outputs_of_credential_processes_are_parsed() {
        let key = |security_token: Option<&str>| {
            Ok(Credentials::Key {
                access_key: "a".to_owned(),
                secret_key: Secret::new("s".to_owned()),
                security_token: security_token.map(|token| Secret::new(token.to_owned())),
            })
        };
        let error = |text: &str| Err(format!("P: {text}"));
        let cases = [
            (r#"{"access_key": "a", "secret_key": " s\n"}"#, key(None)),
            (r#"{"accessKey": "a", "secretKey": "s", "securityToken": ""}"#, key(None)),
            (
                r#"{"AccessKeyId": "a", "SecretAccessKey": "s", "SessionToken": "t"}"#,
                key(Some("t")),
            ),
            (
                r#"{"credential": {"access": "a", "secret": "s", "securitytoken": "t",
                    "expires_at": "2999-02-29T10:15:30.000000Z"}}"#,
                error("printed expires_at, which is not a time of RFC 3339"),
            ),
            (
                r#"{"credentials": {"access_key_id": "a", "secret_access_key": "s",
                    "expiration": "2999-02-28T10:15:30+01:00"}}"#,
                key(None),
            ),
            (r#"{"token": "t", "x": [1]}"#, Ok(Credentials::Token(Secret::new("t".to_owned())))),
            (
                r#"{"token": "t", "AccessKeyId": "a"}"#,
                error("in its output, token is set, and so are keys: which to use is not clear"),
            ),
            (
                r#"{"access_key": 7, "secret_key": "s"}"#,
                error("in its output, secret_key is set, but access_key is not"),
            ),
            ("[]", error("printed JSON that is not an object")),
            ("{}", error("printed JSON without access_key, secret_key or token")),
        ];
        for (output, expected) in cases {
            let result = read("P", output.as_bytes()).map_err(|error| error.to_string());
            assert_eq!(result, expected, "{output}");
        }
    }
}
