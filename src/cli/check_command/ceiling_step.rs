//! `check`: how much of a day's tokens is used up.

use std::io::{self, Write};
use std::time::SystemTime;

use super::{Mark, Report};
use crate::calendar::Day;
use crate::completion::Reason;
use crate::settings::Settings;
use crate::usage::ledger::Ledger;

/// One line where `limits.tokensPerDay` is set, else none.
pub(super) fn check(settings: &Settings, report: &mut Report<impl Write>) -> io::Result<()> {
    let Some(most) = settings.limits.tokens_per_day else { return Ok(()) };
    let finding = match Ledger::of_user().and_then(|ledger| ledger.read()) {
        Err(error) => (Mark::Warn, error.to_string()),
        Ok(days) => match days.on(&Day::at(SystemTime::now())).tokens() {
            spent if spent < most => {
                (Mark::Ok, format!("{spent} of today's {most} tokens are used (limits.tokensPerDay)"))
            }
            _ => (Mark::Warn, Reason::Ceiling(most).to_string()),
        },
    };
    report.say("ceiling", finding)
}
