//! Recovery from rejected state: a new login replaces an expired token, and a new look-up replaces
//! a cached project id.

use jiff::{SignedDuration, Timestamp};

use super::cache::{Cache, Name};
use super::login::{self, Session};
use super::{Iam, project};
use crate::api::{ApiError, CredentialRefresh, Identity, Renewed};
use crate::settings::{Credentials, Endpoint, Login, Named, Setting, check_project_id};

/// How long a project is kept. It has the same id for as long as it exists.
const LONGEST: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Logs a user in, at first and when the token is rejected. Tokens are never written to disk.
pub(super) struct Logins {
    iam: Iam,
    login: Login,
    /// The project that the token is to be for.
    project: Named,
    region: Option<String>,
}

impl Logins {
    /// Creates a user for the project that the tokens are to be for.
    pub(super) fn new(iam: Iam, login: Login, project: Named, region: Option<String>) -> Self {
        Self { iam, login, project, region }
    }

    /// Logs in.
    ///
    /// # Errors
    ///
    /// The login failed.
    pub(super) async fn log_in(&self) -> Result<Session, ApiError> {
        let region = self.region.as_deref();
        login::log_in(&self.iam, &self.login, &self.project, region).await
    }
}

impl Session {
    /// As whom to ask with it, and about which project.
    pub(super) fn access(&self) -> Identity {
        let project_id = self.scope.project.as_ref().map(|project| project.id.clone());
        Identity { credentials: Credentials::Token(self.token.clone()), project_id }
    }
}

impl CredentialRefresh for Logins {
    /// One login more, which is never repeated: a few failures lock the user.
    fn renew<'a>(&'a self, refused: &'a ApiError) -> Renewed<'a> {
        Box::pin(async move {
            if !matches!(refused, ApiError::Refused(refusal) if refusal.status == 401) {
                return Ok(None);
            }
            self.log_in().await.map(|session| Some(session.access()))
        })
    }
}

/// The project of a name, as an earlier run found it.
pub(super) struct Projects {
    iam: Iam,
    wanted: Setting,
    /// Whether that is only the name of the region.
    is_region: bool,
    cache: Cache,
    name: Name,
}

impl Projects {
    /// Only an access key has one that is worth keeping: that of a token changes with the token.
    pub(super) fn new(
        iam: Iam,
        access_key: &str,
        wanted: Setting,
        is_region: bool,
        cache: Cache,
    ) -> Self {
        let name = Self::name(access_key, &iam.endpoint, &wanted);
        Self { iam, wanted, is_region, cache, name }
    }

    /// Under which name an id is kept.
    fn name(access_key: &str, iam: &Endpoint, wanted: &Setting) -> Name {
        Name::of(&["project", access_key, iam.base(), &wanted.value])
    }

    /// The id that was found earlier.
    pub(super) fn kept(&self) -> Option<String> {
        kept(&self.cache, &self.name)
    }

    /// The same, for somebody who only wants to know.
    pub(super) fn kept_in(
        cache: &Cache,
        access_key: &str,
        iam: &Endpoint,
        wanted: &Setting,
    ) -> Option<String> {
        kept(cache, &Self::name(access_key, iam, wanted))
    }

    /// Asks for the id.
    ///
    /// # Errors
    ///
    /// What the look-up came to.
    pub(super) async fn find(&self) -> anyhow::Result<String> {
        let id = project::find(&self.iam, &self.wanted, self.is_region).await?;
        if let Ok(until) = Timestamp::now().checked_add(LONGEST) {
            self.cache.write(&self.name, until, id.clone());
        }
        Ok(id)
    }

    pub(super) fn access(&self, id: String) -> Identity {
        Identity { credentials: self.iam.credentials.clone(), project_id: Some(id) }
    }
}

fn kept(cache: &Cache, name: &Name) -> Option<String> {
    let id = cache.read(name)?;
    check_project_id(&id).ok().map(|()| id)
}

/// A project that was kept, and may be there no more.
pub(super) struct KeptProject {
    pub(super) projects: Projects,
    pub(super) id: String,
}

impl CredentialRefresh for KeptProject {
    /// Whatever is wrong, the next run looks the project up again. This one does where the
    /// credentials are not what is refused: those are not presented twice.
    fn renew<'a>(&'a self, refused: &'a ApiError) -> Renewed<'a> {
        Box::pin(async move {
            self.projects.cache.remove(&self.projects.name);
            if matches!(refused, ApiError::Refused(refusal) if refusal.status == 401) {
                return Ok(None);
            }
            // If this fails too, what was refused first is what to tell.
            let found = self.projects.find().await.ok().filter(|id| *id != self.id);
            Ok(found.map(|id| self.projects.access(id)))
        })
    }
}
