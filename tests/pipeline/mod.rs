//! What `cbr` asks of a list by itself: its own filters, the newest of groups, numbers, and the
//! proof that comes with them.

mod count;
mod empty;
mod filters;
mod latest;
mod model;
mod summary;
