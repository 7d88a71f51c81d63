//! `keyfob staff …`: for whoever has a shell on the server, when nobody can sign in to do it in the portal. Each goes
//! through the same use case as there, and into the audit log as done on the command line.

use domain::permissions::marker::{RolesRead, StaffManage, StaffRead};
use secrecy::ExposeSecret;
use services::{
    Services,
    access::Actor,
    roles,
    staff::{self, Filter, Invite, Link, Member, ResetPassword},
};

use super::{Exit, Failure, say};
use crate::cli::Staff;

/// What the audit log gives as the reason.
const REASON: &str = "On the command line";

pub(super) async fn run(cx: &Services, command: Staff) -> Result<Exit, Failure> {
    match command {
        Staff::Create { email, name, role } => create(cx, email, name, &role).await,
        Staff::Reset { email } => reset(cx, &email).await,
        Staff::Unlock { email } => unlock(cx, &email).await,
        Staff::List { json } => list(cx, json).await,
    }
}

async fn create(cx: &Services, email: String, name: String, role: &str) -> Result<Exit, Failure> {
    let actor = Actor::command_line();
    let all = roles::list(cx, &actor.authorize::<RolesRead>()?).await?;
    let Some(role) = all.iter().find(|known| known.key == role || known.name.eq_ignore_ascii_case(role)) else {
        let keys: Vec<&str> = all.iter().map(|role| role.key.as_str()).collect();
        return Err(Failure::new(Exit::Usage, format!("there is no role `{role}`; there are {}", keys.join(", "))));
    };
    let invite = Invite { email, name, role: role.id };
    let link = staff::invite(cx, &actor.authorize::<StaffManage>()?, invite).await?;
    say_link(cx, "Give this link to them", &link);
    Ok(Exit::Done)
}

async fn reset(cx: &Services, email: &str) -> Result<Exit, Failure> {
    let actor = Actor::command_line();
    let member = staff::find_by_email(cx, &actor.authorize::<StaffRead>()?, email).await?;
    let access = actor.authorize::<StaffManage>()?;
    if member.second_factor {
        staff::reset_second_factor(cx, &access, member.id, REASON).await?;
    }
    let reset = ResetPassword { id: member.id, at_once: true, reason: REASON.to_owned() };
    let link = staff::reset_link(cx, &access, reset).await?;
    say_link(cx, "Their sessions have ended. Give this link to them", &link);
    Ok(Exit::Done)
}

async fn unlock(cx: &Services, email: &str) -> Result<Exit, Failure> {
    staff::unlock(cx, &Actor::command_line().authorize::<StaffManage>()?, email).await?;
    say(format_args!("{email} can sign in again."));
    Ok(Exit::Done)
}

async fn list(cx: &Services, json: bool) -> Result<Exit, Failure> {
    let access = Actor::command_line().authorize::<StaffRead>()?;
    let members = staff::list(cx, &access, &Filter::default()).await?;
    if json {
        let all: Vec<serde_json::Value> = members.iter().map(document).collect();
        say(serde_json::Value::from(all));
    } else {
        for member in &members {
            say(line(member));
        }
    }
    Ok(Exit::Done)
}

fn role_names(member: &Member) -> Vec<&str> {
    member.roles.iter().map(|(_, name)| name.as_str()).collect()
}

fn line(member: &Member) -> String {
    let factor = if member.second_factor { "second factor" } else { "no second factor" };
    let status = member.status.as_str();
    format!("{:<32} {:<24} {status:<9} {factor:<17} {}", member.email, member.name, role_names(member).join(", "))
}

fn document(member: &Member) -> serde_json::Value {
    serde_json::json!({
        "id": member.id.to_string(),
        "email": member.email,
        "name": member.name,
        "status": member.status.as_str(),
        "roles": role_names(member),
        "second_factor": member.second_factor,
    })
}

/// Prints a one-time link. This is the only place where it is ever shown.
pub(super) fn say_link(cx: &Services, sentence: &str, link: &Link) {
    let hours = (link.expires_at.millis() - cx.clock.now().millis()) / 3_600_000;
    say(format_args!("{sentence} (works once, for {hours} hours):\n  {}", link.url.expose_secret()));
}
