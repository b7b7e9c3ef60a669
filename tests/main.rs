//! The program as its users run it: the binary, its environment, a real socket, and the sandbox.
//!
//! What can be tested next to the code is; here is the wiring, and what only shows from outside.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod harness;
/// Programs of the host that tests need.
mod host;

/// The documented requests, and the documented account in every format: the first thing to look at.
mod documented;

/// `--dry-run` and `--print-curl`.
mod dry_run;
/// `--error-format json`.
mod error_format;
/// Each filter of `list`, and the pairs that arrive for it.
mod filters;
/// `cbr help`, `-h` and `--help`.
mod help;
/// The number, offsets and sizes of the requests of a listing: `--limit`, `--offset`,
/// `--page-size`.
mod paging;
/// What `cbr` asks of a list by itself: filters, groups, numbers.
mod pipeline;
mod progress;
/// `--sort`: who sorts, and by what.
mod sorting;
/// Wrong flags and values: what is said, and that nothing is sent.
mod usage;

/// Where requests go and as whom: endpoint, project, credentials, proxy, TLS, redirects.
mod connection;
/// The error bodies of the service, of its gateway and of others.
mod errors;
/// Requests that are made a second time before the first attempt has ended.
mod hedging;
/// IAM: tokens for passwords, projects for names, what is kept of both, and `cbr auth check`.
mod identity;
/// What is asked for again, how often, and when not.
mod retries;
/// Services that tell what they were told.
mod secrets;
/// `--timeout`, and services that do not answer.
mod timeouts;
/// Signatures and listings of the vendor's own SDK, beside ours.
mod vendor;

/// `cbr backups coverage` and `cbr backups check`.
mod coverage;

/// `cbr config`, and the defaults that its file has for flags.
mod config;

/// Wrong counts, short pages and other ways in which a service misleads.
mod adversarial;
/// Backups that come and go while they are listed.
mod churn;
/// Random faults and changes, many listings in a row.
mod soak;

/// Each exit code of the README, and a full disk.
mod exit_codes;
/// Ctrl-C, whatever the run waits for.
mod interrupt;
/// `-q`, `-v` and the line for people: what is said besides errors.
mod messages;
/// What is printed in each format, and on what: columns, pipes, terminals.
mod output;
/// `--receipt`: what was proven, for scripts.
mod receipt;
/// `--stream`: rows before the list is complete.
mod stream;

/// `cbr sandbox` as a program: how it begins and ends, and what it passes on.
mod sandbox;

/// Completions in real shells, and the scripts that are packaged.
#[cfg(target_os = "linux")]
mod completions;
/// The rules between the modules of the program.
mod structure;

/// The manual page, as groff typesets it.
mod manual;
/// The commands and the output that README.md shows.
#[cfg(target_os = "linux")]
mod readme;
