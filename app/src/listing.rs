//! From an address to a list and back: filter, sort, cursor, columns and density all stand in the URL. Server only.

use std::{borrow::Cow, collections::BTreeMap};

use services::{Error, db::Page};

use crate::views::{Chip, Column, ColumnChoice, ListView, Row};

/// A column a list knows.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// The name in the address.
    pub key: &'static str,
    /// The heading.
    pub label: &'static str,
    /// Whether the list can be sorted by it.
    pub can_sort: bool,
    /// Numbers stand to the right.
    pub is_number: bool,
    /// Whether it is shown when the address doesn't say.
    pub by_default: bool,
}

/// A column that is shown unless the reader chooses otherwise.
pub const fn column(key: &'static str, label: &'static str) -> Known {
    Known { key, label, can_sort: false, is_number: false, by_default: true }
}

impl Known {
    /// The list can be sorted by it.
    #[must_use]
    pub const fn sortable(self) -> Self {
        Self { can_sort: true, ..self }
    }

    /// It holds numbers.
    #[must_use]
    pub const fn number(self) -> Self {
        Self { is_number: true, ..self }
    }

    /// It is shown only when chosen.
    #[must_use]
    pub const fn hidden(self) -> Self {
        Self { by_default: false, ..self }
    }
}

/// A list's address, taken apart.
#[derive(Clone, Debug)]
pub struct Address {
    path: Cow<'static, str>,
    pairs: BTreeMap<String, String>,
    chosen: Vec<String>,
}

impl Address {
    /// Takes a query string apart. A key that the list doesn't know is refused, so that a mistyped filter never shows
    /// more than was asked for.
    pub fn parse(path: impl Into<Cow<'static, str>>, search: &str, filters: &[&str]) -> Result<Self, Error> {
        let mut pairs = BTreeMap::new();
        let mut chosen = Vec::new();
        for (key, value) in form_urlencoded::parse(search.trim_start_matches('?').as_bytes()).into_owned() {
            if key == "col" {
                chosen.push(value);
            } else if ["q", "sort", "cursor", "density"].contains(&key.as_str()) || filters.contains(&key.as_str()) {
                if !value.is_empty() {
                    pairs.insert(key, value);
                }
            } else {
                return Err(Error::invalid_field(
                    "address",
                    format!("This list has no filter named “{key}”. Open the list afresh and choose again."),
                ));
            }
        }
        Ok(Self { path: path.into(), pairs, chosen })
    }

    /// What stands for a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.get(key).map(String::as_str)
    }

    /// Parses what stands for a key; a value that isn't one is refused.
    pub fn parsed<T: std::str::FromStr>(&self, key: &'static str) -> Result<Option<T>, Error> {
        self.get(key)
            .map(|value| {
                value.parse().map_err(|_| {
                    Error::invalid_field(
                        key,
                        format!(
                            "“{value}” is not a value of the filter “{key}”. Open the list afresh and choose again."
                        ),
                    )
                })
            })
            .transpose()
    }

    /// The sort key and whether it runs downwards: `sort=name` or `sort=-name`.
    pub fn sort(&self, known: &[Known], default: &'static str) -> Result<(&'static str, bool), Error> {
        let wanted = self.get("sort").unwrap_or(default);
        let (key, is_descending) = wanted.strip_prefix('-').map_or((wanted, false), |key| (key, true));
        known
            .iter()
            .find(|column| column.can_sort && column.key == key)
            .map(|column| (column.key, is_descending))
            .ok_or_else(|| {
                Error::invalid_field("sort", format!("This list can't be sorted by “{key}”. Press a heading instead."))
            })
    }

    /// The address with some keys set or taken away. A change of what is listed begins at the first page again.
    pub fn href(&self, changes: &[(&str, Option<&str>)]) -> String {
        let mut pairs = self.pairs.clone();
        if !changes.iter().any(|(key, _)| *key == "cursor" || *key == "density") {
            pairs.remove("cursor");
        }
        for (key, value) in changes {
            match value {
                Some(value) => pairs.insert((*key).to_owned(), (*value).to_owned()),
                None => pairs.remove(*key),
            };
        }
        let chosen = self.chosen.iter().map(|column| ("col", column));
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs.iter().map(|(key, value)| (key.as_str(), value)).chain(chosen))
            .finish();
        if query.is_empty() { self.path.clone().into_owned() } else { format!("{}?{query}", self.path) }
    }

    /// A view that can be pressed: sets one key, or takes it away.
    pub fn chip(&self, label: &str, key: &str, value: Option<&str>) -> Chip {
        Chip { label: label.to_owned(), href: self.href(&[(key, value)]), is_on: self.get(key) == value }
    }

    /// A filter in force that isn't a view: its address takes it away.
    pub fn filter_chip(&self, label: &str, key: &str) -> Option<Chip> {
        self.get(key).map(|value| Chip {
            label: format!("{label}: {value}"),
            href: self.href(&[(key, None)]),
            is_on: true,
        })
    }

    /// The columns shown, in the list's own order.
    pub fn shown<'k>(&self, known: &'k [Known]) -> Vec<&'k Known> {
        let shown: Vec<&Known> =
            known.iter().filter(|column| self.chosen.iter().any(|chosen| chosen == column.key)).collect();
        if shown.is_empty() { known.iter().filter(|column| column.by_default).collect() } else { shown }
    }

    /// Puts a list page together. `filters` are the keys that narrow the list.
    pub fn view<R>(
        &self,
        caption: &str,
        placeholder: &str,
        known: &[Known],
        sorted: (&'static str, bool),
        page: Page<R>,
        mut row: impl FnMut(R, &[&Known]) -> Row,
    ) -> ListView {
        let shown = self.shown(known);
        let columns = shown
            .iter()
            .map(|column| {
                let is_sorted = sorted.0 == column.key && column.can_sort;
                let next = if is_sorted && !sorted.1 { format!("-{}", column.key) } else { column.key.to_owned() };
                Column {
                    key: column.key.to_owned(),
                    label: column.label.to_owned(),
                    sort_href: column.can_sort.then(|| self.href(&[("sort", Some(&next))])),
                    sorted: is_sorted.then(|| if sorted.1 { "descending" } else { "ascending" }.to_owned()),
                    is_number: column.is_number,
                }
            })
            .collect();
        let narrowing = |key: &String| !["sort", "cursor", "density"].contains(&key.as_str());
        ListView {
            caption: caption.to_owned(),
            path: self.path.clone().into_owned(),
            query: self.get("q").unwrap_or_default().to_owned(),
            placeholder: placeholder.to_owned(),
            kept: self
                .pairs
                .iter()
                .filter(|(key, _)| !["q", "cursor"].contains(&key.as_str()))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            choices: known
                .iter()
                .map(|column| ColumnChoice {
                    key: column.key.to_owned(),
                    label: column.label.to_owned(),
                    is_on: shown.iter().any(|shown| shown.key == column.key),
                })
                .collect(),
            columns,
            previous: page.previous.map(|cursor| self.href(&[("cursor", Some(&cursor))])),
            next: page.next.map(|cursor| self.href(&[("cursor", Some(&cursor))])),
            rows: page.rows.into_iter().map(|record| row(record, &shown)).collect(),
            density: self.get("density").unwrap_or_default().to_owned(),
            density_hrefs: (self.href(&[("density", Some("comfortable"))]), self.href(&[("density", Some("compact"))])),
            is_filtered: self.pairs.keys().any(narrowing),
            clear_href: self.path.clone().into_owned(),
            chips: Vec::new(),
            filters: Vec::new(),
        }
    }
}
