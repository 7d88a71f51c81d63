//! The command line, as people type it. What each command does is in [`crate::commands`].

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::config::{Flags, Mode, Role};

/// Printed under the long help; the meanings are [`crate::commands::Exit`]'s.
const EXIT_CODES: &str = "Exit codes:
  0  done, or the check passed
  1  the check failed, or the request was refused
  2  the command line or the configuration is wrong
  3  the database can't be reached, opened or brought up to date
  4  can't listen on the address, or the certificate can't be used
  5  something went wrong on our side

Settings come from a TOML file (--config, KEYFOB_CONFIG, or ./keyfob.toml), then from the environment
(KEYFOB_DATABASE_URL, KEYFOB_HTTP__LISTEN, …), then from flags. `keyfob config check` shows what counts.";

/// Keyfob: the portal for car subscriptions.
#[derive(Debug, Parser)]
#[command(name = "keyfob", version, about, after_long_help = EXIT_CODES)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// Which command.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the data is, `sqlite://PATH` or `postgres://…` (a password on the command line is seen by other users of the
    /// machine; prefer `KEYFOB_DATABASE_URL`)
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// The folder for the database file, the master key and a self-signed certificate
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the portal
    Serve(Serve),
    /// Bring the database up to date and stop
    Migrate,
    /// Fill an empty database with a believable fleet
    Demo(Demo),
    /// Accounts of staff, for when nobody can sign in
    #[command(subcommand)]
    Staff(Staff),
    /// Keys and clients of machines
    #[command(subcommand)]
    Credential(Credential),
    /// Print the OpenAPI document of the partner API
    Openapi,
    /// Master keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Print the bill of materials of this server (`CycloneDX` 1.6, JSON)
    Sbom,
    /// Advisories about what we use
    #[command(subcommand)]
    Advisories(Advisories),
    /// The configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The audit log
    #[command(subcommand)]
    Audit(Audit),
    /// Write the embedded database to a file while it is in use (PostgreSQL has its own tools for that)
    Backup {
        /// The file to write; it must not exist
        path: PathBuf,
    },
    /// Put a backup in place of the embedded database
    Restore {
        /// The backup
        path: PathBuf,
        /// Also when there is a database already; it is kept beside
        #[arg(long)]
        replace: bool,
    },
}

/// `keyfob serve`
#[derive(Args, Clone, Debug)]
pub struct Serve {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Encryption
    #[arg(long, value_enum)]
    pub tls: Option<Mode>,
    /// The certificate with its chain, PEM
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key, PEM
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Fill an empty database with demo data and print the demo's accounts
    #[arg(long)]
    pub demo: bool,
    /// Which part of the work this process does
    #[arg(long, value_enum)]
    pub role: Option<Role>,
}

/// `keyfob demo`
#[derive(Args, Clone, Copy, Debug)]
pub struct Demo {
    /// How many customers
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub customers: u32,
    /// The same seed makes the same data
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// `keyfob staff …`
#[derive(Debug, Subcommand)]
pub enum Staff {
    /// Make an account and print the one-time link by which its owner sets a password
    Create {
        /// The address they sign in with
        #[arg(long)]
        email: String,
        /// Their name
        #[arg(long)]
        name: String,
        /// The role's name
        #[arg(long, default_value = "owner")]
        role: String,
    },
    /// End all sessions, take password and second factor away, and print a one-time link to set new ones
    Reset {
        /// The address they sign in with
        email: String,
    },
    /// Lift the delay that failed sign-ins have caused
    Unlock {
        /// The address they sign in with
        email: String,
    },
    /// Show all accounts
    List {
        /// For machines
        #[arg(long)]
        json: bool,
    },
}

/// `keyfob credential …`
#[derive(Debug, Subcommand)]
pub enum Credential {
    /// Issue a key or a client and print it with its secret, this once
    Issue {
        /// Its name
        #[arg(long)]
        name: String,
        /// The partner's name; one that isn't there is registered as a system of our own
        #[arg(long)]
        partner: String,
        /// `api_key` or `oauth_client`
        #[arg(long, default_value = "api_key")]
        kind: String,
        /// `live` or `test`
        #[arg(long, default_value = "test")]
        environment: String,
        /// What it may do, apart by commas; everything a machine may do when left out
        #[arg(long, value_delimiter = ',')]
        scopes: Vec<String>,
        /// A file with the public keys (JWKS) of a client that signs with its own key
        #[arg(long, value_name = "FILE")]
        jwks: Option<PathBuf>,
        /// For machines
        #[arg(long)]
        json: bool,
    },
    /// Revoke a key or a client by its id of twelve letters and digits
    Revoke {
        /// The id
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// `keyfob keys …`
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum KeysCommand {
    /// Add a master key to the key file, for the vault of partners' credentials
    RotateMaster,
    /// Seal everything in the vault again under the newest master key
    Rewrap,
}

/// `keyfob advisories …`
#[derive(Debug, Subcommand)]
pub enum Advisories {
    /// Import advisories (OSV) or lists of what is known to be exploited from a file, or from every .json file in a folder
    Import {
        /// The file or the folder
        path: PathBuf,
    },
}

/// `keyfob config …`
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check all settings and print what counts, without secrets
    Check,
}

/// `keyfob audit …`
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check that no row of the log was changed, lost, added or moved
    Verify {
        /// A checkpoint that was kept elsewhere
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
        /// The key that the checkpoint must be signed with; by default our own
        #[arg(long, value_name = "FILE", requires = "against")]
        pubkey: Option<PathBuf>,
        /// For machines
        #[arg(long)]
        json: bool,
    },
    /// Print a signed checkpoint, to be kept elsewhere
    Checkpoint,
}

impl Cli {
    /// What was given for the configuration.
    pub fn flags(&self) -> Flags {
        let common = Flags {
            config: self.common.config.clone(),
            database_url: self.common.database_url.clone(),
            data_dir: self.common.data_dir.clone(),
            ..Flags::default()
        };
        match &self.command {
            Command::Serve(serve) => Flags {
                listen: serve.listen,
                tls: serve.tls,
                tls_cert: serve.tls_cert.clone(),
                tls_key: serve.tls_key.clone(),
                demo: serve.demo,
                role: serve.role,
                ..common
            },
            _ => common,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_reach_the_configuration() {
        let line =
            "keyfob serve --listen 127.0.0.1:8080 --tls self-signed --role web --demo --database-url sqlite://x.db";
        let flags = Cli::parse_from(line.split(' ')).flags();
        assert_eq!(flags.listen.unwrap().port(), 8080);
        assert_eq!((flags.tls, flags.role, flags.demo), (Some(Mode::SelfSigned), Some(Role::Web), true));
        assert_eq!(flags.database_url.unwrap(), "sqlite://x.db");
    }
}
