//! The filters of `GET /v3/{project_id}/backups`: each with its flag and its API name, once.
//!
//! Owns the values, their limits and the query pairs. Knows neither HTTP nor paging: `limit`,
//! `offset` and `sort` belong to the listing. `marker` is omitted on purpose: paging by offset does
//! not need it, and mixing the two is undocumented.
//!
//! Source: API page "Querying All Backups" (ListBackups), table of query parameters.

use clap::Args;

use super::param::{self, Param};
use super::vocabulary;
use crate::api::Pair;
use crate::text::headings::{KINDS, NAMES, OTHERS, TIMES};
use crate::text::hints;
use crate::text::number::whole;
use crate::time::Moment;

/// The largest page (parameter `limit` of the API page "Querying All Backups").
pub(crate) const LARGEST_PAGE: u64 = 1000;

/// The filters of a listing, in the order of the help. A filter that is `None` is not sent.
#[derive(Args, Debug, Default)]
pub(crate) struct ServiceFilters {
    /// Backups whose name contains this, as matched by the service (at most 255 characters)
    #[arg(long, help_heading = NAMES, value_name = "NAME", value_parser = name)]
    name: Option<String>,

    /// Backups of resources whose name contains this
    #[arg(long, help_heading = NAMES, value_name = "NAME", value_parser = text)]
    resource_name: Option<String>,

    /// Type of the resource, such as server or volume
    ///
    /// server, volume, turbo, desktop, bare-metal, native-server, the name of a product (ecs, evs,
    /// sfs-turbo, workspace, bms), or the API's value such as OS::Nova::Server
    #[arg(
        long,
        help_heading = NAMES,
        value_name = "TYPE",
        value_parser = vocabulary::RESOURCE_TYPES.parser(),
        hide_possible_values = true
    )]
    resource_type: Option<String>,

    /// Backups of this resource (ID of a server, volume, file system or desktop)
    #[arg(long, help_heading = NAMES, value_name = "ID", value_parser = resource_id)]
    resource_id: Option<String>,

    /// Backups of resources in this availability zone
    #[arg(long, help_heading = NAMES, value_name = "AZ", value_parser = text)]
    resource_az: Option<String>,

    /// Backups in this vault (ID)
    #[arg(long, help_heading = NAMES, value_name = "ID", value_parser = id)]
    vault_id: Option<String>,

    /// Backups in vaults that are at least this full, 1 to 100 percent
    #[arg(
        long,
        help_heading = NAMES,
        visible_alias = "min-vault-usage",
        value_name = "PERCENT",
        allow_negative_numbers = true,
        value_parser = whole::<u8>(1..=100)
    )]
    used_percent: Option<u8>,

    /// Created at or after this time: 2026-11-01, 7d
    ///
    /// A date, a time in RFC 3339 or as --time prints it, now, today, yesterday, tomorrow, or an
    /// age: 36h, 7d, 2w, 1mo, 1y. A date means 00:00 of that day. Dates and times are in UTC unless
    /// they name a zone, such as 2026-11-01[Europe/Berlin]. Also --start-time, and --newer-than,
    /// which cbr checks itself, to the microsecond of created_at.
    #[arg(
        long,
        help_heading = TIMES,
        value_name = "TIME",
        allow_hyphen_values = true,
        alias = "start-time",
        add = hints::one_of(Moment::offered)
    )]
    since: Option<Moment>,

    /// Created at or before this time: 2026-12-01, 30d
    ///
    /// Accepts the same times as --since. A date means 00:00 of that day: --since 2026-11-01
    /// --until 2026-12-01 is November. The service compares fractions of a second, so 23:59:59
    /// excludes backups of the last second. Also --end-time, and --older-than, which cbr checks
    /// itself and which excludes that moment.
    #[arg(
        long,
        help_heading = TIMES,
        value_name = "TIME",
        allow_hyphen_values = true,
        alias = "end-time",
        add = hints::one_of(Moment::offered)
    )]
    until: Option<Moment>,

    /// Status, such as available or error,available
    ///
    /// available, protecting, deleting, restoring, error, waiting_protect, waiting_delete or
    /// waiting_restore. May be repeated, or list several values with commas.
    #[arg(
        long,
        help_heading = KINDS,
        value_name = "STATUS",
        value_delimiter = ',',
        value_parser = vocabulary::STATUSES.parser(),
        hide_possible_values = true
    )]
    status: Vec<String>,

    /// Incremental backups (true) or full backups (false)
    ///
    /// The service may include backups of which it reports neither.
    #[arg(
        long,
        help_heading = KINDS,
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    incremental: Option<bool>,

    /// Origin: backup, or replication (a copy from another region)
    #[arg(
        long,
        help_heading = KINDS,
        value_name = "TYPE",
        value_parser = vocabulary::IMAGE_TYPES.parser(),
        hide_possible_values = true
    )]
    image_type: Option<String>,

    /// Owner: private, shared or all_granted [default of the service: private]
    #[arg(
        long,
        help_heading = KINDS,
        visible_alias = "owner",
        value_name = "TYPE",
        value_parser = vocabulary::OWN_TYPES.parser(),
        hide_possible_values = true
    )]
    own_type: Option<String>,

    /// Status of sharing: pending, accepted or rejected
    #[arg(
        long,
        help_heading = KINDS,
        visible_alias = "share-status",
        value_name = "STATUS",
        value_parser = vocabulary::MEMBER_STATUSES.parser(),
        hide_possible_values = true
    )]
    member_status: Option<String>,

    /// Automatic backups that are kept by count or never expire (true), or are kept by time (false)
    #[arg(
        long,
        help_heading = KINDS,
        visible_alias = "kept-by-count",
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    existed_quantity_based_retention_backups: Option<bool>,

    /// Backups of this restore point (ID)
    #[arg(long, help_heading = OTHERS, value_name = "ID", value_parser = id)]
    checkpoint_id: Option<String>,

    /// Backups created as part of this one (ID of the parent)
    #[arg(long, help_heading = OTHERS, value_name = "ID", value_parser = id)]
    parent_id: Option<String>,

    /// Backups in a dedicated cloud (true) or not (false)
    #[arg(
        long,
        help_heading = OTHERS,
        visible_alias = "dedicated",
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    dec: Option<bool>,

    /// Backups of this enterprise project (ID); 0 is the default one, all_granted_eps all that you
    /// can access
    #[arg(long, help_heading = OTHERS, value_name = "ID", value_parser = text)]
    enterprise_project_id: Option<String>,

    /// Include replication_records, which the service omits by default
    #[arg(
        long,
        help_heading = OTHERS,
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    show_replication: Option<bool>,

    /// Send this query parameter unchanged; may be repeated
    ///
    /// For parameters and values that the service knows and cbr does not, such as
    /// --param status=quarantined.
    #[arg(long, help_heading = OTHERS, value_name = "NAME=VALUE", value_parser = Param::parse)]
    param: Vec<Param>,
}

impl ServiceFilters {
    /// Returns true if new backups are filtered out.
    pub(crate) fn has_until(&self) -> bool {
        self.until.is_some()
    }

    /// Returns the pairs to send.
    pub(crate) fn pairs(&self) -> Vec<Pair> {
        self.of_flags().into_iter().chain(self.param.iter().map(Param::pair)).collect()
    }

    /// Returns the pairs of the flags. Destructured without `..`, so that a filter that is not
    /// mapped does not compile.
    fn of_flags(&self) -> Vec<Pair> {
        let Self {
            checkpoint_id,
            dec,
            since,
            until,
            enterprise_project_id,
            existed_quantity_based_retention_backups,
            image_type,
            incremental,
            member_status,
            name,
            own_type,
            parent_id,
            resource_az,
            resource_id,
            resource_name,
            resource_type,
            show_replication,
            status,
            used_percent,
            vault_id,
            param: _,
        } = self;
        let single: [(&'static str, Option<String>); 19] = [
            ("checkpoint_id", checkpoint_id.clone()),
            ("dec", dec.map(|value| value.to_string())),
            ("start_time", since.as_ref().map(Moment::at_or_after)),
            ("end_time", until.as_ref().map(Moment::at_or_before)),
            ("enterprise_project_id", enterprise_project_id.clone()),
            (
                "existed_quantity_based_retention_backups",
                existed_quantity_based_retention_backups.map(|value| value.to_string()),
            ),
            ("image_type", image_type.clone()),
            ("incremental", incremental.map(|value| value.to_string())),
            ("member_status", member_status.clone()),
            ("name", name.clone()),
            ("own_type", own_type.clone()),
            ("parent_id", parent_id.clone()),
            ("resource_az", resource_az.clone()),
            ("resource_id", resource_id.clone()),
            ("resource_name", resource_name.clone()),
            ("resource_type", resource_type.clone()),
            ("show_replication", show_replication.map(|value| value.to_string())),
            ("used_percent", used_percent.map(|value| value.to_string())),
            ("vault_id", vault_id.clone()),
        ];
        let single = single.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let repeated = status.iter().map(|value| ("status", value.clone()));
        single.chain(repeated).collect()
    }

    /// Checks that filters do not contradict each other.
    ///
    /// # Errors
    ///
    /// Names the flags that do.
    pub(crate) fn check(&self) -> Result<(), String> {
        param::check(&self.param, &self.of_flags())?;
        match (&self.since, &self.until) {
            (Some(since), Some(until)) if since.is_after(until) => Err(format!(
                "--since {} is later than --until {}, so nothing can match",
                since.at_or_after(),
                until.at_or_before()
            )),
            _ => Ok(()),
        }
    }

    /// Returns warnings for values that are likely to be mistakes.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let given = self.resource_type.iter();
        let unknown = given.filter_map(|value| vocabulary::RESOURCE_TYPES.remark(value));
        let names = [("--name", &self.name), ("--resource-name", &self.resource_name)];
        let patterns = names.into_iter().filter_map(|(flag, value)| pattern(flag, value.as_ref()?));
        unknown.chain(patterns).chain(self.no_time_at_all()).collect()
    }

    /// Returns a warning if both ends are the same midnight, which probably means the day.
    fn no_time_at_all(&self) -> Option<String> {
        let (Some(since), Some(until)) = (self.since, self.until) else { return None };
        (since == until && since.is_midnight()).then(|| {
            let day = since.day();
            format!(
                "--since {day} --until {day}: a date means 00:00 of that day, so these are one \
                 moment; --until {next} includes the day",
                next = since.next_day()
            )
        })
    }
}

/// Returns a warning if the value of a flag that takes a part of a name looks like a pattern: `*`
/// at an end would be of no use in such a part.
fn pattern(flag: &str, value: &str) -> Option<String> {
    (value.starts_with('*') || value.ends_with('*')).then(|| {
        let value = value.escape_debug();
        format!("{flag} {value}: * is literal; {flag}-matches takes a pattern")
    })
}

/// Parses an id: names and shortened ids match nothing.
fn id(value: &str) -> Result<String, String> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if !value.is_empty() && (value.len() < 32 || !value.bytes().all(is_part)) {
        return Err("not an id, which looks like 6df2b54c-dd62-4059-a07c-1b8f24f2725d".to_owned());
    }
    text(value)
}

/// Parses the id of a resource.
fn resource_id(value: &str) -> Result<String, String> {
    let name = "; --resource-name takes a name";
    id(value).map_err(|why| if value.is_empty() { why } else { why + name })
}

/// Parses a value that is not empty: `--vault-id "$VAULT"` with VAULT unset must not list all
/// vaults.
fn text(value: &str) -> Result<String, String> {
    match value {
        "" => Err("the value is empty; leave the flag out to not filter by it".to_owned()),
        value => Ok(value.to_owned()),
    }
}

/// Parses a name, which has at most 255 characters according to the API's page.
fn name(value: &str) -> Result<String, String> {
    match value.chars().count() {
        ..=255 => text(value),
        length => Err(format!("{length} characters, but a name has at most 255")),
    }
}
