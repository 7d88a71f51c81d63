//! What pages are made of. Each component is named for what it shows, and its looks are in the file of the same name
//! under `style/components/`.

mod badge;
mod chart;
mod facts;
mod fault;
mod form;
mod frame;
mod list_panel;
mod loaded;
mod message;
mod meter;
mod notes;
mod page_head;
mod plain_table;
mod sparkline;
mod tags;
mod text_area;
mod timeline;

pub use crate::icon::Icon;
pub use badge::StatusBadge;
pub use chart::{Chart, ChartBar, ChartView, Series};
pub use facts::Facts;
pub use fault::Fault;
pub use form::{CheckField, ChoiceField, ErrorSummary, Field, Hidden, PostButton, PostForm, TextField};
pub use frame::{Frame, Gate};
pub use list_panel::{ListPanel, TimeText};
pub use loaded::Loaded;
pub use message::Message;
pub use meter::Meter;
pub use notes::Notes;
pub use page_head::{Crumb, PageHead};
pub use plain_table::PlainTable;
pub use sparkline::{Spark, Sparkline};
pub use tags::Tags;
pub use text_area::TextArea;
pub use timeline::Timeline;
