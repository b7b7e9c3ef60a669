//! One backup: its identity, and the fields that filters and sorting need.
//!
//! A [`Row`] holds the number, creation time and id; all other fields are derived from the number.
//! So an account of any size takes no memory, and equal flags give equal bytes.

use std::borrow::Cow;

use super::awkward;
use super::clock::{DAY, Form, MILLISECOND, Micros, SECOND};
use super::json::Nulls;
use super::project::ProjectKey;
use super::resource::{Kind, Resource, Vault};
use super::uuid::{Uuid, mix};

/// One backup, or one of the volumes in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Number from which all fields are derived, with the project.
    number: u32,
    project: ProjectKey,
    pub(super) created: Micros,
    pub(super) id: Uuid,
}

/// How a record is written. See the samples in the API reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Every documented key.
    Full,
    /// The keys of recorded responses: those of the documented example, and `incremental`,
    /// `scheduled_operation_id` and `version`.
    Recorded,
    /// As on sister clouds: nulls are left out; times have milliseconds and an offset.
    Sparse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ImageType {
    Backup,
    Replication,
}

/// Properties derived from a number, each independent of the others.
#[derive(Clone, Copy)]
enum Draw {
    Id,
    Style,
    Status,
    Vault,
    Resource,
    Trigger,
    Label,
    Expiry,
    Update,
    Protection,
    Increment,
    Image,
    Replica,
    Enterprise,
    Checkpoint,
}

/// Maximum time between creation and last update.
pub(super) const UPDATES: Micros = 1_260 * SECOND;

/// Backups of the last days that failed, among them one of a server and one replica.
const FAILED: [u32; 4] = [34, 43, 49, 58];

/// Number of the first backup added at run time; higher than any in the series.
const FIRST_ADDED: u32 = 0x8000_0000;

/// Creates the `serial`-th backup added at run time.
pub(super) fn added(project: ProjectKey, serial: u32, created: Micros, id: Option<Uuid>) -> Row {
    let row = Row::new(project, FIRST_ADDED + serial, created);
    Row { id: id.unwrap_or(row.id), ..row }
}

fn draw(number: u32, what: Draw) -> u64 {
    mix(u64::from(number) << 8 | what as u64)
}

/// Combines the number of a backup with its project. Different backups have different ones, since
/// numbers leave these bits alone.
pub(super) fn in_project(number: u32, project: ProjectKey) -> u32 {
    number ^ u32::from(project.number()) << 24
}

/// Scrambles 32 bits. A bijection, so different numbers have different ids.
fn scramble(number: u32) -> u32 {
    let mut bits = number ^ 0x5bd1_e995;
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x7feb_352d);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x846c_a68b);
    bits ^ (bits >> 16)
}

impl Style {
    pub(super) fn of(number: u32) -> Self {
        match draw(number, Draw::Style) % 100 {
            _ if awkward::is_full(number) => Self::Full,
            0..45 => Self::Full,
            45..92 => Self::Recorded,
            // Added backups can be microseconds apart; times of the sparse style would tie.
            _ if number >= FIRST_ADDED => Self::Recorded,
            _ => Self::Sparse,
        }
    }

    pub(super) fn form(self) -> Form {
        match self {
            Self::Full | Self::Recorded => Form::Zoneless,
            Self::Sparse => Form::Offset,
        }
    }

    pub(super) fn nulls(self) -> Nulls {
        match self {
            Self::Full | Self::Recorded => Nulls::Written,
            Self::Sparse => Nulls::LeftOut,
        }
    }
}

impl Row {
    pub(super) fn new(project: ProjectKey, number: u32, created: Micros) -> Self {
        let own = in_project(number, project);
        Self { number, project, created, id: Self::make_id(own, scramble(own), None) }
    }

    /// Creates the `rank`-th of up to four backups of the same moment, the first of which is
    /// `leader`. Ids are descending by rank.
    pub(super) fn tied(
        project: ProjectKey,
        number: u32,
        leader: u32,
        rank: u32,
        created: Micros,
    ) -> Self {
        let [own, leader] = [number, leader].map(|number| in_project(number, project));
        let id = Self::make_id(own, scramble(leader), Some(3 - rank));
        Self { number, project, created, id }
    }

    fn make_id(number: u32, head: u32, rank: Option<u32>) -> Uuid {
        let bits = draw(number, Draw::Id);
        let rank = rank.map_or(bits & 3, u64::from);
        let high = u64::from(head) << 32 | rank << 30 | bits >> 34;
        Uuid::from_bits(u128::from(high) << 64 | u128::from(mix(bits))).whole()
    }

    fn draw(self, what: Draw) -> u64 {
        draw(in_project(self.number, self.project), what)
    }

    /// Returns the key of the natural order, which is descending.
    pub(super) fn key(self) -> (Micros, Uuid) {
        (self.created, self.id)
    }

    /// Returns the volumes of a server's backup, as `ShowBackup` lists them; else none.
    pub(super) fn volumes(self) -> impl Iterator<Item = Self> {
        (1..=self.resource().volumes()).map(move |volume| Self {
            id: self.id.part(volume),
            created: self.created + 47 * SECOND + 365_982 * i64::from(volume),
            ..self
        })
    }

    /// Returns 0 for a backup, and the number from 1 for a volume in it.
    fn volume(self) -> u8 {
        self.id.part_number()
    }

    pub(super) fn is_first_disk(self) -> bool {
        self.volume() <= 1
    }

    pub(super) fn is_volume(self) -> bool {
        self.volume() > 0
    }

    pub(super) fn number(self) -> u32 {
        self.number
    }

    pub(super) fn project(self) -> ProjectKey {
        self.project
    }

    pub(super) fn style(self) -> Style {
        Style::of(self.number)
    }

    fn kind(self) -> Kind {
        Kind::of(self.number)
    }

    pub(super) fn is_machine(self) -> bool {
        self.kind().is_machine() && !self.is_volume()
    }

    pub(super) fn resource_type(self) -> &'static str {
        if self.is_volume() { Kind::Volume.resource_type() } else { self.kind().resource_type() }
    }

    /// Returns the provider; volumes of a server have the server's.
    pub(super) fn provider_id(self) -> &'static str {
        self.kind().provider_id()
    }

    pub(super) fn vault(self) -> Vault {
        Vault::of(self.project, self.kind(), self.draw(Draw::Vault))
    }

    pub(super) fn resource(self) -> Resource {
        let draw = self.draw(Draw::Resource);
        if self.is_shared() {
            return Resource::foreign(self.project, self.kind(), draw);
        }
        Resource::of(self.project, self.kind(), draw)
    }

    pub(super) fn resource_id(self) -> Uuid {
        match self.volume() {
            0 => self.resource().id(),
            volume => self.resource().volume_id(volume),
        }
    }

    pub(super) fn resource_name(self) -> Cow<'static, str> {
        self.resource().name()
    }

    /// In GB.
    pub(super) fn resource_size(self) -> u64 {
        self.resource().size()
    }

    pub(super) fn availability_zone(self) -> Option<&'static str> {
        let absent = self.is_volume() || self.number == awkward::NULLS;
        self.resource().availability_zone().filter(|_| !absent)
    }

    pub(super) fn checkpoint_id(self) -> Uuid {
        Uuid::of(self.draw(Draw::Checkpoint))
    }

    /// Returns the id of the backup that a volume belongs to.
    pub(super) fn parent_id(self) -> Option<Uuid> {
        self.is_volume().then(|| self.id.whole())
    }

    pub(super) fn name(self) -> Cow<'static, str> {
        let label = self.draw(Draw::Label) & 0xffff;
        if self.is_volume() {
            return format!("autobk_{label:04x}_{}", self.resource_name()).into();
        }
        match awkward::name(self.number) {
            Some(name) => name.into(),
            None if self.is_automatic() => format!("autobk_{label:04x}").into(),
            None if label.is_multiple_of(8) => format!("升级前_{label:04x}").into(),
            None => format!("manualbk_{label:04x}").into(),
        }
    }

    pub(super) fn status(self) -> &'static str {
        if self.number == awkward::UNKNOWN_STATUS {
            return "quarantined";
        }
        if FAILED.contains(&self.number) {
            return "error";
        }
        match self.draw(Draw::Status) % 200 {
            0..6 => "error",
            6 => "deleting",
            7 => "restoring",
            8 => "protecting",
            9 => "waiting_protect",
            10 => "waiting_delete",
            11 => "waiting_restore",
            _ => "available",
        }
    }

    pub(super) fn image_type(self) -> ImageType {
        if self.draw(Draw::Image).is_multiple_of(20) {
            ImageType::Replication
        } else {
            ImageType::Backup
        }
    }

    /// Returns true if it was copied to or from another region.
    pub(super) fn is_replicated(self) -> bool {
        self.style() == Style::Full
            && !self.is_volume()
            && (self.image_type() == ImageType::Replication
                || self.draw(Draw::Replica).is_multiple_of(12))
    }

    /// Returns true if copying it to another region failed.
    pub(super) fn has_failed_replica(self) -> bool {
        self.draw(Draw::Replica) >> 32 & 3 == 0
    }

    pub(super) fn is_incremental(self) -> bool {
        !self.draw(Draw::Increment).is_multiple_of(4)
    }

    /// Returns true if a policy created it.
    pub(super) fn is_automatic(self) -> bool {
        !self.draw(Draw::Trigger).is_multiple_of(5)
    }

    /// Returns the expiry; `None` if it never expires or is retained by count.
    pub(super) fn expired_at(self) -> Option<Micros> {
        let keeps = !self.is_automatic() || self.is_volume() || self.number == awkward::NULLS;
        let days = [Some(30), Some(30), Some(90), None][self.draw(Draw::Expiry) as usize % 4];
        days.filter(|_| !keeps).map(|days| self.rounded(self.created + days * DAY - 4_704))
    }

    pub(super) fn updated_at(self) -> Option<Micros> {
        let begun = matches!(self.status(), "protecting" | "waiting_protect");
        let after = 60 * SECOND + (self.draw(Draw::Update) >> 1) as i64 % (UPDATES - 60 * SECOND);
        let absent = begun || self.is_volume() || self.number == awkward::NULLS;
        (!absent).then(|| self.rounded(self.created + after))
    }

    pub(super) fn protected_at(self) -> Option<Micros> {
        let draw = self.draw(Draw::Protection);
        let absent = self.is_volume()
            || self.style() == Style::Sparse
            || self.number == awkward::NULLS
            || !draw.is_multiple_of(4);
        (!absent).then(|| self.created + 18 * SECOND + (draw >> 40) as i64 % SECOND)
    }

    /// Rounds a time as it is written, so that rows sort by the written value.
    fn rounded(self, time: Micros) -> Micros {
        match self.style().form() {
            Form::Offset => time - time % MILLISECOND,
            Form::Zoneless => time,
        }
    }

    /// Returns the enterprise project; `None` is the default one.
    pub(super) fn enterprise_project(self) -> Option<Uuid> {
        let draw = self.draw(Draw::Enterprise) % 10;
        (self.style() == Style::Full && draw >= 8).then(|| Uuid::of(0x6570_7300 + draw))
    }

    /// Returns the status of the invitation; `None` for the account's own backups.
    pub(super) fn member_status(self) -> Option<MemberStatus> {
        member_status(self.number)
    }

    /// Returns true if another project shares it.
    pub(super) fn is_shared(self) -> bool {
        self.member_status().is_some()
    }

    /// Returns the id of a related object; `what` distinguishes several.
    pub(super) fn related_id(self, what: u8) -> Uuid {
        Uuid::of(self.draw(Draw::Checkpoint) ^ u64::from(what))
    }
}

/// Number of the first shared backup; higher than any of the account's own.
pub(super) const FIRST_SHARED: u32 = 0xf000_0000;

/// Status of the invitation to use a shared backup: `member_status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MemberStatus {
    Pending,
    Accepted,
    Rejected,
}

/// Returns the status of the invitation; `None` for the account's own backups.
fn member_status(number: u32) -> Option<MemberStatus> {
    let index = number.checked_sub(FIRST_SHARED)?;
    Some(match index % 3 {
        0 => MemberStatus::Accepted,
        1 => MemberStatus::Pending,
        _ => MemberStatus::Rejected,
    })
}
