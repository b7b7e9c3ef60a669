//! Inputs of a resolution besides the sources.

use crate::settings::{ConnectionError, Environment, ProjectScope, Setting};

/// Variables, flags and the file of endpoints.
pub(super) struct Facts<'a> {
    pub(super) environment: &'a Environment,
    /// `--insecure`.
    pub(super) insecure: bool,
    /// Which projects of the sources apply.
    pub(super) project_scope: ProjectScope,
    /// Returns the endpoint that the user names for a region.
    pub(super) named_endpoint: &'a dyn Fn(&str) -> Result<Option<Setting>, ConnectionError>,
}
