//! The browser's entry point.

/// Readies the browser to take over the page's islands. The page's start script then calls, for each of them, the
/// function that its island names.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    app::islands::arrive();
    leptos::mount::hydrate_islands();
}
