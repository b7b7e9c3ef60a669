//! Tests the listing with models of a service: many small random cases, each from a seed.
//!
//! `CBR_TEST_CASES` sets the number of cases of each model, `CBR_TEST_SEED` runs one case again.

mod adversarial;
mod churn;
mod merged;

use std::env;
use std::ops::Range;

/// Returns the seeds to run: `usual` of them, unless the environment sets others.
pub(crate) fn seeds(usual: u64) -> Range<u64> {
    let number = |name: &str| env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let cases = number("CBR_TEST_CASES").unwrap_or(usual);
    number("CBR_TEST_SEED").map_or(0..cases, |seed| seed..seed + 1)
}

/// Fails with the first seeds of the cases that failed, if any did.
#[track_caller]
pub(crate) fn report(failures: &[(u64, String)]) {
    let first: Vec<_> = failures
        .iter()
        .take(5)
        .map(|(seed, description)| format!("CBR_TEST_SEED={seed}: {description}"))
        .collect();
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), first.join("\n"));
}
