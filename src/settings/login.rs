//! Password login: what IAM needs to issue a token.

use super::ConnectionError;
use super::part::Part;
use crate::text::secret::Secret;

/// Reference to an IAM object: its id or its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum NameOrId {
    /// Its id.
    Id(String),
    /// Its name.
    Name(String),
}

/// User who logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Login {
    /// The user.
    pub(crate) user: NameOrId,
    /// The account that the user belongs to (IAM's domain); needed where the user is named by name.
    pub(crate) domain: Option<NameOrId>,
    /// Account of the project, if it is not the user's.
    pub(crate) project_domain: Option<NameOrId>,
    /// The password.
    pub(crate) password: Secret,
}

/// Login parts that a source holds.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) user_name: Part,
    pub(super) user_id: Part,
    pub(super) password: Part,
    pub(super) domain_name: Part,
    pub(super) domain_id: Part,
    pub(super) project_domain_name: Part,
    pub(super) project_domain_id: Part,
    /// Authentication type, if the tool has several.
    pub(super) kind: Part,
    /// The code of a second factor.
    pub(super) passcode: Part,
    /// An application credential.
    pub(super) application: Part,
}

impl Parts {
    /// Returns true if a login is possible or intended.
    pub(super) fn are_set(&self) -> bool {
        self.password.is_set() && self.is_by_password()
    }

    /// Returns true if IAM's password method can be used. Other methods need another request.
    fn is_by_password(&self) -> bool {
        let kind = self.kind.value.as_ref().map(Secret::reveal);
        // Without its code, the password of a user with a second factor only counts as a failure.
        kind.is_none_or(is_known) && !self.passcode.is_set()
    }

    /// Returns why there is no login: another authentication type, or no password, which files to
    /// be sourced often omit.
    pub(super) fn note(&self) -> Option<String> {
        let kind = self.kind.value.as_ref().map(Secret::reveal).unwrap_or_default();
        let is_asked = kind.contains("applicationcredential").then_some(&self.kind);
        let is_there = Some(&self.application).filter(|part| part.is_set());
        if let Some(part) = is_asked.or(is_there.filter(|_| !self.password.is_set())) {
            return Some(format!(
                "{} asks for an application credential, which these clouds are not known to accept; use an access key",
                part.name
            ));
        }
        if self.password.is_set() && self.passcode.is_set() {
            return Some(format!(
                "{} is set, and cbr does not log in with a second factor; an access key needs none",
                self.passcode.name
            ));
        }
        if !kind.is_empty() && !is_known(kind) {
            return Some(format!("{} {}", self.kind.name, unusable(kind)));
        }
        let user = [&self.user_name, &self.user_id].into_iter().find(|part| part.is_set())?;
        Some(format!("{} is set, but {} is not", user.name, self.password.name))
    }

    /// Returns the login, or `None` if there is no password.
    ///
    /// # Errors
    ///
    /// The user is missing, or the user's account.
    pub(super) fn whole(self, place: &str, unset: &str) -> Result<Option<Login>, ConnectionError> {
        if !self.is_by_password() {
            return Ok(None);
        }
        let Some(password) = self.password.value else { return Ok(None) };
        let half = |missing: &Part| {
            let (set, missing) = (&self.password.name, &missing.name);
            ConnectionError::new(
                format!("{place}{set} is set, but {missing} is not"),
                format!("set {missing} as well, or {unset} {set}"),
            )
        };
        let user = named(&self.user_id, &self.user_name).ok_or_else(|| half(&self.user_name))?;
        let domain = named(&self.domain_id, &self.domain_name);
        if domain.is_none() && matches!(user, NameOrId::Name(_)) {
            return Err(half(&self.domain_name));
        }
        let project_domain = named(&self.project_domain_id, &self.project_domain_name);
        Ok(Some(Login { user, domain, project_domain, password }))
    }
}

/// Returns true for an authentication type that logs in with a password or needs no login.
pub(super) fn is_known(kind: &str) -> bool {
    ["password", "v3password", "token", "v3token"].contains(&kind)
}

/// Returns why another authentication type is not used, with its setting as the subject.
pub(super) fn unusable(kind: &str) -> String {
    format!(
        "is {}, which cbr cannot use: give a password, a token or an access key",
        kind.escape_debug()
    )
}

fn named(id: &Part, name: &Part) -> Option<NameOrId> {
    let text = |part: &Part| part.value.as_ref().map(|value| value.reveal().to_owned());
    text(id).map(NameOrId::Id).or_else(|| text(name).map(NameOrId::Name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(values: &[(&str, &str)]) -> Parts {
        let part = |name: &str| {
            let found = values.iter().find(|(known, _)| *known == name);
            Part::new(name, found.map(|(_, value)| *value))
        };
        Parts {
            user_name: part("USER"),
            user_id: part("USER_ID"),
            password: part("PASSWORD"),
            domain_name: part("DOMAIN"),
            domain_id: part("DOMAIN_ID"),
            project_domain_name: part("PROJECT_DOMAIN"),
            project_domain_id: part("PROJECT_DOMAIN_ID"),
            kind: part("TYPE"),
            passcode: part("PASSCODE"),
            application: part("APPLICATION"),
        }
    }

    #[test]
    fn a_user_needs_a_password_and_a_name_needs_an_account() {
        let name = |text: &str| NameOrId::Name(text.to_owned());
        let id = |text: &str| NameOrId::Id(text.to_owned());
        let login = |user, domain, project_domain| {
            let password = Secret::new("p w".to_owned());
            Ok(Some(Login { user, domain, project_domain, password }))
        };
        let error = |text: &str| Err(text.to_owned());
        let password = ("PASSWORD", "p w");
        let cases: &[(&[(&str, &str)], Result<Option<Login>, String>)] = &[
            (&[], Ok(None)),
            (&[("USER", "u"), ("DOMAIN", "d")], Ok(None)),
            (&[password, ("USER", "u"), ("DOMAIN", "d")], login(name("u"), Some(name("d")), None)),
            (&[password, ("USER_ID", "u")], login(id("u"), None, None)),
            (&[password, ("USER_ID", "u"), ("TYPE", "password")], login(id("u"), None, None)),
            (&[password, ("USER_ID", "u"), ("TYPE", "v3oidcpassword")], Ok(None)),
            (&[password, ("USER_ID", "u"), ("PASSCODE", "123456")], Ok(None)),
            (&[password, ("USER_ID", "u"), ("APPLICATION", "a")], login(id("u"), None, None)),
            (
                &[password, ("USER_ID", "u"), ("USER", "v"), ("DOMAIN_ID", "d"), ("DOMAIN", "e")],
                login(id("u"), Some(id("d")), None),
            ),
            (
                &[password, ("USER_ID", "u"), ("PROJECT_DOMAIN", "d")],
                login(id("u"), None, Some(name("d"))),
            ),
            (&[password], error("F: PASSWORD is set, but USER is not")),
            (&[password, ("USER", "u")], error("F: PASSWORD is set, but DOMAIN is not")),
        ];
        for (values, expected) in cases {
            let whole = parts(values).whole("F: ", "remove").map_err(|error| error.to_string());
            assert_eq!(whole, *expected, "{values:?}");
        }
        let note = parts(&[("USER_ID", "u")]).note();
        assert_eq!(note.as_deref(), Some("USER_ID is set, but PASSWORD is not"));
        let other = "TYPE is v3oidcpassword, which cbr cannot use: give a password, a token or an access key";
        let note = parts(&[password, ("TYPE", "v3oidcpassword")]).note();
        assert_eq!(note.as_deref(), Some(other));
        let note = parts(&[("USER_ID", "u"), ("TYPE", "v3oidcpassword")]).note();
        assert_eq!(note.as_deref(), Some(other));
        let application = "asks for an application credential, which these clouds are not known to accept; use an access key";
        let cases = [
            (&[("TYPE", "v3applicationcredential")][..], format!("TYPE {application}")),
            (&[("APPLICATION", "a")], format!("APPLICATION {application}")),
            (
                &[password, ("PASSCODE", "123456")],
                "PASSCODE is set, and cbr does not log in with a second factor; an access key needs none"
                    .to_owned(),
            ),
        ];
        for (values, expected) in cases {
            assert_eq!(parts(values).note(), Some(expected));
        }
    }
}
