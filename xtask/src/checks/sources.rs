//! Words that must not stand in the sources, each with its reason.

use std::{fs, path::Path};

use crate::{
    failure::{Explain, Failure},
    stamp,
    tally::Tally,
};

/// A word that is forbidden in some folders, except in some files: those of that name, or below a folder of that name.
struct Rule {
    folders: &'static [&'static str],
    except: &'static [&'static str],
    forbids: fn(&str) -> bool,
    because: &'static str,
}

const ALL: &[&str] = &["app", "domain", "server", "services", "simulator", "xtask"];

/// The one component that may write a text area: it escapes what the framework doesn't.
const TEXT_AREA: &[&str] = &["app/src/components/text_area.rs"];

/// Where SQL is put together from enums, and where tests make their databases.
const COMPOSED_SQL: &[&str] = &["services/src/db/list.rs", "services/src/testing.rs", "/tests/"];

/// This file must name what it forbids.
const THIS: &str = "xtask/src/checks/sources.rs";

const RULES: &[Rule] = &[
    Rule {
        folders: &["app"],
        except: TEXT_AREA,
        forbids: |line| line.contains("inner_html"),
        because: "inner_html writes unescaped text; only the TextArea component may, and escapes it itself",
    },
    Rule {
        folders: &["app"],
        except: TEXT_AREA,
        forbids: |line| line.contains("<textarea"),
        because: "the framework doesn't escape a text area's content; use the TextArea component",
    },
    Rule {
        folders: &["app"],
        except: &[],
        forbids: |line| has_attribute(line, "style=") || has_attribute(line, "style:"),
        because: "the content security policy refuses inline styles; use a class",
    },
    Rule {
        folders: &["app"],
        except: &[],
        forbids: |line| {
            ["onclick=", "onchange=", "onsubmit=", "oninput=", "onload="].iter().any(|name| has_attribute(line, name))
        },
        because: "the content security policy refuses inline scripts; use on:event",
    },
    Rule {
        folders: ALL,
        except: COMPOSED_SQL,
        forbids: |line| line.contains("AssertSqlSafe"),
        because: "SQL is written out; what must be composed is composed in services/src/db/list.rs",
    },
    Rule {
        folders: ALL,
        except: &["services/src/testing.rs", "/tests/"],
        forbids: |line| {
            let allows = line.contains("allow(clippy::unwrap_used") || line.contains("allow(clippy::expect_used");
            allows && !line.contains("cfg_attr(test")
        },
        because: "where a value can't be missing, write #[expect(clippy::expect_used, reason = \"…\")] and prove it",
    },
    Rule {
        folders: ALL,
        except: &[],
        forbids: |line| ["TODO", "FIXME", "todo!(", "unimplemented!("].iter().any(|word| line.contains(word)),
        because: "what is left to do stands in an issue",
    },
];

impl Rule {
    fn is_lenient_on(&self, file: &str) -> bool {
        let is_meant = |name: &&str| if name.ends_with('/') { file.contains(*name) } else { file == *name };
        self.except.iter().any(is_meant)
    }
}

/// Whether a line has an attribute of just this beginning: `style=` in `<p style="…">`, but not in `data-style=`; and
/// `style:` in `style:width=…`, but not in a struct's `style: Style`.
fn has_attribute(line: &str, beginning: &str) -> bool {
    line.match_indices(beginning).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + beginning.len()..].chars().next();
        let starts = before.is_none_or(char::is_whitespace);
        let ends = if beginning.ends_with(':') { after.is_some_and(char::is_alphabetic) } else { after != Some('=') };
        starts && ends
    })
}

/// Checks all Rust sources.
pub fn check(root: &Path, tally: &mut Tally) -> Result<Vec<String>, Failure> {
    let mut broken = Vec::new();
    for rule in RULES {
        let before = broken.len();
        for folder in rule.folders {
            for path in stamp::files(&root.join(folder))? {
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
                let is_rust = path.extension().is_some_and(|extension| extension == "rs");
                if !is_rust || name == THIS || rule.is_lenient_on(&name) {
                    continue;
                }
                let text = fs::read_to_string(&path).explain(|| format!("{name} can't be read"))?;
                broken.extend(offences(rule, &text).map(|line| format!("{name}:{line}: {}.", rule.because)));
            }
        }
        *tally += Tally::one(broken.len() == before);
    }
    Ok(broken)
}

/// The numbers of the lines that break a rule. Comments may speak of anything, except of what is left to do.
fn offences(rule: &Rule, text: &str) -> impl Iterator<Item = usize> {
    let breaks = rule.forbids;
    let speaks_of_work = breaks("// TODO");
    let counts = move |line: &str| speaks_of_work || !line.trim_start().starts_with("//");
    text.lines().zip(1..).filter(move |(line, _)| counts(line) && breaks(line)).map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::{RULES, has_attribute, offences};

    /// The lines of a text that any rule forbids.
    fn broken(text: &str) -> Vec<usize> {
        RULES.iter().flat_map(|rule| offences(rule, text)).collect()
    }

    #[test]
    fn attributes_are_told_from_other_words() {
        assert!(has_attribute(r#"<p style="color: red">"#, "style="));
        assert!(has_attribute("style=colour", "style="));
        assert!(!has_attribute(r#"<p data-style="plain">"#, "style="));
        assert!(!has_attribute("if style == other", "style="));
        assert!(!has_attribute("assert!(a, style==b)", "style="));
        assert!(has_attribute(r#"<p style:width="3px">"#, "style:"));
        assert!(!has_attribute("    style: Style,", "style:"));
        assert!(!has_attribute("use crate::style::Theme;", "style:"));
    }

    #[test]
    fn forbidden_words_are_found_where_they_stand() {
        assert_eq!(broken("let a = 1;\nview! { <div inner_html=text></div> }"), [2]);
        assert_eq!(broken("view! { <textarea></textarea> }"), [1]);
        assert_eq!(broken("sqlx::query(AssertSqlSafe(text))"), [1]);
        assert_eq!(broken("#[allow(clippy::unwrap_used)]"), [1]);
        assert_eq!(broken("// TODO"), [1]);
        assert_eq!(broken(r#"<button onclick="go()">"#), [1]);
    }

    #[test]
    fn what_is_allowed_is_left_alone() {
        assert!(broken("// inner_html would not be escaped here").is_empty());
        assert!(broken("<button on:click=go>").is_empty());
        assert!(broken("#![cfg_attr(test, allow(clippy::unwrap_used))]").is_empty());
        assert!(broken("#[expect(clippy::expect_used, reason = \"the pattern is a constant\")]").is_empty());
    }
}
