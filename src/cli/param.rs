//! `--param`: query parameters that `cbr` has no flag or no value for.

use crate::api::Pair;

/// The parameters of paging, which `cbr` sets itself, each with the flag to use instead.
const OWN: [(&str, &str); 4] = [
    ("limit", "--page-size or --limit"),
    ("offset", "--offset"),
    ("sort", "--sort"),
    ("marker", "--offset"),
];

/// One `NAME=VALUE`.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    name: &'static str,
    value: String,
}

impl Param {
    /// Parses `NAME=VALUE`.
    ///
    /// # Errors
    ///
    /// The text has another form, or `cbr` sets this parameter.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let example = "write NAME=VALUE, such as status=quarantined";
        let (name, value) = text.split_once('=').ok_or(example)?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_name) {
            return Err(format!("not the name of a parameter; {example}"));
        }
        if value.is_empty() {
            return Err("the value is empty; leave the flag out to not filter by it".to_owned());
        }
        if let Some((name, flag)) = OWN.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
            return Err(format!("`{name}` belongs to paging; use {flag}"));
        }
        // Names of parameters are static elsewhere. This one is leaked once in a run.
        Ok(Self { name: name.to_owned().leak(), value: value.to_owned() })
    }

    /// Returns the pair to send.
    pub(crate) fn pair(&self) -> Pair {
        (self.name, self.value.clone())
    }
}

/// Checks that no parameter is sent by a flag too.
///
/// # Errors
///
/// Names the flag.
pub(crate) fn check(params: &[Param], sent: &[Pair]) -> Result<(), String> {
    let sent_twice = |param: &&Param| sent.iter().any(|(name, _)| *name == param.name);
    match params.iter().find(sent_twice) {
        Some(Param { name, value }) => {
            let flag = match *name {
                "start_time" => "since".to_owned(),
                "end_time" => "until".to_owned(),
                name => name.replace('_', "-"),
            };
            Err(format!("the argument '--param {name}={value}' cannot be used with '--{flag}'"))
        }
        None => Ok(()),
    }
}
