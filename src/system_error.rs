//! What the system says went wrong, as a part of our sentences.

use std::fmt::Display;

/// What an error says. Windows speaks in sentences, and the number of the error is put behind their full stops: in the
/// middle of a sentence of ours each would look like its end.
pub(crate) fn reason(error: &dyn Display) -> String {
    let said = error.to_string();
    match said.rsplit_once(" (os error ") {
        Some((sentence, number)) => format!("{} (os error {number}", sentence.trim_end_matches(['.', '。'])),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn no_full_stop_stands_before_the_number() {
        let check = |said: &str, expected: &str| assert_eq!(reason(&said), expected);
        check("The file cannot be found. (os error 2)", "The file cannot be found (os error 2)");
        check("ファイルが見つかりません。 (os error 2)", "ファイルが見つかりません (os error 2)");
        check("It failed. Twice. (os error 5)", "It failed. Twice (os error 5)");
        check("No such file or directory (os error 2)", "No such file or directory (os error 2)");
        check("certificate has expired.", "certificate has expired.");
        // Whatever the system here says: no file, access denied, and what each calls it when nobody listens.
        for number in [2, 5, 13, 111, 10061] {
            let reason = reason(&io::Error::from_raw_os_error(number));
            assert!(reason.ends_with(&format!(" (os error {number})")) && !reason.contains(". ("), "{reason:?}");
        }
    }
}
