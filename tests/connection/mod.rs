//! Where requests go and as whom, and what is said when that is not clear.

mod auth_show;
mod credentials;
mod denied;
mod endpoint;
mod files;
mod flags;
mod metadata;
mod own_file;
mod own_settings;
mod placed_files;
mod project;
mod proxy;
mod redirect;
mod region;
mod tls;
