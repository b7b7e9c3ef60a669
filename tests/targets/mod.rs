//! Several regions, projects and profiles in one listing.

mod accounts;
mod failures;
mod merged;
mod selection;

use crate::harness::{Cbr, Sandbox};

impl Sandbox {
    /// Creates a run of `cbr` with the settings that the sandbox prints: a key, the region
    /// `sandbox-1`, and addresses that depend on the region.
    fn cbr_of_regions(&self, args: &str) -> Cbr {
        let address = format!("{}/{{region}}", self.endpoint());
        let run = crate::harness::cbr(args).with_key().env("CBR_REGION", "sandbox-1");
        run.env("CBR_ENDPOINT", &address).env("CBR_IAM_ENDPOINT", &address)
    }
}

/// The three regions whose projects can be read at once.
const THREE: &str = "--region sandbox-1,sandbox-2,sandbox-3";
