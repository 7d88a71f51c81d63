//! What each command does, one file each, and how it ends.

mod advisories;
mod audit;
mod backup;
mod config_check;
mod credential;
mod demo;
mod keys;
mod migrate;
mod serve;
mod staff;

use std::{
    fmt,
    io::Write,
    process::{ExitCode, Termination},
};

use services::{Clock, Db, Keys, Services, db::OpenError, limits::Limiter, passwords::PasswordHasher};

use crate::{
    cli::{Cli, Command, ConfigCommand, KeysCommand},
    config::{Config, ConfigError, Log},
    listen::ListenError,
    logging,
};

/// How a command ends, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, or the check passed.
    Done = 0,
    /// 1: the check failed, or the request was refused.
    Refused = 1,
    /// 2: the command line or the configuration is wrong. The parser of the command line ends with the same.
    Usage = 2,
    /// 3: the database can't be reached, opened or brought up to date.
    Database = 3,
    /// 4: can't listen, or the certificate can't be used.
    Listen = 4,
    /// 5: something went wrong on our side.
    Internal = 5,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    /// With words for whoever typed the command.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    /// How the process ends.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::Usage, error.to_string())
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let exit = match error {
            OpenError::UnknownEngine | OpenError::Url(_) => Exit::Usage,
            _ => Exit::Database,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<ListenError> for Failure {
    fn from(error: ListenError) -> Self {
        Self::new(Exit::Listen, error.to_string())
    }
}

impl From<services::Error> for Failure {
    fn from(error: services::Error) -> Self {
        error.log();
        let exit = match error.status {
            503 => Exit::Database,
            500.. => Exit::Internal,
            _ => Exit::Refused,
        };
        Self::new(exit, error.to_string())
    }
}

/// Runs a command to its end.
pub async fn run(cli: Cli) -> Result<Exit, Failure> {
    let config = Config::load(cli.flags())?;
    if !matches!(cli.command, Command::Serve(_)) {
        // What a command has to say goes to standard output; the log is for what goes wrong.
        logging::start(&Log { level: "warn".to_owned(), ..config.log.clone() });
    }
    match cli.command {
        Command::Serve(_) => serve::run(config).await,
        Command::Migrate => migrate::run(&config).await,
        Command::Config(ConfigCommand::Check) => Ok(config_check::run(&config)),
        Command::Credential(command) => credential::run(&open(&config).await?, command).await,
        Command::Keys(KeysCommand::RotateMaster) => keys::rotate_master(&config),
        Command::Keys(KeysCommand::Rewrap) => keys::rewrap(&open(&config).await?).await,
        Command::Openapi => Ok(credential::openapi()),
        Command::Sbom => Ok(advisories::print_own()),
        Command::Advisories(command) => advisories::run(&open(&config).await?, command).await,
        Command::Staff(command) => staff::run(&open(&config).await?, command).await,
        Command::Audit(command) => audit::run(&open(&config).await?, command).await,
        Command::Backup { path } => backup::write(&config, &path).await,
        Command::Restore { path, replace } => backup::restore(&config, &path, replace).await,
        Command::Demo(options) => demo::run(&open(&config).await?, options).await,
    }
}

/// Opens the database, brings it and the built-in roles up to date, and puts together what use cases need.
async fn open(config: &Config) -> Result<Services, Failure> {
    let db = open_database(config).await?;
    db.migrate().await?;
    let key_file = config.key_file();
    let keys = Keys::open(&key_file).map_err(|error| {
        Failure::new(Exit::Usage, format!("key_file: the master key in {} can't be used: {error}", key_file.display()))
    })?;
    // Each takes 19 MiB while it runs; more at once than there are cores makes none of them faster.
    let places = std::thread::available_parallelism().map_or(2, usize::from);
    let services = Services::new(db, Clock::system(), keys, PasswordHasher::new(places), config.settings());
    let services = match &config.api.valkey_url {
        Some(url) => {
            let limiter = Limiter::in_valkey(url.expose(), &services.db)
                .map_err(|error| Failure::new(Exit::Usage, format!("api.valkey_url can't be used: {error}")))?;
            services.with_limiter(limiter)
        }
        None => services,
    };
    services::roles::seed(&services).await?;
    Ok(services)
}

async fn open_database(config: &Config) -> Result<Db, Failure> {
    Ok(Db::open(config.database_url().expose()).await?)
}

/// Prints to standard output. Whoever reads may stop early; that is no failure of ours.
fn say(text: impl fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
