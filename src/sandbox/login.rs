//! Bodies of logins: identity and scope.

use serde_json::Value;

use super::account::Account;
use super::cloud::Cloud;

/// Identity and scope of a login.
#[derive(Debug)]
pub(super) struct Login {
    pub(super) proof: Proof,
    pub(super) scope: Scope,
}

/// Proof of identity: the method of a login.
#[derive(Debug)]
pub(super) enum Proof {
    Password {
        user: Named,
        /// Account of the user; optional if the user is given by id.
        account: Option<Named>,
        password: String,
    },
    /// Another token, which the new one replaces.
    Token(String),
}

/// Scope of the requested token.
#[derive(Debug)]
pub(super) enum Scope {
    Project(Named),
    /// The whole account; the default.
    Account,
}

/// Reference by id or name.
#[derive(Debug)]
pub(super) enum Named {
    Id(String),
    Name(String),
}

impl Named {
    /// Returns true if this refers to the object with that id and name.
    pub(super) fn is(&self, id: &str, name: &str) -> bool {
        match self {
            Self::Id(wanted) => wanted == id,
            Self::Name(wanted) => wanted == name,
        }
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |key| Some(value.get(key)?.as_str()?.to_owned());
        text("id").map(Self::Id).or_else(|| text("name").map(Self::Name))
    }
}

impl Login {
    /// Parses a body; `None` if it is not as documented.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let identity = body.pointer("/auth/identity")?;
        let text = |value: &Value| Some(value.as_str()?.to_owned());
        let [method] = identity.get("methods")?.as_array()?.as_slice() else { return None };
        let proof = match method.as_str()? {
            "password" => {
                let user = identity.pointer("/password/user")?;
                Proof::Password {
                    account: user.get("domain").and_then(Named::read),
                    password: text(user.get("password")?)?,
                    user: Named::read(user)?,
                }
            }
            "token" => Proof::Token(text(identity.pointer("/token/id")?)?),
            _ => return None,
        };
        let scope = match body.pointer("/auth/scope/project") {
            Some(project) => Scope::Project(Named::read(project)?),
            None => Scope::Account,
        };
        Some(Self { proof, scope })
    }

    /// Returns the account of the user, whatever the password.
    pub(super) fn account(&self, cloud: Cloud) -> Option<&'static Account> {
        let Proof::Password { user, account, .. } = &self.proof else { return None };
        cloud.accounts().find(|known| {
            let is_account = match account {
                Some(account) => account.is(known.domain.id, known.domain.name),
                None => matches!(user, Named::Id(_)),
            };
            is_account && user.is(known.user.id, known.user.name)
        })
    }

    /// Returns true if the password is that of the account's user.
    pub(super) fn is_right(&self, account: &Account) -> bool {
        matches!(&self.proof, Proof::Password { password, .. } if password == account.password)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sandbox::account::{ACCOUNT, SECOND_ACCOUNT};

    /// Returns the id of the account that a user can log in to; empty for none.
    fn account(user: Value) -> Option<&'static str> {
        let identity = json!({"methods": ["password"], "password": {"user": user}});
        let login = Login::read(json!({"auth": {"identity": identity}}).to_string().as_bytes())?;
        let account = login.account(Cloud::Regions).filter(|account| login.is_right(account));
        Some(account.map_or("", |account| account.domain.id))
    }

    #[test]
    fn users_are_given_by_id_or_by_name_and_account() {
        let (user, domain) = (&ACCOUNT.user, &ACCOUNT.domain);
        let (second, password) = (&SECOND_ACCOUNT, ACCOUNT.password);
        let named =
            |domain: Value| json!({"name": user.name, "domain": domain, "password": password});
        let cases = [
            (named(json!({"name": domain.name})), Some(domain.id)),
            (named(json!({"id": domain.id})), Some(domain.id)),
            (json!({"id": user.id, "password": password}), Some(domain.id)),
            (json!({"id": second.user.id, "password": second.password}), Some(second.domain.id)),
            (json!({"name": user.name, "password": password}), Some("")),
            (named(json!({"name": "other"})), Some("")),
            (named(json!({"id": second.domain.id})), Some("")),
            (json!({"id": user.id, "password": "wrong"}), Some("")),
            (json!({"id": user.id, "password": second.password}), Some("")),
            (json!({"id": user.id}), None),
            (json!({"password": password}), None),
        ];
        for (user, expected) in cases {
            assert_eq!(account(user.clone()), expected, "{user}");
        }
    }

    #[test]
    fn invalid_login_bodies_are_rejected() {
        for body in ["", "{}", r#"{"auth":{"identity":{"methods":["token"]}}}"#] {
            assert!(Login::read(body.as_bytes()).is_none(), "{body}");
        }
    }
}
