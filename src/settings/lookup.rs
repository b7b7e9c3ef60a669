//! Result of looking up one source, with its rank.

use super::given_file::FileError;
use super::metadata::{self, Metadata};
use super::{ConnectionError, Context, Credentials, MetadataAddress, Source};

/// Result of looking up one source.
#[derive(Debug)]
pub(super) struct Lookup {
    /// Its name and settings, without credentials.
    pub(super) source: Source,
    pub(super) outcome: Outcome,
    pub(super) rank: Rank,
}

/// Credentials of a source, or why it has none.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It never holds any, so the list of sources omits it.
    Unlisted,
    /// They are not set; a reason if that is not obvious.
    NotSet(Option<String>),
    /// Present and not usable, for this reason.
    Skipped(String),
    /// Complete credentials.
    Found(Credentials),
    /// Incomplete or invalid. The search ends here: other credentials may be another account's.
    Invalid(ConnectionError),
    /// Selected by name and not available, which is an error even if other credentials are set.
    Missing(ConnectionError),
    /// Several entries hold credentials and none is selected; the list of sources omits this.
    Ambiguous(ConnectionError),
    /// It names credentials, which were not read, since an earlier source decides.
    Outranked,
    /// Its file was not opened, since an earlier source decides.
    NotOpened,
    /// Available from the metadata service, which was not requested yet.
    Pending {
        address: MetadataAddress,
        /// Why the source refers to the service; `None` for the service itself.
        referral: Option<&'static str>,
    },
}

/// Precedence of the settings of a source other than credentials, highest first. Sources of the
/// same rank keep the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Flags.
    Flags,
    /// Entry that `--profile` or `--cloud` selects.
    Selected,
    /// Variables of `cbr`.
    OwnVariables,
    /// A profile of config.toml whose credentials are used, or that `CBR_PROFILE` selects.
    OwnProfile,
    /// Everything else.
    Others,
}

impl Outcome {
    /// Moves the credentials out of a source.
    pub(super) fn of(source: &mut Source) -> Self {
        match std::mem::replace(&mut source.credentials, Ok(None)) {
            Ok(Some(credentials)) => Self::Found(credentials),
            Ok(None) => source.note.take().map_or(Self::NotSet(None), Self::Skipped),
            Err(error) => Self::Invalid(error),
        }
    }
}

impl Lookup {
    /// Creates the result for a source that was read. If it refers to the metadata service and no
    /// earlier source decides, the credentials are those of the service.
    pub(super) fn read(mut source: Source, context: &Context<'_>, is_decided: bool) -> Self {
        let outcome = if source.refers_to_metadata && !is_decided {
            follow(&mut source, context)
        } else {
            Outcome::of(&mut source)
        };
        Self { source, outcome, rank: Rank::Others }
    }

    /// Creates the result for a source without settings.
    pub(super) fn without_settings(name: &str, outcome: Outcome) -> Self {
        Self { source: Source::named(name), outcome, rank: Rank::Others }
    }

    /// Reads a file of another tool, unless an earlier source decides. Without credentials, its
    /// other settings are not used either.
    pub(super) fn file(
        name: &str,
        context: &Context<'_>,
        is_decided: bool,
        read: impl FnOnce() -> Result<Option<Source>, FileError>,
    ) -> Self {
        if is_decided {
            return Self::without_settings(name, Outcome::NotOpened);
        }
        match read() {
            Ok(Some(source)) => {
                let lookup = Self::read(source, context, is_decided);
                if lookup.decides() {
                    return lookup;
                }
                let Source { name, warnings, .. } = lookup.source;
                Self { source: Source { warnings, ..Source::named(name) }, ..lookup }
            }
            Ok(None) => Self::without_settings(name, Outcome::NotSet(None)),
            // A variable names this file, so later files are not used.
            Err(FileError::Named(error)) => Self::without_settings(name, Outcome::Invalid(error)),
            Err(FileError::Unusable(why)) => {
                // The status shows the usual name already.
                let why = why.strip_prefix(&format!("{name}: ")).unwrap_or(&why);
                Self::without_settings(name, Outcome::Skipped(why.to_owned()))
            }
        }
    }

    /// Creates the result for an entry that `origin`, a flag or a variable, selects.
    pub(super) fn entry(
        origin: &str,
        read: Result<Option<Source>, FileError>,
        context: &Context<'_>,
        is_decided: bool,
    ) -> Self {
        let refused = |why: &str| {
            ConnectionError::new(
                format!("{origin}: {why}"),
                format!("leave out {origin} to use other sources; cbr auth show lists them"),
            )
        };
        let missing = |why: &str| Self::without_settings(origin, Outcome::Missing(refused(why)));
        let source = match read {
            Ok(Some(source)) => source,
            Ok(None) => return missing("there is no file with profiles"),
            Err(why) => return missing(&why.to_string()),
        };
        let mut lookup = Self::read(source, context, is_decided);
        if is_decided && !lookup.source.shares_project {
            // The project belongs to keys that are not used.
            lookup.source.project_id = None;
            lookup.source.project_name = None;
        }
        let name = lookup.source.name.clone();
        let none = |why: &str| Outcome::Invalid(refused(&format!("{name}: {why}")));
        lookup.outcome = match lookup.outcome {
            Outcome::NotSet(_) if !is_decided => none("it holds no credentials"),
            Outcome::Skipped(why) if !is_decided => none(&why),
            outcome => outcome,
        };
        lookup.source.shares_project = true;
        lookup
    }

    /// Replaces the rank.
    pub(super) fn ranked(self, rank: Rank) -> Self {
        Self { rank, ..self }
    }

    /// Returns true if this source decides the credentials.
    pub(super) fn decides(&self) -> bool {
        match &self.outcome {
            Outcome::Found(_)
            | Outcome::Invalid(_)
            | Outcome::Missing(_)
            | Outcome::Ambiguous(_) => true,
            Outcome::Pending { referral, .. } => referral.is_some(),
            Outcome::Unlisted
            | Outcome::NotSet(_)
            | Outcome::Skipped(_)
            | Outcome::Outranked
            | Outcome::NotOpened => false,
        }
    }
}

/// Returns the credentials of a source that refers to the service, and completes its settings with
/// those of the server.
fn follow(source: &mut Source, context: &Context<'_>) -> Outcome {
    let name = &source.name;
    let refused = |why: &str| {
        Outcome::Invalid(ConnectionError::new(
            format!("{name}: its mode is ecsAgency, and {why}"),
            "run it on a server with an agency, or choose a profile with keys",
        ))
    };
    match (MetadataAddress::new(context.environment), context.metadata) {
        (Err(error), _) => Outcome::Invalid(error),
        (Ok(None), _) => refused(&format!("{} is off", metadata::VARIABLE)),
        (Ok(Some(address)), Metadata::NotRequested) => {
            Outcome::Pending { address, referral: Some("its mode is ecsAgency") }
        }
        (Ok(Some(_)), Metadata::Nothing(why)) => {
            refused(&format!("{} gives no keys ({why})", metadata::NAME))
        }
        (Ok(Some(_)), Metadata::Available(server)) => {
            let Source { credentials, region, project_id, .. } = server.source();
            source.credentials = credentials;
            source.region = source.region.take().or(region);
            source.project_id = source.project_id.take().or(project_id);
            Outcome::of(source)
        }
    }
}
