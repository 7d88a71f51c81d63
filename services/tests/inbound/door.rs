//! What is let in, what is turned away, and how long it is kept.

use domain::{Timestamp, inbound::MessageState, integrations::InboundScheme};
use http::HeaderMap;
use services::{
    inbound::{self, Filter, Receipt},
    testing::{on_both_engines, set_webhook_secret},
};

use super::support::{SECRET, code, ended, entrance, found, knock, news, send, signed, statement, told, work};
use crate::fleet_fixture::access;

#[tokio::test]
async fn each_scheme_lets_in_what_is_signed_now_by_a_secret_that_is_good() {
    on_both_engines(async |cx| {
        for scheme in [InboundScheme::Standard, InboundScheme::Hmac, InboundScheme::Stripe] {
            let slug = scheme.as_str();
            let id = entrance(&cx, slug, "other", slug).await;
            let body = |id: &str| format!(r#"{{"id":"{id}","type":"something.happened"}}"#);
            let now = cx.clock.now();
            let knock_with = async |secret: &str, id: &str, at: Timestamp| {
                knock(&cx, slug, &signed(scheme, secret, id, at, &body(id)), &body(id)).await
            };
            assert!(matches!(knock_with(SECRET, "m-1", now).await, Ok(Receipt::Kept(_))), "{slug}: good");
            assert_eq!(knock_with(SECRET, "m-1", now).await.unwrap(), Receipt::Known, "{slug}: again");
            assert_eq!(code(knock_with("guessed", "m-2", now).await).await, "inbound.wrong_signature", "{slug}");
            let tampered = knock(&cx, slug, &signed(scheme, SECRET, "m-3", now, &body("m-3")), &body("m-4")).await;
            assert_eq!(code(tampered).await, "inbound.wrong_signature", "{slug}: another body");
            assert_eq!(code(knock(&cx, slug, &HeaderMap::new(), "{}").await).await, "inbound.unsigned", "{slug}");
            if scheme != InboundScheme::Hmac {
                let old = now.plus(-5 * Timestamp::MINUTE - Timestamp::SECOND);
                assert_eq!(code(knock_with(SECRET, "m-5", old).await).await, "inbound.out_of_time", "{slug}");
            }
            let signed_list = signed(scheme, SECRET, "m-6", now, "[]");
            assert_eq!(code(knock(&cx, slug, &signed_list, "[]").await).await, "inbound.malformed", "{slug}");

            set_webhook_secret(&cx, id, "a new secret", Some(now.plus(Timestamp::HOUR))).await;
            assert!(matches!(knock_with(SECRET, "m-7", now).await, Ok(Receipt::Kept(_))), "{slug}: previous");
            assert!(matches!(knock_with("a new secret", "m-8", now).await, Ok(Receipt::Kept(_))), "{slug}: current");
            cx.clock.advance(Timestamp::HOUR);
            let over = knock_with(SECRET, "m-9", cx.clock.now()).await;
            assert_eq!(code(over).await, "inbound.wrong_signature", "{slug}: the overlap is over");
        }
        assert_eq!(code(knock(&cx, "nowhere", &HeaderMap::new(), "{}").await).await, "inbound.no_such_address");
    })
    .await;
}

#[tokio::test]
async fn ten_of_one_id_at_once_are_one_message() {
    on_both_engines(async |cx| {
        entrance(&cx, "florin", "payments", "hmac").await;
        let body = news("payment.failed", "S-1").to_string();
        let headers = signed(InboundScheme::Hmac, SECRET, "evt-1", cx.clock.now(), &body);
        let knocks = (0..10).map(|_| knock(&cx, "florin", &headers, &body));
        let receipts = futures::future::join_all(knocks).await;
        let kept = receipts.iter().filter(|receipt| matches!(receipt, Ok(Receipt::Kept(_)))).count();
        let known = receipts.iter().filter(|receipt| matches!(receipt, Ok(Receipt::Known))).count();
        assert_eq!((kept, known), (1, 9));
        assert_eq!(inbound::list(&cx, &access(), &Filter::default()).await.unwrap().rows.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_turned_away_is_counted_and_what_it_says_is_shown_for_a_reason_and_erased_in_time() {
    on_both_engines(async |cx| {
        let integration = entrance(&cx, "florin", "payments", "hmac").await;
        for _ in 0..3 {
            let headers = signed(InboundScheme::Hmac, "guessed", "e-1", cx.clock.now(), "{}");
            assert_eq!(code(knock(&cx, "florin", &headers, "{}").await).await, "inbound.wrong_signature");
        }
        assert_eq!(code(knock(&cx, "florin", &HeaderMap::new(), "{}").await).await, "inbound.unsigned");
        let message = send(&cx, "florin", "e-2", &news("payment.failed", "S-1")).await;
        for of in [None, Some(integration)] {
            let figures = inbound::figures(&cx, &access(), of).await.unwrap();
            assert_eq!((figures.received, figures.waiting, figures.parked), (1, 1, 0));
            let refused: Vec<(&str, i64, &str)> =
                figures.refused.iter().map(|one| (one.reason(), one.count, one.last_from.as_str())).collect();
            assert_eq!(refused, [("Wrong signature", 3, "203.0.113.9"), ("Not signed", 1, "203.0.113.9")]);
            let entrances = inbound::entrances(&cx, &access(), of).await.unwrap();
            assert_eq!(entrances.len(), 1);
            assert_eq!(entrances[0].address(&cx), "http://127.0.0.1:3000/hooks/florin");
            assert!(entrances[0].secret_set_at.is_some());
        }
        let kept = statement(&cx, message, None).await;
        assert!(!String::from_utf8_lossy(&kept).contains("PAY-1"), "it is sealed");
        assert!(inbound::reveal(&cx, &access(), message, "").await.is_err(), "a reason is needed");
        let revealed = inbound::reveal(&cx, &access(), message, "The partner asks about it").await.unwrap();
        assert!(revealed.text.contains("PAY-1") && !revealed.is_cut);
        assert_eq!(told(&cx, "inbound.revealed").await, 1);

        cx.clock.advance(91 * Timestamp::DAY);
        assert_eq!(inbound::sweep(&cx).await.unwrap(), 1);
        assert_eq!(inbound::sweep(&cx).await.unwrap(), 0);
        assert_eq!(told(&cx, "inbound.erased").await, 1);
        assert!(!found(&cx, message).await.has_body);
        assert_eq!(inbound::reveal(&cx, &access(), message, "Too late").await.unwrap_err().code, "inbound.erased");
        work(&cx).await;
        assert_eq!(ended(&cx, message).await.0, MessageState::Parked, "what it says is gone");
        let body = news("payment.failed", "S-1").to_string();
        let again = signed(InboundScheme::Hmac, SECRET, "e-2", cx.clock.now(), &body);
        assert_eq!(knock(&cx, "florin", &again, &body).await.unwrap(), Receipt::Known, "a repeat is still told");
    })
    .await;
}
