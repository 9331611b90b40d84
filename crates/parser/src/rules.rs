//! An operator's rules for single sites.

/// Rules by host. The parser itself knows no host; what an operator adds here wins over what it finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {}

impl Rules {
    /// What a result was made with: a hash of the rules that speak of this address; empty where none does.
    pub fn hash_for(&self, _url: &url::Url) -> String {
        String::new()
    }
}
