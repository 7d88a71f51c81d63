//! A questionnaire's template: what is asked, and how much each answer weighs.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Answer;

/// A version of a questionnaire. Once it is kept it never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The questionnaire, over all its versions.
    pub key: String,
    /// Which version.
    pub version: i64,
    /// Its name.
    pub title: String,
    /// Its parts, in order.
    pub sections: Vec<Section>,
}

/// A part of a questionnaire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// What it is about.
    pub title: String,
    /// Its questions, in order.
    pub questions: Vec<Question>,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name within the questionnaire.
    pub key: String,
    /// What is asked.
    pub text: String,
    /// What helps to answer it.
    #[serde(default)]
    pub help: String,
    /// How much it counts, 1 to 5.
    pub weight: u32,
    /// Whether a "no" keeps the partner from an approval without conditions.
    #[serde(default)]
    pub knock_out: bool,
    /// What can be answered; everything when not told.
    #[serde(default = "every_answer")]
    pub answers: Vec<Answer>,
}

fn every_answer() -> Vec<Answer> {
    Answer::ALL.to_vec()
}

/// Most questions of a template.
const MOST_QUESTIONS: usize = 200;

impl Template {
    /// Every question, in order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.sections.iter().flat_map(|section| &section.questions)
    }

    /// Everything that is wrong with it, in sentences.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !is_key(&self.key) {
            faults.push(
                "“key” must be 2 to 40 small letters, digits and underscores, and begin with a letter.".to_owned(),
            );
        }
        if !(1..=100_000).contains(&self.version) {
            faults.push("“version” must be a whole number from 1.".to_owned());
        }
        check_text(&mut faults, "“title”", &self.title, 120);
        if self.sections.is_empty() || self.sections.len() > 30 {
            faults.push("“sections” must be 1 to 30 sections.".to_owned());
        }
        for (place, section) in self.sections.iter().enumerate() {
            let name = format!("Section {}", place + 1);
            check_text(&mut faults, &format!("{name}: “title”"), &section.title, 120);
            if section.questions.is_empty() {
                faults.push(format!("{name} has no questions."));
            }
        }
        if self.questions().count() > MOST_QUESTIONS {
            faults.push(format!("There are more than {MOST_QUESTIONS} questions."));
        }
        let mut known = BTreeSet::new();
        for question in self.questions() {
            question.check(&mut faults);
            if !known.insert(&question.key) {
                faults.push(format!("Question “{}” is there twice.", question.key));
            }
        }
        faults
    }
}

impl Question {
    fn check(&self, faults: &mut Vec<String>) {
        let name = format!("Question “{}”", self.key);
        if !is_key(&self.key) {
            faults.push(format!(
                "{name}: “key” must be 2 to 40 small letters, digits and underscores, and begin with a letter."
            ));
        }
        check_text(faults, &format!("{name}: “text”"), &self.text, 400);
        if self.help.chars().count() > 600 {
            faults.push(format!("{name}: “help” is longer than 600 characters."));
        }
        if !(1..=5).contains(&self.weight) {
            faults.push(format!("{name}: “weight” must be from 1 to 5."));
        }
        let different: BTreeSet<&Answer> = self.answers.iter().collect();
        if different.len() != self.answers.len() {
            faults.push(format!("{name}: “answers” names an answer twice."));
        }
        if !different.contains(&Answer::Yes) || !different.contains(&Answer::No) {
            faults.push(format!("{name}: “answers” must hold “yes” and “no”."));
        }
    }
}

fn check_text(faults: &mut Vec<String>, name: &str, text: &str, most: usize) {
    if text.trim().is_empty() || text.chars().count() > most || text.chars().any(char::is_control) {
        faults.push(format!("{name} must be one line of 1 to {most} characters."));
    }
}

fn is_key(text: &str) -> bool {
    (2..=40).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::super::built_in;

    #[test]
    fn a_template_with_faults_says_all_of_them() {
        let mut template = built_in();
        assert_eq!(template.faults(), Vec::<String>::new());
        "Big Key".clone_into(&mut template.key);
        template.sections[0].questions[0].weight = 9;
        let twin = template.sections[0].questions[1].clone();
        template.sections[1].questions.push(twin);
        template.sections[2].questions.clear();
        let faults = template.faults().join("\n");
        for part in ["“key” must be", "“weight” must be from 1 to 5", "is there twice", "Section 3 has no questions"]
        {
            assert!(faults.contains(part), "{part} is not in {faults}");
        }
    }
}
