//! What is asked of IAM, and what never is twice: tokens for passwords, projects for names, and
//! `cbr auth check`.

mod check;
mod kept;
mod login;
mod named_faults;
mod project;
