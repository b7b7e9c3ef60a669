//! Text generated from the declarations of the command line: help, manual pages and completions.
//!
//! | module | what it owns |
//! |---|---|
//! | [`help`] | `cbr help`: commands and topics, and the layout of `--help` |
//! | [`manual`] | `cbr man` |
//! | [`completions`] | `cbr completions` |

pub(crate) mod completions;
pub(crate) mod help;
pub(crate) mod manual;
#[cfg(test)]
pub(crate) mod readme;
