//! What was taken for good and is refused: a token that ended, which a new login replaces, and a project
//! that was kept from an earlier run.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::cache::{Cache, Name, unhex};
use super::login::{self, Scope, Session};
use super::{Iam, project, seal};
use crate::api::{ApiError, CredentialRefresh, Identity, Renewed};
use crate::settings::{Credentials, Endpoint, Login, Named, Setting, check_project_id};
use crate::text::hex::hex;
use crate::text::secret::Secret;

/// A token that ends sooner than this is not begun with.
const MARGIN: SignedDuration = SignedDuration::from_mins(10);

/// How long a project is kept. It has the same id for as long as it exists.
const LONGEST: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A user who can log in, and the token that was kept of the last time.
pub(super) struct Logins {
    iam: Iam,
    login: Login,
    /// The project that the token is to be for.
    project: Named,
    region: Option<String>,
    cache: Cache,
    name: Name,
}

/// What is sealed in the cache.
#[derive(Serialize, Deserialize)]
struct Kept {
    token: String,
    scope: Scope,
}

impl Logins {
    pub(super) fn new(
        iam: Iam,
        login: Login,
        project: Named,
        region: Option<String>,
        cache: Cache,
    ) -> Self {
        let mut parts = vec!["token", iam.endpoint.base(), region.as_deref().unwrap_or_default()];
        let all = [
            Some(&login.user),
            login.domain.as_ref(),
            login.project_domain.as_ref(),
            Some(&project),
        ];
        for named in all {
            parts.extend(match named {
                Some(Named::Id(id)) => ["id", id],
                Some(Named::Name(name)) => ["name", name],
                None => ["none", ""],
            });
        }
        let name = Name::of(&parts);
        Self { iam, login, project, region, cache, name }
    }

    /// The token of an earlier run, or else a new one.
    ///
    /// # Errors
    ///
    /// What the login came to.
    pub(super) async fn session(&self) -> Result<Session, ApiError> {
        match self.kept() {
            Some(session) => Ok(session),
            None => self.log_in().await,
        }
    }

    /// The token of an earlier run, if it is still good and the password is the one that it was given for.
    pub(super) fn kept(&self) -> Option<Session> {
        let sealed = unhex(&self.cache.read(&self.name, MARGIN)?)?;
        let kept = seal::open(&self.login.password, self.name.as_bytes(), &sealed)?;
        let Kept { token, scope } = serde_json::from_str(kept.reveal()).ok()?;
        Some(Session { token: Secret::new(token), scope })
    }

    async fn log_in(&self) -> Result<Session, ApiError> {
        let region = self.region.as_deref();
        let session = login::log_in(&self.iam, &self.login, &self.project, region).await?;
        self.keep(&session);
        Ok(session)
    }

    /// A token that does not say when it ends is not kept.
    fn keep(&self, Session { token, scope }: &Session) {
        let Some(until) = scope.expires_at else { return };
        let kept = Kept { token: token.reveal().to_owned(), scope: scope.clone() };
        let Ok(text) = serde_json::to_string(&kept).map(Secret::new) else { return };
        if let Some(sealed) = seal::seal(&self.login.password, self.name.as_bytes(), &text) {
            self.cache.write(&self.name, until, hex(&sealed));
        }
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
            self.cache.remove(&self.name);
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
    let id = cache.read(name, SignedDuration::ZERO)?;
    check_project_id(&id).ok().map(|()| id)
}

/// A project that was kept, and may be there no more.
pub(super) struct KeptProject {
    pub(super) projects: Projects,
    pub(super) id: String,
}

impl CredentialRefresh for KeptProject {
    /// Whatever is wrong, the next run looks the project up again. This one does where the credentials are
    /// not what is refused: those are not presented twice.
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
