//! The vaults that the backups lie in.

use super::kind::Kind;
use super::uuid::Uuid;

/// One of the account's vaults. Each holds one kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Vault(u64);

/// Vaults for each kind.
const EACH: u64 = 3;

/// Keeps the ids of vaults apart from those of other things.
const SEED: u64 = 0x7661_756c_7400_0000;

impl Vault {
    pub(super) fn of(kind: Kind, draw: u64) -> Self {
        Self(kind as u64 * EACH + draw % EACH)
    }

    pub(in crate::sandbox) fn id(self) -> Uuid {
        Uuid::of(SEED + self.0)
    }

    /// The policy that backs up what lies in the vault.
    pub(super) fn policy_id(self) -> Uuid {
        Uuid::of(!(SEED + self.0))
    }

    /// How full the vault is, from 1 to 100.
    pub(in crate::sandbox) fn used_percent(self) -> usize {
        100 - (self.0 * 37 % 100) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_is_spread_between_1_and_100() {
        let used: Vec<_> = (0..21).map(|number| Vault(number).used_percent()).collect();
        assert!(used.iter().all(|percent| (1..=100).contains(percent)), "{used:?}");
        assert!(used.contains(&100) && used.iter().any(|percent| *percent < 10), "{used:?}");
    }
}
