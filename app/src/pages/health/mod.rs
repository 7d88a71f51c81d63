//! How integrations do.
