//! A throw-away PostgreSQL for the tests. The system's own cluster, if there is one, is left alone.

use std::{
    env, fs,
    io::Read,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{
    failure::{Explain, Failure},
    pins,
    places::Places,
    process::{capture, program},
    tools::system,
    version::Version,
};

/// Where PostgreSQL's server programs are; distributions keep them off the search path.
fn programs(places: &Places) -> Option<PathBuf> {
    let mut found: Vec<(Version, PathBuf)> = Vec::new();
    let mut folders = vec![];
    for version in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        folders.push(version.path().join("bin"));
    }
    if let Ok(folder) = capture(program(places, "pg_config").arg("--bindir")) {
        folders.push(PathBuf::from(folder.trim()));
    }
    folders.extend(places.program("initdb").and_then(|path| path.parent().map(Path::to_owned)));
    let is_whole =
        |folder: &PathBuf| ["initdb", "pg_ctl", "postgres", "createdb"].iter().all(|name| folder.join(name).is_file());
    for folder in folders.into_iter().filter(is_whole) {
        let printed = capture(Command::new(folder.join("postgres")).arg("--version"));
        found.extend(printed.ok().and_then(|printed| Version::find(&printed)).map(|version| (version, folder)));
    }
    found.into_iter().filter(|(version, _)| *version >= pins::POSTGRES_FLOOR).max().map(|(_, folder)| folder)
}

/// Whether they are there.
pub fn is_there(places: &Places) -> bool {
    programs(places).is_some()
}

/// Gets them.
pub fn get(places: &Places) -> Result<(), Failure> {
    let advice = format!("Install PostgreSQL {} or newer; its server need not run.", pins::POSTGRES_FLOOR);
    system::install(places, &["postgresql"], &advice)
}

/// A running cluster in a temporary folder. Dropped, it is stopped and its folder deleted.
pub struct Cluster {
    keeper: Child,
    programs: PathBuf,
    port: u16,
    password: String,
}

/// Waits until its input ends, which it does however the task ends, and then clears away. It stands in a process group
/// of its own, because what ends the task's group must not end its keeper.
const KEEPER: &str = r#"
trap '' INT TERM HUP
folder=$1; shift
cd "$folder"
read -r _
"$@" >/dev/null 2>&1
cd /
rm -rf "$folder"
"#;

/// What a cluster that nobody will miss may leave out, and what many tests at once need.
const SETTINGS: &str = "-c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off \
                        -c full_page_writes=off -c max_connections=300 -c shared_buffers=128MB";

impl Cluster {
    /// Makes and starts one on a free port of this machine.
    pub fn start(places: &Places) -> Result<Self, Failure> {
        let programs = programs(places)
            .ok_or_else(|| Failure::new("PostgreSQL's server programs are not there. Run `cargo xtask tools`."))?;
        let user = server_user(places)?;
        let password = random_word()?;
        let folder = env::temp_dir().join(format!("keyfob-postgres-{}-{}", std::process::id(), &password[..8]));
        fs::create_dir(&folder).explain(|| format!("{} can't be made", folder.display()))?;
        let data = folder.join("data");
        let as_user = AsUser { user, folder: folder.clone(), programs: programs.clone() };
        let keeper = as_user.keeper(&data)?;
        // From here on, whatever fails, dropping the keeper clears away.
        let mut cluster = Self { keeper, programs, port: 0, password };
        let secret = folder.join("password");
        fs::write(&secret, &cluster.password).explain(|| format!("{} can't be written", secret.display()))?;
        as_user.own(&folder)?;
        as_user.init(&data, &secret)?;
        let mut last = None;
        for _ in 0..3 {
            // Between finding a free port and using it, somebody else may take it.
            cluster.port = free_port()?;
            match as_user.serve(&data, cluster.port) {
                Ok(()) => return Ok(cluster),
                Err(failure) => last = Some(failure),
            }
        }
        Err(last.unwrap_or_else(|| Failure::new("PostgreSQL did not start.")))
    }

    /// The URL of a database in it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://keyfob:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// Makes a database and gives its URL.
    pub fn create(&self, database: &str) -> Result<String, Failure> {
        let mut command = Command::new(self.programs.join("createdb"));
        command.args(["--host=127.0.0.1", &format!("--port={}", self.port), "--username=keyfob", database]);
        capture(command.env("PGPASSWORD", &self.password))?;
        Ok(self.url(database))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // If it can't be waited for it is gone already.
        let _ = self.keeper.wait();
    }
}

/// Runs PostgreSQL's programs as somebody who isn't root, because the server refuses root.
struct AsUser {
    user: Option<&'static str>,
    folder: PathBuf,
    programs: PathBuf,
}

impl AsUser {
    fn command(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = match self.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(program);
                command
            }
        };
        command.current_dir(&self.folder);
        command
    }

    fn keeper(&self, data: &Path) -> Result<Child, Failure> {
        let mut stop = self.command("pg_ctl");
        stop.arg("--pgdata").arg(data).args(["--mode=immediate", "--wait", "stop"]);
        let mut keeper = Command::new("sh");
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut keeper, 0);
        keeper
            .args(["-c", KEEPER, "keeper"])
            .arg(&self.folder)
            .arg(stop.get_program())
            .args(stop.get_args())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .explain(|| "The keeper of the throw-away PostgreSQL can't be started".into())
    }

    fn own(&self, folder: &Path) -> Result<(), Failure> {
        capture(Command::new("chmod").arg("700").arg(folder))?;
        if let Some(user) = self.user {
            capture(Command::new("chown").args(["-R", user]).arg(folder))?;
        }
        Ok(())
    }

    /// The default collation is a human one on purpose, as on most real servers: a query that relies on byte order
    /// without saying so then fails here and not there.
    fn init(&self, data: &Path, secret: &Path) -> Result<(), Failure> {
        let init = |locale: &[&str]| {
            let mut command = self.command("initdb");
            command.arg("--pgdata").arg(data).arg("--pwfile").arg(secret);
            command.args(["--username=keyfob", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]);
            capture(command.args(locale))
        };
        let human = ["--locale=C", "--locale-provider=icu", "--icu-locale=en-US"];
        init(&human).or_else(|_| init(&["--locale=C"])).map(drop)
    }

    fn serve(&self, data: &Path, port: u16) -> Result<(), Failure> {
        let folder = self.folder.display();
        let log = self.folder.join("log");
        let mut command = self.command("pg_ctl");
        command.arg("--pgdata").arg(data).arg("--log").arg(&log).args(["--wait", "--timeout=60", "--silent"]);
        command.args(["--options", &format!("-p {port} -c unix_socket_directories={folder} {SETTINGS}"), "start"]);
        // The server inherits these; a pipe held open by it would never end.
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if status.is_ok_and(|status| status.success()) {
            return Ok(());
        }
        let log = fs::read_to_string(log).unwrap_or_default();
        Err(Failure::new(format!("The throw-away PostgreSQL did not start. Its log says:\n{log}")))
    }
}

fn server_user(places: &Places) -> Result<Option<&'static str>, Failure> {
    if !system::is_root(places) {
        return Ok(None);
    }
    if places.program("runuser").is_none() {
        return Err(Failure::new(
            "PostgreSQL refuses to run as root, and there is no `runuser`. Run this as another user.",
        ));
    }
    let found = ["postgres", "nobody"].into_iter().find(|user| system::has_user(user));
    found.map(Some).ok_or_else(|| Failure::new("PostgreSQL refuses to run as root. Run this as another user."))
}

/// A port that nobody listened on a moment ago.
pub fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").explain(|| "No free port can be found".into())?;
    Ok(listener.local_addr().explain(|| "No free port can be found".into())?.port())
}

fn random_word() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .explain(|| "No random bytes are to be had".into())?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use std::{
        env, fs,
        process::Command,
        time::{Duration, Instant},
    };

    use super::{Cluster, free_port, is_there, programs, random_word};
    use crate::{places::Places, process::capture};

    #[test]
    fn a_cluster_answers_and_leaves_nothing_behind() {
        let places = Places::find().unwrap();
        if !is_there(&places) {
            println!("PostgreSQL is not there, so this was not tried.");
            return;
        }
        let cluster = Cluster::start(&places).unwrap();
        let url = cluster.create("trial").unwrap();
        let mut psql = Command::new(programs(&places).unwrap().join("psql"));
        psql.args([&url, "--no-psqlrc", "--tuples-only", "--command"]);
        assert_eq!(capture(psql.arg("SELECT 'b' < 'C', current_database()")).unwrap().trim(), "t        | trial");
        let start = Instant::now();
        drop(cluster);
        assert!(start.elapsed() < Duration::from_secs(10));
        let ours = format!("keyfob-postgres-{}-", std::process::id());
        let left = fs::read_dir(env::temp_dir()).unwrap().flatten();
        assert_eq!(left.filter(|entry| entry.file_name().to_string_lossy().starts_with(&ours)).count(), 0);
    }

    #[test]
    fn passwords_differ() {
        assert_ne!(random_word().unwrap(), random_word().unwrap());
        assert_eq!(random_word().unwrap().len(), 32);
    }

    #[test]
    fn a_free_port_is_found() {
        assert_ne!(free_port().unwrap(), 0);
    }
}
