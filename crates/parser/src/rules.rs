//! An operator's rules for single sites.

/// Rules by host. The parser itself knows no host; what an operator adds here wins over what it finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {}
