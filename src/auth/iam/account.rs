//! The projects of an account, and the logins of a run with several of them.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use serde::de::Error as _;

use super::login::Session;
use super::project::IamProject;
use super::{Iam, login};
use crate::api::{ClientOptions, RequestSpec};
use crate::settings::{
    AccountProject, ConnectionError, Credentials, NameOrId, Project, Resolution,
};

/// Sessions of users who logged in for the list of projects. The project that they logged in for
/// needs no second login.
#[derive(Clone, Default)]
pub(crate) struct Sessions(Arc<Mutex<Vec<Known>>>);

/// A session with the IAM, user and project that it is for.
struct Known {
    iam: String,
    credentials: Credentials,
    project: NameOrId,
    session: Session,
}

impl Sessions {
    /// Returns the session for one of these projects of a user, once.
    pub(super) fn take(&self, iam: &Iam, projects: &[NameOrId]) -> Option<Session> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(known);
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
            let region = super::connect::region(resolution);
            let session = login::log_in(&iam, user, &project, &region).await?;
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
    let Answer { projects } = serde_json::from_str(body)?;
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
            {"name":"account","id":"d","is_domain":true}],"links":{"self":"x"}}"#;
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
        ] {
            assert!(read(body).is_err(), "{body}");
        }
    }
}
