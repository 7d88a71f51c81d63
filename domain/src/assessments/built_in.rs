//! The short questionnaire that comes with the portal.

use super::{Answer, Question, Section, Template};

/// A question, and whether a "no" to it keeps the partner out.
type Asked = (&'static str, &'static str, &'static str, u32, bool);

const SECTIONS: &[(&str, &[Asked])] = &[
    (
        "Security organisation",
        &[
            (
                "security_owner",
                "Is somebody named who answers for information security?",
                "A person with a name and a way to reach them, not a department.",
                3,
                false,
            ),
            (
                "policy_reviewed",
                "Is there a security policy that was reviewed in the last twelve months?",
                "",
                2,
                false,
            ),
            (
                "staff_trained",
                "Are people who handle our data trained and bound to secrecy?",
                "At the start and at least once a year.",
                3,
                false,
            ),
        ],
    ),
    (
        "Access and encryption",
        &[
            (
                "second_factor",
                "Do all who can reach our data sign in with a second factor?",
                "Also contractors and administrators.",
                5,
                true,
            ),
            ("encrypted_transit", "Is our data encrypted on every way, with TLS 1.2 or later?", "", 5, true),
            ("encrypted_rest", "Is our data encrypted where it is stored, backups included?", "", 4, false),
            (
                "access_reviewed",
                "Is it reviewed at least twice a year who has access, and taken away when somebody leaves?",
                "",
                3,
                false,
            ),
        ],
    ),
    (
        "Incidents and continuity",
        &[
            (
                "incident_notice",
                "Are we told of an incident that touches our data within 24 hours?",
                "By contract, with the address that they write to.",
                5,
                true,
            ),
            (
                "restore_tested",
                "Was a restore from backup tried in the last twelve months, with its time measured?",
                "",
                3,
                false,
            ),
            (
                "continuity_plan",
                "Is there a plan for the loss of a site or a provider that was rehearsed?",
                "",
                3,
                false,
            ),
        ],
    ),
    (
        "Privacy and sub-processors",
        &[
            (
                "processing_agreement",
                "Is a data-processing agreement signed that covers what they get from us?",
                "Not applicable when no personal data is shared.",
                5,
                true,
            ),
            (
                "sub_processors_listed",
                "Are all sub-processors named, with country, and are we told before one is added?",
                "",
                4,
                false,
            ),
        ],
    ),
    (
        "Development and patching",
        &[
            (
                "patched_in_time",
                "Are critical weaknesses patched within seven days, and can they show it?",
                "",
                4,
                false,
            ),
            (
                "penetration_tested",
                "Was what we connect to tested by an outside party in the last twelve months?",
                "Attach the summary as evidence.",
                4,
                false,
            ),
        ],
    ),
];

/// The questionnaire that is there without an import: fourteen questions in five parts.
pub fn built_in() -> Template {
    let question = |&(key, text, help, weight, knock_out): &Asked| Question {
        key: key.to_owned(),
        text: text.to_owned(),
        help: help.to_owned(),
        weight,
        knock_out,
        answers: Answer::ALL.to_vec(),
    };
    let section = |(title, questions): &(&str, &[Asked])| Section {
        title: (*title).to_owned(),
        questions: questions.iter().map(question).collect(),
    };
    Template {
        key: "short".to_owned(),
        version: 1,
        title: "Short partner questionnaire".to_owned(),
        sections: SECTIONS.iter().map(section).collect(),
    }
}
