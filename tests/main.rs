//! The program as its users run it: the binary, its environment, a real socket, and the sandbox.
//!
//! Rules are tested next to the code; these tests cover the wiring and the effects that only show
//! from outside.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod harness;
/// Programs of the host that tests need.
mod host;

/// The documented requests, and the documented account in every format: the first tests to read.
mod documented;

/// `--dry-run` and `--print-curl`.
mod dry_run;
/// `--error-format json`.
mod error_format;
/// Each filter of `list`, and the query pairs that arrive for it.
mod filters;
/// `cbr help`, `-h` and `--help`.
mod help;
/// The number, offsets and sizes of the requests of a listing: `--limit`, `--offset`,
/// `--page-size`.
mod paging;
/// Local processing of a list: filters, groups, numbers.
mod pipeline;
mod progress;
/// `--sort`: whether the service or `cbr` sorts, and by which keys.
mod sorting;
/// Usage errors: the message, and that no request is sent.
mod usage;

/// The connection: endpoint, project, credentials, proxy, TLS, redirects.
mod connection;
/// The error bodies of the service, of its gateway and of others.
mod errors;
/// Requests that are sent again before the first attempt has ended.
mod hedging;
/// IAM: tokens for passwords, projects for names, the cache, and `cbr auth check`.
mod identity;
/// Retries: which failures, how often, and the exceptions.
mod retries;
/// Services that echo secrets.
mod secrets;
/// `--timeout`, and services that do not answer.
mod timeouts;
/// Signatures and listings of the vendor's SDK, compared with those of `cbr`.
mod vendor;

/// `cbr backups coverage` and `cbr backups check`.
mod coverage;

/// Several regions, projects and profiles in one listing.
mod targets;

/// `cbr config`, and the defaults for flags in its file.
mod config;

/// Inconsistent answers: wrong counts, short pages and other faults.
mod adversarial;
/// Backups that are created and deleted while they are listed.
mod churn;
/// Random faults and changes, many listings in a row.
mod soak;

/// Each exit code of the README, and a full disk.
mod exit_codes;
/// Ctrl-C, wherever the run waits.
mod interrupt;
/// `-q`, `-v` and the summary on a terminal: messages other than errors.
mod messages;
/// The output in each format: columns, pipes, terminals.
mod output;
/// `--receipt`: the proof, for scripts.
mod receipt;
/// `--stream`: rows before the list is complete.
mod stream;

/// `cbr sandbox` as a program: its start, its end, and the forwarded exit code.
mod sandbox;

/// Completions in real shells, and the packaged scripts.
#[cfg(target_os = "linux")]
mod completions;
/// The rules between the modules of the program.
mod structure;

/// The build script, for its tests.
#[expect(dead_code, clippy::print_stdout, reason = "it is a program of its own")]
#[path = "../src/build.rs"]
mod build;
/// `cbr --version`.
mod version;

/// The manual pages, as groff typesets them.
mod manual;
/// The commands and the output that README.md shows.
#[cfg(target_os = "linux")]
mod readme;
