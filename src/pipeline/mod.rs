//! Operations on rows: filtering, grouping, sorting and summarizing.
//!
//! | module | what it owns |
//! |---|---|
//! | [`coverage`] | whether each resource has a recent usable backup |
//! | [`filter`] | the filters that the API does not have |
//! | [`group`] | the groups of `--per` and `--by` |
//! | [`latest`] | the newest rows of each group |
//! | [`selection`] | the printed rows: latest, then sort, then offset and limit |
//! | [`sort`] | sort keys, and whether the service or `cbr` sorts |
//! | [`summary`] | counts and sizes |

pub(crate) mod coverage;
pub(crate) mod filter;
pub(crate) mod group;
pub(crate) mod latest;
pub(crate) mod selection;
pub(crate) mod sort;
pub(crate) mod summary;
