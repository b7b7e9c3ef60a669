//! The identity service (IAM): logins with a password, and the projects of the account. `--iam`
//! changes its behavior.
//!
//! Source: IAM API reference, "Obtaining a User Token Through Password Authentication", "Verifying
//! a Token", "Querying Project Information", "Querying the Service Catalog".

use hyper::header::{HOST, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::account::{ACCOUNT, PASSWORD, PROJECT_ID, PROJECTS, Project, REGION, USER};
use super::auth::{self, SUBJECT_TOKEN};
use super::request::{IamRoute, ReceivedRequest};
use super::response::{Reply, RequestId};
use super::tokens::{IamOption, Token, Tokens};

/// The identity service and its options.
pub(super) struct Iam {
    options: Vec<IamOption>,
    tokens: Tokens,
}

/// Number of consecutive wrong passwords that locks the user.
const FAILURES: u32 = 5;

impl Iam {
    pub(super) fn new(options: &[IamOption]) -> Self {
        Self { options: options.to_vec(), tokens: Tokens::new(options) }
    }

    /// Returns the issued tokens.
    pub(super) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Responds to a request that arrived at `now`; `Err` is a refusal.
    pub(super) fn answer(
        &self,
        route: IamRoute,
        call: &ReceivedRequest,
        now: Timestamp,
        id: RequestId,
    ) -> Result<Reply, Reply> {
        if let Some(status) = self.tokens.failure() {
            return Err(nested(status, "The service is unavailable."));
        }
        match (route, call.method()) {
            (IamRoute::Tokens, &Method::POST) => return self.log_in(call, now),
            // OpenStack's clients ask for the version first, without credentials.
            (IamRoute::Version, &Method::GET) => {
                return Ok(document(&json!({"version": version(call)})));
            }
            (IamRoute::Versions, &Method::GET) => {
                let mut answer = document(&json!({"versions": {"values": [version(call)]}}));
                answer.status = StatusCode::MULTIPLE_CHOICES;
                return Ok(answer);
            }
            (_, &Method::GET) => {}
            _ => return Err(nested(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed.")),
        }
        let denied =
            |message: String| Reply::gateway_error(StatusCode::UNAUTHORIZED, "0301", &message, id);
        auth::check(call, now, &self.tokens).map_err(|denial| denied(denial.to_string()))?;
        match route {
            IamRoute::Tokens => {
                let subject = call.header(SUBJECT_TOKEN).unwrap_or_default();
                let token = self.tokens.describe(subject);
                let token = token.ok_or_else(|| nested(StatusCode::NOT_FOUND, "No such token."))?;
                Ok(with_subject(document(&json!({"token": self.token(&token, call)})), subject))
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
            IamRoute::Accounts => {
                let account = json!({"id": ACCOUNT.id, "name": ACCOUNT.name, "enabled": true});
                Ok(document(&json!({"domains": [account], "links": {}})))
            }
            IamRoute::Regions => {
                let region = json!({
                    "id": REGION, "type": "public", "locales": {"en-us": "Sandbox"},
                    "description": "", "parent_region_id": null,
                });
                Ok(document(&json!({"regions": [region], "links": {}})))
            }
            IamRoute::Version | IamRoute::Versions => Ok(document(&json!({}))),
        }
    }

    fn has(&self, option: &IamOption) -> bool {
        self.options.contains(option)
    }

    fn projects(&self) -> Vec<Project> {
        let [own, part] = PROJECTS;
        match () {
            () if self.has(&IamOption::None) => vec![part],
            () if self.has(&IamOption::Several) => vec![own, Project { name: own.name, ..part }],
            () => vec![own, part],
        }
    }

    fn log_in(&self, call: &ReceivedRequest, now: Timestamp) -> Result<Reply, Reply> {
        let unauthorized = |message| Err(nested(StatusCode::UNAUTHORIZED, message));
        let Some(login) = Login::read(call.body()) else {
            return Err(nested(StatusCode::BAD_REQUEST, "The request body is invalid."));
        };
        if self.has(&IamOption::Locked) || self.tokens.failures() >= FAILURES {
            return unauthorized("The user is locked, please try again later.");
        }
        match &login.proof {
            Proof::Password { .. } if !login.is_right() => {
                self.tokens.note_failure();
                return unauthorized("The username or password is wrong.");
            }
            Proof::Token(token) if !self.tokens.admit(token, now) => {
                return unauthorized("The token must be updated.");
            }
            Proof::Password { .. } | Proof::Token(_) => {}
        }
        let project = match &login.scope {
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
        Ok(with_subject(answer, &token.text))
    }

    /// Returns the description of a token.
    fn token(&self, token: &Token, call: &ReceivedRequest) -> Value {
        let account = json!({"id": ACCOUNT.id, "name": ACCOUNT.name});
        let time = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
        let mut description = json!({
            "expires_at": time(token.expires_at),
            "issued_at": time(token.issued_at),
            "methods": ["password"],
            "roles": [{"id": "0", "name": "te_admin"}],
            "user": {"id": USER.id, "name": USER.name, "domain": account, "password_expires_at": ""},
            "catalog": self.catalog(call),
        });
        match &token.project {
            Some(project) => {
                description["project"] =
                    json!({"id": project.id, "name": project.name, "domain": account});
            }
            None => description["domain"] = account,
        }
        description
    }

    /// Returns the service catalog, with the host that the caller used.
    fn catalog(&self, call: &ReceivedRequest) -> Value {
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

fn projects(projects: &[Project]) -> Reply {
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

/// Returns the version of the API, with the host that the caller used.
fn version(call: &ReceivedRequest) -> Value {
    let host = call.header(HOST.as_str()).unwrap_or_default();
    json!({
        "id": "v3.6", "status": "stable", "updated": "2016-04-04T00:00:00Z",
        "links": [{"rel": "self", "href": format!("http://{host}/v3/")}],
        "media-types": [{
            "base": "application/json", "type": "application/vnd.openstack.identity-v3+json",
        }],
    })
}

/// Adds the header with a token.
fn with_subject(answer: Reply, token: &str) -> Reply {
    match HeaderValue::from_str(token) {
        Ok(value) => answer.with_header(HeaderName::from_static(SUBJECT_TOKEN), value),
        Err(_) => nested(StatusCode::INTERNAL_SERVER_ERROR, "No token."),
    }
}

fn document(document: &Value) -> Reply {
    Reply::json(document.to_string().into_bytes())
}

/// Returns an error in the format of requests for tokens.
fn nested(status: StatusCode, message: &str) -> Reply {
    let title = status.canonical_reason().unwrap_or_default();
    let error = json!({"error": {"code": status.as_u16(), "message": message, "title": title}});
    Reply { status, ..document(&error) }
}

/// Returns an error in the format of requests for projects.
fn flat(status: StatusCode, code: &str, message: &str) -> Reply {
    let error = json!({"error_code": code, "error_msg": message});
    Reply { status, ..document(&error) }
}

/// Identity and scope of a login.
#[derive(Debug)]
pub(super) struct Login {
    proof: Proof,
    pub(super) scope: Scope,
}

/// What proves the identity: the method of a login.
#[derive(Debug)]
enum Proof {
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

    /// Returns true if this is the sandbox's user with the right password.
    pub(super) fn is_right(&self) -> bool {
        let Proof::Password { user, account, password } = &self.proof else { return false };
        let is_account = match account {
            Some(account) => account.is(ACCOUNT.id, ACCOUNT.name),
            None => matches!(user, Named::Id(_)),
        };
        is_account && user.is(USER.id, USER.name) && password == PASSWORD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_right(user: Value) -> Option<bool> {
        let identity = json!({"methods": ["password"], "password": {"user": user}});
        let login = Login::read(json!({"auth": {"identity": identity}}).to_string().as_bytes())?;
        Some(login.is_right())
    }

    #[test]
    fn users_are_given_by_id_or_by_name_and_account() {
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
    fn invalid_login_bodies_are_rejected() {
        for body in ["", "{}", r#"{"auth":{"identity":{"methods":["token"]}}}"#] {
            assert!(Login::read(body.as_bytes()).is_none(), "{body}");
        }
    }
}
