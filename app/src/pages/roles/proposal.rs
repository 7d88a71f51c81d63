//! A role as somebody wants it, while it travels in an address from the form to the review and back. Server only.

use std::collections::{BTreeMap, BTreeSet};

use domain::{forms::FormErrors, ids::RoleId, permissions::Permission, texts::Invalid};
use services::{Error, roles::RoleForm};

use crate::context::parse_id;

/// The most a name and a description may hold.
const LONGEST: (usize, usize) = (80, 500);

/// A proposed role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Proposal {
    /// The role it changes; none for a new one.
    pub(super) id: Option<RoleId>,
    /// Its name, description and permissions.
    pub(super) form: Fields,
}

/// What can be chosen of a role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) permissions: BTreeSet<Permission>,
}

impl Proposal {
    /// Reads a query string; nothing when it carries no proposal.
    pub(super) fn parse(query: &str) -> Result<Option<Self>, Error> {
        let mut proposal = Self::default();
        let mut is_there = false;
        for (key, value) in form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
            is_there = true;
            match key.as_ref() {
                "id" => proposal.id = if value.is_empty() { None } else { Some(parse_id(&value)?) },
                "name" => proposal.form.name = value.into_owned(),
                "description" => proposal.form.description = value.into_owned(),
                "p" => {
                    proposal.form.permissions.insert(value.parse().map_err(|_: Invalid| damaged())?);
                }
                _ => return Err(damaged()),
            }
        }
        Ok(is_there.then_some(proposal))
    }

    /// What the form sent, checked as far as the form itself can be wrong.
    pub(super) fn sent(
        id: &str,
        name: &str,
        description: &str,
        boxes: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let mut errors = FormErrors::default();
        let name = errors.required_line("name", name, LONGEST.0);
        let description = errors.line("description", description, LONGEST.1);
        let permissions: BTreeSet<Permission> = boxes
            .iter()
            .filter(|(_, value)| *value == "yes")
            .map(|(key, _)| key.parse().map_err(|_: Invalid| damaged()))
            .collect::<Result<_, _>>()?;
        if permissions.is_empty() {
            errors.push("permissions", "Choose at least one permission.");
        }
        match (name, description) {
            (Some(name), Some(description)) if errors.is_empty() => Ok(Self {
                id: if id.is_empty() { None } else { Some(parse_id(id)?) },
                form: Fields { name, description, permissions },
            }),
            _ => Err(Error::invalid(errors.into_fields())),
        }
    }

    /// The query string that [`Proposal::parse`] reads.
    pub(super) fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(id) = self.id {
            query.append_pair("id", &id.to_string());
        }
        query.append_pair("name", &self.form.name).append_pair("description", &self.form.description);
        for permission in &self.form.permissions {
            query.append_pair("p", permission.as_str());
        }
        query.finish()
    }

    /// Where it is reviewed.
    pub(super) fn review_href(&self) -> String {
        format!("/settings/roles/review?{}", self.query())
    }

    /// Where it is changed.
    pub(super) fn edit_href(&self) -> String {
        match self.id {
            Some(id) => format!("/settings/roles/{id}/edit?{}", self.query()),
            None => format!("/settings/roles/new?{}", self.query()),
        }
    }
}

impl From<Fields> for RoleForm {
    fn from(fields: Fields) -> Self {
        Self { name: fields.name, description: fields.description, permissions: fields.permissions }
    }
}

fn damaged() -> Error {
    Error::invalid_field("permissions", "This address is damaged. Open the role afresh and choose again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_survives_its_way_through_an_address() {
        let form = Fields {
            name: "Night & day".to_owned(),
            description: "Früh? Spät!".to_owned(),
            permissions: [Permission::CustomersRead, Permission::HoldsRisk].into(),
        };
        let proposal = Proposal { id: Some(RoleId::new()), form };
        assert_eq!(Proposal::parse(&format!("?{}", proposal.query())).unwrap(), Some(proposal));
    }

    #[test]
    fn an_empty_address_carries_none_and_an_unknown_permission_is_refused() {
        assert_eq!(Proposal::parse("").unwrap(), None);
        assert!(Proposal::parse("name=x&p=everything:do").is_err());
    }

    #[test]
    fn a_role_without_name_or_permission_is_refused_at_both_fields() {
        let error = Proposal::sent("", " ", "", &BTreeMap::new()).unwrap_err();
        let fields: Vec<&str> = error.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["name", "permissions"]);
    }
}
