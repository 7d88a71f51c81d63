//! Where things are.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::failure::{Explain, Failure};

/// The folders the tasks work in.
#[derive(Clone, Debug)]
pub struct Places {
    /// The project's top.
    pub root: PathBuf,
    /// Cargo's output, unless `CARGO_TARGET_DIR` says otherwise.
    pub target: PathBuf,
    /// The project's own tools; `XTASK_TOOLS` may name a folder that several checkouts share.
    pub tools: PathBuf,
}

impl Places {
    /// Finds the project's top from where cargo says that this package is.
    pub fn find() -> Result<Self, Failure> {
        let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root =
            Path::new(&package).join("..").canonicalize().explain(|| "The project's folder can't be found".into())?;
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder));
        let tools = env::var_os("XTASK_TOOLS").map_or_else(|| target.join("tools"), |folder| root.join(folder));
        Ok(Self { root, target, tools })
    }

    /// The search path for programs: the project's own tools stand before the system's.
    pub fn search_path(&self) -> OsString {
        let own = [
            self.tools.join("bin"),
            self.tools.join("npm/node_modules/.bin"),
            self.tools.join("node/node_modules/.bin"),
        ];
        let system = env::var_os("PATH").unwrap_or_default();
        let all = own.into_iter().chain(env::split_paths(&system));
        // A folder with the separator in its name can't stand in a search path; then the system's own must do.
        env::join_paths(all).unwrap_or(system)
    }

    /// Where a program is, if anywhere on the search path.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        env::split_paths(&self.search_path()).map(|folder| folder.join(name)).find(|path| is_executable(path))
    }

    /// What cargo-leptos makes for the browser.
    pub fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }

    /// The browser tests.
    pub fn end2end(&self) -> PathBuf {
        self.root.join("end2end")
    }

    /// What the tasks remember from one run to the next.
    pub fn memory(&self) -> PathBuf {
        self.target.join("xtask")
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}
