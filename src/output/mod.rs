//! stub
use clap::Args;
/// x
#[derive(Args, Debug)]
pub(crate) struct OutputArgs {}
impl OutputArgs {
    pub(crate) fn check(&self) -> Result<(), String> {
        Ok(())
    }
    pub(crate) fn renderer(&self, _s: Option<usize>) -> Renderer {
        Renderer(String::new())
    }
    pub(crate) fn show(
        &self,
        r: &str,
        _s: Option<usize>,
        out: &mut dyn std::io::Write,
    ) -> anyhow::Result<()> {
        Ok(out.write_all(r.as_bytes())?)
    }
}
pub(crate) struct Renderer(String);
impl Renderer {
    pub(crate) fn push(&mut self, r: &str) -> anyhow::Result<()> {
        self.0.push_str(r);
        self.0.push('\n');
        Ok(())
    }
    pub(crate) fn finish(self, out: &mut dyn std::io::Write) -> anyhow::Result<()> {
        Ok(out.write_all(self.0.as_bytes())?)
    }
}
pub(crate) fn escape(t: &str) -> String {
    t.chars()
        .map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() })
        .collect()
}
