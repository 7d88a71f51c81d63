//! Assessing partners before they are connected, and the gate that asks for it.
