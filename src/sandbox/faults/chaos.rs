//! Random transient faults: `--chaos`.

use super::Fault;

/// Which listings fail, and how, is the same for the same seed.
#[derive(Debug)]
pub(in crate::sandbox) struct Chaos {
    seed: u64,
    faults: Vec<Fault>,
}

/// What a client can be expected to survive by trying again.
const PASSING: [&str; 8] =
    ["429=0", "500", "502", "503", "504", "reset", "truncate", "invalid-json"];

/// One listing in that many fails.
const ONE_IN: usize = 5;

impl Chaos {
    pub(in crate::sandbox) fn new(seed: u64) -> Self {
        let faults = PASSING.iter().filter_map(|what| Fault::parse(&format!("{what}@*")).ok());
        Self { seed, faults: faults.collect() }
    }

    /// Returns the fault of that listing, if any.
    pub(in crate::sandbox) fn strike(&self, list: u64) -> Option<&Fault> {
        let spread = list.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut random = fastrand::Rng::with_seed(self.seed ^ spread);
        self.faults.get(random.usize(0..PASSING.len() * ONE_IN))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn one_listing_in_five_fails_in_every_way() {
        let chaos = Chaos::new(1);
        let struck: Vec<_> = (1..=10_000).filter_map(|list| chaos.strike(list)).collect();
        assert!((1800..2200).contains(&struck.len()), "{}", struck.len());
        let ways: HashSet<_> = struck.iter().map(|fault| fault.text()).collect();
        assert_eq!(ways, HashSet::from(PASSING));
    }

    #[test]
    fn the_seed_decides() {
        let run = |seed| {
            let chaos = Chaos::new(seed);
            (1..100).map(|list| chaos.strike(list).cloned()).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }
}
