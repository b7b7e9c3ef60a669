//! Where requests go and as whom, and what is said when that is not clear.

mod credentials;
mod denied;
mod endpoint;
mod project;
mod proxy;
mod redirect;
mod region;
mod tls;
