//! Project whose backups are listed: its id, or what leads to it.

use super::{ConnectionError, Credentials, Setting};

/// A project, as far as it is known without a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Project {
    /// Its id.
    Id(Setting),
    /// Its name, from which IAM finds the id. The default is the region's name.
    Named(Setting),
    /// The project of the token, which IAM knows.
    OfToken,
}

impl Project {
    /// Determines the project from settings and credentials.
    ///
    /// # Errors
    ///
    /// There is no project, or its id is invalid.
    pub(super) fn new(
        id: Option<Setting>,
        name: Option<Setting>,
        region: Option<&Setting>,
        credentials: Option<&Credentials>,
    ) -> Result<Self, ConnectionError> {
        if let Some(id) = id {
            return match check_project_id(&id.value) {
                Ok(()) => Ok(Self::Id(id)),
                Err(why) => Err(ConnectionError::new(format!("{}: {why}", id.origin), PROJECT_ID)),
            };
        }
        if let Some(Credentials::Token(_)) = credentials {
            return Ok(Self::OfToken);
        }
        name.or_else(|| region.cloned()).map(Self::Named).ok_or_else(|| {
            ConnectionError::new(
                "no project id",
                "give --project-id or set CBR_PROJECT_ID; the console shows it under My Credentials",
            )
        })
    }
}

const PROJECT_ID: &str =
    "a project id is 32 hexadecimal digits, such as 0605767b5780d5762fc5c0118072a564";

/// Checks that a text can be a project id. It becomes a segment of the path: other characters would
/// change the path.
///
/// # Errors
///
/// Names the text.
pub(crate) fn check_project_id(text: &str) -> Result<(), String> {
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_id) {
        return Ok(());
    }
    Err(format!("`{}` is not a project id", text.escape_debug()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::secret::Secret;

    #[test]
    fn an_id_overrides_a_name_and_a_name_the_region() {
        let setting = |value: &str| Setting::new("o", value);
        let some = |value: &str| Some(setting(value));
        let token = Credentials::Token(Secret::new("t".to_owned()));
        let key = Credentials::Key {
            access_key: "a".to_owned(),
            secret_key: Secret::new("s".to_owned()),
            security_token: None,
        };
        let region = setting("eu-de");
        let cases = [
            ([some("i"), some("n")], &token, Ok(Project::Id(setting("i")))),
            ([some("i"), some("n")], &key, Ok(Project::Id(setting("i")))),
            ([None, some("n")], &key, Ok(Project::Named(setting("n")))),
            ([None, None], &key, Ok(Project::Named(region.clone()))),
            ([None, some("n")], &token, Ok(Project::OfToken)),
        ];
        for ([id, name], credentials, expected) in cases {
            let project = Project::new(id, name, Some(&region), Some(credentials));
            assert_eq!(project, expected);
        }
        let none = Project::new(None, None, None, Some(&key)).unwrap_err();
        assert_eq!(none.to_string(), "no project id");
        let broken = Project::new(some("a/b"), None, None, None).unwrap_err();
        assert_eq!(broken.to_string(), "o: `a/b` is not a project id");
    }
}
