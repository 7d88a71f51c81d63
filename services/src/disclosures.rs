//! What left for whom: names of fields and ids of records, never values.
