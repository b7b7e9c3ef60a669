//! The settings of a client that uses the sandbox, as an environment and as printed lines.

use std::io::{self, Write};
use std::net::SocketAddr;

use super::account::{ACCOUNT, PERMANENT_KEY, SECOND_ACCOUNT, SECOND_KEY, TEMPORARY_KEY};
use super::cloud::Cloud;
use super::project::{PROJECT_ID, REGION};

/// Returns the environment variables that a client needs to use this sandbox.
pub(super) fn environment(address: SocketAddr, cloud: Cloud) -> Vec<(&'static str, String)> {
    let endpoint = match cloud {
        Cloud::Single => format!("http://{address}"),
        // The client replaces this placeholder by the region.
        Cloud::Regions => format!("http://{address}/{{region}}"),
    };
    let mut environment = vec![
        ("CBR_ENDPOINT", endpoint.clone()),
        ("CBR_IAM_ENDPOINT", endpoint),
        ("CBR_REGION", REGION.to_owned()),
    ];
    if cloud == Cloud::Single {
        environment.push(("CBR_PROJECT_ID", PROJECT_ID.to_owned()));
    }
    environment.push(("CBR_ACCESS_KEY", PERMANENT_KEY.id.to_owned()));
    environment.push(("CBR_SECRET_KEY", PERMANENT_KEY.secret.to_owned()));
    environment
}

/// Prints the environment as shell lines, flushed for a waiting reader.
pub(super) fn announce(address: SocketAddr, cloud: Cloud, backups: u32) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(lines(address, cloud, backups).as_bytes())?;
    out.flush()
}

fn lines(address: SocketAddr, cloud: Cloud, backups: u32) -> String {
    let exports: String = environment(address, cloud)
        .iter()
        .map(|(name, value)| format!("export {name}={}\n", quoted(value)))
        .collect();
    let (each, more) = match cloud {
        Cloud::Single => ("", String::new()),
        Cloud::Regions => (" per project", projects() + &second_account()),
    };
    let temporary_token = TEMPORARY_KEY.security_token.unwrap_or_default();
    format!(
        "# A CBR endpoint on this machine with {backups} backups{each}, until interrupted.\n\
         # Put these lines into another shell, then try: cbr backups list\n\
         {exports}\
         {more}\
         # In place of the two keys, a token:\n\
         #   export CBR_TOKEN={}\n\
         # or a temporary key:\n\
         #   export CBR_ACCESS_KEY={}\n\
         #   export CBR_SECRET_KEY={}\n\
         #   export CBR_SECURITY_TOKEN={temporary_token}\n\
         # or a user who logs in:\n\
         #   export HW_USER_NAME={}\n\
         #   export HW_USER_PASSWORD={}\n\
         #   export HW_DOMAIN_NAME={}\n\
         # or, without any of these, the metadata service of a server in the cloud:\n\
         #   export CBR_ECS_METADATA=http://{address}\n",
        ACCOUNT.token,
        TEMPORARY_KEY.id,
        TEMPORARY_KEY.secret,
        ACCOUNT.user.name,
        ACCOUNT.password,
        ACCOUNT.domain.name
    )
}

/// Returns the regions and projects of the main account, as comments.
fn projects() -> String {
    let all: Vec<_> = Cloud::Regions.projects(&ACCOUNT).collect();
    let of_region = |region: &'static str| {
        let here = all.iter().filter(|project| project.region == Some(region));
        here.map(|project| project.name).collect::<Vec<_>>().join(", ")
    };
    let regions = Cloud::Regions.regions();
    let regions = regions.iter().map(|region| format!("#   {region}: {}\n", of_region(region)));
    format!("# Regions and their projects (MOS is of no region):\n{}", regions.collect::<String>())
}

/// Returns the settings of the second account, as comments.
fn second_account() -> String {
    format!(
        "# A second account, with its own projects sandbox-1 and sandbox-2:\n\
         #   export CBR_ACCESS_KEY={}\n\
         #   export CBR_SECRET_KEY={}\n\
         # or its user:\n\
         #   export HW_USER_NAME={}\n\
         #   export HW_USER_PASSWORD={}\n\
         #   export HW_DOMAIN_NAME={}\n",
        SECOND_KEY.id,
        SECOND_KEY.secret,
        SECOND_ACCOUNT.user.name,
        SECOND_ACCOUNT.password,
        SECOND_ACCOUNT.domain.name
    )
}

/// Quotes a value for the shell, if it needs quotes. No value contains a quote.
fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_=:/.-".contains(c);
    if value.chars().all(is_plain) { value.to_owned() } else { format!("'{value}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_lines_are_comments_or_exports_without_special_characters() {
        let address = SocketAddr::from(([127, 0, 0, 1], 4321));
        for (cloud, endpoint) in [
            (Cloud::Single, "export CBR_ENDPOINT=http://127.0.0.1:4321\n"),
            (Cloud::Regions, "export CBR_ENDPOINT='http://127.0.0.1:4321/{region}'\n"),
        ] {
            let lines = lines(address, cloud, 1663);
            assert!(lines.contains(endpoint), "{lines}");
            for line in lines.lines() {
                let plain = |c: char| c.is_ascii_alphanumeric() || "_=:/.-".contains(c);
                let export =
                    line.strip_prefix("export ").is_some_and(|rest| match rest.split_once('\'') {
                        None => rest.chars().all(plain),
                        Some((name, value)) => {
                            name.chars().all(plain)
                                && value
                                    .strip_suffix('\'')
                                    .is_some_and(|value| !value.contains('\''))
                        }
                    });
                assert!(line.starts_with("# ") || export, "{line}");
            }
        }
    }

    #[test]
    fn regions_have_no_project_and_name_all() {
        let address = SocketAddr::from(([127, 0, 0, 1], 4321));
        let names = |cloud| environment(address, cloud).into_iter().map(|(name, _)| name);
        assert!(names(Cloud::Single).any(|name| name == "CBR_PROJECT_ID"));
        assert!(names(Cloud::Regions).all(|name| name != "CBR_PROJECT_ID"));
        let lines = lines(address, Cloud::Regions, 1663);
        for text in [
            "#   sandbox-3: sandbox-3, sandbox-3_old, sandbox-3_denied\n",
            "#   sandbox-6: sandbox-6\n",
            SECOND_KEY.id,
            SECOND_ACCOUNT.password,
        ] {
            assert!(lines.contains(text), "{text}: {lines}");
        }
    }
}
