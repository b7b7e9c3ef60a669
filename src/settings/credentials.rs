//! Credentials, and the rule that one source provides them completely.

use super::ConnectionError;
use super::login::Login;
use super::part::Part;
use crate::text::secret::Secret;

/// Credentials of the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// An access key, which signs each request.
    Key {
        /// Access key id (AK). Not secret, but not public either.
        access_key: String,
        /// Secret key (SK), which signs requests.
        secret_key: Secret,
        /// Security token of a temporary access key.
        security_token: Option<Secret>,
    },
    /// A token, sent unchanged.
    Token(Secret),
    /// A user who logs in to get a token.
    Password(Login),
}

/// Credential parts that a source holds.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Prefix of the names in messages: `FILE: ` with the entry in it, empty for variables.
    pub(super) place: String,
    pub(super) access_key: Part,
    pub(super) secret_key: Part,
    pub(super) security_token: Part,
    pub(super) token: Part,
    pub(super) login: super::login::Parts,
    /// What to do when a source holds a token and keys.
    pub(super) both: TokenPrecedence,
}

/// Which credentials take precedence if a source has two kinds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum TokenPrecedence {
    /// Ambiguous.
    #[default]
    Refused,
    /// The tool whose source this is prefers keys.
    Keys,
    /// The tool whose source this is prefers the token.
    Token,
}

impl Parts {
    /// Returns true if any part is present.
    pub(super) fn are_set(&self) -> bool {
        self.keys().iter().any(|part| part.is_set()) || self.token.is_set() || self.login.are_set()
    }

    /// Returns why an incomplete source has no credentials.
    pub(super) fn note(&self) -> Option<String> {
        (!self.are_set()).then(|| self.login.note()).flatten()
    }

    fn keys(&self) -> [&Part; 3] {
        [&self.access_key, &self.secret_key, &self.security_token]
    }

    /// Returns the credentials, or `None` if no part is present. A password is used only without
    /// other credentials, since sending it is a risk.
    ///
    /// # Errors
    ///
    /// A part is missing or malformed.
    pub(super) fn whole(mut self) -> Result<Option<Credentials>, ConnectionError> {
        if self.token.is_set() && self.keys().iter().any(|part| part.is_set()) {
            match self.both {
                TokenPrecedence::Refused => return Err(self.contradiction()),
                TokenPrecedence::Keys => self.token.value = None,
                TokenPrecedence::Token => {
                    return self.value_of(&self.token).map(|token| token.map(Credentials::Token));
                }
            }
        }
        if let Some(token) = self.value_of(&self.token)? {
            return Ok(Some(Credentials::Token(token)));
        }
        let access_key = self.value_of(&self.access_key)?;
        let secret_key = self.value_of(&self.secret_key)?;
        let security_token = self.value_of(&self.security_token)?;
        match (access_key, secret_key, security_token) {
            (None, None, None) => {
                let unset = self.unset();
                Ok(self.login.whole(&self.place, unset)?.map(Credentials::Password))
            }
            (Some(access_key), Some(secret_key), security_token) => Ok(Some(Credentials::Key {
                access_key: access_key.reveal().to_owned(),
                secret_key,
                security_token,
            })),
            (Some(_), None, _) => Err(self.half(&self.access_key, &self.secret_key)),
            (None, Some(_), _) => Err(self.half(&self.secret_key, &self.access_key)),
            (None, None, Some(_)) => Err(self.half(&self.security_token, &self.access_key)),
        }
    }

    fn half(&self, set: &Part, missing: &Part) -> ConnectionError {
        let (place, set, missing) = (&self.place, &set.name, &missing.name);
        ConnectionError::new(
            format!("{place}{set} is set, but {missing} is not"),
            format!("set {missing} as well, or {} {set}", self.unset()),
        )
    }

    fn contradiction(&self) -> ConnectionError {
        let (place, token) = (&self.place, &self.token.name);
        let [access_key, secret_key, security_token] = self.keys().map(|part| &part.name);
        let unset = self.unset();
        ConnectionError::new(
            format!("{place}{token} is set, and so are keys: which to use is not clear"),
            format!("{unset} {token}, or {unset} {access_key}, {secret_key} and {security_token}"),
        )
    }

    /// Returns how a user removes a part.
    fn unset(&self) -> &'static str {
        if self.access_key.name.starts_with("--") {
            return "leave out";
        }
        if self.place.is_empty() { "unset" } else { "remove" }
    }

    /// Validates a value as the service issues it: visible ASCII, which a header can hold. A wrong
    /// secret is not tried, since a few failures lock the access key.
    fn value_of(&self, part: &Part) -> Result<Option<Secret>, ConnectionError> {
        let Some(value) = &part.value else { return Ok(None) };
        if value.reveal().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Some(value.clone()));
        }
        let (place, name) = (&self.place, &part.name);
        Err(ConnectionError::new(
            format!(
                "{place}{name} holds a blank, a control character or a letter that is not ASCII"
            ),
            format!(
                "set {name} to the value as the service gave it, without quotes or line breaks"
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(place: &str, both: TokenPrecedence, values: [Option<&str>; 4]) -> Parts {
        let [access_key, secret_key, security_token, token] = values;
        Parts {
            place: place.to_owned(),
            access_key: Part::new("AK", access_key),
            secret_key: Part::new("SK", secret_key),
            security_token: Part::new("STS", security_token),
            token: Part::new("TOKEN", token),
            login: Default::default(),
            both,
        }
    }

    #[test]
    fn a_source_gives_credentials_whole_or_says_what_is_missing() {
        let (none, some) = (None, Some("x"));
        let key = |security_token: Option<&str>| {
            Ok(Some(Credentials::Key {
                access_key: "x".to_owned(),
                secret_key: Secret::new("x".to_owned()),
                security_token: security_token.map(|token| Secret::new(token.to_owned())),
            }))
        };
        let token = || Ok(Some(Credentials::Token(Secret::new("x".to_owned()))));
        let error = |text: &str| Err(text.to_owned());
        let cases = [
            (TokenPrecedence::Refused, [none, none, none, none], Ok(None)),
            (TokenPrecedence::Refused, [Some(" "), Some("\r\n"), none, none], Ok(None)),
            (TokenPrecedence::Refused, [Some(" x\n"), some, none, none], key(None)),
            (TokenPrecedence::Refused, [some, some, some, none], key(Some("x"))),
            (TokenPrecedence::Refused, [none, none, none, some], token()),
            (
                TokenPrecedence::Refused,
                [some, none, none, none],
                error("F: AK is set, but SK is not"),
            ),
            (
                TokenPrecedence::Refused,
                [none, some, none, none],
                error("F: SK is set, but AK is not"),
            ),
            (
                TokenPrecedence::Refused,
                [none, none, some, none],
                error("F: STS is set, but AK is not"),
            ),
            (
                TokenPrecedence::Refused,
                [some, none, some, none],
                error("F: AK is set, but SK is not"),
            ),
            (
                TokenPrecedence::Refused,
                [some, none, none, some],
                error("F: TOKEN is set, and so are keys: which to use is not clear"),
            ),
            (TokenPrecedence::Keys, [some, some, none, some], key(None)),
            (TokenPrecedence::Keys, [some, none, none, some], error("F: AK is set, but SK is not")),
            (TokenPrecedence::Keys, [none, none, none, some], token()),
            (TokenPrecedence::Token, [some, some, none, some], token()),
            (
                TokenPrecedence::Refused,
                [Some("Ä"), some, none, none],
                error("F: AK holds a blank, a control character or a letter that is not ASCII"),
            ),
        ];
        for (both, values, expected) in cases {
            let result = parts("F: ", both, values).whole().map_err(|error| error.to_string());
            assert_eq!(result, expected, "{both:?} {values:?}");
        }
    }

    #[test]
    fn what_to_do_depends_on_the_place() {
        let hint = |place| {
            parts(place, TokenPrecedence::Refused, [Some("x"), None, None, None])
                .whole()
                .unwrap_err()
                .hint
        };
        assert_eq!(hint(""), "set SK as well, or unset AK");
        assert_eq!(hint("~/f: "), "set SK as well, or remove AK");
    }
}
