//! Filters of a listing.

use super::backup::{ImageType, MemberStatus, Row};
use super::clock::Micros;
use super::uuid::Uuid;

/// One field per filter of the API; `None` does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) checkpoint_id: Option<Uuid>,
    /// Bound of `created_at`, inclusive.
    pub(super) start_time: Option<Micros>,
    /// Bound of `created_at`, inclusive.
    pub(super) end_time: Option<Micros>,
    /// `0` is the default project; [`ALL_PROJECTS`] does not filter.
    pub(super) enterprise_project_id: Option<String>,
    /// Automatic backups without (true) or with (false) an expiry.
    pub(super) kept_by_quantity: Option<bool>,
    pub(super) image_type: Option<ImageType>,
    pub(super) incremental: Option<bool>,
    pub(super) member_status: Option<MemberStatus>,
    /// Substring of the name.
    pub(super) name: Option<String>,
    pub(super) own_type: OwnType,
    pub(super) parent_id: Option<Uuid>,
    pub(super) resource_az: Option<String>,
    pub(super) resource_id: Option<String>,
    /// Substring of the name.
    pub(super) resource_name: Option<String>,
    pub(super) resource_type: Option<String>,
    /// Any of these; empty does not filter.
    pub(super) statuses: Vec<String>,
    /// Minimum use of the vault, in percent.
    pub(super) used_percent: Option<usize>,
    pub(super) vault_id: Option<Uuid>,
}

/// Ownership of backups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum OwnType {
    #[default]
    Private,
    Shared,
    AllGranted,
}

/// Selects all enterprise projects of the user.
const ALL_PROJECTS: &str = "all_granted_eps";

impl Filter {
    /// Returns true if all of the account's own backups pass.
    pub(super) fn passes_all(&self) -> bool {
        *self == Self::default()
    }

    /// Returns true if a row passes. Ignores [`Filter::own_type`] and [`Filter::parent_id`], which
    /// select the set of rows.
    pub(super) fn passes(&self, row: Row) -> bool {
        let Self {
            checkpoint_id,
            start_time,
            end_time,
            enterprise_project_id,
            kept_by_quantity,
            image_type,
            incremental,
            member_status,
            name,
            own_type: _,
            parent_id: _,
            resource_az,
            resource_id,
            resource_name,
            resource_type,
            statuses,
            used_percent,
            vault_id,
        } = self;
        start_time.is_none_or(|start| row.created >= start)
            && end_time.is_none_or(|end| row.created <= end)
            && (statuses.is_empty() || statuses.iter().any(|status| status == row.status()))
            && resource_type.as_ref().is_none_or(|wanted| wanted == row.resource_type())
            && image_type.is_none_or(|wanted| wanted == row.image_type())
            && incremental.is_none_or(|wanted| wanted == row.is_incremental())
            && member_status.is_none_or(|wanted| row.member_status() == Some(wanted))
            && vault_id.is_none_or(|wanted| wanted == row.vault().id())
            && used_percent.is_none_or(|percent| row.vault().used_percent() >= percent)
            && checkpoint_id.is_none_or(|wanted| wanted == row.checkpoint_id())
            && kept_by_quantity.is_none_or(|wanted| is_retained(row, wanted))
            && enterprise_project_id.as_ref().is_none_or(|wanted| is_in_project(row, wanted))
            && resource_az.as_ref().is_none_or(|wanted| row.availability_zone() == Some(wanted))
            && resource_id.as_ref().is_none_or(|wanted| *wanted == row.resource_id().text())
            && name.as_ref().is_none_or(|part| row.name().contains(part))
            && resource_name.as_ref().is_none_or(|part| row.resource_name().contains(part))
    }
}

/// Returns true if a policy created the backup and it has no expiry, or has one.
fn is_retained(row: Row, by_quantity: bool) -> bool {
    row.is_automatic() && row.expired_at().is_none() == by_quantity
}

fn is_in_project(row: Row, wanted: &str) -> bool {
    match row.enterprise_project() {
        _ if wanted == ALL_PROJECTS => true,
        Some(project) => project.text() == wanted,
        None => wanted == "0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::rows::Rows;

    /// Counts the backups of the default account that pass; exactly those must satisfy `holds`.
    fn count(filter: &Filter, holds: impl Fn(Row) -> bool) -> usize {
        let passed: Vec<_> = Rows::sample(1663).iter().filter(|row| filter.passes(*row)).collect();
        assert!(passed.iter().all(|row| holds(*row)), "{filter:?}");
        let lost =
            Rows::sample(1663).iter().filter(|row| !filter.passes(*row) && holds(*row)).count();
        assert_eq!(lost, 0, "{filter:?}");
        passed.len()
    }

    #[test]
    fn each_filter_keeps_exactly_the_matching_rows() {
        let first = Rows::sample(1663).from(40).next().unwrap();
        let some = |text: &str| Some(text.to_owned());
        let all = Filter::default;
        assert_eq!(count(&all(), |_| true), 1663);
        let server = "OS::Nova::Server";
        let by_type = Filter { resource_type: some(server), ..all() };
        assert_eq!(count(&by_type, |row| row.resource_type() == server), 150);
        let wanted = first.checkpoint_id();
        let by_checkpoint = Filter { checkpoint_id: Some(wanted), ..all() };
        assert_eq!(count(&by_checkpoint, |row| row.checkpoint_id() == wanted), 1);
        let since = Filter { start_time: Some(first.created), ..all() };
        assert_eq!(count(&since, |row| row.created >= first.created), 41);
        let until = Filter { end_time: Some(first.created), ..all() };
        assert_eq!(count(&until, |row| row.created <= first.created), 1663 - 40);
        let statuses = Filter { statuses: vec!["error".into(), "deleting".into()], ..all() };
        assert!(count(&statuses, |row| ["error", "deleting"].contains(&row.status())) > 10);
        let unknown = Filter { statuses: vec!["quarantined".into()], ..all() };
        assert_eq!(count(&unknown, |row| row.status() == "quarantined"), 1);
        let named = Filter { name: some("升级前"), ..all() };
        assert!(count(&named, |row| row.name().contains("升级前")) > 10);
        let resource = Filter { resource_name: some("turbo"), ..all() };
        assert!(count(&resource, |row| row.resource_name().contains("turbo")) > 300);
        let id = first.resource_id();
        let by_resource = Filter { resource_id: some(&id.text()), ..all() };
        assert!(count(&by_resource, |row| row.resource_id() == id) > 1);
        let vault = first.vault().id();
        let by_vault = Filter { vault_id: Some(vault), ..all() };
        assert!(count(&by_vault, |row| row.vault().id() == vault) > 1);
        let full = Filter { used_percent: Some(60), ..all() };
        assert!(count(&full, |row| row.vault().used_percent() >= 60) > 100);
        let zone = Filter { resource_az: some("az2.dc2"), ..all() };
        assert!(count(&zone, |row| row.availability_zone() == Some("az2.dc2")) > 100);
        for wanted in [ImageType::Backup, ImageType::Replication] {
            let image = Filter { image_type: Some(wanted), ..all() };
            assert!(count(&image, |row| row.image_type() == wanted) > 50);
        }
        for wanted in [true, false] {
            let incremental = Filter { incremental: Some(wanted), ..all() };
            assert!(count(&incremental, |row| row.is_incremental() == wanted) > 300);
            let kept = Filter { kept_by_quantity: Some(wanted), ..all() };
            let is_kept = |row: Row| row.is_automatic() && row.expired_at().is_none() == wanted;
            assert!(count(&kept, is_kept) > 100);
        }
        let project = |id| Filter { enterprise_project_id: some(id), ..all() };
        assert_eq!(count(&project("all_granted_eps"), |_| true), 1663);
        assert!(count(&project("0"), |row| row.enterprise_project().is_none()) > 1000);
        let shared = Filter { member_status: Some(MemberStatus::Accepted), ..all() };
        assert_eq!(count(&shared, |row| row.member_status().is_some()), 0);
    }

    #[test]
    fn filters_are_combined_with_and() {
        let filter = Filter {
            resource_type: Some("OS::Nova::Server".into()),
            statuses: vec!["available".into()],
            ..Filter::default()
        };
        let both =
            |row: Row| row.resource_type() == "OS::Nova::Server" && row.status() == "available";
        assert!(count(&filter, both) < 150);
    }
}
