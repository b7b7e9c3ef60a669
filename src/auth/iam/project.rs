//! Looks up a project by name. Each region has a project with the region's name, and may have
//! subprojects such as `eu-de_team`.

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::Error;

use super::Iam;
use crate::api::{ApiError, Client, Pair, RequestSpec};
use crate::settings::{ConnectionError, Setting, SettingFlaw, check_project_id};
use crate::text::sanitize;

/// A project as IAM reports it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct IamProject {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    #[serde(default)]
    pub(crate) name: String,
}

/// Maximum number of projects in a message.
const NAMED: usize = 20;

impl IamProject {
    /// Checks that the id can be a segment of a path.
    pub(super) fn check(&self) -> Result<(), Error> {
        check_project_id(&self.id).map_err(|_| Error::custom("a project without a proper id"))
    }
}

/// Returns the id of the project of this name; `is_region` is true if that is the region's name.
///
/// # Errors
///
/// A request failed, or there is no such project, or more than one.
pub(super) async fn find(iam: &Iam, name: &Setting, is_region: bool) -> anyhow::Result<String> {
    let failed = || iam.failed("cannot look up the project");
    let client = iam.client().map_err(failed())?;
    let named = match list(&client, "/projects", &[("name", name.value.clone())]).await {
        // A user without the permission to list projects can still list their own.
        Err(ApiError::Refused(refusal)) if refusal.status == 403 => Vec::new(),
        named => named.map_err(failed())?,
    };
    if let Some(found) = only(&named, name)? {
        return Ok(found.id.clone());
    }
    let own = list(&client, "/auth/projects", &[]).await.map_err(failed())?;
    match only(&own, name)? {
        Some(found) => Ok(found.id.clone()),
        None if is_region => Err(elsewhere(&own, name).into()),
        None => Err(missing(&own, name).into()),
    }
}

async fn list(client: &Client, path: &str, pairs: &[Pair]) -> Result<Vec<IamProject>, ApiError> {
    client.ask(&RequestSpec::get(path, pairs), |body, _| read(body.text())).await
}

fn read(body: &str) -> Result<Vec<IamProject>, Error> {
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
    }
    let Answer { projects } = serde_json::from_str(body)?;
    let enabled = projects.into_iter().filter(|record| record.enabled != Some(false));
    enabled.map(|record| record.project.check().map(|()| record.project)).collect()
}

/// Returns the project of exactly this name: some clouds also return those that begin with it.
fn only<'a>(
    all: &'a [IamProject],
    name: &Setting,
) -> Result<Option<&'a IamProject>, ConnectionError> {
    let exact: Vec<_> = all.iter().filter(|project| project.name == name.value).collect();
    match exact.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        [first, ..] => Err(ConnectionError::new(
            format!(
                "several projects are named `{}` ({}): {}",
                sanitize::visible(&name.value),
                name.origin,
                listed(&exact)
            ),
            choose(first),
        )),
    }
}

/// Returns the error for a region in which the user has no project.
fn elsewhere(all: &[IamProject], region: &Setting) -> ConnectionError {
    let mut error = missing(all, region);
    // The name of a subproject begins with that of the region.
    let mut regions: Vec<_> =
        all.iter().map(|project| project.name.split('_').next().unwrap_or_default()).collect();
    regions.dedup();
    if regions.contains(&region.value.as_str()) {
        return error;
    }
    let named: Vec<_> = regions.iter().take(NAMED).map(|name| sanitize::visible(name)).collect();
    let Setting { origin, value } = region;
    let hint = match named.as_slice() {
        [] => error.hint.clone(),
        named => format!(
            "check {origin}: this user has no project in region {}, but in {}",
            sanitize::visible(value),
            named.join(", ")
        ),
    };
    error.hint = hint;
    error.flaw = SettingFlaw::OtherRegion;
    error
}

fn missing(all: &[IamProject], name: &Setting) -> ConnectionError {
    let message =
        format!("no project is named `{}` ({})", sanitize::visible(&name.value), name.origin);
    match all {
        [] => ConnectionError::new(
            format!("{message}, and there is no other for this user"),
            "check the region; a user sees the projects in which they have permissions",
        ),
        [first, ..] => {
            let all: Vec<_> = all.iter().collect();
            ConnectionError::new(format!("{message}; there are: {}", listed(&all)), choose(first))
        }
    }
}

fn choose(first: &IamProject) -> String {
    format!("choose one, such as --project-id {}, or set CBR_PROJECT_ID", first.id)
}

fn listed(projects: &[&IamProject]) -> String {
    let named = projects.iter().take(NAMED);
    let mut listed: Vec<_> = named
        .map(|project| format!("{} ({})", project.id, sanitize::visible(&project.name)))
        .collect();
    if projects.len() > NAMED {
        listed.push(format!("and {} more", projects.len() - NAMED));
    }
    listed.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(id: &str, name: &str) -> IamProject {
        IamProject { id: id.to_owned(), name: name.to_owned() }
    }

    #[test]
    fn the_name_must_be_the_same_and_the_project_the_only_one() {
        let [own, part, other] =
            [project("1", "eu-de"), project("2", "eu-de_team"), project("3", "eu-de")];
        let name = Setting { origin: "--region".to_owned(), value: "eu-de".to_owned() };
        let cases: [(Vec<IamProject>, Result<Option<&str>, &str>); 5] = [
            (vec![], Ok(None)),
            (vec![part.clone()], Ok(None)),
            (vec![own.clone()], Ok(Some("1"))),
            (vec![part, own.clone()], Ok(Some("1"))),
            (
                vec![own, other],
                Err("several projects are named `eu-de` (--region): 1 (eu-de), 3 (eu-de)"),
            ),
        ];
        for (all, expected) in cases {
            let found = only(&all, &name);
            let found = found.as_ref().map(|found| found.map(|project| project.id.as_str()));
            assert_eq!(found.map_err(ToString::to_string), expected.map_err(str::to_owned));
        }
    }

    #[test]
    fn those_that_there_are_are_named_up_to_a_number() {
        let name = Setting { origin: "--region".to_owned(), value: "x".to_owned() };
        let all: Vec<_> = (0..25).map(|number| project(&number.to_string(), "a\u{7}")).collect();
        let message = missing(&all, &name).to_string();
        assert!(message.starts_with("no project is named `x` (--region); there are: 0 (a"));
        assert!(message.ends_with("19 (a\\u{7}), and 5 more"), "{message}");
        let region = elsewhere(&[project("1", "eu-de_team"), project("2", "eu-nl")], &name);
        assert_eq!(region.flaw, SettingFlaw::OtherRegion);
        let hint = "check --region: this user has no project in region x, but in eu-de, eu-nl";
        assert_eq!(region.hint, hint);
        let none = missing(&[], &name).to_string();
        assert!(none.ends_with(", and there is no other for this user"), "{none}");
    }

    #[test]
    fn the_documented_answer_is_read_and_what_is_disabled_left_out() {
        let body = r#"{"links":{"self":"x","next":null,"previous":null},"projects":[
            {"domain_id":"d","is_domain":false,"parent_id":"d","name":"ap-southeast-2",
             "description":"","links":{"next":null},"id":"06f1","enabled":true},
            {"name":"ap-southeast-2","id":"06f2","enabled":false}]}"#;
        assert_eq!(read(body).unwrap(), [project("06f1", "ap-southeast-2")]);
        for body in ["{}", r#"{"projects":[{"id":"a/b","name":"n"}]}"#, r#"{"projects":[{}]}"#] {
            assert!(read(body).is_err(), "{body}");
        }
    }
}
