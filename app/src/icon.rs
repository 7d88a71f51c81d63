//! Icons: one stroke, 16 by 16.

use leptos::prelude::*;

/// An icon by name; an unknown name draws nothing.
#[component]
pub fn Icon(
    /// Which.
    name: &'static str,
) -> impl IntoView {
    let path = match name {
        "overview" => "M3 8l5-5 5 5v5H3z",
        "customers" => "M8 8a3 3 0 100-6 3 3 0 000 6zM2.5 14c.6-3 2.8-4.5 5.5-4.5s4.9 1.5 5.5 4.5",
        "fleet" => "M2.5 10.500v-2l1.500-4h8l1.500 4v4h-2v-1.500h-7v1.500h-2zM5 8.500h6",
        "subscriptions" => "M3 4h10v9H3zM3 7h10M6 2.500v3M10 2.500v3",
        "plans" => "M4 2.500h8v11H4zM6.500 6h3M6.500 9h3",
        "security" => "M8 2l5 2v4c0 3-2.200 5-5 6-2.800-1-5-3-5-6V4z",
        "settings" => "M8 10a2 2 0 100-4 2 2 0 000 4zM8 2v2M8 12v2M2 8h2M12 8h2",
        "search" => "M7 12A5 5 0 107 2a5 5 0 000 10zM14 14l-3.500-3.500",
        "menu" => "M2.500 4.500h11M2.500 8h11M2.500 11.500h11",
        "close" => "M4 4l8 8M12 4l-8 8",
        "down" => "M4 6l4 4 4-4",
        "right" => "M6 4l4 4-4 4",
        "check" => "M3 8.500l3.500 3.500L13 4.500",
        "alert" => "M8 2.500l6 11H2zM8 6.500v3.200M8 11.400v.6",
        "info" => "M8 14A6 6 0 108 2a6 6 0 000 12zM8 7.500v3.500M8 5v.5",
        "copy" => "M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3",
        "key" => "M10 6a3 3 0 11-2.800 4L2.500 10v3M5 10v2",
        "plug" => "M5.500 2v3.500M10.500 2v3.500M4 5.500h8v2a4 4 0 01-8 0zM8 11.500v3",
        "clock" => "M8 14A6 6 0 108 2a6 6 0 000 12zM8 4.500V8l2.500 1.500",
        _ => "",
    };
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
}
