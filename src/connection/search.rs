//! The search for settings: each source in its turn, until there is enough.
//!
//! Sources of credentials are looked at in a fixed order, and the first that holds any decides: if
//! they are whole they are used, and if not that is an error. For the other settings what is nearest to
//! the user wins: flags, then a profile that was asked for, then the variables of this tool, then the own
//! file's profile if the credentials are its, then the variables of others, then the file that gave the
//! credentials.

use std::cell::LazyCell;

use super::credentials::Credentials;
use super::endpoint::Endpoint;
use super::family::{self, Family};
use super::home::Home;
use super::metadata::{self, Metadata, MetadataAddress};
use super::project::Project;
use super::source::{Look, Source, State};
use super::{
    ConnectionArgs, ConnectionError, Environment, Origin, Setting, Trust, clouds, identity, koocli,
    own_file, regions_file, sdk_file,
};
use crate::config::{OwnFile, Profile};
use crate::suggest;

/// The variables of other tools, in the order in which they are looked at.
const OTHERS: [&Family; 4] =
    [&family::SDK, &family::TERRAFORM, &family::OPENSTACK, &family::SAMPLES];

/// Each setting with its origin, or why there is none.
#[derive(Debug)]
pub(crate) struct Resolution {
    /// As whom, and the name of the source.
    pub(crate) credentials: Result<(Credentials, String), ConnectionError>,
    /// Where the backups are, if anybody says so.
    pub(crate) region: Option<Setting>,
    /// Whose backups.
    pub(crate) project: Result<Project, ConnectionError>,
    /// Where the service is.
    pub(crate) endpoint: Result<Place, NoPlace>,
    /// Where IAM is, and who says so.
    pub(crate) iam: Result<(Endpoint, String), ConnectionError>,
    /// Whose certificates count.
    pub(crate) trust: Trust,
    /// Where to ask for credentials, if nothing else holds any.
    pub(crate) to_ask: Option<MetadataAddress>,
    /// What became of each source of credentials, in their order.
    pub(crate) looks: Vec<Look>,
    /// What may surprise.
    pub(crate) warnings: Vec<String>,
}

/// Where the service is, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) endpoint: Endpoint,
    pub(crate) origin: String,
    /// Whether it was made from the region's name, so that a catalogue knows better.
    pub(crate) is_made: bool,
}

/// That nobody says where the service is, or not in a way that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoPlace {
    pub(crate) error: ConnectionError,
    /// Whether a catalogue may know it: there is no region, or none that is known here.
    pub(crate) is_open: bool,
}

impl From<ConnectionError> for NoPlace {
    fn from(error: ConnectionError) -> Self {
        Self { error, is_open: false }
    }
}

impl Resolution {
    /// Looks for the settings. Files of credentials are only opened while there are none, or where one
    /// of them was asked for; the file of endpoints only where a region has to give the endpoint.
    /// The metadata service is not asked here: `metadata` is what is known of it, and
    /// [`Resolution::to_ask`] says whether to ask it and come back.
    pub(crate) fn new(
        args: &ConnectionArgs,
        environment: &Environment,
        home: impl FnOnce() -> Home,
        metadata: &Metadata,
    ) -> Self {
        let own = &args.own_file;
        let runs_commands = !args.runs_no_command;
        let files = Files { environment, home: LazyCell::new(home), own, runs_commands };
        let mut search = Search { warnings: own.warnings.clone(), ..Search::default() };
        search.sources.push(flags(args));
        let profile = environment.get("CBR_PROFILE");
        if let Some(profile) = &args.profile {
            search.choose("--profile", files.profile(profile));
            search.look(family::OWN.read(environment));
        } else if let Some(cloud) = &args.cloud {
            search.choose("--cloud", files.cloud(Some(cloud)));
            search.look(family::OWN.read(environment));
        } else if let Some(profile) = profile {
            search.choose("CBR_PROFILE", files.profile(profile));
            search.look(family::OWN.read(environment));
            // Its keys go first, as those of a profile that was asked for. Other variables of its
            // kind are as near to the user, and say more exactly what is meant.
            search.sources.swap(1, 2);
        } else {
            search.look(family::OWN.read(environment));
        }
        for family in OTHERS {
            let cloud = environment.get("OS_CLOUD").filter(|_| search.decided.is_none());
            if family.name == family::OPENSTACK.name && cloud.is_some() {
                search.choose("OS_CLOUD", files.cloud(cloud));
            }
            search.look(family.read(environment));
        }
        let is_chosen = args.profile.is_some() || args.cloud.is_some() || profile.is_some();
        if !is_chosen {
            search.look_into_own(&files);
        }
        search.look_into("~/.hcloud/config.json", || files.current_profile());
        search.look_into("~/.huaweicloud/credentials", || files.sdk());
        search.look_into("clouds.yaml", || files.cloud(None));
        search.insist_on_choice();
        search.look_at_metadata(MetadataAddress::new(environment), metadata);
        search.finish(args.insecure, &files)
    }

    /// Whether everything is there that IAM does not know.
    ///
    /// # Errors
    ///
    /// Names the flag, variable or file that is missing or broken.
    pub(crate) fn check(&self) -> Result<(), ConnectionError> {
        let iam = self.iam.as_ref().err().filter(|_| self.needs_iam());
        let place = self.endpoint.as_ref().err();
        // Where nobody knows the region, its name is what is wrong.
        let is_open = |place: &&NoPlace| place.is_open && self.has_catalog() && iam.is_none();
        let error = self.credentials.as_ref().err();
        let error = error.or(place.filter(|place| !is_open(place)).map(|place| &place.error));
        let error = error.or(self.project.as_ref().err()).or(iam);
        error.map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Whether there will be a catalogue, which comes with a token, and may know where the service is.
    pub(crate) fn has_catalog(&self) -> bool {
        let logs_in = matches!(&self.credentials, Ok((Credentials::Password(_), _)));
        logs_in || matches!(self.project, Ok(Project::OfToken))
    }

    /// Whether IAM has to be asked before the service can be.
    pub(crate) fn needs_iam(&self) -> bool {
        let logs_in = matches!(&self.credentials, Ok((Credentials::Password(_), _)));
        logs_in || matches!(&self.project, Ok(Project::Named(_) | Project::OfToken))
    }

    /// Where the credentials come from.
    pub(crate) fn origin(&self) -> Origin {
        let source = self.credentials.as_ref().map(|(_, source)| source.clone());
        let source = source.unwrap_or_default();
        Origin { secret_key: secret_key_of(&source), source }
    }
}

/// What a user calls the secret key of a source.
fn secret_key_of(source: &str) -> String {
    let family = [&family::OWN].into_iter().chain(OTHERS).find(|family| family.name == source);
    family.map_or_else(
        || format!("the secret key of {source}"),
        |family| family.secret_key.to_owned(),
    )
}

/// The user's own file, and those of other tools.
struct Files<'a, F> {
    environment: &'a Environment,
    home: LazyCell<Home, F>,
    own: &'a OwnFile,
    /// Whether commands may be run for credentials.
    runs_commands: bool,
}

/// What a file gave: nothing if there is none, or in words for a user why it is of no use.
type FromFile = Result<Option<Source>, String>;

impl<F: FnOnce() -> Home> Files<'_, F> {
    /// The profile of this name: of the own file, or else of KooCLI.
    fn profile(&self, name: &str) -> FromFile {
        if let Some(problem) = &self.own.problem {
            return Err(problem.to_string());
        }
        let config = self.own.config.as_ref();
        if let Some(profile) = config.and_then(|config| config.profile(name)) {
            return Ok(Some(self.whole(&profile)));
        }
        let own: Vec<_> = config.iter().flat_map(|config| config.profiles()).collect();
        match koocli::read(self.environment, &self.home, Some(name)) {
            Ok(None) if !own.is_empty() => Err(format!(
                "{}: no profile `{}`{}",
                self.own.name,
                name.escape_debug(),
                suggest::question(name, &own)
            )),
            Err(why) if !own.is_empty() => Err(format!(
                "{why}; {} has none either{}",
                self.own.name,
                suggest::question(name, &own)
            )),
            other => other,
        }
    }

    fn whole(&self, profile: &Profile<'_>) -> Source {
        own_file::whole(profile, self.environment, &self.home, self.runs_commands)
    }

    fn current_profile(&self) -> FromFile {
        koocli::read(self.environment, &self.home, None)
    }

    fn sdk(&self) -> FromFile {
        sdk_file::read(self.environment, &self.home)
    }

    fn cloud(&self, name: Option<&str>) -> FromFile {
        clouds::read(self.environment, &self.home, name)
    }

    /// The endpoint of a region: the one that the user has named for it, or else the cloud's.
    fn endpoint_of(
        &self,
        region: &Setting,
        cloud: Option<&Setting>,
        iam: Option<&Setting>,
    ) -> Result<Place, NoPlace> {
        if let Some(endpoint) = self.environment.endpoint_of(&region.value) {
            return written(&endpoint);
        }
        match regions_file::read(self.environment, &self.home, &region.value) {
            Ok(Some(endpoint)) => return written(&endpoint),
            Ok(None) => {}
            Err(why) => {
                return Err(ConnectionError::new(why, "mend that file, or give --endpoint").into());
            }
        }
        let made = |endpoint, origin| Place { endpoint, origin, is_made: true };
        if let Some(cloud) = cloud {
            let (endpoint, origin) = Endpoint::below("cbr", region, cloud)?;
            return Ok(made(endpoint, origin));
        }
        let error = match Endpoint::of_region(region) {
            Ok(endpoint) => return Ok(made(endpoint, region.origin.clone())),
            Err(error) => error,
        };
        let beside = iam.and_then(|iam| {
            let (found, origin) = identity::at(iam).ok()?;
            let origin = format!("{} and {origin}", region.origin);
            Some(made(Endpoint::beside(region, &found)?, origin))
        });
        beside.ok_or(NoPlace { error, is_open: true })
    }
}

/// An endpoint as someone wrote it, and who.
fn written(setting: &Setting) -> Result<Place, NoPlace> {
    let endpoint = Endpoint::parse(setting)?;
    Ok(Place { endpoint, origin: setting.origin.clone(), is_made: false })
}

/// The flags, which hold no credentials.
fn flags(args: &ConnectionArgs) -> Source {
    Source {
        region: Setting::of_flag("--region", args.region.as_deref()),
        project_id: Setting::of_flag("--project-id", args.project_id.as_deref()),
        endpoint: Setting::of_flag("--endpoint", args.endpoint.as_deref()),
        ca_file: Setting::of_flag("--ca-file", args.ca_file.as_deref()),
        lends_project: true,
        ..Source::named("flags")
    }
}

/// What was found so far.
#[derive(Debug, Default)]
struct Search {
    /// What decided as whom to ask, by being there: whole or not.
    decided: Option<Result<(Credentials, String), ConnectionError>>,
    /// That the own file has several profiles with credentials, of which a user has to choose one.
    choice: Option<ConnectionError>,
    /// The nearest to the user first.
    sources: Vec<Source>,
    to_ask: Option<MetadataAddress>,
    looks: Vec<Look>,
    warnings: Vec<String>,
}

impl Search {
    /// Takes in what a user asked for by name: it has to be there, and to be of use.
    fn choose(&mut self, flag: &str, file: FromFile) {
        let refused = |why: String| {
            Err(ConnectionError::new(
                format!("{flag}: {why}"),
                format!("leave out {flag} to use other sources; cbr auth show lists them"),
            ))
        };
        let mut source = match file {
            Ok(Some(source)) => source,
            Ok(None) => Source {
                credentials: refused("there is no file with profiles".to_owned()),
                ..Source::named(flag)
            },
            Err(why) => Source { credentials: refused(why), ..Source::named(flag) },
        };
        if source.credentials == Ok(None) {
            let why = source.note.take().unwrap_or_else(|| "it holds no credentials".to_owned());
            source.credentials = refused(format!("{}: {why}", source.name));
        }
        source.lends_project = true;
        self.look(source);
    }

    /// Takes in the profile of the own file that is used where none is asked for. Its credentials count
    /// while there are none, and its region is then nearer than that of other tools' variables; without
    /// them, its settings fill up what nobody else says.
    fn look_into_own<F: FnOnce() -> Home>(&mut self, files: &Files<'_, F>) {
        let OwnFile { name, config, problem, .. } = files.own;
        let profile = match (config, problem) {
            (_, Some(problem)) => Err(problem.clone()),
            (Some(config), None) => config.default_profile(),
            (None, None) => Ok(None),
        };
        let source = match profile {
            Err(problem) => Source { credentials: Err(problem), ..Source::named(name) },
            Ok(None) => {
                let profiles: Vec<_> = config.iter().flat_map(|config| config.profiles()).collect();
                let note = (profiles.len() > 1).then(|| {
                    "several profiles; choose one with --profile, or set default_profile".to_owned()
                });
                let has_credentials = |name: &&str| {
                    let profile = config.as_ref().and_then(|config| config.profile(name));
                    profile.is_some_and(|profile| own_file::has_credentials(&profile))
                };
                if profiles.iter().any(has_credentials) {
                    self.choice = Some(no_choice(name, &profiles));
                }
                Source { note, ..Source::named(name) }
            }
            Ok(Some(profile)) => match &self.decided {
                None => {
                    let whole = files.whole(&profile);
                    let none = whole.credentials == Ok(None);
                    Source { note: none.then(|| "it holds no credentials".to_owned()), ..whole }
                }
                Some(decided) => {
                    let settings = own_file::settings(&profile);
                    let note = match decided {
                        _ if settings.lends_project => "it holds no credentials".to_owned(),
                        Ok((_, by)) => format!("{by} goes first"),
                        Err(_) => "an earlier source is incomplete".to_owned(),
                    };
                    Source { note: Some(note), ..settings }
                }
            },
        };
        let was_decided = self.decided.is_some();
        self.look(source);
        if !was_decided
            && self.decided.is_some()
            && let Some(source) = self.sources.pop()
        {
            // After the flags and the own variables.
            self.sources.insert(2.min(self.sources.len()), source);
        }
    }

    /// Takes in the file of another tool, unless there are credentials already. What is in a file
    /// that gives none is not used either.
    fn look_into(&mut self, name: &str, read: impl FnOnce() -> FromFile) {
        if self.decided.is_some() {
            self.looks.push(Look::new(name, State::NotLookedAt));
            return;
        }
        match read() {
            Ok(Some(source)) => {
                self.look(source);
                if self.decided.is_none() {
                    self.sources.pop();
                }
            }
            Ok(None) => self.looks.push(Look::new(name, State::NotSet)),
            Err(why) => {
                // Where the file is the usual one, its name need not be said twice.
                let why = why.strip_prefix(&format!("{name}: ")).unwrap_or(&why);
                self.looks.push(Look::because(name, State::PassedOver, why));
            }
        }
    }

    /// Where nothing but profiles of the own file holds credentials, one of them is meant: whoever has written
    /// them does not want those of the server that this may be.
    fn insist_on_choice(&mut self) {
        if self.decided.is_none() {
            self.decided = self.choice.take().map(Err);
        }
    }

    /// Takes in the metadata service, unless there are credentials already.
    fn look_at_metadata(
        &mut self,
        address: Result<Option<MetadataAddress>, ConnectionError>,
        known: &Metadata,
    ) {
        let look = match (&self.decided, address, known) {
            (Some(_), ..) => Look::new(metadata::NAME, State::NotLookedAt),
            (None, Err(error), _) => {
                let look = Look::because(metadata::NAME, State::PassedOver, error.to_string());
                self.decided = Some(Err(error));
                look
            }
            (None, Ok(None), _) => {
                Look::because(metadata::NAME, State::PassedOver, "CBR_ECS_METADATA is off")
            }
            (None, Ok(Some(address)), Metadata::NotAsked) => {
                self.to_ask = Some(address);
                Look::new(metadata::NAME, State::WouldBeAsked)
            }
            (None, Ok(Some(_)), Metadata::Nothing(why)) => {
                Look::because(metadata::NAME, State::NotSet, why)
            }
            (None, Ok(Some(_)), Metadata::Gave(server)) => return self.look(server.source()),
        };
        self.looks.push(look);
    }

    /// Takes the next source in.
    fn look(&mut self, mut source: Source) {
        let name = source.name.clone();
        self.warnings.append(&mut source.warnings);
        let look = match (std::mem::replace(&mut source.credentials, Ok(None)), &self.decided) {
            (Ok(None), _) => match source.note.take() {
                Some(note) => Look::because(&name, State::PassedOver, note),
                None => Look::new(&name, State::NotSet),
            },
            (Ok(Some(credentials)), None) => {
                source.lends_project = true;
                self.warnings.extend(source.caution.take());
                self.decided = Some(Ok((credentials, name.clone())));
                Look::new(&name, State::Used)
            }
            (Ok(Some(credentials)), Some(Ok((used, by)))) => {
                if credentials == *used {
                    Look::because(&name, State::PassedOver, format!("the same as in {by}"))
                } else {
                    self.warnings.push(format!(
                        "{by} and {name} hold different credentials; those of {by} are used"
                    ));
                    Look::because(&name, State::PassedOver, format!("{by} goes first"))
                }
            }
            (Ok(Some(_)), Some(Err(_))) => {
                Look::because(&name, State::PassedOver, "an earlier source is incomplete")
            }
            (Err(error), decided) => {
                let why = error.to_string();
                // The name of the source need not be said twice.
                let rest = why.strip_prefix(&name).and_then(|rest| rest.strip_prefix([':', ',']));
                let why = rest.map_or(why.as_str(), str::trim_start);
                let look = Look::because(&name, State::PassedOver, why);
                if decided.is_none() {
                    // Once they are mended, its project will be the one.
                    source.lends_project = true;
                    self.decided = Some(Err(error));
                }
                look
            }
        };
        self.looks.push(look);
        self.sources.push(source);
    }

    /// Takes each setting from the nearest source that has it.
    fn finish<F: FnOnce() -> Home>(self, insecure: bool, files: &Files<'_, F>) -> Resolution {
        let credentials = self.decided.unwrap_or_else(|| Err(no_credentials(&self.looks)));
        let lenders = || self.sources.iter().filter(|source| source.lends_project);
        let lent = |setting: fn(&Source) -> Option<&Setting>| lenders().find_map(setting);
        let (cloud, iam) =
            (lent(|source| source.cloud.as_ref()), lent(|source| source.iam.as_ref()));
        let mut sources = self.sources.iter();
        let endpoint = sources.find_map(|source| match (&source.endpoint, &source.region) {
            (Some(endpoint), _) => Some(written(endpoint)),
            (None, Some(region)) => Some(files.endpoint_of(region, cloud, iam)),
            (None, None) => None,
        });
        let endpoint = endpoint.unwrap_or_else(|| {
            let hint = "give --region (such as --region eu-de), or set CBR_REGION";
            Err(NoPlace { error: ConnectionError::new("no region", hint), is_open: true })
        });
        let region = self.sources.iter().find_map(|source| source.region.clone());
        let project = Project::new(
            lent(|source| source.project_id.as_ref()).cloned(),
            lent(|source| source.project_name.as_ref()).cloned(),
            region.as_ref(),
            credentials.as_ref().ok().map(|(credentials, _)| credentials),
        );
        let iam = match (iam, &endpoint) {
            (Some(iam), _) => identity::at(iam),
            // A service on this machine is none of the region's: its keys are not for the region's IAM.
            (None, Ok(place)) if place.endpoint.is_loopback() => {
                Err(identity::unknown("the endpoint is on this machine"))
            }
            (None, _) => identity::of_region(region.as_ref(), cloud),
        };
        let ca_file = self.sources.iter().find_map(|source| source.ca_file.clone());
        let trust = Trust::new(insecure, ca_file, files.environment);
        let Self { to_ask, looks, warnings, .. } = self;
        Resolution { credentials, region, project, endpoint, iam, trust, to_ask, looks, warnings }
    }
}

/// That a user has to say which profile is meant.
fn no_choice(file: &str, profiles: &[&str]) -> ConnectionError {
    let names: Vec<_> = profiles.iter().map(|name| format!("`{}`", name.escape_debug())).collect();
    ConnectionError::new(
        format!("{file} has several profiles, and none is chosen: {}", names.join(", ")),
        "choose one with --profile NAME, or for good: cbr config set default_profile NAME",
    )
}

/// Says of every source why it gave nothing: whoever has set one of them up sees which.
fn no_credentials(looks: &[Look]) -> ConnectionError {
    let with_reason = |look: &Look| match &look.reason {
        Some(reason) => format!("{} ({reason})", look.source),
        None => look.source.clone(),
    };
    let of = |state: State| looks.iter().filter(move |look| look.state == state);
    let not_set: Vec<_> = of(State::NotSet).map(with_reason).collect();
    let mut message = format!("no credentials; not set: {}", not_set.join(", "));
    for look in of(State::PassedOver) {
        message.push_str(&format!("; passed over: {}", with_reason(look)));
    }
    for look in of(State::WouldBeAsked) {
        message.push_str(&format!("; {} would be asked", look.source));
    }
    ConnectionError::new(
        message,
        "export CBR_ACCESS_KEY and CBR_SECRET_KEY; or try it without an account: \
         cbr sandbox -- backups list",
    )
}

#[cfg(test)]
mod tests;
