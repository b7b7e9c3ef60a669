//! The identity service (IAM): logins with a password, and the projects of the account. `--iam`
//! changes its behavior.
//!
//! Source: IAM API reference, "Obtaining a User Token Through Password Authentication", "Verifying
//! a Token", "Querying Project Information", "Querying the Service Catalog".

use hyper::header::{HOST, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::account::Account;
use super::auth::{self, Caller, CallerScope, SUBJECT_TOKEN};
use super::cloud::Cloud;
use super::login::{Login, Proof, Scope};
use super::project::{PROJECT_ID, Project, REGION};
use super::request::{IamRoute, ReceivedRequest};
use super::response::{Reply, RequestId};
use super::tokens::{IamOption, Token, Tokens};

/// The identity service and its options.
pub(super) struct Iam {
    cloud: Cloud,
    options: Vec<IamOption>,
    tokens: Tokens,
}

/// Number of consecutive wrong passwords that locks the user.
const FAILURES: u32 = 5;

impl Iam {
    pub(super) fn new(cloud: Cloud, options: &[IamOption]) -> Self {
        Self { cloud, options: options.to_vec(), tokens: Tokens::new(cloud, options) }
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
        let caller = auth::check(call, now, self.cloud, &self.tokens);
        let caller = caller.map_err(|denial| denied(denial.to_string()))?;
        let account = caller.account;
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
                let projects = self.projects(account).into_iter().filter(wanted);
                Ok(project_list(account, &projects.collect::<Vec<_>>()))
            }
            IamRoute::OwnProjects => Ok(project_list(account, &self.projects(account))),
            IamRoute::Catalog => {
                let catalog = self.catalog(call, &caller);
                Ok(document(&json!({"catalog": catalog, "links": {}})))
            }
            IamRoute::Accounts => {
                let domain = &account.domain;
                let domain = json!({"id": domain.id, "name": domain.name, "enabled": true});
                Ok(document(&json!({"domains": [domain], "links": {}})))
            }
            IamRoute::Regions => {
                let regions: Vec<_> = self.cloud.regions().into_iter().map(region).collect();
                Ok(document(&json!({"regions": regions, "links": {}})))
            }
            IamRoute::Version | IamRoute::Versions => Ok(document(&json!({}))),
        }
    }

    fn has(&self, option: &IamOption) -> bool {
        self.options.contains(option)
    }

    fn projects(&self, account: &Account) -> Vec<Project> {
        let mut projects: Vec<_> = self.cloud.projects(account).copied().collect();
        if self.has(&IamOption::None) {
            projects.retain(|project| project.name != REGION);
        } else if self.has(&IamOption::Several)
            && let Some(project) = projects.get_mut(1)
        {
            project.name = REGION;
        }
        projects
    }

    fn log_in(&self, call: &ReceivedRequest, now: Timestamp) -> Result<Reply, Reply> {
        let unauthorized = |message| Err(nested(StatusCode::UNAUTHORIZED, message));
        let Some(login) = Login::read(call.body()) else {
            return Err(nested(StatusCode::BAD_REQUEST, "The request body is invalid."));
        };
        let user = login.account(self.cloud);
        let is_locked = |account| self.tokens.failures(account) >= FAILURES;
        if self.has(&IamOption::Locked) || user.is_some_and(is_locked) {
            return unauthorized("The user is locked, please try again later.");
        }
        let account = match &login.proof {
            Proof::Password { .. } => match user.filter(|account| login.is_right(account)) {
                Some(account) => account,
                None => {
                    user.inspect(|account| self.tokens.note_failure(account));
                    return unauthorized("The username or password is wrong.");
                }
            },
            Proof::Token(token) => match self.tokens.admit(token, now) {
                Some(token) => token.account,
                None => return unauthorized("The token must be updated."),
            },
        };
        let project = match &login.scope {
            Scope::Account => None,
            Scope::Project(wanted) => {
                let is_wanted = |project: &Project| wanted.is(project.id, project.name);
                let found = self.projects(account).into_iter().find(is_wanted);
                let missing = || nested(StatusCode::NOT_FOUND, "Could not find the project.");
                let project = found.ok_or_else(missing)?;
                if !project.is_enabled {
                    return unauthorized("The project is disabled.");
                }
                Some(project)
            }
        };
        let token = self.tokens.issue(account, project, now);
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
        let Account { domain, user, .. } = token.account;
        let account = json!({"id": domain.id, "name": domain.name});
        let caller = Caller { account: token.account, scope: CallerScope::Token(token.project) };
        let time = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
        let mut description = json!({
            "expires_at": time(token.expires_at),
            "issued_at": time(token.issued_at),
            "methods": ["password"],
            "roles": [{"id": "0", "name": "te_admin"}],
            "user": {
                "id": user.id, "name": user.name, "domain": account, "password_expires_at": "",
            },
            "catalog": self.catalog(call, &caller),
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
    fn catalog(&self, call: &ReceivedRequest, caller: &Caller) -> Value {
        if self.has(&IamOption::NoCatalog) {
            return json!([]);
        }
        let host = call.header(HOST.as_str()).unwrap_or_default();
        let endpoint = |number: usize, kind: &str, url: String, region: &str| {
            json!({
                "interface": "public", "region": region, "region_id": region, "url": url,
                "id": format!("{kind}-{number}"),
            })
        };
        let service = |kind: &str, endpoints: Vec<Value>| {
            json!({
                "type": kind, "name": kind, "id": format!("{kind}-0"), "endpoints": endpoints,
            })
        };
        let cbr = match self.cloud {
            Cloud::Single => {
                vec![endpoint(1, "cbr", format!("http://{host}/v3/{PROJECT_ID}"), REGION)]
            }
            Cloud::Regions => {
                let url = |region| {
                    let project = self.project_of_endpoint(region, caller)?;
                    Some(format!("http://{host}/{region}/v3/{project}"))
                };
                let regions = self.cloud.regions().into_iter().zip(1..);
                regions
                    .filter_map(|(region, number)| {
                        Some(endpoint(number, "cbr", url(region)?, region))
                    })
                    .collect()
            }
        };
        json!([
            service("iam", vec![endpoint(1, "iam", format!("http://{host}/v3"), "*")]),
            service("cbr", cbr),
        ])
    }

    /// Returns the id of the project in an endpoint: the token's or, without one, the region's.
    fn project_of_endpoint(&self, region: &str, caller: &Caller) -> Option<&'static str> {
        if let CallerScope::Token(Some(project)) = &caller.scope {
            return Some(project.id);
        }
        let mut projects = self.cloud.projects(caller.account);
        projects.find(|project| project.name == region).map(|project| project.id)
    }
}

fn region(id: &str) -> Value {
    json!({
        "id": id, "type": "public", "locales": {"en-us": "Sandbox"},
        "description": "", "parent_region_id": null,
    })
}

fn project_list(account: &Account, projects: &[Project]) -> Reply {
    let domain = account.domain.id;
    let projects: Vec<_> = projects
        .iter()
        .map(|Project { id, name, is_enabled, .. }| {
            json!({
                "domain_id": domain, "is_domain": false, "parent_id": domain, "name": name,
                "description": "", "id": id, "enabled": is_enabled,
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
