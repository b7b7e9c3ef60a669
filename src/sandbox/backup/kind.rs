//! Kinds of backed-up resources.

/// The kinds of resources that CBR protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Server,
    Volume,
    Turbo,
    Desktop,
    BareMetal,
    NativeServer,
    /// Its type is in no list of types: a client has to live with those.
    VirtualMachine,
}

/// How many of the documented account's backups, of [`ALL`] in all, are of each kind.
const SHARES: [(u64, Kind); 6] = [
    (150, Kind::Server),
    (820, Kind::Volume),
    (340, Kind::Turbo),
    (290, Kind::Desktop),
    (35, Kind::BareMetal),
    (20, Kind::NativeServer),
];

/// The size of the documented account. A prime, so any stride visits every remainder once.
const ALL: u64 = 1663;

/// Spreads the kinds. Chosen so that there is a server among the newest few.
const STRIDE: u64 = 619;

impl Kind {
    /// The kind of a backup. Any [`ALL`] consecutive numbers have exactly the documented shares.
    pub(super) fn of(number: u32) -> Self {
        let mut rest = u64::from(number) * STRIDE % ALL;
        for (share, kind) in SHARES {
            if rest < share {
                return kind;
            }
            rest -= share;
        }
        Self::VirtualMachine
    }

    /// The value of `resource_type`.
    pub(super) fn resource_type(self) -> &'static str {
        match self {
            Self::Server => "OS::Nova::Server",
            Self::Volume => "OS::Cinder::Volume",
            Self::Turbo => "OS::Sfs::Turbo",
            Self::Desktop => "OS::Workspace::DesktopV2",
            Self::BareMetal => "OS::Ironic::BareMetalServer",
            Self::NativeServer => "OS::Native::Server",
            Self::VirtualMachine => "OS::Hybrid::VirtualMachine",
        }
    }

    /// The value of `provider_id`.
    pub(super) fn provider_id(self) -> &'static str {
        match self {
            Self::Server | Self::BareMetal | Self::NativeServer => {
                "0daac4c5-6707-4851-97ba-169e36266b66"
            }
            Self::Volume => "d1603440-187d-4516-af25-121250c7cc97",
            Self::Turbo => "3f3c3220-245c-4805-b811-758870015881",
            Self::Desktop => "86a80900-71bf-4961-956a-d52df944f84a",
            Self::VirtualMachine => "a13639de-00be-4e94-af30-26912d75e4a2",
        }
    }

    /// Whether backups of this kind describe a machine with disks, rather than one disk or share.
    pub(super) fn is_machine(self) -> bool {
        !matches!(self, Self::Volume | Self::Turbo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_account_has_150_servers() {
        for first in [0, 1, 700, 0x8000_0000] {
            let servers = (first..first + 1663).filter(|n| Kind::of(*n) == Kind::Server).count();
            assert_eq!(servers, 150, "from {first}");
        }
    }

    #[test]
    fn every_kind_occurs_and_a_server_is_among_the_newest() {
        for (share, kind) in SHARES {
            let found = (0..1663).filter(|number| Kind::of(*number) == kind).count();
            assert_eq!(u64::try_from(found), Ok(share), "{kind:?}");
        }
        assert!((0..1663).any(|number| Kind::of(number) == Kind::VirtualMachine));
        assert!((0..5).any(|number| Kind::of(number) == Kind::Server));
    }
}
