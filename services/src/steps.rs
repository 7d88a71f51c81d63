//! What a change of a subscription needs of partners.
