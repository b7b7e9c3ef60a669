//! The commands, each as the data flows: settings, request, listing, output.

pub(crate) mod auth;
pub(crate) mod check;
pub(crate) mod config;
mod coverage;
mod cut;
pub(crate) mod dry_run;
mod events;
mod list;
mod read;
mod reading;
pub(crate) mod receipt;
mod settings;
mod show;
mod summary;
mod targets;
mod vaults;

pub(crate) use coverage::coverage;
pub(crate) use list::list;
pub(crate) use show::show;
pub(crate) use summary::summary;
