//! What we use, what was published against it, and what has to be updated.
