//! The simulator over real HTTP: each way to behave, what it remembers, what it sends, and how it is controlled.

mod client;
mod control;
mod messages;
mod modes;
mod tokens;
