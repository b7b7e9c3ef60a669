//! One part of credentials, such as a secret key, with its name in a source.

use crate::text::secret::Secret;

/// Name of a credential part in a source.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The variable, or the key in a file.
    pub(super) name: String,
    pub(super) value: Option<Secret>,
}

impl Part {
    /// Trims blanks and line ends around a value; an empty one is absent.
    pub(super) fn new(name: impl Into<String>, value: Option<&str>) -> Self {
        let value = value.map(str::trim).filter(|value| !value.is_empty());
        Self { name: name.into(), value: value.map(|value| Secret::new(value.to_owned())) }
    }

    pub(super) fn is_set(&self) -> bool {
        self.value.is_some()
    }
}
