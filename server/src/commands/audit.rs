//! `keyfob audit …`: the log proves itself, to somebody who trusts neither the portal nor its database.

use std::{fs, path::Path};

use services::{
    Services,
    audit::{checkpoint, verify},
};

use super::{Exit, Failure, say};
use crate::cli::Audit;

pub(super) async fn run(cx: &Services, command: Audit) -> Result<Exit, Failure> {
    match command {
        Audit::Verify { against, pubkey, json } => {
            let against = against.as_deref().map(read).transpose()?;
            let pubkey = pubkey.as_deref().map(read).transpose()?;
            let report = verify::verify(cx, against.as_deref(), pubkey.as_deref()).await?;
            if json {
                say(serde_json::to_string_pretty(&report).unwrap_or_default());
            } else {
                say(&report);
            }
            Ok(if report.is_sound() { Exit::Done } else { Exit::Refused })
        }
        Audit::Checkpoint => {
            say(checkpoint::sign(cx).await?);
            Ok(Exit::Done)
        }
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::new(Exit::Usage, format!("{} can't be read: {error}", path.display())))
}
