//! Tokens: requests one for a password, and looks up the scope of an existing one.

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::{Error, Value, json};

use super::Iam;
use super::project::IamProject;
use crate::api::{ApiError, LOGIN, RequestSpec};
use crate::settings::{Credentials, Endpoint, Login, NameOrId, Resolution, regions};
use crate::text::secret::Secret;

/// Header with the token that a login returns, or that a look-up is about.
const SUBJECT_TOKEN: &str = "x-subject-token";

/// Scope of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    /// Its project; `None` if it is for a whole account.
    pub(crate) project: Option<IamProject>,
    /// URL of the service in the catalogue.
    pub(super) service: Option<String>,
}

/// The region whose service is read from a catalogue.
#[derive(Debug, Clone, Default)]
pub(super) struct Region {
    pub(super) name: Option<String>,
    /// True if other settings imply it: the project of the token overrides it then.
    pub(super) is_implied: bool,
}

impl Region {
    /// Returns the region of the settings.
    pub(super) fn of(resolution: &Resolution) -> Self {
        let name = resolution.region.as_ref().map(|region| region.value.clone());
        Self { name, is_implied: resolution.region_is_implied }
    }
}

/// A token that a login returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) token: Secret,
    pub(super) scope: Scope,
}

impl Scope {
    /// Returns the endpoint of the service from the catalogue, if secrets may be sent to it.
    pub(super) fn endpoint(&self) -> Option<Endpoint> {
        Endpoint::of_catalog(self.service.as_deref()?)
    }
}

/// Logs in for a project.
///
/// # Errors
///
/// The request failed. It is not retried with the same password: a few failures lock the user.
pub(super) async fn log_in(
    iam: &Iam,
    login: &Login,
    project: &NameOrId,
    region: &Region,
) -> Result<Session, ApiError> {
    let body = Secret::new(body(login, project).to_string());
    let call = RequestSpec {
        method: Method::POST,
        path: "/auth/tokens",
        pairs: &[],
        body: Some(&body),
        headers: &[],
        success: StatusCode::CREATED,
        is_private: false,
    };
    let answer = async {
        iam.client()?
            .ask(&call, |body, headers| {
                let scope = scope(iam, body.text(), region)?;
                if scope.project.is_none() {
                    return Err(Error::custom("the token is for no project"));
                }
                Ok(Session { token: token(headers)?, scope })
            })
            .await
    };
    answer.await.map_err(iam.failed(LOGIN))
}

/// Requests the scope of a token.
///
/// # Errors
///
/// The request failed.
pub(super) async fn scope_of(iam: &Iam, region: &Region) -> Result<Scope, ApiError> {
    let Credentials::Token(token) = &iam.credentials else {
        return Err(ApiError::Setup {
            reason: "this is no token".to_owned(),
            hint: "this is a bug in cbr; please report it".to_owned(),
        });
    };
    let headers = [(SUBJECT_TOKEN, token)];
    let call = RequestSpec { headers: &headers, ..RequestSpec::get("/auth/tokens", &[]) };
    let answer =
        async { iam.client()?.ask(&call, |body, _| scope(iam, body.text(), region)).await };
    answer.await.map_err(iam.failed("cannot look up the token"))
}

fn body(login: &Login, project: &NameOrId) -> Value {
    let named = |named: &NameOrId| match named {
        NameOrId::Id(id) => json!({"id": id}),
        NameOrId::Name(name) => json!({"name": name}),
    };
    let mut user = named(&login.user);
    user["password"] = login.password.reveal().into();
    if let (NameOrId::Name(_), Some(domain)) = (&login.user, &login.domain) {
        user["domain"] = named(domain);
    }
    let mut scope = named(project);
    let domain = login.project_domain.as_ref().or(login.domain.as_ref());
    if let (NameOrId::Name(_), Some(domain)) = (project, domain) {
        scope["domain"] = named(domain);
    }
    json!({"auth": {
        "identity": {"methods": ["password"], "password": {"user": user}},
        "scope": {"project": scope},
    }})
}

fn token(headers: &HeaderMap) -> Result<Secret, Error> {
    let token = headers.get(SUBJECT_TOKEN).and_then(|value| value.to_str().ok());
    let token = token.filter(|token| !token.is_empty());
    token.map(|token| Secret::new(token.to_owned())).ok_or_else(|| Error::custom("no token"))
}

/// Parses a response of IAM. Drops a service that its catalogue must not name.
fn scope(iam: &Iam, body: &str, region: &Region) -> Result<Scope, Error> {
    let mut scope = read(body, region)?;
    let is_listed = |url: &String| {
        Endpoint::of_catalog(url).is_some_and(|service| iam.endpoint.lists(&service))
    };
    scope.service = scope.service.filter(is_listed);
    Ok(scope)
}

fn read(body: &str, region: &Region) -> Result<Scope, Error> {
    #[derive(Deserialize)]
    struct Answer {
        token: Token,
    }
    #[derive(Deserialize)]
    struct Token {
        project: Option<IamProject>,
        /// Any JSON: an unexpected catalogue is ignored.
        #[serde(default)]
        catalog: Value,
    }
    let Answer { token } = serde_json::from_str(body)?;
    if let Some(project) = &token.project {
        project.check()?;
    }
    let name = token.project.as_ref().map_or("", |project| project.name.as_str());
    let service = service(&token.catalog, region, name).map(str::to_owned);
    Ok(Scope { project: token.project, service })
}

/// Returns the URL of the service in the catalogue: that of the named region; or else that of the
/// project's region, that of the implied region, or the only one.
fn service<'a>(catalog: &'a Value, region: &Region, project: &str) -> Option<&'a str> {
    let text = |value: &'a Value, key: &str| value.get(key).and_then(Value::as_str);
    let services = catalog.as_array()?.iter().filter(|service| {
        text(service, "type") == Some("cbr") || text(service, "name") == Some("cbr")
    });
    let endpoints = services
        .filter_map(|service| service.get("endpoints")?.as_array())
        .flatten()
        .filter(|endpoint| text(endpoint, "interface").is_none_or(|kind| kind == "public"));
    let is_of = |endpoint: &Value, region: &str| {
        ["region_id", "region"].iter().any(|key| {
            endpoint.get(key).and_then(Value::as_str).is_some_and(|known| known == region)
        })
    };
    let all: Vec<_> = endpoints.collect();
    let of = |region: &str| all.iter().find(|endpoint| is_of(endpoint, region));
    let name = region.name.as_deref();
    let found = match name.filter(|_| !region.is_implied) {
        Some(region) => of(region).or_else(|| of("*")),
        None => regions::of_project(project)
            .and_then(of)
            .or_else(|| name.and_then(of))
            .or_else(|| all.first().filter(|_| all.len() == 1)),
    };
    text(found?, "url")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> NameOrId {
        NameOrId::Name(text.to_owned())
    }

    #[test]
    fn the_body_of_a_login_is_the_documented_one() {
        let login = |user, domain, project_domain| Login {
            user,
            domain,
            project_domain,
            password: Secret::new("p\"w".to_owned()),
        };
        let id = |text: &str| NameOrId::Id(text.to_owned());
        let cases = [
            (
                login(name("u"), Some(name("d")), None),
                name("eu-de"),
                json!({"name": "u", "password": "p\"w", "domain": {"name": "d"}}),
                json!({"name": "eu-de", "domain": {"name": "d"}}),
            ),
            (
                login(id("u"), None, None),
                name("eu-de"),
                json!({"id": "u", "password": "p\"w"}),
                json!({"name": "eu-de"}),
            ),
            (
                login(name("u"), Some(id("d")), Some(name("e"))),
                id("p"),
                json!({"name": "u", "password": "p\"w", "domain": {"id": "d"}}),
                json!({"id": "p"}),
            ),
            (
                login(name("u"), Some(id("d")), Some(name("e"))),
                name("p"),
                json!({"name": "u", "password": "p\"w", "domain": {"id": "d"}}),
                json!({"name": "p", "domain": {"name": "e"}}),
            ),
        ];
        for (login, project, user, scope) in cases {
            let body = body(&login, &project);
            assert_eq!(body["auth"]["identity"]["methods"], json!(["password"]));
            assert_eq!(body["auth"]["identity"]["password"]["user"], user);
            assert_eq!(body["auth"]["scope"], json!({"project": scope}));
        }
    }

    #[test]
    fn the_catalogue_gives_the_service_of_the_region() {
        let endpoint = |region: &str, url: &str| json!({"interface": "public", "region": region, "region_id": region, "url": url});
        let catalog = |endpoints: Value| json!([{"type": "cbr", "endpoints": endpoints}]);
        let both = catalog(json!([endpoint("eu-de", "a"), endpoint("eu-nl", "b")]));
        let cases = [
            (both.clone(), Some("eu-nl"), Some("b")),
            (both.clone(), Some("eu-ch2"), None),
            (both.clone(), None, None),
            (catalog(json!([endpoint("eu-de", "a")])), None, Some("a")),
            (catalog(json!([endpoint("*", "a")])), Some("eu-de"), Some("a")),
            (
                catalog(json!([{"interface": "internal", "region": "r", "url": "a"}])),
                Some("r"),
                None,
            ),
            (json!([{"type": "ecs", "endpoints": [endpoint("r", "a")]}]), Some("r"), None),
            (json!(null), Some("r"), None),
            (json!([1, {"type": "cbr"}]), None, None),
        ];
        for (catalog, region, expected) in cases {
            let named = Region { name: region.map(str::to_owned), is_implied: false };
            assert_eq!(service(&catalog, &named, "MOS"), expected, "{catalog} {region:?}");
        }
        // Without a named region: the project, the implied region, the only one.
        let one = catalog(json!([endpoint("eu-de", "a")]));
        let cases = [
            (&both, "eu-nl_app", Some("eu-de"), Some("b")),
            (&both, "eu-nl", None, Some("b")),
            (&both, "eu-ch2", Some("eu-nl"), Some("b")),
            (&both, "MOS", Some("eu-de"), Some("a")),
            (&both, "MOS", Some("eu-ch2"), None),
            (&both, "MOS", None, None),
            (&one, "MOS", Some("eu-nl"), Some("a")),
            (&one, "eu-nl", None, Some("a")),
        ];
        for (catalog, project, implied, expected) in cases {
            let implied = Region { name: implied.map(str::to_owned), is_implied: true };
            assert_eq!(service(catalog, &implied, project), expected, "{project} {implied:?}");
        }
    }

    #[test]
    fn the_scope_of_a_token_is_read_and_a_strange_project_refused() {
        let read = |token: Value| read(&json!({"token": token}).to_string(), &Region::default());
        let scope = read(json!({
            "expires_at": "2020-01-04T09:05:22.701000Z", "project": {"id": "p", "name": "eu-de"},
            "roles": [],
        }));
        let found = IamProject { id: "p".to_owned(), name: "eu-de".to_owned() };
        assert_eq!(scope.unwrap(), Scope { project: Some(found), service: None });
        let account = read(json!({"domain": {"id": "d"}, "catalog": null})).unwrap();
        assert_eq!(account, Scope { project: None, service: None });
        assert!(read(json!({"project": {"id": "a/b"}})).is_err());
    }
}
