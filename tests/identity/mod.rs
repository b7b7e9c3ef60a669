//! What is asked of IAM, and what never is twice: tokens for passwords, projects for names, and
//! `cbr auth check`.

mod cache;
mod check;
mod login;
mod named_faults;
mod project;
