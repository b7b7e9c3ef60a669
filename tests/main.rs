//! The program as its users run it: the binary, its environment, a real socket, and the sandbox.
//!
//! What can be tested next to the code is; here is the wiring, and what only shows from outside.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod harness;

/// The documented requests, and the documented account in every format.
mod documented;

/// Settings: endpoint, project, credentials, proxy; what is refused before or by the service.
mod connection;

/// Each filter of `list`, and the pairs that arrive for it.
mod filters;

/// Wrong flags and values: what is said, and that nothing is sent.
mod usage;

/// Each exit code of the README, and a full disk.
mod exit_codes;

/// What is printed in each format, and on what.
mod output;

/// What is said besides errors.
mod messages;

/// `--receipt`.
mod receipt;

/// `--stream`.
mod stream;

/// `cbr sandbox` as a program.
mod sandbox;

/// Ctrl-C.
mod interrupt;

/// The error bodies of the service, its gateway and others.
mod errors;

/// What is asked for again and how often.
mod retries;

/// `--timeout`, and services that do not answer.
mod timeouts;

/// The number, offsets and sizes of the requests of a listing.
mod paging;

/// `--sort`.
mod sorting;

/// Backups that come and go while they are listed.
mod changes;

/// Random faults and changes, many listings in a row.
mod soak;

/// Wrong counts, short pages and other ways in which a service misleads.
mod lies;

/// Completions in real shells, and the scripts that are packaged.
#[cfg(target_os = "linux")]
mod completions;

/// Programs of the host that tests need.
mod host;

/// The manual page, as groff typesets it.
mod manual;

/// The commands and the output that README.md shows.
#[cfg(target_os = "linux")]
mod readme;
