//! How partners sign what they send.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

fn mac(secret: &[u8], message: &str) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length, so this can't fail")]
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// HMAC-SHA-256 in hexadecimal digits.
pub fn hmac(secret: &[u8], message: &str) -> String {
    hex::encode(mac(secret, message))
}

/// The header `webhook-signature` of Standard Webhooks. A secret that begins with `whsec_` is Base64, any other stands for
/// its own bytes.
pub fn standard(secret: &str, id: &str, seconds: i64, body: &str) -> String {
    let decoded = secret.strip_prefix("whsec_").and_then(|encoded| STANDARD.decode(encoded).ok());
    let key = decoded.unwrap_or_else(|| secret.as_bytes().to_vec());
    format!("v1,{}", STANDARD.encode(mac(&key, &format!("{id}.{seconds}.{body}"))))
}

/// The header `stripe-signature` of Stripe.
pub fn stripe(secret: &str, seconds: i64, body: &str) -> String {
    format!("t={seconds},v1={}", hmac(secret.as_bytes(), &format!("{seconds}.{body}")))
}

/// The secret by which a partner signs its messages in the demo, in the form of Standard Webhooks or as it is.
pub fn demo_secret(name: &str, is_standard: bool) -> String {
    let secret = format!("sim-{name}-webhook-secret");
    if is_standard { format!("whsec_{}", STANDARD.encode(secret)) } else { secret }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"test": 2432232314}"#;

    #[test]
    fn a_standard_signature_is_that_of_the_specifications_example() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed = standard(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, BODY);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_plain_signature_is_that_of_rfc_4231() {
        let signed = hmac(b"Jefe", "what do ya want for nothing?");
        assert_eq!(signed, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn a_signature_of_stripe_is_over_time_and_body() {
        // By `openssl dgst -sha256 -hmac whsec_test` over the seconds, a dot and the body.
        let expected = "98a6304ac7cd966786ee1b93ad76319d9cd63829827fa0f93cb3e367cf67086d";
        assert_eq!(stripe("whsec_test", 1_614_265_330, BODY), format!("t=1614265330,v1={expected}"));
    }
}
