//! Lists the backups of Huawei Cloud's Cloud Backup and Recovery service (CBR).
//!
//! | folder | what it owns |
//! |---|---|
//! | `run` | parse, run, exit |
//! | `commands` | the commands, each as the data flows through the modules below |
//! | `reference` | help, manual pages and completions |
//! | `cli` | flags to typed values |
//! | `sandbox` | a CBR endpoint on this machine |
//! | `errors` | failures to messages, hints and exit codes |
//! | `auth` | tokens for passwords, projects for names |
//! | `api` | one signed request at a time, retries, errors of the service |
//! | `settings` | endpoint, project and credentials, each with its origin |
//! | `pipeline` | filter, group, sort, summary |
//! | `output` | records to bytes |
//! | `listing` | pages stitched into one list that is proven complete |
//! | `record` | one backup as the service sent it |
//! | `terminal` | stdout, pager, stderr |
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

pub use run::main;
