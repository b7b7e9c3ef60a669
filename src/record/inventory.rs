//! Objects of CBR other than backups: vaults, policies, tasks, and resources that could be backed
//! up.
//!
//! Lenient, as for backups: a field that is null, absent or of an undocumented type is `None`.
//! `detail` of protectables holds user data and is never read.
//!
//! Source: API pages "Querying the Vault List", "Querying Protectable Resources", "Querying the
//! Policy List" and "Querying Tasks".

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An object with an id.
pub(crate) trait Identified {
    /// Returns the id, empty if it is missing.
    fn id(&self) -> &str;
}

/// A value of a field. JSON of an undocumented type becomes the default.
trait Lenient: DeserializeOwned + Default {
    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(serde_json::from_value(value).unwrap_or_default())
    }
}

impl Lenient for String {}

impl<T: DeserializeOwned> Lenient for Option<T> {}

impl<T: DeserializeOwned> Lenient for Vec<T> {
    /// Skips the elements of an undocumented type.
    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::Array(values) = Value::deserialize(deserializer)? else { return Ok(Vec::new()) };
        Ok(values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect())
    }
}

/// Declares objects of the API with lenient fields.
macro_rules! objects {
    ($($(#[$about:meta])* struct $name:ident {
        $($(#[$about_field:meta])* $field:ident: $type:ty,)*
    })*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default)]
        pub(crate) struct $name {
            $(
                $(#[$about_field])*
                #[serde(deserialize_with = "Lenient::lenient")]
                pub(crate) $field: $type,
            )*
        }

        impl Lenient for $name {}
    )*};
}

objects! {
    /// A vault.
    struct Vault {
        id: String,
        name: Option<String>,
        billing: Billing,
        /// The resources associated with the vault.
        resources: Vec<VaultResource>,
    }

    /// Size and use of a vault.
    struct Billing {
        /// Capacity in GB.
        size: Option<u64>,
        /// Used capacity in MB.
        used: Option<u64>,
        /// `backup`, or `replication` for a vault of replicas.
        protect_type: Option<String>,
    }

    /// A resource in a vault.
    struct VaultResource {
        id: String,
        name: Option<String>,
        #[serde(rename = "type")]
        resource_type: Option<String>,
        /// `deleted` if the resource is gone.
        protect_status: Option<String>,
    }

    /// A resource that could be backed up.
    struct Protectable {
        id: String,
        name: Option<String>,
        #[serde(rename = "type")]
        resource_type: Option<String>,
        protectable: Protection,
        /// The volumes of a server.
        children: Vec<Child>,
    }

    /// Whether a resource can be backed up.
    struct Protection {
        result: Option<bool>,
        code: Option<String>,
        reason: Option<String>,
        /// The vault that contains the resource.
        vault: Option<VaultName>,
    }

    /// A reference to a vault.
    struct VaultName {
        id: String,
        name: Option<String>,
    }

    /// A volume of a server.
    struct Child {
        id: String,
    }

    /// A policy.
    struct Policy {
        id: String,
        enabled: Option<bool>,
        /// `backup` or `replication`.
        operation_type: Option<String>,
        trigger: Trigger,
        associated_vaults: Vec<AssociatedVault>,
    }

    /// When a policy runs.
    struct Trigger {
        properties: TriggerProperties,
    }

    /// The schedule of a trigger.
    struct TriggerProperties {
        /// Recurrence rules: a subset of RFC 2445, in UTC.
        pattern: Vec<String>,
        /// Minutes within which a backup may start.
        start_window_minutes: Option<u64>,
    }

    /// A vault that a policy is applied to.
    struct AssociatedVault {
        vault_id: String,
    }

    /// A task, from the operation log.
    struct Task {
        id: String,
        /// `failed`, `skipped` or `timeout`, among others.
        status: Option<String>,
        started_at: Option<String>,
        error_info: ErrorInfo,
        extra_info: TaskInfo,
    }

    /// Why a task failed. Empty texts on success.
    struct ErrorInfo {
        code: Option<String>,
        message: Option<String>,
    }

    /// Target of a task.
    struct TaskInfo {
        resource: TaskResource,
    }

    /// The resource of a task.
    struct TaskResource {
        id: String,
    }
}

impl Vault {
    /// Returns true if the vault holds replicas instead of backups.
    pub(crate) fn holds_replicas(&self) -> bool {
        self.billing.protect_type.as_deref() == Some("replication")
    }
}

/// Implements [`Identified`] for types with a field `id`.
macro_rules! identified {
    ($($type:ident),*) => {$(
        impl Identified for $type {
            fn id(&self) -> &str {
                &self.id
            }
        }
    )*};
}

identified!(Vault, Protectable, Policy, Task);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_types_and_unknown_fields_are_accepted() {
        let vault: Vault = serde_json::from_str(
            r#"{"id":"v","name":7,"billing":{"size":500,"used":"much","protect_type":"backup"},
                "resources":[{"id":"r","type":"OS::Nova::Server","protect_status":null},7],"new":1}"#,
        )
        .unwrap();
        assert_eq!((vault.id(), &vault.name), ("v", &None));
        assert_eq!((vault.billing.size, vault.billing.used), (Some(500), None));
        assert_eq!(vault.resources.len(), 1);
        assert_eq!(vault.resources[0].protect_status, None);

        let policy: Policy =
            serde_json::from_str(r#"{"id":"p","associated_vaults":null,"trigger":null}"#).unwrap();
        assert!(
            policy.associated_vaults.is_empty() && policy.trigger.properties.pattern.is_empty()
        );
    }
}
