//! Credentials, from the first family of variables that has a complete set.

use super::{ConnectionError, Environment};
use crate::secret::Secret;

/// As whom to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// An access key, which signs each request.
    Key {
        /// The key's id (AK). Not secret, but not for everybody either.
        access_key: String,
        /// What signs (SK).
        secret_key: Secret,
        /// Goes with a temporary access key.
        security_token: Option<Secret>,
    },
    /// A token, sent as it is.
    Token(Secret),
}

/// The names under which one tool keeps its credentials.
#[derive(Debug)]
pub(super) struct Family {
    access_key: &'static str,
    secret_key: &'static str,
    security_token: &'static str,
    token: Option<&'static str>,
    pub(super) project_id: &'static str,
}

const FAMILIES: [Family; 2] = [
    Family {
        access_key: "CBR_ACCESS_KEY",
        secret_key: "CBR_SECRET_KEY",
        security_token: "CBR_SECURITY_TOKEN",
        token: Some("CBR_TOKEN"),
        project_id: "CBR_PROJECT_ID",
    },
    Family {
        access_key: "HUAWEICLOUD_SDK_AK",
        secret_key: "HUAWEICLOUD_SDK_SK",
        security_token: "HUAWEICLOUD_SDK_SECURITY_TOKEN",
        token: None,
        project_id: "HUAWEICLOUD_SDK_PROJECT_ID",
    },
];

/// Credentials and the family that they came from.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) credentials: Credentials,
    pub(super) family: &'static Family,
}

impl Credentials {
    /// The first family of variables that is set at all; it must be complete.
    pub(super) fn from_environment(environment: &Environment) -> Result<Found, ConnectionError> {
        for family in &FAMILIES {
            if let Some(credentials) = family.read(environment)? {
                return Ok(Found { credentials, family });
            }
        }
        Err(ConnectionError::new(
            "no credentials: neither CBR_ACCESS_KEY with CBR_SECRET_KEY, nor CBR_TOKEN, nor \
             HUAWEICLOUD_SDK_AK with HUAWEICLOUD_SDK_SK is set",
            "export CBR_ACCESS_KEY and CBR_SECRET_KEY; or try it without an account: \
             cbr sandbox -- backups list",
        ))
    }
}

impl Family {
    /// The credentials under these names, `None` if none of the names is set.
    fn read(&self, environment: &Environment) -> Result<Option<Credentials>, ConnectionError> {
        let access_key = environment.get(self.access_key);
        let secret_key = environment.get(self.secret_key);
        let security_token = environment.get(self.security_token);
        let token = self.token.and_then(|name| Some((name, environment.get(name)?)));
        let credentials = match (access_key, secret_key, security_token, token) {
            (None, None, None, None) => return Ok(None),
            (Some(access_key), Some(secret_key), security_token, None) => Credentials::Key {
                access_key: header_value(self.access_key, access_key)?.to_owned(),
                secret_key: Secret::new(secret_key.to_owned()),
                security_token: security_token
                    .map(|token| header_value(self.security_token, token))
                    .transpose()?
                    .map(|token| Secret::new(token.to_owned())),
            },
            (None, None, None, Some((name, token))) => {
                Credentials::Token(Secret::new(header_value(name, token)?.to_owned()))
            }
            (_, _, _, Some((name, _))) => {
                return Err(ConnectionError::new(
                    format!("{name} is set, and so are keys: which to use is not clear"),
                    format!(
                        "unset {name}, or unset {}, {} and {}",
                        self.access_key, self.secret_key, self.security_token
                    ),
                ));
            }
            (access_key, _, _, None) => {
                let (set, missing) = match (access_key, secret_key) {
                    (Some(_), _) => (self.access_key, self.secret_key),
                    (None, Some(_)) => (self.secret_key, self.access_key),
                    (None, None) => (self.security_token, self.access_key),
                };
                return Err(ConnectionError::new(
                    format!("{set} is set, but {missing} is not"),
                    format!("set {missing} as well, or unset {set}"),
                ));
            }
        };
        Ok(Some(credentials))
    }
}

/// A value that can stand in a header: visible ASCII characters.
fn header_value<'a>(name: &str, value: &'a str) -> Result<&'a str, ConnectionError> {
    if value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(value);
    }
    Err(ConnectionError::new(
        format!("{name} holds a blank, a control character or a letter that is not ASCII"),
        format!("set {name} to the value as the service gave it, without quotes or line breaks"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Credentials, String> {
        Credentials::from_environment(&Environment::with(variables))
            .map(|found| found.credentials)
            .map_err(|error| error.to_string())
    }

    fn key(access_key: &str, secret_key: &str, security_token: Option<&str>) -> Credentials {
        Credentials::Key {
            access_key: access_key.to_owned(),
            secret_key: Secret::new(secret_key.to_owned()),
            security_token: security_token.map(|token| Secret::new(token.to_owned())),
        }
    }

    #[test]
    fn the_first_family_that_is_set_gives_the_whole_set() {
        let ours = [("CBR_ACCESS_KEY", "A"), ("CBR_SECRET_KEY", " s\r\n")];
        let sdk = [("HUAWEICLOUD_SDK_AK", "B"), ("HUAWEICLOUD_SDK_SK", "t")];
        let token = ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "u");
        assert_eq!(read(&ours), Ok(key("A", "s", None)));
        assert_eq!(read(&[ours, sdk].concat()), Ok(key("A", "s", None)));
        assert_eq!(read(&[&sdk[..], &[token]].concat()), Ok(key("B", "t", Some("u"))));
        // A security token of the other family stays where it is.
        assert_eq!(read(&[&ours[..], &[token]].concat()), Ok(key("A", "s", None)));
        let ready = Credentials::Token(Secret::new("T".to_owned()));
        assert_eq!(read(&[("CBR_TOKEN", "T")]), Ok(ready));
    }

    #[test]
    fn a_half_set_names_what_is_missing_and_is_not_passed_over() {
        let sdk = [("HUAWEICLOUD_SDK_AK", "B"), ("HUAWEICLOUD_SDK_SK", "t")];
        let cases = [
            (vec![], "no credentials"),
            (vec![("CBR_ACCESS_KEY", "A")], "CBR_ACCESS_KEY is set, but CBR_SECRET_KEY is not"),
            (vec![("CBR_SECRET_KEY", "s")], "CBR_SECRET_KEY is set, but CBR_ACCESS_KEY is not"),
            (vec![("CBR_SECURITY_TOKEN", "u")], "CBR_SECURITY_TOKEN is set, but CBR_ACCESS_KEY"),
            (vec![("CBR_ACCESS_KEY", "A"), ("CBR_SECRET_KEY", " ")], "but CBR_SECRET_KEY is not"),
            (vec![("CBR_ACCESS_KEY", "A"), sdk[0], sdk[1]], "but CBR_SECRET_KEY is not"),
            (vec![sdk[0]], "HUAWEICLOUD_SDK_AK is set, but HUAWEICLOUD_SDK_SK is not"),
            (vec![("CBR_TOKEN", "T"), ("CBR_ACCESS_KEY", "A")], "which to use is not clear"),
            (vec![("CBR_TOKEN", "a b")], "CBR_TOKEN holds a blank"),
            (vec![("CBR_ACCESS_KEY", "Ä"), ("CBR_SECRET_KEY", "s")], "CBR_ACCESS_KEY holds"),
        ];
        for (variables, expected) in cases {
            let error = read(&variables).unwrap_err();
            assert!(error.contains(expected), "{variables:?}: {error}");
        }
    }
}
