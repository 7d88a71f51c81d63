//! Integrations: their record, their calls, and what can be done to them.

pub(super) mod tabs;
