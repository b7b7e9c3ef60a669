//! The body of a login.

use serde_json::Value;

use crate::sandbox::account::{ACCOUNT, PASSWORD, USER};

/// User and scope of a login.
#[derive(Debug)]
pub(super) struct Ask {
    user: Named,
    /// Of the user; not needed where the user is named by id.
    account: Option<Named>,
    password: String,
    pub(super) scope: Scope,
}

/// Scope of the requested token.
#[derive(Debug)]
pub(super) enum Scope {
    Project(Named),
    /// The whole account, which is what there is without a scope.
    Account,
}

/// Reference by id or name.
#[derive(Debug)]
pub(super) enum Named {
    Id(String),
    Name(String),
}

impl Named {
    /// Whether this is the thing with that id and that name.
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

impl Ask {
    /// `None` if the body is not what the documentation says.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let identity = body.pointer("/auth/identity")?;
        if identity.get("methods")?.as_array()?.as_slice() != ["password"] {
            return None;
        }
        let user = identity.pointer("/password/user")?;
        let scope = match body.pointer("/auth/scope/project") {
            Some(project) => Scope::Project(Named::read(project)?),
            None => Scope::Account,
        };
        Some(Self {
            account: user.get("domain").and_then(Named::read),
            password: user.get("password")?.as_str()?.to_owned(),
            user: Named::read(user)?,
            scope,
        })
    }

    /// Returns true if this is the sandbox's user with the right password.
    pub(super) fn is_right(&self) -> bool {
        let is_account = |account: &Named| account.is(ACCOUNT.id, ACCOUNT.name);
        let account = match (&self.account, &self.user) {
            (Some(account), _) => is_account(account),
            (None, user) => matches!(user, Named::Id(_)),
        };
        account && self.user.is(USER.id, USER.name) && self.password == PASSWORD
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_right(user: Value) -> Option<bool> {
        let identity = json!({"methods": ["password"], "password": {"user": user}});
        let ask = Ask::read(json!({"auth": {"identity": identity}}).to_string().as_bytes())?;
        Some(ask.is_right())
    }

    #[test]
    fn a_user_is_named_by_id_or_by_name_within_an_account() {
        let cases = [
            (
                json!({"name": USER.name, "domain": {"name": ACCOUNT.name}, "password": PASSWORD}),
                Some(true),
            ),
            (
                json!({"name": USER.name, "domain": {"id": ACCOUNT.id}, "password": PASSWORD}),
                Some(true),
            ),
            (json!({"id": USER.id, "password": PASSWORD}), Some(true)),
            (json!({"name": USER.name, "password": PASSWORD}), Some(false)),
            (
                json!({"name": USER.name, "domain": {"name": "other"}, "password": PASSWORD}),
                Some(false),
            ),
            (json!({"id": USER.id, "password": "wrong"}), Some(false)),
            (json!({"id": USER.id}), None),
            (json!({"password": PASSWORD}), None),
        ];
        for (user, expected) in cases {
            assert_eq!(is_right(user.clone()), expected, "{user}");
        }
    }

    #[test]
    fn what_is_no_login_is_none() {
        for body in ["", "{}", r#"{"auth":{"identity":{"methods":["token"]}}}"#] {
            assert!(Ask::read(body.as_bytes()).is_none(), "{body}");
        }
    }
}
