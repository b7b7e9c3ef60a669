//! Backed-up servers, disks and shares, with their kinds and vaults.

use std::borrow::Cow;

use super::project::ProjectKey;
use super::uuid::{Uuid, mix};

/// A backed-up resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Resource {
    project: ProjectKey,
    kind: Kind,
    number: u64,
}

/// Number of resources of each kind that have backups.
pub(super) const RESOURCES_EACH: u64 = 40;

/// Number of the first resource of another project.
const FIRST_FOREIGN: u64 = 1000;

/// Number of a server that was built again under the name of the second.
const REBUILT: (u64, u64) = (45, 5);

/// Separates the ids of resources from other ids.
const SEED: u64 = 0x7265_736f_7572_6365;

/// Separates the ids of projects.
fn in_project(project: ProjectKey) -> u64 {
    u64::from(project.number()) << 40
}

impl Resource {
    pub(super) fn of(project: ProjectKey, kind: Kind, draw: u64) -> Self {
        Self { project, kind, number: draw % RESOURCES_EACH }
    }

    /// Returns a resource of another project.
    pub(super) fn foreign(project: ProjectKey, kind: Kind, draw: u64) -> Self {
        Self { project, kind, number: FIRST_FOREIGN + draw % RESOURCES_EACH }
    }

    pub(super) fn new(project: ProjectKey, kind: Kind, number: u64) -> Self {
        Self { project, kind, number }
    }

    pub(super) fn kind(self) -> Kind {
        self.kind
    }

    pub(super) fn number(self) -> u64 {
        self.number
    }

    fn seed(self) -> u64 {
        mix(SEED ^ in_project(self.project) ^ (self.kind as u64) << 32 ^ self.number << 8)
    }

    pub(super) fn id(self) -> Uuid {
        Uuid::of(self.seed())
    }

    /// Returns the id of one of a server's disks, counted from 1.
    pub(super) fn volume_id(self, volume: u8) -> Uuid {
        Uuid::of(self.seed() ^ u64::from(volume))
    }

    /// Returns the number of a server's disks.
    pub(super) fn volumes(self) -> u8 {
        match (self.kind, self.number % 3) {
            (Kind::Server, 0) => 1,
            (Kind::Server, 1) => 2,
            (Kind::Server, _) => 3,
            _ => 0,
        }
    }

    pub(super) fn name(self) -> Cow<'static, str> {
        let number = self.number;
        if self.kind == Kind::Server && number == REBUILT.0 {
            return Self { number: REBUILT.1, ..self }.name();
        }
        let stem = match self.kind {
            Kind::Server if number == 3 => return "数据库-主".into(),
            Kind::Server if number == 17 => return "web 前端 (北京)".into(),
            Kind::Server => return format!("ecs-{:04x}-{number:04}", self.seed() >> 48).into(),
            Kind::Volume => "volume",
            Kind::Turbo => "sfs-turbo",
            Kind::Desktop => "desktop",
            Kind::BareMetal => "bms",
            Kind::NativeServer => "native",
            Kind::VirtualMachine => "vm",
        };
        format!("{stem}-{number:04}").into()
    }

    /// In GB.
    pub(super) fn size(self) -> u64 {
        let sizes = [40, 40, 40, 80, 100, 100, 200, 500];
        let scale = if self.kind == Kind::Turbo { 10 } else { 1 };
        sizes[(self.seed() % 8) as usize] * scale
    }

    pub(super) fn availability_zone(self) -> Option<&'static str> {
        [Some("az1.dc1"), Some("az1.dc1"), Some("az2.dc2"), Some("az3.dc3"), None]
            [(self.seed() >> 8) as usize % 5]
    }
}

/// Kind of a protected resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Server,
    Volume,
    Turbo,
    Desktop,
    BareMetal,
    NativeServer,
    /// A type that is not documented; clients must accept it.
    VirtualMachine,
}

/// All kinds, in order.
const KINDS: [Kind; 7] = [
    Kind::Server,
    Kind::Volume,
    Kind::Turbo,
    Kind::Desktop,
    Kind::BareMetal,
    Kind::NativeServer,
    Kind::VirtualMachine,
];

/// Number of backups of each kind among [`ALL`].
const SHARES: [(u64, Kind); 6] = [
    (150, Kind::Server),
    (820, Kind::Volume),
    (340, Kind::Turbo),
    (290, Kind::Desktop),
    (35, Kind::BareMetal),
    (20, Kind::NativeServer),
];

/// Size of the default account. A prime, so any stride visits every remainder once.
const ALL: u64 = 1663;

/// Spreads the kinds, with a server among the newest few.
const STRIDE: u64 = 619;

impl Kind {
    /// Returns the kind of a backup. Any [`ALL`] consecutive numbers have exactly these shares.
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

    /// Returns the value of `resource_type`.
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

    /// Returns the `object_type` of vaults for this kind.
    pub(super) fn object_type(self) -> &'static str {
        match self {
            Self::Server | Self::BareMetal | Self::NativeServer => "server",
            Self::Volume => "disk",
            Self::Turbo => "turbo",
            Self::Desktop => "workspace",
            Self::VirtualMachine => "vmware",
        }
    }

    /// Returns the value of `provider_id`.
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

    /// Returns true for machines with disks, false for single disks and shares.
    pub(super) fn is_machine(self) -> bool {
        !matches!(self, Self::Volume | Self::Turbo)
    }
}

/// A vault of a project, which holds one kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Vault {
    project: ProjectKey,
    number: u64,
}

/// Number of vaults of each kind.
const VAULTS_EACH: u64 = 3;

/// Number of the vault for replicas, the last one.
const REPLICAS: u64 = KINDS.len() as u64 * VAULTS_EACH;

/// Separates the ids of vaults from other ids.
const VAULT_SEED: u64 = 0x7661_756c_7400_0000;

impl Vault {
    pub(super) fn of(project: ProjectKey, kind: Kind, draw: u64) -> Self {
        Self { project, number: kind as u64 * VAULTS_EACH + draw % VAULTS_EACH }
    }

    /// Iterates over all vaults of a project.
    pub(super) fn all(project: ProjectKey) -> impl Iterator<Item = Self> {
        (0..=REPLICAS).map(move |number| Self { project, number })
    }

    /// Returns true for the vault of replicas from another region.
    pub(super) fn is_for_replicas(self) -> bool {
        self.number == REPLICAS
    }

    /// Returns the kind of resources that it holds.
    pub(super) fn kind(self) -> Kind {
        KINDS.get((self.number / VAULTS_EACH) as usize).copied().unwrap_or(Kind::Server)
    }

    pub(super) fn name(self) -> String {
        if self.is_for_replicas() {
            return "vault-replicas".to_owned();
        }
        let kind = self.kind().resource_type().rsplit("::").next().unwrap_or_default();
        format!("vault-{}-{}", kind.to_ascii_lowercase(), self.number % VAULTS_EACH + 1)
    }

    pub(super) fn id(self) -> Uuid {
        Uuid::of(self.seed())
    }

    fn seed(self) -> u64 {
        in_project(self.project) ^ (VAULT_SEED + self.number)
    }

    /// Returns the id of the vault's backup policy.
    pub(super) fn policy_id(self) -> Uuid {
        Uuid::of(!self.seed())
    }

    /// Returns the use of the vault in percent, from 1 to 100.
    pub(super) fn used_percent(self) -> usize {
        100 - (self.number * 37 % 100) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_account_has_150_server_backups() {
        for first in [0, 1, 700, 0x8000_0000] {
            let servers = (first..first + 1663).filter(|n| Kind::of(*n) == Kind::Server).count();
            assert_eq!(servers, 150, "from {first}");
        }
    }

    #[test]
    fn every_kind_occurs_with_a_server_among_the_newest() {
        for (share, kind) in SHARES {
            let found = (0..1663).filter(|number| Kind::of(*number) == kind).count();
            assert_eq!(u64::try_from(found), Ok(share), "{kind:?}");
        }
        assert!((0..1663).any(|number| Kind::of(number) == Kind::VirtualMachine));
        assert!((0..5).any(|number| Kind::of(number) == Kind::Server));
    }

    #[test]
    fn use_of_vaults_is_between_1_and_100_percent() {
        let used: Vec<_> = Vault::all(ProjectKey::default()).map(Vault::used_percent).collect();
        assert!(used.iter().all(|percent| (1..=100).contains(percent)), "{used:?}");
        assert!(used.contains(&100) && used.iter().any(|percent| *percent < 10), "{used:?}");
    }
}
