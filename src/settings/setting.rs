//! A value with its origin, which messages name.

/// One setting that is not secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    /// A flag, a variable, or a file with the entry in it, as a user would write it.
    pub(crate) origin: String,
    /// The value, unchanged.
    pub(crate) value: String,
}

impl Setting {
    /// Returns the value of a flag that was given, even if it is empty.
    pub(super) fn of_flag(flag: &str, value: Option<&str>) -> Option<Self> {
        Some(Self::new(flag, value?))
    }

    pub(super) fn new(origin: impl Into<String>, value: impl Into<String>) -> Self {
        Self { origin: origin.into(), value: value.into() }
    }
}
