//! Sources that the user selects by name: `--profile`, `--cloud`, `CBR_PROFILE`, and variables of
//! other tools that name an entry of a file.
//!
//! The entry must exist: continuing without it would use another account.

use super::clouds_yaml::{self, Wanted};
use super::{config_profile, koocli};
use crate::settings::given_file::FileError;
use crate::settings::lookup::{Lookup, Outcome, Rank};
use crate::settings::source::Source;
use crate::settings::{ConnectionError, Context};
use crate::text::suggest;

/// Looks up the source that `--profile`, `--cloud` or `CBR_PROFILE` selects, in this order.
pub(in crate::settings) fn look_up(context: &Context<'_>, is_decided: bool) -> Option<Lookup> {
    let Context { args, environment, home, hosts, .. } = context;
    if let Some(name) = &args.profile {
        let read = profile(context, name, is_decided);
        return Some(named("--profile", read, context, is_decided).ranked(Rank::Selected));
    }
    if let Some(name) = &args.cloud {
        let read = clouds_yaml::read(
            environment,
            home,
            hosts,
            Wanted::Asked(name),
            args.region.as_deref(),
        );
        return Some(named("--cloud", read, context, is_decided).ranked(Rank::Selected));
    }
    // Other `CBR_` variables are also set for this run, and are more specific.
    let name = environment.get("CBR_PROFILE")?;
    let read = profile(context, name, is_decided);
    Some(named("CBR_PROFILE", read, context, is_decided).ranked(Rank::OwnProfile))
}

/// Returns the result for an entry that `origin`, a flag or a variable, selects.
pub(super) fn named(
    origin: &str,
    read: Result<Option<Source>, FileError>,
    context: &Context<'_>,
    is_decided: bool,
) -> Lookup {
    let refused = |why: &str| {
        ConnectionError::new(
            format!("{origin}: {why}"),
            format!("leave out {origin} to use other sources; cbr auth show lists them"),
        )
    };
    let missing = |why: &str| Lookup::without_settings(origin, Outcome::Missing(refused(why)));
    let source = match read {
        Ok(Some(source)) => source,
        Ok(None) => return missing("there is no file with profiles"),
        Err(why) => return missing(&why.to_string()),
    };
    let mut lookup = Lookup::read(source, context, is_decided);
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

/// Reads the profile of this name: of config.toml, or else of KooCLI. If an earlier source decides,
/// the credentials of a profile of config.toml are not read.
fn profile(
    context: &Context<'_>,
    name: &str,
    is_decided: bool,
) -> Result<Option<Source>, FileError> {
    let own = context.own();
    if let Some(problem) = &own.problem {
        return Err(problem.to_string().into());
    }
    let config = own.config.as_ref();
    if let Some(profile) = config.and_then(|config| config.profile(name)) {
        return Ok(Some(if is_decided {
            config_profile::settings(&profile)
        } else {
            config_profile::with_credentials(&profile, &context.of_profile())
        }));
    }
    let names: Vec<_> = config.iter().flat_map(|config| config.profiles()).collect();
    match koocli::read(context.environment, &context.home, Some(name)) {
        Ok(None) if !names.is_empty() => Err(format!(
            "{}: no profile `{}`{}",
            own.name,
            name.escape_debug(),
            suggest::question(name, &names)
        )
        .into()),
        Err(why) if !names.is_empty() => {
            Err(format!("{why}; {} has none either{}", own.name, suggest::question(name, &names))
                .into())
        }
        other => other,
    }
}
