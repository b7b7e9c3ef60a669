//! The file of the vendor's SDKs: `~/.huaweicloud/credentials`, with its section `[basic]`.
//!
//! Its readers disagree, so some files suit only one of them. This one accepts what any of them
//! does: `=` and `:`, trailing comments, quotes around a value, `%` unchanged.

use crate::settings::credentials::Parts;
use crate::settings::given_file::{self, FileError};
use crate::settings::home::{Home, Text};
use crate::settings::lookup::Lookup;
use crate::settings::part::Part;
use crate::settings::source::Source;
use crate::settings::{Context, Environment, Setting};

/// Section of regional services; one version of the Python SDK reads the second.
const SECTIONS: [&str; 2] = ["basic", "basiccredentials"];

/// Looks up the file.
pub(in crate::settings) fn look_up(context: &Context<'_>, is_decided: bool) -> Option<Lookup> {
    let Context { environment, home, .. } = context;
    Some(Lookup::file("~/.huaweicloud/credentials", context, is_decided, || {
        read(environment, home)
    }))
}

/// Reads the file, or returns `None` if it does not exist.
///
/// # Errors
///
/// It cannot be read, or has no such section; in words for a user.
fn read(environment: &Environment, home: &Home) -> Result<Option<Source>, FileError> {
    let usual = ".huaweicloud/credentials";
    let file = given_file::read(environment, home, "HUAWEICLOUD_SDK_CREDENTIALS_FILE", usual)?;
    Ok(file.map(|file| source(&file)).transpose()?)
}

fn source(Text { name, text }: &Text) -> Result<Source, String> {
    let section =
        SECTIONS.into_iter().find(|section| headings(&text.0).any(|heading| heading == *section));
    let Some(section) = section else { return Err(format!("{name}: no section [basic]")) };
    let value = |wanted: &str| {
        ["DEFAULT", section].into_iter().rev().find_map(|section| value(&text.0, section, wanted))
    };
    let name = format!("{name}, [{section}]");
    let part = |key| Part::new(key, value(key));
    let parts = Parts {
        place: format!("{name}: "),
        access_key: part("ak"),
        secret_key: part("sk"),
        security_token: part("security_token"),
        ..Parts::default()
    };
    let federated = !parts.are_set() && value("idp_id").is_some();
    Ok(Source {
        credentials: parts.whole(),
        project_id: value("project_id").map(|value| Setting::new(&name, value)),
        iam: value("iam_endpoint").map(|value| Setting::new(&name, value)),
        note: federated.then(|| "it holds an identity provider, which is not used".to_owned()),
        ..Source::named(&name)
    })
}

fn headings(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(heading)
}

fn heading(line: &str) -> Option<&str> {
    Some(line.trim().strip_prefix('[')?.split_once(']')?.0)
}

/// Returns the last value of a key in a section, if it is not empty.
fn value<'a>(text: &'a str, section: &str, wanted: &str) -> Option<&'a str> {
    let mut here = false;
    let mut found = None;
    for line in text.lines() {
        if let Some(heading) = heading(line) {
            here = heading == section;
        } else if here
            && let Some((key, value)) = entry(line)
            && key.eq_ignore_ascii_case(wanted)
        {
            found = Some(value);
        }
    }
    found.filter(|value| !value.is_empty())
}

/// Parses key and value of a line; `None` for empty lines and comments. Values have no blanks, so a
/// blank with `#` or `;` begins a comment.
fn entry(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    if line.starts_with(['#', ';']) {
        return None;
    }
    let (key, value) = line.split_once(['=', ':'])?;
    let value = [" #", " ;", "\t#", "\t;"]
        .into_iter()
        .filter_map(|comment| value.find(comment))
        .min()
        .map_or(value, |end| &value[..end]);
    Some((key.trim(), unquoted(value.trim())))
}

/// Removes one pair of quotes.
fn unquoted(value: &str) -> &str {
    let without = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    without('"').or_else(|| without('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Credentials;
    use crate::settings::home::Hidden;

    fn read(text: &str) -> Result<Source, String> {
        source(&Text { name: "~/f".to_owned(), text: Hidden(text.to_owned()) })
    }

    /// Returns access key, secret key, security token and project.
    fn found(text: &str) -> [String; 4] {
        let source = read(text).unwrap();
        let Ok(Some(Credentials::Key { access_key, secret_key, security_token })) =
            source.credentials
        else {
            panic!("{text}: {source:?}")
        };
        let security_token = security_token.map(|token| token.reveal().to_owned());
        let project_id = source.project_id.map(|setting| setting.value);
        [
            access_key,
            secret_key.reveal().to_owned(),
            security_token.unwrap_or_default(),
            project_id.unwrap_or_default(),
        ]
    }

    #[test]
    fn every_reader_s_syntax_is_accepted() {
        let cases = [
            ("[basic]\nak = A\nsk = S\n", ["A", "S", "", ""]),
            ("[basic]\r\nak=A\r\nsk:S\r\n", ["A", "S", "", ""]),
            ("[basic]\nAK = A\nSk = S\nproject_id = p", ["A", "S", "", "p"]),
            ("; c\n[basic]\n# ak = X\nak = A ; c\nsk = S # c\n", ["A", "S", "", ""]),
            ("[basic]\nak = \"A\"\nsk = 'S'\nsecurity_token = \"t\"", ["A", "S", "t", ""]),
            ("[basic]\nak = A\nsk = 100%=a:b#c;d\"\n", ["A", "100%=a:b#c;d\"", "", ""]),
            ("[global]\nak = X\nsk = X\n[basic]\nak = A\nsk = S\n", ["A", "S", "", ""]),
            ("[basic]\nak = A\nsk = S\n[global]\nak = X\nsk = X\n", ["A", "S", "", ""]),
            ("[basiccredentials]\nak = A\nsk = S", ["A", "S", "", ""]),
            ("[basiccredentials]\nak = X\nsk = X\n[basic]\nak = A\nsk = S", ["A", "S", "", ""]),
            ("[DEFAULT]\nproject_id = p\nak = X\n[basic]\nak = A\nsk = S", ["A", "S", "", "p"]),
            ("[basic]\nak = X\nak = A\nsk = S", ["A", "S", "", ""]),
            ("[basic]\n  ak = A\n\tsk = S\nsecurity_token =\n", ["A", "S", "", ""]),
        ];
        for (text, expected) in cases {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn missing_keys_are_named() {
        let error = |text| match read(text) {
            Ok(source) => source.credentials.unwrap_err().to_string(),
            Err(error) => error,
        };
        let half = "~/f, [basic]: ak is set, but sk is not";
        let cases = [
            ("", "~/f: no section [basic]"),
            ("ak = A\nsk = S", "~/f: no section [basic]"),
            ("[Basic]\nak = A\nsk = S", "~/f: no section [basic]"),
            ("[basic]\nak = A", half),
            ("[basic]\nak = A\n[global]\nsk = S", half),
            ("[basic]\nsk = S", "~/f, [basic]: sk is set, but ak is not"),
        ];
        for (text, expected) in cases {
            assert_eq!(error(text), expected, "{text}");
        }
        let federated = read("[basic]\nidp_id = i\nid_token_file = f").unwrap();
        assert_eq!(federated.credentials, Ok(None));
        assert_eq!(
            federated.note.as_deref(),
            Some("it holds an identity provider, which is not used")
        );
    }
}
