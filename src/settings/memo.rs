//! Credentials that a run reads once, although it resolves its settings for each of its targets: a
//! prompt, stdin, a pipe or a command gives them only once.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::source::Source;
use super::{ConnectionError, Credentials};

/// Credentials by the name of their origin. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct CredentialMemo(Arc<Mutex<HashMap<String, Remembered>>>);

#[derive(Clone)]
struct Remembered {
    credentials: Result<Option<Credentials>, ConnectionError>,
    warnings: Vec<String>,
}

impl CredentialMemo {
    /// Sets the credentials of a source, which `read` does the first time.
    pub(super) fn fill(&self, name: &str, source: &mut Source, read: impl FnOnce(&mut Source)) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Remembered { credentials, warnings }) = known.get(name).cloned() {
            source.credentials = credentials;
            source.warnings.extend(warnings);
            return;
        }
        let earlier = source.warnings.len();
        read(source);
        let warnings = source.warnings.get(earlier..).unwrap_or_default().to_vec();
        let credentials = source.credentials.clone();
        known.insert(name.to_owned(), Remembered { credentials, warnings });
    }
}

impl fmt::Debug for CredentialMemo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[hidden]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::secret::Secret;

    #[test]
    fn credentials_are_read_once_for_each_name() {
        let memo = CredentialMemo::default();
        let read = |memo: &CredentialMemo, name: &str, token: &str| {
            let mut source = Source::named("s");
            source.warnings.push("before".to_owned());
            memo.fill(name, &mut source, |source| {
                let token = Secret::new(token.to_owned());
                source.credentials = Ok(Some(Credentials::Token(token)));
                source.warnings.push(format!("of {name}"));
            });
            (source.credentials.unwrap(), source.warnings)
        };
        let token = |text: &str| Some(Credentials::Token(Secret::new(text.to_owned())));
        let warnings = |name: &str| vec!["before".to_owned(), format!("of {name}")];
        assert_eq!(read(&memo, "a", "1"), (token("1"), warnings("a")));
        assert_eq!(read(&memo.clone(), "a", "2"), (token("1"), warnings("a")));
        assert_eq!(read(&memo, "b", "3"), (token("3"), warnings("b")));
        assert!(!format!("{memo:?}").contains('1'));
    }
}
