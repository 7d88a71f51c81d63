//! The score of a questionnaire.

use std::collections::BTreeMap;

use super::Template;

crate::text_enum! {
    /// An answer to a question.
    pub enum Answer {
        /// It is so.
        Yes = "yes", "Yes";
        /// It is so in part.
        Partly = "partly", "Partly";
        /// It is not so.
        No = "no", "No";
        /// The question doesn't arise.
        NotApplicable = "not_applicable", "Not applicable";
    }
}

/// How the score comes about, in words.
pub const FORMULA: &str = "Score = points ÷ possible points. Each question gives its weight for “yes”, half of it for “partly” and nothing for “no”; “not applicable” is left out of both sums.";

/// What the answers come to. Points are counted in halves, so that nothing is rounded before the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Points, in halves.
    pub halves: u32,
    /// What they could have been, in halves.
    pub possible_halves: u32,
    /// How many questions have an answer.
    pub answered: usize,
    /// How many questions there are.
    pub questions: usize,
    /// Knock-out questions that were answered "no", by their keys.
    pub knocked_out: Vec<String>,
}

impl Score {
    /// The score in percent, rounded down; nothing when no question counts.
    pub fn percent(&self) -> Option<u32> {
        (self.halves * 100).checked_div(self.possible_halves)
    }

    /// Whether every question has an answer.
    pub const fn is_complete(&self) -> bool {
        self.answered == self.questions
    }

    /// The sum as it is worked out: "38½ of 46 points".
    pub fn sum(&self) -> String {
        let words = |halves: u32| format!("{}{}", halves / 2, if halves % 2 == 1 { "½" } else { "" });
        format!("{} of {} points", words(self.halves), words(self.possible_halves))
    }
}

/// Scores answers. A question without an answer counts for nothing and is not in the possible points.
pub fn score(template: &Template, answers: &BTreeMap<String, Answer>) -> Score {
    let mut score = Score::default();
    for question in template.questions() {
        score.questions += 1;
        let Some(answer) = answers.get(&question.key) else { continue };
        score.answered += 1;
        let (halves, counts) = match answer {
            Answer::Yes => (2, true),
            Answer::Partly => (1, true),
            Answer::No => (0, true),
            Answer::NotApplicable => (0, false),
        };
        if counts {
            score.halves += halves * question.weight;
            score.possible_halves += 2 * question.weight;
        }
        if question.knock_out && *answer == Answer::No {
            score.knocked_out.push(question.key.clone());
        }
    }
    score
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::built_in, *};

    fn any_answers() -> impl Strategy<Value = BTreeMap<String, Answer>> {
        let keys: Vec<String> = built_in().questions().map(|question| question.key.clone()).collect();
        proptest::collection::vec(proptest::option::of(proptest::sample::select(Answer::ALL)), keys.len()).prop_map(
            move |answers| keys.iter().cloned().zip(answers).filter_map(|(key, answer)| Some((key, answer?))).collect(),
        )
    }

    proptest! {
        #[test]
        fn a_score_is_between_nothing_and_everything(answers in any_answers()) {
            let score = score(&built_in(), &answers);
            prop_assert!(score.halves <= score.possible_halves);
            prop_assert_eq!(score.answered, answers.len());
            prop_assert!(score.percent().is_none_or(|percent| percent <= 100));
        }

        #[test]
        fn a_better_answer_never_lowers_the_score(answers in any_answers()) {
            let before = score(&built_in(), &answers);
            for (key, answer) in &answers {
                let better = match answer {
                    Answer::No => Answer::Partly,
                    Answer::Partly => Answer::Yes,
                    Answer::Yes | Answer::NotApplicable => continue,
                };
                let mut bettered = answers.clone();
                bettered.insert(key.clone(), better);
                let after = score(&built_in(), &bettered);
                prop_assert!(after.percent() >= before.percent());
                prop_assert!(after.knocked_out.len() <= before.knocked_out.len());
            }
        }

        #[test]
        fn what_does_not_apply_changes_no_point(answers in any_answers()) {
            let before = score(&built_in(), &answers);
            let mut more = answers.clone();
            for question in built_in().questions() {
                more.entry(question.key.clone()).or_insert(Answer::NotApplicable);
            }
            let after = score(&built_in(), &more);
            prop_assert_eq!((after.halves, after.possible_halves), (before.halves, before.possible_halves));
            prop_assert!(after.is_complete());
        }
    }

    #[test]
    fn a_no_to_a_knock_out_question_is_named() {
        let answers = BTreeMap::from([
            ("second_factor".to_owned(), Answer::No),
            ("policy_reviewed".to_owned(), Answer::No),
            ("encrypted_transit".to_owned(), Answer::Partly),
        ]);
        let score = score(&built_in(), &answers);
        assert_eq!(score.knocked_out, ["second_factor"]);
        assert_eq!((score.percent(), score.sum().as_str()), (Some(20), "2½ of 12 points"));
    }
}
