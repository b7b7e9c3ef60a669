//! The projects of an account, and the logins of a run with several of them.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use serde::de::{Error as _, IgnoredAny};

use super::login::Session;
use super::project::IamProject;
use super::{Iam, login};
use crate::api::{ApiError, ClientOptions, RequestSpec};
use crate::settings::{
    AccountProject, ConnectionError, Credentials, NameOrId, Project, Resolution,
};

/// Sessions of users who logged in for the list of projects. The project that they logged in for
/// needs no second login.
#[derive(Clone, Default)]
pub(crate) struct Sessions {
    known: Arc<Mutex<Vec<Known>>>,
    /// Users that IAM refused: a few failures lock them, in every region.
    refused: Arc<Mutex<Vec<Credentials>>>,
}

/// A login that was not tried.
#[derive(Debug, thiserror::Error)]
#[error("not tried, since IAM refused this user before")]
pub(crate) struct NotTried;

/// A session with the IAM, user and project that it is for.
struct Known {
    iam: String,
    credentials: Credentials,
    project: NameOrId,
    session: Session,
}

impl Sessions {
    /// Removes and returns the session of a user for one of these projects.
    pub(super) fn take(&self, iam: &Iam, projects: &[NameOrId]) -> Option<Session> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_this = |it: &Known| {
            it.iam == iam.endpoint.base()
                && it.credentials == iam.credentials
                && projects.contains(&it.project)
        };
        let index = known.iter().position(is_this)?;
        Some(known.swap_remove(index).session)
    }

    fn keep(&self, iam: &Iam, project: NameOrId, session: Session) {
        let (endpoint, credentials) = (iam.endpoint.base().to_owned(), iam.credentials.clone());
        let known = Known { iam: endpoint, credentials, project, session };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).push(known);
    }

    /// Logs in, unless the user was refused before.
    ///
    /// # Errors
    ///
    /// Those of the request, or [`NotTried`].
    pub(super) async fn log_in(
        &self,
        iam: &Iam,
        log_in: impl Future<Output = Result<Session, ApiError>>,
    ) -> anyhow::Result<Session> {
        let user = iam.credentials.clone();
        let refused = || self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused().contains(&user) {
            return Err(NotTried.into());
        }
        let session = log_in.await;
        if session.as_ref().is_err_and(|error| error.refusal().is_some()) {
            refused().push(user);
        }
        Ok(session?)
    }
}

/// Requests the projects of the account from IAM. A user logs in for the project of the settings.
///
/// # Errors
///
/// A setting is missing, a token is for one project only, or a request failed.
pub(crate) async fn projects(
    resolution: &Resolution,
    sessions: &Sessions,
    options: &ClientOptions,
) -> anyhow::Result<Vec<AccountProject>> {
    let (credentials, source) = resolution.credentials.clone()?;
    let (endpoint, _) = resolution.iam.clone()?;
    let mut iam = Iam { endpoint, credentials, options: options.clone() };
    match &iam.credentials {
        Credentials::Key { .. } => {}
        Credentials::Token(_) => return Err(one_project(&source).into()),
        Credentials::Password(user) => {
            let project = match resolution.project.clone()? {
                Project::Id(id) => NameOrId::Id(id.value),
                Project::Named(name) => NameOrId::Name(name.value),
                Project::OfToken => return Err(one_project(&source).into()),
            };
            let region = login::Region::of(resolution);
            let log_in = login::log_in(&iam, user, &project, &region);
            let session = sessions.log_in(&iam, log_in).await?;
            let token = Credentials::Token(session.token.clone());
            // Both name and id lead to this session.
            if let Some(IamProject { id, .. }) = &session.scope.project {
                sessions.keep(&iam, NameOrId::Id(id.clone()), session.clone());
            }
            iam.credentials = token;
        }
    }
    let failed = iam.failed("cannot list the projects of the account");
    let answer = async {
        let call = RequestSpec::get("/auth/projects", &[]);
        iam.client()?.ask(&call, |body, _| read(body.text())).await
    };
    answer.await.map_err(failed).map_err(Into::into)
}

/// Returns the error for a token where several projects are wanted.
pub(crate) fn one_project(source: &str) -> ConnectionError {
    ConnectionError::new(
        format!("the token of {source} is for one project, and several are wanted"),
        "use an access key or a user with a password, or give one --project-id",
    )
}

fn read(body: &str) -> Result<Vec<AccountProject>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Answer {
        projects: Vec<Record>,
        #[serde(default)]
        links: Links,
    }
    #[derive(Default, Deserialize)]
    struct Links {
        #[serde(default)]
        next: Option<IgnoredAny>,
    }
    #[derive(Deserialize)]
    struct Record {
        #[serde(flatten)]
        project: IamProject,
        #[serde(default)]
        enabled: Option<bool>,
        #[serde(default)]
        is_domain: Option<bool>,
    }
    let Answer { projects, links } = serde_json::from_str(body)?;
    if links.next.is_some() {
        return Err(serde_json::Error::custom("the list of projects goes on, unlike documented"));
    }
    // The account itself can be listed as a project.
    let projects = projects.into_iter().filter(|record| record.is_domain != Some(true));
    let projects = projects.map(|Record { project, enabled, .. }| {
        project.check()?;
        let is_enabled = enabled != Some(false);
        Ok(AccountProject { id: project.id, name: project.name, is_enabled })
    });
    let projects: Vec<_> = projects.collect::<Result<_, serde_json::Error>>()?;
    let mut ids: Vec<_> = projects.iter().map(|project| project.id.as_str()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(serde_json::Error::custom("two projects have one id"));
    }
    Ok(projects)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_are_read_with_their_state() {
        let body = r#"{"projects":[
            {"domain_id":"d","is_domain":false,"name":"eu-de","id":"1","enabled":true},
            {"name":"MOS","id":"2"},
            {"name":"eu-de_old","id":"3","enabled":false},
            {"name":"account","id":"d","is_domain":true}],"links":{"self":"x","next":null}}"#;
        let project = |id: &str, name: &str, is_enabled| AccountProject {
            id: id.to_owned(),
            name: name.to_owned(),
            is_enabled,
        };
        let expected = [
            project("1", "eu-de", true),
            project("2", "MOS", true),
            project("3", "eu-de_old", false),
        ];
        assert_eq!(read(body).unwrap(), expected);
        for body in [
            "{}",
            r#"{"projects":[{"id":"a/b","name":"n"}]}"#,
            r#"{"projects":[{"id":"1","name":"a"},{"id":"1","name":"b"}]}"#,
            r#"{"projects":[{"id":"1","name":"a"}],"links":{"next":"https://x"}}"#,
        ] {
            assert!(read(body).is_err(), "{body}");
        }
    }
}
