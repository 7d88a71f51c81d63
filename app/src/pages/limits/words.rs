//! Limits in words. Server only.

use domain::limits::Window;
use services::limits::Policy;

use crate::words::grouped;

/// One window: "10 a second", "500 in 5 minutes".
pub(super) fn window(window: Window) -> String {
    let quota = grouped(i64::from(window.quota()));
    match window.seconds() {
        1 => format!("{quota} a second"),
        60 => format!("{quota} a minute"),
        3_600 => format!("{quota} an hour"),
        86_400 => format!("{quota} a day"),
        seconds => format!("{quota} in {}", span(u64::from(seconds))),
    }
}

/// Several windows: "10 a second, 300 a minute".
pub(super) fn windows(windows: &[Window]) -> String {
    windows.iter().map(|one| window(*one)).collect::<Vec<_>>().join(", ")
}

/// A length of time in its longest whole unit: "90 s", "5 min", "2 h", "1 d".
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        s if s > 0 && s.is_multiple_of(86_400) => format!("{} d", s / 86_400),
        s if s > 0 && s.is_multiple_of(3_600) => format!("{} h", s / 3_600),
        s if s > 0 && s.is_multiple_of(60) => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

/// A time to wait, no more exact than anybody needs: "12 s", "4 min", "3 h".
pub(super) fn wait(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds.div_ceil(60)),
        7_200..172_800 => format!("{} h", seconds.div_ceil(3_600)),
        _ => format!("{} d", seconds.div_ceil(86_400)),
    }
}

/// Whom a limit holds for: "Everybody", "3 keys or partners".
pub(super) fn holds_for(policy: &Policy) -> String {
    match (policy.is_default, policy.given_to) {
        (true, _) => "Everybody".to_owned(),
        (false, 0) => "Nobody yet".to_owned(),
        (false, 1) => "1 key or partner".to_owned(),
        (false, given_to) => format!("{} keys or partners", grouped(given_to)),
    }
}

#[cfg(test)]
mod tests {
    use domain::limits::parse_windows;

    use super::{wait, windows};

    #[test]
    fn windows_are_said_as_people_say_them() {
        let said = parse_windows("10/1s, 300/1m, 500/5m, 40/2h").map(|parsed| windows(&parsed));
        assert_eq!(said.as_deref(), Ok("10 a second, 300 a minute, 500 in 5 min, 40 in 2 h"));
    }

    #[test]
    fn a_wait_is_rounded_up_to_what_is_worth_saying() {
        let said: Vec<String> = [0, 119, 121, 7_201, 200_000].into_iter().map(wait).collect();
        assert_eq!(said, ["0 s", "119 s", "3 min", "3 h", "3 d"]);
    }
}
