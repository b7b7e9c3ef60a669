//! Settings found so far; decides whether the next source is used, skipped, or an error.

use super::files::{Files, FromFile};
use crate::settings::config::OwnFile;
use crate::settings::credentials::Credentials;
use crate::settings::home::Home;
use crate::settings::metadata::{self, Metadata, MetadataAddress};
use crate::settings::source::{Source, SourceStatus, State};
use crate::settings::sources::given_file::FileError;
use crate::settings::sources::own_file;
use crate::settings::{ConnectionError, Environment};

/// Settings found so far.
pub(super) struct Found<'a> {
    pub(super) environment: &'a Environment,
    /// What the metadata service has said, if it was asked.
    metadata: &'a Metadata,
    /// What decided as whom to ask, by being there: whole or not.
    pub(super) decided: Option<Result<(Credentials, String), ConnectionError>>,
    /// That the own file has several profiles with credentials, of which a user has to choose one.
    choice: Option<ConnectionError>,
    /// Sources in order of precedence.
    pub(super) sources: Vec<Source>,
    pub(super) to_ask: Option<MetadataAddress>,
    pub(super) looks: Vec<SourceStatus>,
    pub(super) warnings: Vec<String>,
}

impl<'a> Found<'a> {
    pub(super) fn new(
        environment: &'a Environment,
        metadata: &'a Metadata,
        warnings: Vec<String>,
    ) -> Self {
        Self {
            environment,
            metadata,
            decided: None,
            choice: None,
            sources: Vec::new(),
            to_ask: None,
            looks: Vec::new(),
            warnings,
        }
    }

    /// Whether it is clear as whom to ask, or that this is broken.
    pub(super) fn is_decided(&self) -> bool {
        self.decided.is_some()
    }

    /// Takes in what a user asked for by name: it has to be there, and to be of use.
    pub(super) fn choose(&mut self, flag: &str, file: FromFile) {
        let refused = |why: String| {
            Err(ConnectionError::new(
                format!("{flag}: {why}"),
                format!("leave out {flag} to use other sources; cbr auth show lists them"),
            ))
        };
        // Flags may have said as whom to ask: then this says where, and has to be there none the
        // less.
        if !matches!(file, Ok(Some(_))) {
            self.decided = None;
        }
        let mut source = match file {
            Ok(Some(source)) => source,
            Ok(None) => Source {
                credentials: refused("there is no file with profiles".to_owned()),
                ..Source::named(flag)
            },
            Err(why) => Source { credentials: refused(why.to_string()), ..Source::named(flag) },
        };
        if self.is_decided() && !source.shares_project {
            // It is that of keys which are not used.
            source.project_id = None;
            source.project_name = None;
        } else if !self.is_decided() && source.credentials == Ok(None) && !source.asks_metadata {
            let why = source.note.take().unwrap_or_else(|| "it holds no credentials".to_owned());
            source.credentials = refused(format!("{}: {why}", source.name));
        }
        source.shares_project = true;
        self.look(source);
    }

    /// Takes in the profile of the own file that is used where none is asked for. Its credentials
    /// count while there are none, and its region is then nearer than that of other tools'
    /// variables; without them, its settings fill up what nobody else says.
    pub(super) fn look_into_own<F: FnOnce() -> Home>(&mut self, files: &Files<'_, F>) {
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
                    let none = whole.credentials == Ok(None) && !whole.asks_metadata;
                    Source { note: none.then(|| "it holds no credentials".to_owned()), ..whole }
                }
                Some(decided) => {
                    let settings = own_file::settings(&profile);
                    let note = match decided {
                        _ if settings.shares_project => "it holds no credentials".to_owned(),
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
    pub(super) fn look_into(&mut self, name: &str, read: impl FnOnce() -> FromFile) {
        if self.decided.is_some() {
            self.looks.push(SourceStatus::new(name, State::NotLookedAt));
            return;
        }
        match read() {
            Ok(Some(source)) => {
                self.look(source);
                if self.decided.is_none() {
                    self.sources.pop();
                }
            }
            Ok(None) => self.looks.push(SourceStatus::new(name, State::NotSet)),
            // Who names a file means that one, and none that comes after it.
            Err(FileError::Named(error)) => {
                self.look(Source { credentials: Err(error), ..Source::named(name) });
            }
            Err(FileError::Found(why)) => {
                // Where the file is the usual one, its name need not be said twice.
                let why = why.strip_prefix(&format!("{name}: ")).unwrap_or(&why);
                self.looks.push(SourceStatus::because(name, State::PassedOver, why));
            }
        }
    }

    /// Where nothing but profiles of the own file holds credentials, one of them is meant: whoever
    /// has written them does not want those of the server that this may be.
    pub(super) fn insist_on_choice(&mut self) {
        if self.decided.is_none() {
            self.decided = self.choice.take().map(Err);
        }
    }

    /// Takes in the metadata service, unless there are credentials already.
    pub(super) fn look_at_metadata(&mut self) {
        let (address, known) = (MetadataAddress::new(self.environment), self.metadata);
        let look = match (&self.decided, address, known) {
            (Some(_), ..) => SourceStatus::new(metadata::NAME, State::NotLookedAt),
            (None, Err(error), _) => {
                let look =
                    SourceStatus::because(metadata::NAME, State::PassedOver, error.to_string());
                self.decided = Some(Err(error));
                look
            }
            (None, Ok(None), _) => {
                SourceStatus::because(metadata::NAME, State::PassedOver, "CBR_ECS_METADATA is off")
            }
            (None, Ok(Some(address)), Metadata::NotAsked) => {
                self.to_ask = Some(address);
                SourceStatus::new(metadata::NAME, State::WouldBeAsked)
            }
            (None, Ok(Some(_)), Metadata::Nothing(why)) => {
                SourceStatus::because(metadata::NAME, State::NotSet, why)
            }
            (None, Ok(Some(_)), Metadata::Gave(server)) => return self.look(server.source()),
        };
        self.looks.push(look);
    }

    /// Adds the next source.
    pub(super) fn look(&mut self, mut source: Source) {
        if source.asks_metadata && self.decided.is_none() {
            self.follow(&mut source);
        }
        let name = source.name.clone();
        self.warnings.append(&mut source.warnings);
        if self.to_ask.is_some() && source.asks_metadata && self.decided.is_none() {
            source.shares_project = true;
            let would = format!("{name}: {} would be asked", metadata::NAME);
            let hint = "commands that send requests ask it; auth check tells whether it answers";
            self.decided = Some(Err(ConnectionError::new(would, hint)));
            self.looks.push(SourceStatus::because(
                &name,
                State::WouldBeAsked,
                "its mode is ecsAgency",
            ));
            self.sources.push(source);
            return;
        }
        let look = match (std::mem::replace(&mut source.credentials, Ok(None)), &self.decided) {
            (Ok(None), _) => match source.note.take() {
                Some(note) => SourceStatus::because(&name, State::PassedOver, note),
                None => SourceStatus::new(&name, State::NotSet),
            },
            (Ok(Some(credentials)), None) => {
                source.shares_project = true;
                self.warnings.append(&mut source.cautions);
                self.decided = Some(Ok((credentials, name.clone())));
                SourceStatus::new(&name, State::Used)
            }
            (Ok(Some(credentials)), Some(Ok((used, by)))) => {
                if credentials == *used {
                    SourceStatus::because(&name, State::PassedOver, format!("the same as in {by}"))
                } else {
                    self.warnings.push(format!(
                        "{by} and {name} hold different credentials; those of {by} are used"
                    ));
                    SourceStatus::because(&name, State::PassedOver, format!("{by} goes first"))
                }
            }
            (Ok(Some(_)), Some(Err(_))) => {
                SourceStatus::because(&name, State::PassedOver, "an earlier source is incomplete")
            }
            (Err(error), decided) => {
                let why = error.to_string();
                // The name of the source need not be said twice.
                let rest = why.strip_prefix(&name).and_then(|rest| rest.strip_prefix([':', ',']));
                let why = rest.map_or(why.as_str(), str::trim_start);
                let look = SourceStatus::because(&name, State::PassedOver, why);
                if decided.is_none() {
                    // Once they are fixed, its project is used.
                    source.shares_project = true;
                    self.decided = Some(Err(error));
                }
                look
            }
        };
        self.looks.push(look);
        self.sources.push(source);
    }

    /// Fills up a source that says that the server's metadata service has the credentials: with
    /// those, and with what else it leaves open.
    fn follow(&mut self, source: &mut Source) {
        let name = &source.name;
        let refused = |why: &str| {
            Err(ConnectionError::new(
                format!("{name}: its mode is ecsAgency, and {why}"),
                "run it on a server with an agency, or choose a profile with keys",
            ))
        };
        match (MetadataAddress::new(self.environment), self.metadata) {
            (Err(error), _) => source.credentials = Err(error),
            (Ok(None), _) => source.credentials = refused("CBR_ECS_METADATA is off"),
            (Ok(Some(address)), Metadata::NotAsked) => self.to_ask = Some(address),
            (Ok(Some(_)), Metadata::Nothing(why)) => {
                source.credentials = refused(&format!("{} gives no keys ({why})", metadata::NAME));
            }
            (Ok(Some(_)), Metadata::Gave(server)) => {
                let Source { credentials, region, project_id, .. } = server.source();
                source.credentials = credentials;
                source.region = source.region.take().or(region);
                source.project_id = source.project_id.take().or(project_id);
            }
        }
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
