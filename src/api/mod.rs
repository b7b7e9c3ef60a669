//! One signed GET at a time.

pub(crate) mod sign;
