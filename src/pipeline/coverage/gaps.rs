//! `--gaps`: the periods in which a resource had no new usable backup.
//!
//! Only existing backups are known: a deleted or expired backup leaves a gap.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::row::{
    FROM, LENGTH, RESOURCE_ID, RESOURCE_NAME, RESOURCE_TYPE, TO, VAULT_ID, VAULT_NAME,
};
use super::{Assessment, State};
use crate::output::ColumnSets;
use crate::record::column::Column;
use crate::time;

/// Every column of the gaps.
const GAP_COLUMNS: &[Column] =
    &[RESOURCE_NAME, FROM, TO, LENGTH, VAULT_NAME, RESOURCE_ID, RESOURCE_TYPE, VAULT_ID];

/// Returns the columns of the gaps. Human-readable formats leave out ids and types.
pub(crate) fn gap_columns() -> ColumnSets {
    ColumnSets::computed(GAP_COLUMNS, GAP_COLUMNS[..5].to_vec()).with_all_for_machines()
}

/// A period without a new usable backup. Times are in microseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap<'a> {
    resource: &'a Assessment,
    /// Time of the previous backup, or `None` for the first.
    from: Option<i64>,
    to: i64,
}

/// Returns the gaps of at least `shortest` that end after `since`, the longest first. A resource
/// without usable backups has one gap without a beginning.
pub(crate) fn gaps<'a>(
    assessments: &'a [Assessment],
    shortest: i64,
    since: Option<i64>,
    now: i64,
) -> Vec<Gap<'a>> {
    let mut gaps: Vec<_> = assessments
        .iter()
        .flat_map(|resource| of_resource(resource, shortest, now))
        .filter(|gap| since.is_none_or(|since| gap.to > since))
        .collect();
    let name = |gap: &Gap<'a>| (gap.resource.name.as_deref(), &*gap.resource.resource_id);
    gaps.sort_by(|a, b| {
        let key = |gap: &Gap<'_>| Reverse(gap.length().unwrap_or(i64::MAX));
        key(a).cmp(&key(b)).then_with(|| name(a).cmp(&name(b)))
    });
    gaps
}

fn of_resource(resource: &Assessment, shortest: i64, now: i64) -> Vec<Gap<'_>> {
    let mut times = resource.times.clone();
    times.sort_unstable();
    let gap = |from, to| Gap { resource, from: Some(from), to };
    let pairs = times.iter().zip(times.iter().skip(1));
    let mut gaps: Vec<_> = pairs.map(|(from, to)| gap(*from, *to)).collect();
    // No backup is due if there is nothing to back up, or if a server covers its volume.
    let is_due = !matches!(resource.state, State::Orphan | State::Unsupported);
    match times.last() {
        Some(newest) if is_due => gaps.push(gap(*newest, now)),
        None if is_due && resource.state != State::Ok => {
            gaps.push(Gap { resource, from: None, to: now });
        }
        _ => {}
    }
    gaps.retain(|gap| gap.length().is_none_or(|length| length >= shortest));
    gaps
}

impl Gap<'_> {
    /// Returns the length in microseconds, or `None` without a beginning.
    fn length(&self) -> Option<i64> {
        self.from.map(|from| self.to.saturating_sub(from))
    }

    /// Returns the row as the JSON text of an object.
    pub(crate) fn to_json(self) -> String {
        let time = |at: Option<i64>| at.and_then(time::rfc3339).map_or(Value::Null, Value::from);
        let Self { resource, from, to } = self;
        let row = json!({
            "resource_name": resource.name,
            "from": time(from),
            "to": time(Some(to)),
            "length": self.length().map(|length| length / 1_000_000),
            "vault_name": resource.vault_name,
            "resource_id": resource.resource_id,
            "resource_type": resource.resource_type,
            "vault_id": resource.vault_id,
        });
        resource.tagged(row.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn resource(state: State) -> Assessment {
        Assessment {
            state,
            resource_id: "r".to_owned(),
            name: Some("web-1".to_owned()),
            resource_type: None,
            usable: 0,
            newest: None,
            oldest: None,
            last_try: None,
            vault_id: None,
            vault_name: None,
            max_age: 0,
            why: None,
            times: Vec::new(),
            target: None,
            place: None,
        }
    }

    #[test]
    fn gaps_are_between_backups_and_until_now() {
        let cases: [(State, &[i64], Option<i64>, &[(Option<i64>, i64)]); 12] = [
            // State, hours of the backups, since, gaps; now is hour 100.
            (State::Ok, &[10, 34, 58, 82], None, &[]),
            (State::Ok, &[82, 10, 58], None, &[(Some(10), 58)]),
            (State::Ok, &[10, 36, 90], None, &[(Some(36), 90), (Some(10), 36)]),
            (State::Ok, &[10, 36, 90], Some(36), &[(Some(36), 90)]),
            (State::Stale, &[10], None, &[(Some(10), 100)]),
            (State::Stale, &[10, 20], Some(99), &[(Some(20), 100)]),
            (State::Orphan, &[10, 60], None, &[(Some(10), 60)]),
            (State::None, &[], None, &[(None, 100)]),
            (State::Unprotected, &[], Some(99), &[(None, 100)]),
            (State::Unknown, &[], None, &[(None, 100)]),
            (State::Unsupported, &[], None, &[]),
            // A volume whose server is backed up.
            (State::Ok, &[], None, &[]),
        ];
        for (number, (state, hours, since, expected)) in cases.into_iter().enumerate() {
            let times: Vec<_> = hours.iter().map(|hour| hour * HOUR).collect();
            let assessments = [Assessment { times, ..resource(state) }];
            let since = since.map(|hour| hour * HOUR);
            let actual = gaps(&assessments, 26 * HOUR, since, 100 * HOUR);
            let actual: Vec<_> =
                actual.iter().map(|gap| (gap.from.map(|at| at / HOUR), gap.to / HOUR)).collect();
            assert_eq!(actual, expected, "case {number}");
        }
    }
}
