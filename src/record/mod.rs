//! A backup as the service sent it: the bytes, and borrowed views of them.
//!
//! | module | what it owns |
//! |---|---|
//! | [`json`] | JSON text, read in place |
//! | [`backup`] | the fields of a record |
//! | [`inventory`] | vaults, policies, tasks and resources that could be backed up |
//! | [`row`] | a record in the text of its page |
//! | [`target`] | the region, project and profile of a row |
//! | [`vault_names`] | the names of the vaults of a run |
//! | [`column`](mod@column) | the table of columns |
//! | [`resource_type`] | the types of resources and their short names |

pub(crate) mod backup;
pub(crate) mod column;
pub(crate) mod inventory;
pub(crate) mod json;
pub(crate) mod resource_type;
pub(crate) mod row;
pub(crate) mod target;
pub(crate) mod vault_names;
