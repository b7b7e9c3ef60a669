//! The commands, each as the data flows: settings, request, listing, output.

mod list;
mod read;
mod rehearse;
mod settings;
mod show;
mod summary;

pub(crate) use list::list;
pub(crate) use read::NoBackups;
pub(crate) use settings::{check_settings, show_settings};
pub(crate) use show::show;
pub(crate) use summary::summary;
