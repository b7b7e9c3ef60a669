//! Sources that the user selects by name: `--profile`, `--cloud`, `CBR_PROFILE`, and variables of
//! other tools that name an entry of a file.
//!
//! The entry must exist: continuing without it would use another account.

use super::clouds_yaml::{self, Wanted};
use super::{config_profile, koocli};
use crate::settings::Context;
use crate::settings::given_file::FileError;
use crate::settings::lookup::{Lookup, Rank};
use crate::settings::source::Source;
use crate::text::suggest;

/// Looks up the source that `--profile`, `--cloud` or `CBR_PROFILE` selects, in this order.
pub(in crate::settings) fn look_up(context: &Context<'_>, is_decided: bool) -> Option<Lookup> {
    let Context { args, environment, home, hosts, .. } = context;
    if let Some(name) = &args.profile {
        let read = profile(context, name, is_decided);
        return Some(Lookup::entry("--profile", read, context, is_decided).ranked(Rank::Selected));
    }
    if let Some(name) = &args.cloud {
        let read = clouds_yaml::read(
            environment,
            home,
            hosts,
            Wanted::OfRun(name),
            args.region.as_deref(),
        );
        return Some(Lookup::entry("--cloud", read, context, is_decided).ranked(Rank::Selected));
    }
    // Other `CBR_` variables are also set for this run, and are more specific.
    let name = environment.get("CBR_PROFILE")?;
    let read = profile(context, name, is_decided);
    Some(Lookup::entry("CBR_PROFILE", read, context, is_decided).ranked(Rank::OwnProfile))
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
