//! stub
/// x
#[derive(clap::Args, Debug)]
pub(crate) struct SandboxArgs {}
pub(crate) async fn run(_a: SandboxArgs) -> anyhow::Result<std::process::ExitCode> {
    anyhow::bail!("no")
}
