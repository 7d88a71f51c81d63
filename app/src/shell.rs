//! The document around the app.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, provide_meta_context};

use crate::{routes::App, viewer::Viewer};

/// The names under which the site's files are served; they carry a hash of what is in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// Path of the style sheet.
    pub css: String,
    /// Path of the JavaScript that loads the module.
    pub js: String,
    /// Path of the WebAssembly module.
    pub wasm: String,
}

/// Calls each island's function, which is named in the page, then marks the document as awake.
const WAKE: &str = "m.hydrate();\
    for(const e of document.querySelectorAll('leptos-island'))m[e.dataset.component](e);\
    document.documentElement.dataset.hydrated='';";

/// The whole document. Theme and density are decided here, so that no page flashes.
pub fn shell() -> impl IntoView {
    provide_meta_context();
    let assets = use_context::<Assets>().unwrap_or_default();
    let viewer = use_context::<Viewer>().unwrap_or_default();
    let or = |text: String, default: &str| if text.is_empty() { default.to_owned() } else { text };
    // Outside of islands nothing is taken over, so nothing of what they show travels a second time as data.
    if let Some(context) = Owner::current_shared_context() {
        context.set_is_hydrating(false);
    }
    // `'self'` covers the files; only this line stands in the page itself and needs the nonce.
    let start = format!(
        "import({js:?}).then(m=>m.default({{module_or_path:{wasm:?}}}).then(()=>{{{WAKE}}}));",
        js = assets.js,
        wasm = assets.wasm
    );
    let has_script = !assets.js.is_empty();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=or(viewer.theme, "system") data-density=or(viewer.density, "comfortable")>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="robots" content="noindex"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="preload" href="/fonts/inter-4.1.woff2" r#as="font" r#type="font/woff2" crossorigin="anonymous"/>
                <link rel="stylesheet" href=assets.css/>
                {has_script
                    .then(|| view! {
                        <link rel="modulepreload" href=assets.js/>
                        <link rel="preload" href=assets.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                        <script type="module" nonce=use_nonce()>{start}</script>
                    })}
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
