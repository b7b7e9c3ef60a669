//! Further settings in `cbr auth show`: proxy, timeout, retries and the defaults of the
//! configuration file.

use super::Line;
use crate::api::ApiError;
use crate::settings::{ConnectionArgs, ConnectionError};
use crate::time;

/// Settings of a run besides endpoint, project and credentials.
pub(super) struct RunSettings<'a> {
    pub(super) connection: &'a ConnectionArgs,
    /// Address and variable of the proxy; `None` if the endpoint is not known.
    pub(super) proxy: Option<Result<Option<(String, &'static str)>, ApiError>>,
    /// The first default that its flag rejects.
    pub(super) broken_default: Option<ConnectionError>,
    /// Cached project id.
    pub(super) cached_project: Option<String>,
}

impl RunSettings<'_> {
    pub(super) fn lines(&self) -> Vec<Line<'static>> {
        let mut lines: Vec<_> = self.proxy().into_iter().collect();
        let timeout = self.connection.timeout;
        let is_default = |text: &str| time::duration(text).ok() == timeout;
        lines.push(self.line(
            "timeout",
            timeout.map(|timeout| format!("{} s", timeout.as_secs_f64())),
            is_default,
            timeout.map(|_| "--timeout"),
        ));
        let retries = self.connection.retries;
        lines.push(self.line(
            "retries",
            Some(retries.to_string()),
            |text| text.parse() == Ok(retries),
            (retries != ConnectionArgs::RETRIES).then_some("--retries"),
        ));
        for (setting, value) in self.defaults() {
            if !["timeout", "retries"].contains(&setting) {
                let origin = Some(self.place(setting).into());
                lines.push(Line { setting, value: Some(value), origin, problem: None });
            }
        }
        if let Some(error) = &self.broken_default {
            lines.push(Line {
                problem: Some(error.to_string()),
                setting: "defaults",
                ..Line::default()
            });
        }
        lines
    }

    fn proxy(&self) -> Option<Line<'static>> {
        let line = Line { setting: "proxy", ..Line::default() };
        Some(match self.proxy.as_ref()? {
            Ok(Some((address, variable))) => {
                Line { value: Some(address.clone()), origin: Some((*variable).into()), ..line }
            }
            Ok(None) => line,
            Err(error) => Line { problem: Some(error.to_string()), ..line },
        })
    }

    /// Returns the line of a flag, which may have a default in the configuration file.
    fn line(
        &self,
        setting: &'static str,
        value: Option<String>,
        is_default: impl Fn(&str) -> bool,
        flag: Option<&'static str>,
    ) -> Line<'static> {
        let in_file = self.defaults().find(|(key, text)| *key == setting && is_default(text));
        let origin = in_file.map(|_| self.place(setting).into()).or(flag.map(Into::into));
        Line { setting, value, origin, problem: None }
    }

    fn defaults(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.connection.own_file.config.iter().flat_map(|config| config.defaults())
    }

    fn place(&self, key: &str) -> String {
        format!("{} [defaults] {key}", self.connection.own_file.name)
    }
}
