//! Which passwords are taken: long enough, and not among those that are tried first. Nothing is asked of their
//! characters, and none is ever due for renewal (NIST SP 800-63B-4).

use std::{
    collections::{BTreeSet, HashSet},
    sync::LazyLock,
};

use domain::texts::fold;
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

use super::MOST_CHARACTERS;
use crate::Error;

/// The fewest characters a password may have.
pub const LEAST_CHARACTERS: usize = 12;

/// What people take for passwords, and the words they make them of; folded, one a line.
static COMMON: LazyLock<HashSet<String>> = LazyLock::new(|| {
    include_str!("common.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(plain).collect()
});

/// Longest word of the list that is looked for.
const LONGEST_WORD: usize = 24;
/// Shortest word of one's own name or address that is looked for.
const SHORTEST_WORD: usize = 3;
/// So many different common words make a password easy; three or more make a phrase.
const FEW_WORDS: usize = 2;
/// So many digits and signs around common words don't make them uncommon.
const FEW_FILLERS: usize = 8;

/// Refuses a password that is too short, too long, common, or made of words that an attacker would try first.
/// `context`: the person's e-mail address and name. `field` is the form's, for the message.
pub fn check(field: &str, password: &SecretString, context: &[&str]) -> Result<(), Error> {
    let refuse = |message: &str| Err(Error::invalid_field(field, message));
    if password.expose_secret().len() > MOST_CHARACTERS * 16 {
        return refuse("Use at most 256 characters.");
    }
    let normal: String = password.expose_secret().nfc().collect();
    let length = normal.chars().count();
    if length < LEAST_CHARACTERS {
        return refuse("Use at least 12 characters. A few words that don't belong together are easy to remember.");
    }
    if length > MOST_CHARACTERS {
        return refuse("Use at most 256 characters.");
    }
    if is_monotonous(&normal) || is_common(&normal, &words_of(context)) {
        return refuse(
            "This password is among the first that an attacker would try: it is common, or made of your name or address. \
             Choose another; a few words that don't belong together are easy to remember.",
        );
    }
    Ok(())
}

/// Few different characters, or runs of the alphabet, the digits or one character.
fn is_monotonous(password: &str) -> bool {
    let characters: Vec<char> = fold(password).chars().collect();
    let different: BTreeSet<&char> = characters.iter().collect();
    let steps = characters.windows(2).filter(|pair| u32::from(pair[0]).abs_diff(u32::from(pair[1])) <= 1).count();
    different.len() < 5 || steps * 5 >= characters.len() * 4
}

/// The words of a name and an address, and of the product.
fn words_of(context: &[&str]) -> HashSet<String> {
    let mut words = HashSet::from([plain("keyfob")]);
    for text in context {
        let folded = fold(text);
        words.extend(
            folded
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| word.chars().count() >= SHORTEST_WORD)
                .map(plain),
        );
    }
    words
}

/// A text as it is compared: folded, with the digits and signs that stand for letters read as those letters.
fn plain(text: &str) -> String {
    fold(text).chars().map(plain_character).collect()
}

const fn plain_character(character: char) -> char {
    match character {
        '0' => 'o',
        '1' | '!' | 'l' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether a password is nothing but one or two common words, however often, with a few digits and signs.
fn is_common(password: &str, own_words: &HashSet<String>) -> bool {
    let typed: Vec<char> = fold(password).chars().collect();
    let plain: Vec<char> = typed.iter().copied().map(plain_character).collect();
    let mut seen = HashSet::new();
    let mut paths = vec![Path { at: 0, words: BTreeSet::new(), fillers: 0 }];
    while let Some(path) = paths.pop() {
        let Some(character) = typed.get(path.at) else { return true };
        if !seen.insert(path.clone()) {
            continue;
        }
        if !character.is_alphabetic() && path.fillers < FEW_FILLERS {
            paths.push(Path { at: path.at + 1, words: path.words.clone(), fillers: path.fillers + 1 });
        }
        for end in path.at + SHORTEST_WORD..=plain.len().min(path.at + LONGEST_WORD) {
            let word: String = plain[path.at..end].iter().collect();
            if COMMON.contains(&word) || own_words.contains(&word) {
                let mut words = path.words.clone();
                words.insert(word);
                if words.len() <= FEW_WORDS {
                    paths.push(Path { at: end, words, fillers: path.fillers });
                }
            }
        }
    }
    false
}

/// A way of reading the beginning of a password as words and fillers.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Path {
    at: usize,
    words: BTreeSet<String>,
    fillers: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(password: &str) -> bool {
        check(
            "password",
            &SecretString::from(password.to_owned()),
            &["anna.lindqvist@nordwagen.example", "Anna Lindqvist"],
        )
        .is_ok()
    }

    #[test]
    fn phrases_and_random_texts_are_taken_whatever_their_characters() {
        for password in [
            "correct horse battery staple",
            "lila kamele trinken selten tee",
            "vZ8qL2xWn4Tb",
            "purple-giraffe-eleven-moss",
            "пять зелёных чайников",
            "🦊🦉🐝🐌🦔🐢🦎🐙🦀🐬🐧🦜",
        ] {
            assert!(is_taken(password), "{password}");
        }
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        for password in [
            "password1234",
            "P@ssw0rd2026!",
            "passwordpassword",
            "iloveyou12345",
            "qwertyuiop123",
            "Sommer2026!!!",
            "aaaaaaaaaaaaaaaa",
            "abcdefghijklm",
            "123456789012",
            "121212121212",
            "letmeinletmein",
            "Keyfob2026!!",
            "welcomekeyfob",
            "AnnaLindqvist1",
            "nordwagen2026!",
            "Änna.Lindqvist",
        ] {
            assert!(!is_taken(password), "{password}");
        }
    }

    #[test]
    fn length_is_counted_in_characters_of_the_normal_form() {
        assert!(!is_taken("vZ8qL2xWn4T"));
        // Eleven letters, one of them written as letter and accent.
        assert!(!is_taken("vZ8qL2xWn4e\u{301}"));
        let long: String = "vZ8qL2xWn4Tbrk6M".repeat(16);
        assert!(is_taken(&long));
        assert!(!is_taken(&format!("{long}x")));
    }
}
