//! Layout of the help of every command: examples before flags, `-h` on one screen, and no flag that
//! the command rejects.
//!
//! Depends on the declarations only: a new flag is under its heading, and in `--help`.

use clap::{Arg, ArgGroup, Command};

use crate::cli::scope;

/// Description, usage, examples, then the flags under their headings.
const TEMPLATE: &str = "\
{before-help}{about-with-newline}
{usage-heading} {usage}{after-help}

{all-args}";

/// The end of the help of each command that sends requests: its flags of the connection are the
/// same everywhere, and have a topic of their own.
const CONNECTION: &str =
    "\n\nSeveral regions: cbr help targets. Flags such as --region: cbr help connection";

/// A command with more flags than this shows only its [`ESSENTIAL`] ones with `-h`: together with
/// the global flags they would not fit on a screen.
const FEW: usize = 12;

/// The most common flags.
const ESSENTIAL: [&str; 26] = [
    "by",
    "since",
    "until",
    "resource_name",
    "resource_type",
    "status",
    "vault",
    "expires_before",
    "min_size",
    "name_matches",
    "latest",
    "limit",
    "sort",
    "format",
    "columns",
    "ids",
    "count",
    "id",
    // Of the sandbox.
    "port",
    "backups",
    "regions",
    "latency",
    "log",
    "faults",
    "changes",
    "throttle",
];

/// Flags that no command shows with `-h`.
const RARE: [&str; 5] = ["page_size", "concurrency", "receipt", "inventory", "include_replicas"];

/// Returns the program in this layout.
pub(crate) fn arrange(program: Command) -> Command {
    let global: Vec<_> =
        program.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
    let program = each(program, &|name| global.iter().any(|arg| scope::rejects(name, arg)));
    let program = program.mut_args(|arg| {
        let is_of_connection = scope::is_of_connection(&arg);
        let is_global = arg.is_global_set();
        arg.hide_short_help(is_global).hide_long_help(is_of_connection)
    });
    program.mut_subcommands(|command| {
        // clap adds no global flag to a command that has its own of this name, which is hidden.
        let name = command.get_name().to_owned();
        let hidden = global.iter().filter(|arg| scope::hides(&name, arg));
        command.args(hidden.map(|arg| arg.clone().hide(true)))
    })
}

/// Lays out a command and its subcommands, without global flags.
fn each(command: Command, sends_none: &dyn Fn(&str) -> bool) -> Command {
    let is_offline = sends_none(command.get_name());
    let own = |arg: &&Arg| !arg.is_global_set() && !arg.is_hide_set();
    let own: Vec<_> = command.get_arguments().filter(own).collect();
    let many = own.len() > FEW && own.iter().any(|arg| is_essential(arg));
    let filter = command.get_groups().find(|group| group.get_id() == "LocalFilters");
    let of_cbr: Vec<_> = filter.into_iter().flat_map(ArgGroup::get_args).cloned().collect();
    let template = if is_offline { TEMPLATE.to_owned() } else { format!("{TEMPLATE}{CONNECTION}") };
    let command = command.help_template(template).mut_args(|arg| {
        let is_rare = RARE.contains(&arg.get_id().as_str()) || many && !is_essential(&arg);
        let rare = is_rare && !arg.is_global_set();
        let arg = if of_cbr.contains(arg.get_id()) { marked(arg) } else { arg };
        if rare { arg.hide_short_help(true) } else { arg }
    });
    match is_offline {
        true => command.mut_subcommands(|below| each(below, &|_| true)),
        false => command.mut_subcommands(|below| each(below, sends_none)),
    }
}

/// Marks a filter that the service does not know, in the long help.
fn marked(arg: Arg) -> Arg {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string);
    arg.long_help(format!("{}\n\n[checked by cbr]", help.unwrap_or_default()))
}

fn is_essential(arg: &Arg) -> bool {
    ESSENTIAL.contains(&arg.get_id().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program;

    /// Every command by its words.
    fn helps(command: &mut Command) -> Vec<(String, String, String)> {
        let name = command.get_bin_name().unwrap_or_default().to_owned();
        let short = command.render_help().to_string();
        let long = command.render_long_help().to_string();
        let mut helps = vec![(name, short, long)];
        for command in command.get_subcommands_mut() {
            helps.extend(self::helps(command));
        }
        helps
    }

    #[test]
    fn the_short_help_of_every_command_fits_a_screen() {
        let mut program = program::command().term_width(80);
        program.build();
        let helps = helps(&mut program);
        assert!(helps.len() > 6);
        for (name, short, _) in helps {
            let lines = short.lines().count();
            // `cbr config set` has a line for each key.
            let most = if name.starts_with("cbr backups") { 45 } else { 52 };
            assert!((4..=most).contains(&lines), "{name}: {lines} lines\n{short}");
        }
    }

    #[test]
    fn the_essential_flags_are_flags() {
        let mut program = program::command();
        program.build();
        let list = program.find_subcommand("backups").and_then(|it| it.find_subcommand("list"));
        let flags: Vec<_> = list
            .into_iter()
            .flat_map(Command::get_arguments)
            .map(|arg| arg.get_id().as_str())
            .collect();
        let of_others = [
            "id", "by", "port", "backups", "regions", "latency", "log", "faults", "changes",
            "throttle",
        ];
        for id in ESSENTIAL.iter().filter(|id| !of_others.contains(id)) {
            assert!(flags.contains(id), "{id}");
        }
    }

    #[test]
    fn what_is_refused_is_not_shown() {
        let mut program = program::command();
        program.build();
        for (name, _, long) in helps(&mut program) {
            let top = name.split(' ').nth(1).unwrap_or_default();
            let region = program::command();
            let region = region.get_arguments().find(|arg| arg.get_id() == "region").unwrap();
            let points =
                long.contains("cbr help connection\n") || long.ends_with("cbr help connection");
            assert_eq!(points, !scope::rejects(top, region), "{name}\n{long}");
            assert!(!long.contains("--security-token-file"), "{name}\n{long}");
        }
    }
}
