//! Integrations: how we call a partner, as data.
