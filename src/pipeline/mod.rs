//! Operations on rows: filtering, grouping, sorting and summarizing.
//!
//! | module | what it owns |
//! |---|---|
//! | [`filter`] | the filters that the API does not have |
//! | [`group`] | the groups of `--per` and `--by` |
//! | [`latest`] | the newest rows of each group |
//! | [`sort`] | which orders the service returns, and which are made locally |
//! | [`summary`] | counts and sizes |

pub(crate) mod filter;
pub(crate) mod group;
pub(crate) mod latest;
pub(crate) mod sort;
pub(crate) mod summary;
