//! What has to be updated.
