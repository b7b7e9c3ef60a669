//! The sources of settings: flags, variables and files.
//!
//! | module | what it owns |
//! |---|---|
//! | [`flag_credentials`], [`secret_file`] | credentials that flags name, and the files of their secrets |
//! | [`environment`], [`family`] | variables, by the tool that they belong to |
//! | [`own_file`], [`credential_command`] | a profile of the user's own file |
//! | [`koocli`], [`sdk_file`], [`clouds_yaml`] | files of other tools |
//! | [`given_file`], [`yaml`] | how those files are named and read |

pub(crate) mod clouds_yaml;
pub(crate) mod credential_command;
pub(crate) mod environment;
pub(crate) mod family;
pub(crate) mod flag_credentials;
pub(crate) mod given_file;
pub(crate) mod koocli;
pub(crate) mod own_file;
pub(crate) mod sdk_file;
pub(crate) mod secret_file;
pub(crate) mod yaml;
