//! The longest time between two backups that a policy plans.
//!
//! Source: API page "Creating a Policy", `trigger.properties.pattern`: a subset of RFC 2445 with
//! `FREQ` (WEEKLY or DAILY), `BYDAY`, `BYHOUR`, `BYMINUTE` and `INTERVAL`, in UTC.

use std::time::Duration;

use crate::record::inventory::Policy;

const MINUTES_PER_DAY: u32 = 24 * 60;

/// Weekdays, as `BYDAY` writes them.
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The start times of one rule, in minutes since the beginning of a cycle.
struct Rule {
    minutes: Vec<u32>,
    /// Length of a cycle in days.
    days: u32,
}

/// Returns the longest time between two backups, including the start window. Returns `None` if the
/// policy is disabled or has no supported rule.
pub(crate) fn longest_gap(policy: &Policy) -> Option<Duration> {
    if policy.enabled == Some(false) || policy.operation_type.as_deref() == Some("replication") {
        return None;
    }
    let properties = &policy.trigger.properties;
    let rules: Option<Vec<_>> = properties.pattern.iter().map(|text| Rule::parse(text)).collect();
    let rules = rules.filter(|rules| !rules.is_empty())?;
    let weekly: Vec<_> = rules.iter().filter_map(Rule::in_a_week).flatten().collect();
    let in_a_week = Rule { minutes: weekly, days: 7 }.longest_gap();
    // A rule of several days does not repeat each week, so only its own gap is certain.
    let others = rules.iter().filter(|rule| rule.in_a_week().is_none()).map(Rule::longest_gap);
    let minutes = others.chain([in_a_week]).flatten().min()?;
    let window = properties.start_window_minutes.unwrap_or(0);
    Some(Duration::from_secs((u64::from(minutes) + window) * 60))
}

impl Rule {
    /// Parses a rule such as `FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=14;BYMINUTE=00`.
    fn parse(text: &str) -> Option<Self> {
        let part = |name: &str| {
            text.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
        };
        let numbers = |name: &str, most: u32| -> Option<Vec<u32>> {
            let values = part(name).unwrap_or("0").split(',');
            let parse = |value: &str| value.trim().parse().ok().filter(|value| *value < most);
            values.map(parse).collect()
        };
        let (hours, minutes) = (numbers("BYHOUR", 24)?, numbers("BYMINUTE", 60)?);
        let (days, cycle) = match part("FREQ")? {
            "DAILY" => (vec![0], part("INTERVAL").map_or(Some(1), |days| days.parse().ok())?),
            "WEEKLY" if part("INTERVAL").is_none_or(|weeks| weeks == "1") => {
                let day = |day: &str| DAYS.iter().position(|known| *known == day.trim());
                let days: Option<Vec<_>> = part("BYDAY")?.split(',').map(day).collect();
                (days?.into_iter().map(|day| day as u32).collect(), 7)
            }
            _ => return None,
        };
        let mut starts = Vec::new();
        for day in days {
            for hour in &hours {
                starts.extend(minutes.iter().map(|minute| (day * 24 + hour) * 60 + minute));
            }
        }
        (1..=366).contains(&cycle).then_some(Self { minutes: starts, days: cycle })
    }

    /// Returns the start times in a week, or `None` if they differ from week to week.
    fn in_a_week(&self) -> Option<Vec<u32>> {
        let week = 7 / self.days.min(7);
        (7 % self.days == 0).then(|| {
            let cycles = 0..week;
            let start = |cycle: u32| {
                self.minutes.iter().map(move |minute| cycle * self.days * MINUTES_PER_DAY + minute)
            };
            cycles.flat_map(start).collect()
        })
    }

    /// Returns the longest time between two starts in minutes, including the end of a cycle.
    fn longest_gap(&self) -> Option<u32> {
        let mut minutes = self.minutes.clone();
        minutes.sort_unstable();
        let first = *minutes.first()?;
        minutes.push(first + self.days * MINUTES_PER_DAY);
        minutes.windows(2).map(|pair| pair[1] - pair[0]).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::inventory::{Trigger, TriggerProperties};

    fn policy(patterns: &[&str], start_window_minutes: Option<u64>) -> Policy {
        let pattern = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let properties = TriggerProperties { pattern, start_window_minutes };
        Policy { trigger: Trigger { properties }, ..Policy::default() }
    }

    #[test]
    fn the_longest_gap_follows_from_all_rules() {
        let every_day = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=14;BYMINUTE=00";
        // Maximum hours between two backups.
        let cases: [(&[&str], Option<u64>); 12] = [
            (&[every_day], Some(24)),
            (&["FREQ=DAILY;INTERVAL=1;BYHOUR=2;BYMINUTE=0"], Some(24)),
            (&["FREQ=DAILY;BYHOUR=2,14;BYMINUTE=0"], Some(12)),
            (&["FREQ=DAILY;BYHOUR=2;BYMINUTE=0", "FREQ=DAILY;BYHOUR=6;BYMINUTE=0"], Some(20)),
            (&["FREQ=DAILY;INTERVAL=3;BYHOUR=2"], Some(72)),
            (&["FREQ=DAILY;INTERVAL=3;BYHOUR=2", every_day], Some(24)),
            (&["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=20;BYMINUTE=00"], Some(72)),
            (&["FREQ=WEEKLY;BYDAY=SU;BYHOUR=0;BYMINUTE=00"], Some(168)),
            (&["FREQ=MONTHLY;BYHOUR=0"], None),
            (&["FREQ=WEEKLY;BYHOUR=0"], None),
            (&["FREQ=DAILY;BYHOUR=25"], None),
            (&[], None),
        ];
        for (patterns, hours) in cases {
            let gap = longest_gap(&policy(patterns, None)).map(|gap| gap.as_secs() / 3600);
            assert_eq!(gap, hours, "{patterns:?}");
        }
    }

    #[test]
    fn the_start_window_adds_to_the_gap() {
        let daily = policy(&["FREQ=DAILY;BYHOUR=2"], Some(120));
        assert_eq!(longest_gap(&daily), Some(Duration::from_secs(26 * 3600)));
    }

    #[test]
    fn policies_that_make_no_backups_have_no_gap() {
        let daily = policy(&["FREQ=DAILY;BYHOUR=2"], None);
        assert_eq!(longest_gap(&Policy { enabled: Some(false), ..daily.clone() }), None);
        let operation_type = Some("replication".to_owned());
        assert_eq!(longest_gap(&Policy { operation_type, ..daily }), None);
    }
}
