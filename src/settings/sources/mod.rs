//! The sources of settings: flags, variables and files.
//!
//! To add one, write its file and add its entry to [`SOURCES`].
//!
//! | module | what it owns |
//! |---|---|
//! | [`flag_credentials`], [`secret_file`] | flags, and the files of secrets that they name |
//! | [`selected`] | what the user selects by name |
//! | [`family`] | variables, by the tool that they belong to |
//! | [`config_profile`], [`credential_command`] | a profile of config.toml |
//! | [`koocli`], [`sdk_file`], [`clouds_yaml`] | files of other tools |
//! | [`metadata`] | metadata service of a cloud server |

pub(crate) mod clouds_yaml;
pub(crate) mod config_profile;
pub(crate) mod credential_command;
pub(crate) mod family;
pub(crate) mod flag_credentials;
pub(crate) mod koocli;
pub(crate) mod metadata;
pub(crate) mod sdk_file;
pub(crate) mod secret_file;
pub(crate) mod selected;

use super::Context;
use super::lookup::Lookup;

/// Looks up one source; `None` if it does not apply to this run. The second argument is true if an
/// earlier source decides the credentials. Files are not opened and commands not run then.
type LookUp = fn(&Context<'_>, bool) -> Option<Lookup>;

/// All sources, in the order in which credentials are looked up. The first that holds any decides.
pub(super) const SOURCES: [LookUp; 14] = [
    flag_credentials::look_up,
    selected::look_up,
    |context, decided| Some(family::CBR.look_up(context, decided)),
    |context, decided| Some(family::SDK.look_up(context, decided)),
    |context, decided| Some(family::TERRAFORM.look_up(context, decided)),
    clouds_yaml::look_up_selected,
    |context, decided| Some(family::OPENSTACK.look_up(context, decided)),
    |context, decided| Some(family::SAMPLES.look_up(context, decided)),
    config_profile::look_up,
    koocli::look_up,
    sdk_file::look_up,
    clouds_yaml::look_up,
    config_profile::look_up_choice,
    metadata::look_up,
];
