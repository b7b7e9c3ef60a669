//! Lists the backups of Huawei Cloud's Cloud Backup and Recovery service (CBR).
//!
//! A run descends this table, and its rows return: the command line becomes typed values,
//! these become requests, and pages become one list that is proven complete, then output. A module
//! uses only modules below it, which `tests/structure` checks. So each can be read, tested and
//! changed without those above.
//!
//! | module | what it owns |
//! |---|---|
//! | `run` | the order of a run: parse, dispatch, exit code |
//! | `commands` | the commands, each as its data flows through the modules below |
//! | `program` | the command line as a whole, read with the defaults of the user's own file |
//! | `reference` | help, manual pages and completions, made from the declared commands |
//! | `cli` | the declared commands: flags to typed values |
//! | `sandbox` | a CBR endpoint on this machine; the client does not know it |
//! | `errors` | every failure: its exit code, message, hint and diagnosis |
//! | `auth` | credentials for the life of a run: tokens for passwords, projects for names |
//! | `api` | one signed request at a time: retries, throttling, errors of the service |
//! | `settings` | endpoint, project and credentials, each with its origin |
//! | `pipeline` | from rows to rows: filter, group, latest, sort, summary |
//! | `output` | from rows to bytes: formats, and the spool that holds them until the list is complete |
//! | `listing` | pages stitched into one list that is proven complete; knows neither HTTP nor flags nor rows |
//! | `record` | one backup as the service sent it: JSON, fields, columns |
//! | `terminal` | stdout, pager, progress and messages |
//! | `time` | times as users write them and as the service sends them |
//! | `text` | small helpers on text |

mod api;
mod auth;
mod cli;
mod commands;
mod errors;
mod listing;
mod output;
mod pipeline;
mod program;
mod record;
mod reference;
mod run;
#[cfg(feature = "sandbox")]
mod sandbox;
mod settings;
mod terminal;
mod text;
mod time;

#[doc(hidden)]
pub use run::main;
