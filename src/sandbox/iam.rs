//! The identity service (IAM) beside the endpoint: logging in with a password, and the projects of
//! the account. What goes wrong with it is said by `--iam`.
//!
//! Source: IAM API reference, "Obtaining a User Token Through Password Authentication", "Verifying
//! a Token", "Querying Project Information", "Querying the Service Catalog".

use hyper::header::{HOST, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::account::{ACCOUNT, PASSWORD, PROJECT_ID, PROJECTS, Project, USER};
use super::auth::{self, SUBJECT_TOKEN};
use super::request::{Call, IamRoute};
use super::response::{Answer, RequestId};
use super::tokens::{IamOption, Token, Tokens};

/// What IAM is asked for, and how it is meant to go wrong.
pub(super) struct Iam {
    quirks: Vec<IamOption>,
    tokens: Tokens,
}

/// How many wrong passwords in a row lock a user.
const FAILURES: u32 = 5;

impl Iam {
    pub(super) fn new(quirks: &[IamOption]) -> Self {
        Self { quirks: quirks.to_vec(), tokens: Tokens::new(quirks) }
    }

    /// The tokens that it gave away.
    pub(super) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Answers one request that arrived at that time. Both outcomes are answers.
    pub(super) fn answer(
        &self,
        route: IamRoute,
        call: &Call,
        now: Timestamp,
        id: RequestId,
    ) -> Result<Answer, Answer> {
        if let Some(status) = self.tokens.failure() {
            return Err(nested(status, "The service is unavailable."));
        }
        match (route, call.method()) {
            (IamRoute::Tokens, &Method::POST) => return self.log_in(call, now),
            (_, &Method::GET) => {}
            _ => return Err(nested(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed.")),
        }
        let denied =
            |message: String| Answer::gateway_error(StatusCode::UNAUTHORIZED, "0301", &message, id);
        auth::check(call, now, &self.tokens).map_err(|denial| denied(denial.to_string()))?;
        match route {
            IamRoute::Tokens => {
                let subject = call.header(SUBJECT_TOKEN).unwrap_or_default();
                let token = self.tokens.describe(subject);
                let token = token.ok_or_else(|| nested(StatusCode::NOT_FOUND, "No such token."))?;
                Ok(document(&json!({"token": self.token(&token, call)})))
            }
            IamRoute::Projects if self.has(&IamOption::Forbidden) => Err(flat(
                StatusCode::FORBIDDEN,
                "IAM.0002",
                "You are not authorized to perform the requested action.",
            )),
            IamRoute::Projects => {
                let names = call.pairs().iter().filter(|(key, _)| key == "name");
                let names: Vec<_> = names.map(|(_, name)| name.as_str()).collect();
                let wanted = |project: &Project| names.iter().all(|name| *name == project.name);
                Ok(projects(&self.projects().into_iter().filter(wanted).collect::<Vec<_>>()))
            }
            IamRoute::OwnProjects => Ok(projects(&self.projects())),
            IamRoute::Catalog => Ok(document(&json!({"catalog": self.catalog(call), "links": {}}))),
        }
    }

    fn has(&self, quirk: &IamOption) -> bool {
        self.quirks.contains(quirk)
    }

    fn projects(&self) -> Vec<Project> {
        let [own, part] = PROJECTS;
        match () {
            () if self.has(&IamOption::None) => vec![part],
            () if self.has(&IamOption::Several) => vec![own, Project { name: own.name, ..part }],
            () => vec![own, part],
        }
    }

    fn log_in(&self, call: &Call, now: Timestamp) -> Result<Answer, Answer> {
        let unauthorized = |message| Err(nested(StatusCode::UNAUTHORIZED, message));
        let Some(ask) = Ask::read(call.body()) else {
            return Err(nested(StatusCode::BAD_REQUEST, "The request body is invalid."));
        };
        if self.has(&IamOption::Locked) || self.tokens.failures() >= FAILURES {
            return unauthorized("The user is locked, please try again later.");
        }
        if !ask.is_right() {
            self.tokens.note_failure();
            return unauthorized("The username or password is wrong.");
        }
        let project = match &ask.scope {
            Scope::Account => None,
            Scope::Project(wanted) => {
                let is_wanted = |project: &Project| wanted.is(project.id, project.name);
                let found = self.projects().into_iter().find(is_wanted);
                let missing = || nested(StatusCode::NOT_FOUND, "Could not find the project.");
                Some(found.ok_or_else(missing)?)
            }
        };
        let token = self.tokens.issue(project, now);
        let mut body = json!({"token": self.token(&token, call)});
        if call.pairs().iter().any(|(key, _)| key == "nocatalog") {
            body["token"]["catalog"] = json!([]);
        }
        let mut answer = document(&body);
        answer.status = StatusCode::CREATED;
        let name = HeaderName::from_static(SUBJECT_TOKEN);
        match HeaderValue::from_str(&token.text) {
            Ok(value) => Ok(answer.with_header(name, value)),
            Err(_) => Err(nested(StatusCode::INTERNAL_SERVER_ERROR, "No token.")),
        }
    }

    /// What is told about a token.
    fn token(&self, token: &Token, call: &Call) -> Value {
        let account = json!({"id": ACCOUNT.id, "name": ACCOUNT.name});
        let time = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
        let mut told = json!({
            "expires_at": time(token.expires_at),
            "issued_at": time(token.issued_at),
            "methods": ["password"],
            "roles": [{"id": "0", "name": "te_admin"}],
            "user": {"id": USER.id, "name": USER.name, "domain": account, "password_expires_at": ""},
            "catalog": self.catalog(call),
        });
        match &token.project {
            Some(project) => {
                told["project"] =
                    json!({"id": project.id, "name": project.name, "domain": account});
            }
            None => told["domain"] = account,
        }
        told
    }

    /// Where the services are: where the caller found this one.
    fn catalog(&self, call: &Call) -> Value {
        if self.has(&IamOption::NoCatalog) {
            return json!([]);
        }
        let host = call.header(HOST.as_str()).unwrap_or_default();
        let region = PROJECTS[0].name;
        let service = |kind: &str, url: String, region: &str| {
            json!({
                "type": kind, "name": kind, "id": format!("{kind}-0"),
                "endpoints": [{
                    "interface": "public", "region": region, "region_id": region, "url": url,
                    "id": format!("{kind}-1"),
                }],
            })
        };
        json!([
            service("iam", format!("http://{host}/v3"), "*"),
            service("cbr", format!("http://{host}/v3/{PROJECT_ID}"), region),
        ])
    }
}

fn projects(projects: &[Project]) -> Answer {
    let projects: Vec<_> = projects
        .iter()
        .map(|Project { id, name }| {
            json!({
                "domain_id": ACCOUNT.id, "is_domain": false, "parent_id": ACCOUNT.id, "name": name,
                "description": "", "id": id, "enabled": true,
            })
        })
        .collect();
    let links = json!({"self": "/v3/projects", "next": null, "previous": null});
    document(&json!({"links": links, "projects": projects}))
}

fn document(document: &Value) -> Answer {
    Answer::json(document.to_string().into_bytes())
}

/// An error as the calls about tokens give it.
fn nested(status: StatusCode, message: &str) -> Answer {
    let title = status.canonical_reason().unwrap_or_default();
    let error = json!({"error": {"code": status.as_u16(), "message": message, "title": title}});
    Answer { status, ..document(&error) }
}

/// An error as the calls about projects give it.
fn flat(status: StatusCode, code: &str, message: &str) -> Answer {
    let error = json!({"error_code": code, "error_msg": message});
    Answer { status, ..document(&error) }
}

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
