//! What CBR knows beside the backups: vaults, policies, tasks, and resources that could be backed up.
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

/// A vault.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Vault {
    #[serde(deserialize_with = "lenient")]
    pub(crate) id: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) billing: Billing,
    /// The resources that are associated with it.
    #[serde(deserialize_with = "lenient_list")]
    pub(crate) resources: Vec<VaultResource>,
}

impl Vault {
    /// Returns true if it holds replicas of backups, not backups.
    pub(crate) fn holds_replicas(&self) -> bool {
        self.billing.protect_type.as_deref() == Some("replication")
    }
}

/// Size and use of a vault.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Billing {
    /// Capacity in GB.
    #[serde(deserialize_with = "lenient")]
    pub(crate) size: Option<u64>,
    /// Used capacity in MB.
    #[serde(deserialize_with = "lenient")]
    pub(crate) used: Option<u64>,
    /// `backup`, or `replication` for a vault that holds replicas.
    #[serde(deserialize_with = "lenient")]
    pub(crate) protect_type: Option<String>,
}

/// A resource in a vault.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct VaultResource {
    #[serde(deserialize_with = "lenient")]
    pub(crate) id: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) name: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub(crate) resource_type: Option<String>,
    /// `deleted` if the resource is gone.
    #[serde(deserialize_with = "lenient")]
    pub(crate) protect_status: Option<String>,
}

/// A resource that could be backed up.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Protectable {
    #[serde(deserialize_with = "lenient")]
    pub(crate) id: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) name: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub(crate) resource_type: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) protectable: Protection,
    /// The volumes of a server.
    #[serde(deserialize_with = "lenient_list")]
    pub(crate) children: Vec<Child>,
}

/// Whether a resource can be backed up.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Protection {
    #[serde(deserialize_with = "lenient")]
    pub(crate) result: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) code: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) reason: Option<String>,
    /// The vault that it is in.
    #[serde(deserialize_with = "lenient")]
    pub(crate) vault: Option<VaultName>,
}

/// A reference to a vault.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct VaultName {
    #[serde(deserialize_with = "lenient")]
    pub(crate) id: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) name: Option<String>,
}

/// A volume of a server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Child {
    #[serde(deserialize_with = "lenient")]
    pub(crate) id: String,
}

/// A policy.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Policy {
    #[serde(deserialize_with = "lenient")]
    pub(crate) id: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) enabled: Option<bool>,
    /// `backup` or `replication`.
    #[serde(deserialize_with = "lenient")]
    pub(crate) operation_type: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) trigger: Trigger,
    #[serde(deserialize_with = "lenient_list")]
    pub(crate) associated_vaults: Vec<AssociatedVault>,
}

/// When a policy runs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Trigger {
    #[serde(deserialize_with = "lenient")]
    pub(crate) properties: TriggerProperties,
}

/// The schedule of a trigger.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TriggerProperties {
    /// Recurrence rules: a subset of RFC 2445, in UTC.
    #[serde(deserialize_with = "lenient_list")]
    pub(crate) pattern: Vec<String>,
    /// Minutes within which a backup may start.
    #[serde(deserialize_with = "lenient")]
    pub(crate) start_window_minutes: Option<u64>,
}

/// A vault that a policy is applied to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AssociatedVault {
    #[serde(deserialize_with = "lenient")]
    pub(crate) vault_id: String,
}

/// A task, from the operation log.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Task {
    #[serde(deserialize_with = "lenient")]
    pub(crate) id: String,
    /// `failed`, `skipped` or `timeout`, among others.
    #[serde(deserialize_with = "lenient")]
    pub(crate) status: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) started_at: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) error_info: ErrorInfo,
    #[serde(deserialize_with = "lenient")]
    pub(crate) extra_info: TaskInfo,
}

/// Why a task failed. Empty texts on success.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorInfo {
    #[serde(deserialize_with = "lenient")]
    pub(crate) code: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) message: Option<String>,
}

/// What a task worked on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TaskInfo {
    #[serde(deserialize_with = "lenient")]
    pub(crate) resource: TaskResource,
}

/// The resource of a task.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TaskResource {
    #[serde(deserialize_with = "lenient")]
    pub(crate) id: String,
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

/// Deserializes a value, or the default if it has another type.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// Deserializes the elements of a list that have the documented type.
fn lenient_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let Value::Array(values) = Value::deserialize(deserializer)? else { return Ok(Vec::new()) };
    Ok(values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect())
}

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
