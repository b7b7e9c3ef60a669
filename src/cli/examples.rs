//! The examples of each command, first in its help and last in its manual page.
//!
//! Further text follows after an empty line.

/// Of `cbr`.
pub(super) const PROGRAM: &str = "\
Examples:
  cbr sandbox -- backups list                        try it without an account
  cbr backups list --resource-type server            all backups of servers
  cbr backups list --status error --since 7d         failures of the last week
  cbr backups list -o ids                            for scripts
  cbr help                                           commands and topics";

/// Of `cbr config`.
pub(super) const CONFIG: &str = "\
Examples:
  cbr config init                                    asks, checks and saves
  cbr config list                                    all keys with their origins
  cbr config set profiles.prod.region eu-de
  cbr config set profiles.prod.secret_key            prompts for it
  cbr config set default_profile prod
  cbr config set defaults.columns id,name,status";

/// Of `cbr backups list`.
pub(super) const LIST: &str = "\
Examples:
  cbr backups list --resource-type OS::Nova::Server
  cbr backups list --status available,error --since 2026-11-01 --until 7d
  cbr backups list --resource-type server --latest 1 --per resource
  cbr backups list --columns id,name,expired_at -o csv > backups.csv
  cbr backups list -o jsonl | jq -r 'select(.status == \"error\") | .id'";

/// Of `cbr backups summary`.
pub(super) const SUMMARY: &str = "\
Examples:
  cbr backups summary --by vault
  cbr backups summary --by month --resource-type server -o csv

Columns: the group; count; total_size, the sum of resource_size in GB, not the size of the \
backups; oldest and newest, by created_at; next_expiry, the next expired_at.";

/// Of `cbr backups show`.
pub(super) const SHOW: &str = "\
Examples:
  cbr backups show 7b2bf477-f888-4a0e-a706-dd2f4d197e00
  cbr backups show 7b2bf477                          the first 8 characters of the id
  cbr backups show autobk_e000 -o json | jq .extend_info
  cbr backups list --status error -o ids | xargs cbr backups show";

/// Of `cbr backups`.
pub(super) const BACKUPS: &str = "\
Examples:
  cbr backups list --resource-type server --since 7d
  cbr backups show 7b2bf477-f888-4a0e-a706-dd2f4d197e00
  cbr backups summary --by vault";

/// Of `cbr auth`.
pub(super) const AUTH: &str = "\
Examples:
  cbr auth show                                      settings with their origins
  cbr auth check                                     test them";

/// Of `cbr auth show`.
pub(super) const AUTH_SHOW: &str = "\
Examples:
  cbr auth show
  cbr auth show --profile prod
  cbr auth show -o json";

/// Of `cbr auth check`.
pub(super) const AUTH_CHECK: &str = "\
Examples:
  cbr auth check
  cbr auth check --profile prod --region eu-de
  cbr auth check -o json | jq -r .diagnosis";

/// Of `cbr sandbox`.
#[cfg(feature = "sandbox")]
pub(super) const SANDBOX: &str = "\
Examples:
  cbr sandbox                                        serve, and print the variables to set
  cbr sandbox --shell                                a shell in which cbr uses the sandbox
  cbr sandbox -- backups list --resource-type OS::Nova::Server
  cbr sandbox --backups 100000 --latency 50ms -- backups list --count
  cbr sandbox --fault 503@2 -- backups list -v";

/// Of `cbr backups coverage`.
pub(super) const COVERAGE: &str = "\
Examples:
  cbr backups coverage --max-age 26h                 the worst first
  cbr backups coverage --only none,stale --why       late ones, and why
  cbr backups coverage --inventory all               also servers in no vault
  cbr backups coverage --fail-on none,stale -q       exit code 7 if there are any
  cbr backups coverage -o prometheus --output-file /var/lib/node_exporter/cbr.prom";

/// Of `cbr backups check`.
pub(super) const CHECK: &str = "\
Examples:
  cbr backups check --warning 26h --critical 52h
  cbr backups check --resource-type server --vault vault-web";

/// Of `cbr backups check --help`.
pub(super) const CHECK_LONG: &str = "\
Examples:
  cbr backups check --warning 26h --critical 52h
  cbr backups check --resource-type server --vault vault-web

Icinga 2:
  object CheckCommand \"cbr\" {
    command = [ \"/usr/local/bin/cbr\", \"backups\", \"check\" ]
    arguments = { \"--warning\" = \"$cbr_warning$\", \"--critical\" = \"$cbr_critical$\" }
  }

Prometheus (cron, with the textfile collector of node_exporter):
  */15 * * * * cbr backups coverage -q -o prometheus --output-file /var/lib/node_exporter/cbr.prom";
