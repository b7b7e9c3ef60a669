//! The states of a resource.

use clap::ValueEnum;

/// Whether a resource has a recent usable backup, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub(crate) enum State {
    /// In a vault, but without a usable backup
    None,
    /// Could be backed up, but is in no vault (only with --inventory all)
    Unprotected,
    /// The newest usable backup is older than --max-age
    Stale,
    /// A source could not be read or not proven complete, so nothing can be claimed
    Unknown,
    /// The resource is gone; its backups remain
    Orphan,
    /// The service cannot back it up
    Unsupported,
    /// The newest usable backup is younger than --max-age
    Ok,
}

impl State {
    /// Returns the value that flags and output use.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Unprotected => "unprotected",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
            Self::Orphan => "orphan",
            Self::Unsupported => "unsupported",
            Self::Ok => "ok",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_values_of_flags() {
        for state in State::value_variants() {
            let value = state.to_possible_value().unwrap();
            assert_eq!(value.get_name(), state.name());
        }
    }
}
