//! The command `keyfob`.

use clap::Parser;
use keyfob_server::{
    cli::Cli,
    commands::{self, Exit},
};

fn main() -> Exit {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("keyfob: can't start: {error}");
            return Exit::Internal;
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(exit) => exit,
        Err(failure) => {
            eprintln!("keyfob: {failure}");
            failure.exit()
        }
    }
}
