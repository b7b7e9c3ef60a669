//! The documented types of resources, and their short names.
//!
//! Source: API page "Querying All Backups", parameter `resource_type`. Not every cloud has every
//! type.

/// A type of resource.
#[derive(Clone, Copy)]
pub(crate) struct ResourceType {
    /// The API's value.
    pub(crate) api: &'static str,
    /// Short name, in flags and in tables on a terminal.
    pub(crate) short: &'static str,
    /// Names of products and other words that mean the same.
    pub(crate) aliases: &'static [&'static str],
}

/// Every documented type.
pub(crate) const RESOURCE_TYPES: [ResourceType; 7] = [
    ResourceType { api: "OS::Nova::Server", short: "server", aliases: &["ecs", "vm", "instance"] },
    ResourceType { api: "OS::Cinder::Volume", short: "volume", aliases: &["evs", "disk"] },
    ResourceType {
        api: "OS::Sfs::Turbo",
        short: "turbo",
        aliases: &["sfs", "sfs-turbo", "sfs_turbo"],
    },
    ResourceType {
        api: "OS::Workspace::DesktopV2",
        short: "desktop",
        aliases: &["workspace", "workspace_v2"],
    },
    ResourceType {
        api: "OS::Ironic::BareMetalServer",
        short: "bare-metal",
        aliases: &["bms", "ironic"],
    },
    ResourceType { api: "OS::Native::Server", short: "native-server", aliases: &["native"] },
    ResourceType {
        api: "OS::Hybrid::VirtualMachine",
        short: "hybrid-vm",
        aliases: &["hybrid", "vmware"],
    },
];

/// Returns the short name of an API value.
pub(crate) fn short(api: &str) -> Option<&'static str> {
    RESOURCE_TYPES.iter().find(|known| known.api == api).map(|known| known.short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_means_one_type() {
        let names = |known: &ResourceType| [&[known.api, known.short], known.aliases].concat();
        let mut names: Vec<_> = RESOURCE_TYPES.iter().flat_map(names).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert_eq!(short("OS::Nova::Server"), Some("server"));
        assert_eq!(short("OS::New::Thing"), None);
    }
}
