use std::{collections::BTreeSet, process, sync::Arc, time::Duration};

use domain::{
    Timestamp,
    ids::PolicyId,
    limits::{Subject, WhenAway, Window},
};
use services::{
    Services,
    limits::{self, Ask, Limiter, Policy, PolicyForm, Verdict},
};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::support::{console, on_both_engines, other_node};

fn policy(windows: &[(u32, u32)], when_away: WhenAway) -> Arc<Policy> {
    Arc::new(Policy {
        id: PolicyId::new(),
        name: "trial".to_owned(),
        description: String::new(),
        subject: Subject::Credential,
        route_class: None,
        windows: windows.iter().map(|(quota, seconds)| Window::new(*quota, *seconds).unwrap()).collect(),
        when_away,
        is_default: false,
        given_to: 0,
        version: 1,
    })
}

fn asks(policy: &Arc<Policy>) -> Vec<Ask> {
    vec![Ask { policy: Arc::clone(policy), subject: "one".to_owned() }]
}

/// Calls at once over some nodes; how many pass.
async fn passed(nodes: &[Services], policy: &Arc<Policy>, calls: usize) -> usize {
    let mut running = JoinSet::new();
    for number in 0..calls {
        let (node, asks) = (nodes[number % nodes.len()].clone(), asks(policy));
        running.spawn(async move { matches!(node.limiter.ask(&node.clock, &asks).await, Verdict::Passes(_)) });
    }
    running.join_all().await.into_iter().filter(|passes| *passes).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_four_hundred_calls_at_once_exactly_a_hundred_pass() {
    on_both_engines(async |cx: Services| {
        // Nodes share their counts through PostgreSQL; with SQLite there is one.
        let nodes = match &cx.db {
            services::Db::Sqlite { .. } => vec![cx.clone()],
            services::Db::Postgres(_) => vec![cx.clone(), other_node(&cx)],
        };
        let policy = policy(&[(100, 60)], WhenAway::Closed);
        assert_eq!(passed(&nodes, &policy, 400).await, 100);
        cx.clock.advance(6 * Timestamp::SECOND);
        assert_eq!(passed(&nodes, &policy, 50).await, 10, "a tenth of the minute brings a tenth back");
    })
    .await;
}

#[tokio::test]
async fn a_call_that_one_window_refuses_counts_in_none() {
    on_both_engines(async |cx: Services| {
        let policy = policy(&[(2, 1), (10, 3_600)], WhenAway::Closed);
        let mut left = 0;
        for _ in 0..20 {
            if let Verdict::Refused { violated, windows, .. } = cx.limiter.ask(&cx.clock, &asks(&policy)).await {
                assert_eq!(violated, ["trial-1s"]);
                left = windows[1].left.calls;
            }
        }
        assert_eq!(left, 8, "the eighteen refused calls took nothing from the hour");
    })
    .await;
}

#[tokio::test]
async fn while_calls_cant_be_counted_each_policy_has_its_way() {
    on_both_engines(async |cx: Services| {
        if matches!(cx.db, services::Db::Sqlite { .. }) {
            return;
        }
        let (open, closed) = (policy(&[(1, 60)], WhenAway::Open), policy(&[(1, 60)], WhenAway::Closed));
        cx.db.close().await;
        assert_eq!(cx.limiter.ask(&cx.clock, &asks(&open)).await, Verdict::Uncounted);
        assert!(matches!(cx.limiter.ask(&cx.clock, &asks(&closed)).await, Verdict::Away { .. }));
        assert!(cx.limiter.health().away_since.is_some());
        assert_eq!(cx.limiter.take_turns().len(), 1, "told once, not at each call");
    })
    .await;
}

#[tokio::test]
async fn a_policy_is_made_changed_and_deleted() {
    on_both_engines(async |cx: Services| {
        let form = PolicyForm {
            name: "gold".to_owned(),
            subject: "partner".to_owned(),
            windows: "10/s, 300/m".to_owned(),
            when_away: "closed".to_owned(),
            ..PolicyForm::default()
        };
        let id = limits::create(&cx, &console(), &limits::parse(&form).unwrap(), Uuid::now_v7()).await.unwrap();
        let twin = limits::create(&cx, &console(), &limits::parse(&form).unwrap(), Uuid::now_v7()).await.unwrap_err();
        assert_eq!(twin.fields[0].field, "name");
        let wider = PolicyForm { windows: "20/s".to_owned(), ..form };
        limits::edit(&cx, &console(), id, 1, &limits::parse(&wider).unwrap()).await.unwrap();
        let stale = limits::edit(&cx, &console(), id, 1, &limits::parse(&wider).unwrap()).await.unwrap_err();
        assert_eq!(stale.status, 409);
        let names: BTreeSet<String> = limits::list(&cx, &console::<domain::permissions::marker::AccessRead>())
            .await
            .unwrap()
            .into_iter()
            .map(|policy| policy.name)
            .collect();
        assert!(names.contains("gold") && names.contains("standard"));
    })
    .await;
}

/// A Valkey or Redis of our own on a free port, where the machine has one.
struct Valkey(process::Child, u16);

impl Valkey {
    fn start() -> Option<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let port_text = port.to_string();
        let arguments = ["--port", &port_text, "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"];
        let start =
            |program: &str| process::Command::new(program).args(arguments).stdout(process::Stdio::null()).spawn().ok();
        let child = start("valkey-server").or_else(|| start("redis-server"))?;
        for _ in 0..100 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(Self(child, port));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }
}

impl Drop for Valkey {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn valkey_counts_for_two_nodes_and_the_database_stands_in_for_it() {
    let Some(valkey) = Valkey::start() else {
        eprintln!("Valkey not tried: there is neither valkey-server nor redis-server");
        return;
    };
    let url = format!("redis://127.0.0.1:{}", valkey.1);
    on_both_engines(async |cx: Services| {
        let node = |cx: &Services| other_node(cx).with_limiter(Limiter::in_valkey(&url, &cx.db).unwrap());
        let nodes = [node(&cx), node(&cx)];
        // A long window: by Valkey's own clock nothing comes back while the calls are made.
        let policy = policy(&[(100, 86_400)], WhenAway::Closed);
        assert_eq!(passed(&nodes, &policy, 400).await, 100);
        assert!(nodes[0].limiter.health().away_since.is_none());

        limits::create(&cx, &console(), &policy, Uuid::now_v7()).await.unwrap();
        let near = limits::near(&nodes[1], &console()).await.unwrap();
        let [line] = near.as_slice() else { panic!("{near:?}") };
        assert_eq!((line.policy.as_str(), line.subject.as_str(), line.used()), ("trial", "one", 100));
    })
    .await;
    drop(valkey);
    on_both_engines(async |cx: Services| {
        let node = other_node(&cx).with_limiter(Limiter::in_valkey(&url, &cx.db).unwrap());
        let policy = policy(&[(3, 60)], WhenAway::Closed);
        let mut passes = 0;
        for _ in 0..6 {
            passes += usize::from(matches!(node.limiter.ask(&node.clock, &asks(&policy)).await, Verdict::Passes(_)));
        }
        assert_eq!(passes, 3, "counted by what it falls back on");
    })
    .await;
}
