//! What machines did: how often they called, why calls were refused, and who still uses what is going away.

#[cfg(feature = "ssr")]
mod figures;
mod page;
mod reads;
mod refusals;
mod versions;

pub use page::UsagePage;
pub use refusals::RefusalsPage;
pub use versions::VersionsPage;
