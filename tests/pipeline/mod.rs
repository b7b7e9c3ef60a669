//! Local processing of a list: filters, the newest of groups, numbers, and their proof.

mod count;
mod empty;
pub(crate) mod filters;
mod latest;
mod model;
mod summary;
