//! What a customer is.

crate::text_enum! {
    /// Person or company.
    pub enum CustomerKind {
        /// A private person.
        Person = "person", "Person";
        /// A company.
        Company = "company", "Company";
    }
}

crate::text_enum! {
    /// Where the relation with a customer stands.
    pub enum CustomerStatus {
        /// Interested, without a subscription yet.
        Prospect = "prospect", "Prospect";
        /// In business with us.
        Active = "active", "Active";
        /// No new business until somebody decides otherwise.
        Blocked = "blocked", "Blocked";
        /// The relation has ended.
        Closed = "closed", "Closed";
    }
}
