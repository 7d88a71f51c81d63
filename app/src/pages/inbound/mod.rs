//! Messages from partners.
