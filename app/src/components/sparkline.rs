//! A trend in a row: bars too small to read one by one, for the eye to run over.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spark {
    /// How much there was.
    pub all: i64,
    /// How much of it was bad.
    pub bad: i64,
}

/// Draws a trend; its words say what it shows to those who don't see it.
#[component]
pub fn Sparkline(
    /// Stretch by stretch, the oldest first.
    sparks: Vec<Spark>,
    /// What it shows.
    #[prop(into)]
    words: String,
) -> impl IntoView {
    let top = sparks.iter().map(|spark| spark.all).max().unwrap_or(0).max(1);
    // 20 high; what is there is never too thin to be seen.
    let height = |part: i64| if part > 0 { (part * 20 / top).max(1) } else { 0 };
    let width = sparks.len() * 4;
    let bars: Vec<_> = sparks
        .into_iter()
        .enumerate()
        .map(|(place, spark)| {
            let (all, bad) = (height(spark.all), height(spark.bad));
            view! {
                <rect class="spark-all" x=place * 4 y=20 - all width="3" height=all></rect>
                <rect class="spark-bad" x=place * 4 y=20 - bad width="3" height=bad></rect>
            }
        })
        .collect();
    view! {
        <svg class="spark" viewBox=format!("0 0 {width} 20") width=width height="20" role="img" aria-label=words>
            <line class="spark-ground" x1="0" x2=width y1="19.5" y2="19.5"></line>
            {bars}
        </svg>
    }
}
