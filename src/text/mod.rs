//! Small helpers for text and flag values. Depends on no other module of this crate.
//!
//! | module | what it owns |
//! |---|---|
//! | [`sanitize`] | untrusted text made safe for a terminal |
//! | [`secret`] | text that is never shown |
//! | [`suggest`] | the nearest known word |
//! | [`number`], [`hex`] | whole numbers, and bytes as hexadecimal digits |
//! | [`small_file`], [`private_file`] | reads files that others may have placed, and writes files for their owner alone |
//! | [`headings`] | headings of the filters in the help |
//! | [`hints`] | values that completion offers for a flag |

pub(crate) mod headings;
pub(crate) mod hex;
pub(crate) mod hints;
pub(crate) mod number;
pub(crate) mod private_file;
pub(crate) mod sanitize;
pub(crate) mod secret;
pub(crate) mod small_file;
pub(crate) mod suggest;
