//! The servers, disks and shares that were backed up.

use std::borrow::Cow;

use super::kind::Kind;
use super::mix;
use super::uuid::Uuid;

/// Something that has been backed up, usually more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    kind: Kind,
    number: u64,
}

/// Resources of each kind.
const EACH: u64 = 40;

/// Keeps the ids of resources apart from those of other things.
const SEED: u64 = 0x7265_736f_7572_6365;

impl Resource {
    pub(super) fn of(kind: Kind, draw: u64) -> Self {
        Self { kind, number: draw % EACH }
    }

    fn seed(self) -> u64 {
        mix(SEED ^ (self.kind as u64) << 32 ^ self.number << 8)
    }

    pub(super) fn id(self) -> Uuid {
        Uuid::of(self.seed())
    }

    /// The id of one of a server's disks, counted from 1.
    pub(super) fn volume_id(self, volume: u8) -> Uuid {
        Uuid::of(self.seed() ^ u64::from(volume))
    }

    /// How many disks a server has.
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
