//! The gateway: every call to a partner goes through here.
//!
//! For each call, in this order: kill switch, gate, contract, rate limit to the partner, a cap on how many are under way,
//! circuit breaker, and then attempts, each within its time and all within the call's deadline. What can't be had is
//! dealt with by the operation's contingency plan, which is data beside it. Each call leaves a line in the log.

mod attempt;
mod auth;
mod breaker;
mod call;
mod drills;
mod line;
mod local;
mod log;
mod plan;
mod queue;
mod switches;
mod worker;

pub use breaker::{BreakerView, hold, let_go, standing, turns};
pub use call::{Answer, Ask, call};
pub use drills::{Drill, DrillReport, drills, start as start_drill, stop as stop_drill};
pub use local::Local;
pub use log::{Logged, LoggedFilter, list as calls};
pub(crate) use queue::again;
pub use queue::{
    Counts, NewCall, QueueFilter, Queued, cancel, counts, enqueue, of_subject, one as queued, page as queue, replay,
    replay_many,
};
pub use switches::{Switched, lift, switches, throw};
pub use worker::{CallWorker, sweep, work_once};
