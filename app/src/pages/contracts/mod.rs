//! Contracts with partners, and what left for them.
