//! Requests to IAM, each of which is sent once: tokens for passwords, projects for names, and `cbr
//! auth check`.

mod cache;
mod check;
mod login;
mod named_faults;
mod project;
