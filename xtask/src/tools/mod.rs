//! `cargo xtask tools`: makes sure that everything needed is there, in the version wanted.

pub mod node;
pub mod python;
mod rust;
pub mod system;

use crate::{clock, failure::Failure, places::Places, postgres};

/// What a tool is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Building and running the portal.
    Build,
    /// Also testing it.
    Test,
}

/// One thing that must be there.
struct Tool {
    name: &'static str,
    purpose: Purpose,
    /// Whether it is there, in the version wanted. Takes no longer than starting it once.
    is_there: fn(&Places) -> bool,
    /// Gets it, or says in plain sentences why that can't be and what to do.
    get: fn(&Places) -> Result<(), Failure>,
}

/// In the order in which they are looked at: what only a person can mend stands first, so that nobody waits ten minutes
/// for a compiler's work to be told that Node is missing.
const TOOLS: &[Tool] = &[
    Tool { name: "C compiler", purpose: Purpose::Build, is_there: system::has_compiler, get: system::get_compiler },
    Tool { name: "Node", purpose: Purpose::Build, is_there: node::has_node, get: node::get_node },
    Tool { name: "WebAssembly target", purpose: Purpose::Build, is_there: rust::has_target, get: rust::get_target },
    Tool { name: "wasm-opt", purpose: Purpose::Build, is_there: node::has_wasm_opt, get: node::get_wasm_opt },
    Tool { name: "rustfmt and clippy", purpose: Purpose::Test, is_there: rust::has_lints, get: rust::get_lints },
    Tool { name: "PostgreSQL", purpose: Purpose::Test, is_there: postgres::is_there, get: postgres::get },
    Tool { name: "Chromium", purpose: Purpose::Test, is_there: system::has_chromium, get: system::get_chromium },
    Tool { name: "Valkey or Redis", purpose: Purpose::Test, is_there: system::has_valkey, get: system::get_valkey },
    Tool {
        name: "Schemathesis",
        purpose: Purpose::Test,
        is_there: python::has_schemathesis,
        get: python::get_schemathesis,
    },
    Tool { name: "Playwright", purpose: Purpose::Test, is_there: node::has_playwright, get: node::get_playwright },
    Tool { name: "wasm-bindgen", purpose: Purpose::Build, is_there: rust::has_bindgen, get: rust::get_bindgen },
    Tool { name: "cargo-leptos", purpose: Purpose::Build, is_there: rust::has_leptos, get: rust::get_leptos },
];

/// Gets what is missing for a purpose. Says nothing about what is there already.
pub fn ensure(places: &Places, purpose: Purpose) -> Result<(), Failure> {
    let mut missing = Vec::new();
    for tool in TOOLS.iter().filter(|tool| tool.purpose <= purpose && !(tool.is_there)(places)) {
        let got = clock::step(tool.name, || {
            (tool.get)(places)?;
            if (tool.is_there)(places) {
                return Ok(());
            }
            Err(Failure::new("It was installed, but it can't be started or is of another version than wanted."))
        });
        if let Err(failure) = got {
            println!("  {failure}");
            missing.push(format!("- {}: {failure}", tool.name));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("These tools could not be had:\n{}", missing.join("\n"))))
}
