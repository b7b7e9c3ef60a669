//! Credentials for the life of a run.
//!
//! | module | what it owns |
//! |---|---|
//! | [`iam`] | tokens for passwords and projects for names |

pub(crate) mod iam;
