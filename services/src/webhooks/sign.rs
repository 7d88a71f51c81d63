//! Signatures of Standard Webhooks: `v1` by a shared secret, `v1a` by a key of ours.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::webhooks::Scheme;
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::Error;

/// The signature of a message, over id, seconds and body, joined by dots. `secret` is what is sealed of the endpoint: the
/// bytes of the shared secret, or the seed of the key.
pub(super) fn signature(scheme: Scheme, secret: &[u8], id: &str, seconds: i64, body: &str) -> Result<String, Error> {
    let message = format!("{id}.{seconds}.{body}");
    Ok(match scheme {
        Scheme::Hmac => {
            let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret).map_err(Error::internal)?;
            mac.update(message.as_bytes());
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        }
        Scheme::Ed25519 => format!("v1a,{}", STANDARD.encode(key(secret)?.sign(message.as_bytes()).to_bytes())),
    })
}

fn key(seed: &[u8]) -> Result<SigningKey, Error> {
    let seed: &[u8; 32] = seed.try_into().map_err(|_| Error::internal("a key that signs webhooks is cut short"))?;
    Ok(SigningKey::from_bytes(seed))
}

/// The public half of a key, from its seed: `whpk_` and its bytes in Base64.
pub(super) fn public_key(seed: &[u8]) -> Result<String, Error> {
    Ok(format!("whpk_{}", STANDARD.encode(key(seed)?.verifying_key().as_bytes())))
}

/// A shared secret in the form that libraries of Standard Webhooks take: `whsec_` and its bytes in Base64.
pub fn standard_secret(secret: &str) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signature, Verifier, VerifyingKey};

    use super::*;

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &str = r#"{"test": 2432232314}"#;

    #[test]
    fn it_is_the_signature_of_the_specifications_example() {
        // The example of the specification's own libraries.
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = signature(Scheme::Hmac, &secret, ID, 1_614_265_330, BODY).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_public_half_of_a_key_checks_what_it_signed() {
        let seed = [7; 32];
        let signed = signature(Scheme::Ed25519, &seed, ID, 1_614_265_330, BODY).unwrap();
        let decode = |text: &str, prefix: &str| STANDARD.decode(text.strip_prefix(prefix).unwrap()).unwrap();
        let public = decode(&public_key(&seed).unwrap(), "whpk_");
        let public = VerifyingKey::from_bytes(public.as_slice().try_into().unwrap()).unwrap();
        let signature = Signature::from_slice(&decode(&signed, "v1a,")).unwrap();
        let message = format!("{ID}.1614265330.{BODY}");
        assert!(public.verify(message.as_bytes(), &signature).is_ok());
        assert!(public.verify(format!("{message} ").as_bytes(), &signature).is_err());
    }
}
