//! Families of environment variables, one for each tool.

use crate::settings::credentials::{Parts, TokenPrecedence};
use crate::settings::hosts::Hosts;
use crate::settings::lookup::{Lookup, Rank};
use crate::settings::part::Part;
use crate::settings::source::Source;
use crate::settings::{ConnectionError, Context, Environment, Setting, login};

/// Variables of one tool. Of several names for one setting, the first that is set counts.
#[derive(Debug)]
pub(in crate::settings) struct Family {
    pub(in crate::settings) name: &'static str,
    access_key: &'static str,
    pub(in crate::settings) secret_key: &'static str,
    pub(in crate::settings) security_token: &'static str,
    token: &'static [&'static str],
    both: TokenPrecedence,
    login: Option<&'static LoginNames>,
    region: &'static [&'static str],
    project_id: &'static [&'static str],
    project_name: &'static [&'static str],
    endpoint: &'static [&'static str],
    /// File of trusted CAs.
    ca_file: Option<&'static str>,
    /// Disables certificate checks in its tool. `cbr` ignores it: only a flag can.
    insecure: Option<&'static str>,
    /// Address of IAM.
    iam: &'static [&'static str],
    /// Domain of the cloud's hosts.
    cloud: Option<&'static str>,
    /// Variable whose host must belong to a known cloud: the variables of this family may be those
    /// of another OpenStack cloud.
    guard: Option<&'static str>,
    /// Variables that assume an agency instead of using the user's own permissions.
    agency: &'static [&'static str],
    /// True for the variables of `cbr`, which apply to any credentials.
    is_own: bool,
}

/// Returns true for a value that OpenStack's client or Go read as true.
fn is_on(value: &str) -> bool {
    ["1", "t", "true", "y", "yes", "on"].contains(&value.to_ascii_lowercase().as_str())
}

/// Variables of a password login.
#[derive(Debug)]
struct LoginNames {
    user_name: &'static str,
    user_id: &'static str,
    password: &'static str,
    domain_name: &'static [&'static str],
    domain_id: &'static [&'static str],
    project_domain_name: &'static str,
    project_domain_id: &'static str,
    /// Authentication type, in a tool that has several.
    kind: &'static str,
    /// The code of a second factor.
    passcode: &'static str,
    application: &'static [&'static str],
}

/// A family without variables, from which the others differ.
const NONE: Family = Family {
    name: "",
    access_key: "",
    secret_key: "",
    security_token: "",
    token: &[],
    both: TokenPrecedence::Refused,
    login: None,
    region: &[],
    project_id: &[],
    project_name: &[],
    endpoint: &[],
    ca_file: None,
    insecure: None,
    iam: &[],
    cloud: None,
    guard: None,
    agency: &[],
    is_own: false,
};

/// Variables of `cbr` itself.
pub(in crate::settings) const CBR: Family = Family {
    name: "CBR_*",
    access_key: "CBR_ACCESS_KEY",
    secret_key: "CBR_SECRET_KEY",
    security_token: "CBR_SECURITY_TOKEN",
    token: &["CBR_TOKEN"],
    region: &["CBR_REGION"],
    project_id: &["CBR_PROJECT_ID"],
    endpoint: &["CBR_ENDPOINT"],
    // The second overrides an endpoint like the first, whatever the credentials are from.
    iam: &["CBR_IAM_ENDPOINT", "HUAWEICLOUD_SDK_IAM_ENDPOINT"],
    is_own: true,
    ..NONE
};

/// Variables of the vendor's SDK.
pub(in crate::settings) const SDK: Family = Family {
    name: "HUAWEICLOUD_SDK_*",
    access_key: "HUAWEICLOUD_SDK_AK",
    secret_key: "HUAWEICLOUD_SDK_SK",
    security_token: "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    region: &["HUAWEICLOUD_SDK_REGION"],
    project_id: &["HUAWEICLOUD_SDK_PROJECT_ID"],
    ..NONE
};

/// Variables of the vendor's Terraform provider and its developer kit.
pub(in crate::settings) const TERRAFORM: Family = Family {
    name: "HW_*",
    access_key: "HW_ACCESS_KEY",
    secret_key: "HW_SECRET_KEY",
    security_token: "HW_SECURITY_TOKEN",
    token: &["HW_AUTH_TOKEN"],
    both: TokenPrecedence::Keys,
    login: Some(&LoginNames {
        user_name: "HW_USER_NAME",
        user_id: "HW_USER_ID",
        password: "HW_USER_PASSWORD",
        domain_name: &["HW_DOMAIN_NAME"],
        domain_id: &["HW_DOMAIN_ID"],
        project_domain_name: "",
        project_domain_id: "",
        kind: "",
        passcode: "",
        application: &[],
    }),
    region: &["HW_REGION_NAME", "HW_REGION", "HUAWEICLOUD_REGION"],
    project_id: &["HW_PROJECT_ID"],
    project_name: &["HW_PROJECT_NAME"],
    iam: &["HW_AUTH_URL"],
    cloud: Some("HW_CLOUD"),
    insecure: Some("HW_INSECURE"),
    agency: &[
        "HW_ASSUME_ROLE_AGENCY_NAME",
        "HW_ASSUME_ROLE_DOMAIN_NAME",
        "HW_ASSUME_ROLE_DOMAIN_ID",
    ],
    ..NONE
};

/// Variables of OpenStack's client, as Open Telekom Cloud and Flexible Engine extend it.
pub(in crate::settings) const OPENSTACK: Family = Family {
    name: "OS_*",
    access_key: "OS_ACCESS_KEY",
    secret_key: "OS_SECRET_KEY",
    security_token: "OS_SECURITY_TOKEN",
    token: &["OS_TOKEN", "OS_AUTH_TOKEN"],
    both: TokenPrecedence::Token,
    login: Some(&LoginNames {
        user_name: "OS_USERNAME",
        user_id: "OS_USER_ID",
        password: "OS_PASSWORD",
        domain_name: &[
            "OS_USER_DOMAIN_NAME",
            "OS_DOMAIN_NAME",
            "OS_PROJECT_DOMAIN_NAME",
            "DEFAULT_DOMAIN",
            "OS_DEFAULT_DOMAIN",
        ],
        domain_id: &["OS_USER_DOMAIN_ID", "OS_DOMAIN_ID"],
        project_domain_name: "OS_PROJECT_DOMAIN_NAME",
        project_domain_id: "OS_PROJECT_DOMAIN_ID",
        kind: "OS_AUTH_TYPE",
        passcode: "OS_PASSCODE",
        application: &["OS_APPLICATION_CREDENTIAL_ID", "OS_APPLICATION_CREDENTIAL_NAME"],
    }),
    region: &["OS_REGION_NAME", "OS_REGION"],
    project_id: &["OS_PROJECT_ID", "OS_TENANT_ID"],
    project_name: &["OS_PROJECT_NAME", "OS_TENANT_NAME"],
    iam: &["OS_AUTH_URL"],
    ca_file: Some("OS_CACERT"),
    insecure: Some("OS_INSECURE"),
    guard: Some("OS_AUTH_URL"),
    agency: &["OS_AGENCY_NAME", "OS_AGENCY_DOMAIN_NAME"],
    ..NONE
};

/// Variables of the vendor's code samples.
pub(in crate::settings) const SAMPLES: Family = Family {
    name: "CLOUD_SDK_*",
    access_key: "CLOUD_SDK_AK",
    secret_key: "CLOUD_SDK_SK",
    security_token: "CLOUD_SDK_SECURITY_TOKEN",
    project_id: &["CLOUD_SDK_PROJECT_ID"],
    ..NONE
};

/// All families.
const ALL: [&Family; 5] = [&CBR, &SDK, &TERRAFORM, &OPENSTACK, &SAMPLES];

/// Returns the family of this name.
pub(in crate::settings) fn named(name: &str) -> Option<&'static Family> {
    ALL.into_iter().find(|family| family.name == name)
}

impl Family {
    /// Looks up the variables. They are read even if an earlier source decides: the user is warned
    /// of other credentials in them.
    pub(super) fn look_up(&self, context: &Context<'_>, is_decided: bool) -> Lookup {
        let source = self.read(context.environment, &context.hosts);
        let rank = if self.is_own { Rank::OwnVariables } else { Rank::Others };
        Lookup::read(source, context, is_decided).ranked(rank)
    }

    /// Reads the variables. `hosts` are the trusted ones.
    pub(in crate::settings) fn read(&self, environment: &Environment, hosts: &Hosts) -> Source {
        let parts = self.parts(environment);
        if let Some(reason) = self.foreign(environment, hosts) {
            let note = (parts.are_set() || parts.note().is_some()).then_some(reason);
            // CAs apply unless the guard names another cloud.
            let is_open = self.guard.is_some_and(|guard| environment.get(guard).is_none());
            let ca_file = self.ca_file(environment).filter(|_| is_open);
            let warnings = self.insecure(environment).filter(|_| is_open).into_iter().collect();
            // So does a known region: Terraform's provider reads it beside keys of another name.
            let region = environment
                .first(self.region)
                .filter(|region| is_open && environment.has_endpoint(&region.value));
            return Source { note, region, ca_file, warnings, ..Source::named(self.name) };
        }
        let note = parts.note();
        let agency = environment.first(self.agency).filter(|_| parts.are_set());
        Source {
            name: self.name.to_owned(),
            credentials: match agency {
                Some(agency) => Err(no_agency(&agency.origin)),
                None => parts.whole(),
            },
            region: environment.first(self.region),
            project_id: environment.first(self.project_id),
            project_name: environment.first(self.project_name),
            endpoint: environment.first(self.endpoint),
            iam: environment.first(self.iam),
            cloud: environment.first(self.cloud.as_slice()),
            ca_file: self.ca_file(environment),
            note,
            shares_project: self.is_own,
            warnings: self.insecure(environment).into_iter().collect(),
            ..Source::named(self.name)
        }
    }

    /// Returns the warning for a variable that disables certificate checks. It applies whichever
    /// credentials are used.
    fn insecure(&self, environment: &Environment) -> Option<String> {
        let name = self.insecure.filter(|name| environment.get(name).is_some_and(is_on))?;
        Some(format!("{name} is ignored: only --insecure disables certificate checks"))
    }

    fn ca_file(&self, environment: &Environment) -> Option<Setting> {
        environment.first(self.ca_file.as_slice())
    }

    fn parts(&self, environment: &Environment) -> Parts {
        let part = |name: &str| Part::new(name, environment.get(name));
        let token = self.token.iter().find(|name| environment.get(name).is_some());
        Parts {
            place: String::new(),
            access_key: part(self.access_key),
            secret_key: part(self.secret_key),
            security_token: part(self.security_token),
            token: token.map(|name| part(name)).unwrap_or_default(),
            login: self.login.map(|names| names.parts(environment)).unwrap_or_default(),
            both: self.both,
        }
    }

    /// Returns why these variables seem to belong to another cloud.
    fn foreign(&self, environment: &Environment, hosts: &Hosts) -> Option<String> {
        let guard = self.guard?;
        match environment.get(guard) {
            None => Some(format!("{guard} is not set, so they may belong to another cloud")),
            Some(url) => hosts.refuse(url).map(|reason| format!("{guard} {reason}")),
        }
    }
}

/// Returns the error for an agency. It belongs to another account than the user's own keys, which
/// would list the wrong backups.
fn no_agency(variable: &str) -> ConnectionError {
    ConnectionError::new(
        format!("{variable} is set: it assumes an agency, which cbr cannot do"),
        format!(
            "unset {variable} to list as the user of these credentials, or export temporary keys \
             of the agency as CBR_ACCESS_KEY, CBR_SECRET_KEY and CBR_SECURITY_TOKEN"
        ),
    )
}

impl LoginNames {
    fn parts(&self, environment: &Environment) -> login::Parts {
        let part = |name: &str| Part::new(name, environment.get(name));
        // Messages call an unset variable by its first name.
        let first = |names: &[&'static str]| {
            let set = names.iter().find(|name| environment.get(name).is_some());
            part(set.or(names.first()).copied().unwrap_or_default())
        };
        login::Parts {
            user_name: part(self.user_name),
            user_id: part(self.user_id),
            password: part(self.password),
            domain_name: first(self.domain_name),
            domain_id: first(self.domain_id),
            project_domain_name: part(self.project_domain_name),
            project_domain_id: part(self.project_domain_id),
            kind: part(self.kind),
            passcode: part(self.passcode),
            application: first(self.application),
        }
    }
}

#[cfg(test)]
mod tests;
