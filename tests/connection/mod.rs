//! The connection: endpoint, project and credentials, and the errors where they are unclear.

mod auth_show;
mod client_settings;
mod credentials;
mod denied;
mod endpoint;
mod file_checks;
mod files;
mod flags;
mod metadata;
mod profile_faults;
mod profile_settings;
mod profiles;
mod project;
mod proxy;
mod redirect;
mod region;
mod tls;
