//! The work to measure, and the goal of each.

use std::time::Duration;

/// A line of the table.
pub(crate) struct Work {
    pub(crate) name: &'static str,
    pub(crate) program: Program,
    /// The program to compare it with, and its name in the table.
    pub(crate) beside: Option<(&'static str, Program)>,
    pub(crate) goal: Goal,
}

/// A program to measure.
#[derive(Clone, Copy)]
pub(crate) enum Program {
    /// `cbr --version`
    Version,
    /// `cbr backups list -o` with a format and options.
    List(&'static [&'static str], Account),
    /// `cbr backups list -o` with a format and options, of several targets, each a sandbox with such
    /// an account.
    Targets(usize, &'static [&'static str], Account),
    /// `cbr backups coverage`
    Coverage(Account),
    /// `curl`, with the requests of the bare client.
    Curl(Account),
    /// The bare client.
    Floor(Account),
}

/// The sandbox to measure against.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Account {
    pub(crate) backups: u64,
    /// Options of `cbr sandbox`.
    pub(crate) options: &'static [&'static str],
}

/// Limits: at most `times` the comparison plus `and`, and at most `memory` in MiB.
#[derive(Clone, Copy)]
pub(crate) struct Goal {
    pub(crate) times: f64,
    pub(crate) and: Duration,
    pub(crate) memory: Option<u64>,
}

const SMALL: Account = Account { backups: 1_663, options: &[] };
const LARGE: Account = Account { backups: 100_000, options: &[] };
const HUGE: Account = Account { backups: 1_000_000, options: &[] };
/// A hundred pages, with the latency of a distant service.
const FAR: Account = Account { backups: 99_900, options: &["--latency", "50ms"] };
/// One of several targets.
const TARGET: Account = Account { backups: 10_000, options: &[] };
/// Ten small pages, so that the network is the limit and not this machine.
const FAR_TARGET: Account = Account { backups: 1_000, options: &["--latency", "50ms"] };
const SMALL_PAGES: &[&str] = &["csv", "--page-size", "100"];
/// A hundred pages with throttling: the limit allows them in twice the time.
const THROTTLED: Account = Account { backups: 99_900, options: &["--throttle", "25/1s"] };

const START: Goal = Goal { times: 0.0, and: Duration::from_millis(5), memory: None };
const QUICK: Goal = Goal { times: 1.5, and: Duration::from_millis(5), memory: None };
const STREAM: Goal = Goal { times: 2.0, and: Duration::ZERO, memory: Some(64) };
const SIDE_BY_SIDE: Goal = Goal { times: 1.0 / 10.0, and: Duration::ZERO, memory: None };
/// Not slower than the comparison, except for the pauses, which are partly random.
const POLITE: Goal = Goal { times: 1.0, and: Duration::from_millis(500), memory: None };
const MERGED: Goal = Goal { times: 1.3, and: Duration::ZERO, memory: Some(96) };
/// The comparison reads one of twenty targets: an eighth of all, one after the other.
const FAR_MERGED: Goal = Goal { times: 20.0 / 8.0, and: Duration::ZERO, memory: None };
const TABLE: Goal = Goal { times: 3.0, and: Duration::ZERO, memory: None };
const COVERAGE: Goal = Goal { times: 3.0, and: Duration::ZERO, memory: Some(64) };
/// Linear: ten times the rows take ten times the time, plus a fifth for the caches of the machine.
const LINEAR: Goal = Goal { times: 12.0, and: Duration::ZERO, memory: Some(64) };

pub(crate) const WORKS: &[Work] = &[
    Work { name: "start", program: Program::Version, beside: None, goal: START },
    list("1,663 backups, table", &["table"], SMALL, QUICK),
    list("1,663 backups, wide", &["wide"], SMALL, QUICK),
    list("1,663 backups, json", &["json"], SMALL, QUICK),
    list("1,663 backups, jsonl", &["jsonl"], SMALL, QUICK),
    list("1,663 backups, csv", &["csv"], SMALL, QUICK),
    list("100,000 backups, json", &["json"], LARGE, STREAM),
    list("100,000 backups, jsonl", &["jsonl"], LARGE, STREAM),
    list("100,000 backups, csv", &["csv"], LARGE, STREAM),
    list("100,000 backups, csv", &["csv"], LARGE, STREAM).beside("curl", Program::Curl(LARGE)),
    list("100,000 backups, table", &["table"], LARGE, TABLE),
    list(
        "100,000 backups, newest of each",
        &["csv", "--latest", "1", "--per", "resource"],
        LARGE,
        STREAM,
    )
    .beside("csv", Program::List(&["csv"], LARGE)),
    list("100,000 backups, filtered", &["csv", "--min-size", "100", "--automatic"], LARGE, STREAM)
        .beside("csv", Program::List(&["csv"], LARGE)),
    Work {
        name: "100,000 backups, coverage",
        program: Program::Coverage(LARGE),
        beside: Some(("floor", Program::Floor(LARGE))),
        goal: COVERAGE,
    },
    list("1,000,000 backups, csv", &["csv"], HUGE, LINEAR)
        .beside("100,000", Program::List(&["csv"], LARGE)),
    list("100 pages, 50 ms away", &["csv"], FAR, SIDE_BY_SIDE)
        .beside("1 at a time", Program::List(&["csv", "--concurrency", "1"], FAR)),
    Work {
        name: "10 targets of 10,000",
        program: Program::Targets(10, &["csv"], TARGET),
        beside: Some(("100,000", Program::List(&["csv"], LARGE))),
        goal: MERGED,
    },
    Work {
        name: "20 targets, 50 ms away",
        program: Program::Targets(20, SMALL_PAGES, FAR_TARGET),
        beside: Some(("one", Program::List(SMALL_PAGES, FAR_TARGET))),
        goal: FAR_MERGED,
    },
    list("100 pages, throttled", &["csv"], THROTTLED, POLITE)
        .beside("1 at a time", Program::List(&["csv", "--concurrency", "1"], THROTTLED)),
];

/// Creates a listing that is compared with the floor.
const fn list(
    name: &'static str,
    format_and_options: &'static [&'static str],
    account: Account,
    goal: Goal,
) -> Work {
    let program = Program::List(format_and_options, account);
    Work { name, program, beside: Some(("floor", Program::Floor(account))), goal }
}

impl Work {
    /// Compares it with something else.
    const fn beside(self, name: &'static str, program: Program) -> Self {
        Self { beside: Some((name, program)), ..self }
    }

    /// Returns how often to measure it: short work more often.
    pub(crate) fn runs(&self) -> usize {
        match self.program.account() {
            Some(account) if account.backups > LARGE.backups || !account.options.is_empty() => 3,
            Some(account) if account.backups == LARGE.backups => 21,
            _ => 30,
        }
    }

    /// Returns true if `--quick` skips it.
    pub(crate) fn is_slow(&self) -> bool {
        self.program.account().is_some_and(|account| account.backups > LARGE.backups)
    }
}

impl Program {
    fn account(&self) -> Option<Account> {
        match self {
            Self::Version => None,
            Self::List(_, account)
            | Self::Targets(_, _, account)
            | Self::Coverage(account)
            | Self::Curl(account)
            | Self::Floor(account) => Some(*account),
        }
    }

    /// Returns the number of backups that it reads.
    pub(crate) fn backups(&self) -> u64 {
        let of_each = self.account().map_or(0, |account| account.backups);
        if let Self::Targets(targets, ..) = self { of_each * *targets as u64 } else { of_each }
    }
}
