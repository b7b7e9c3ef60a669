//! Standard output, standard error and their terminal.
//!
//! | module | what it owns |
//! |---|---|
//! | [`destination`] | what a renderer writes to |
//! | [`stdout`] | stdout, whose errors name it |
//! | [`tty`] | the terminal of stdout: its size and its colors |
//! | [`pager`] | the pager in front of stdout |
//! | [`console`](mod@console), [`screen`] | warnings, details and progress on stderr |
//! | [`file_output`] | a file that is complete or unchanged |
//! | [`file_limit`] | the limit on the size of files |
//! | [`message`] | one message, as text or as JSON |

pub(crate) mod console;
pub(crate) mod destination;
pub(crate) mod file_limit;
mod file_output;
pub(crate) mod message;
pub(crate) mod pager;
pub(crate) mod screen;
pub(crate) mod stdout;
pub(crate) mod tty;
