//! Messages that come in from partners: checked, kept, worked off in order.
