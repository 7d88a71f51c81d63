//! Assessments of partners, and the gate.
