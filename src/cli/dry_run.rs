//! The flags of `--dry-run` and `--print-curl`.

use clap::Args;

/// What to print instead of sending requests.
#[derive(Args, Debug, Default, Clone, Copy)]
#[command(next_help_heading = "Requests")]
pub(crate) struct DryRunArgs {
    /// Print the first request without its secrets; send nothing
    #[arg(long, conflicts_with = "print_curl")]
    dry_run: bool,

    /// Print a command for sh, bash or zsh that sends the first request with curl; send nothing
    ///
    /// It contains no secrets: it reads them from CBR_TOKEN, or from CBR_ACCESS_KEY and
    /// CBR_SECRET_KEY. With an access key it signs with openssl, since a signature would expire
    /// after 15 minutes. No program gets a secret as an argument, where others could see it: curl
    /// reads its headers from stdin, which requires 7.55 or newer.
    #[arg(long)]
    print_curl: bool,
}

/// Form of the printed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Method, URL and headers.
    Request,
    /// A shell command.
    Curl,
}

impl DryRunArgs {
    /// Returns the form, or `None` if requests are sent.
    pub(crate) fn form(self) -> Option<Form> {
        match self {
            Self { print_curl: true, .. } => Some(Form::Curl),
            Self { dry_run: true, .. } => Some(Form::Request),
            _ => None,
        }
    }
}
