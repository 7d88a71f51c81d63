//! A browser: keeps the session's cookie from visit to visit, through the layers that the server uses.

use std::sync::{Arc, Mutex};

use axum_login::{
    AuthManagerLayerBuilder,
    axum::{
        body::Body,
        handler::Handler,
        http::{Request, header},
    },
};
use domain::ids::StaffId;
use services::{
    Error, Services,
    access::Actor,
    sessions::{self, AuthSession, Backend, Store},
    staff::Step,
};
use tower_sessions::{Expiry, SessionManagerLayer};

use crate::support::{HOME, PASSWORD, sign_in, trace};

pub struct Browser {
    cx: Services,
    pub cookie: Option<String>,
}

impl Browser {
    pub fn new(cx: &Services) -> Self {
        Self { cx: cx.clone(), cookie: None }
    }

    /// A browser in which somebody has signed in.
    pub async fn signed_in(cx: &Services, name: &str) -> Self {
        let mut browser = Self::new(cx);
        assert_eq!(browser.sign_in(name, PASSWORD).await.unwrap(), Step::Done);
        browser
    }

    /// One request, which does what is told with its session.
    pub async fn visit<T, F, Fut>(&mut self, visit: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(AuthSession) -> Fut + Send + 'static,
        Fut: Future<Output = T> + Send,
    {
        let sessions = SessionManagerLayer::new(Store::new(self.cx.clone())).with_expiry(Expiry::OnSessionEnd);
        let layer = AuthManagerLayerBuilder::new(Backend::new(self.cx.clone()), sessions).build();
        let visit = Arc::new(Mutex::new(Some(visit)));
        let answer = Arc::new(Mutex::new(None));
        let handler = {
            let answer = answer.clone();
            move |auth: AuthSession| {
                let (visit, answer) = (visit.clone(), answer.clone());
                async move {
                    let visit = visit.lock().unwrap().take().unwrap();
                    let result = visit(auth).await;
                    *answer.lock().unwrap() = Some(result);
                }
            }
        };
        let mut request = Request::new(Body::empty());
        if let Some(cookie) = &self.cookie {
            request.headers_mut().insert(header::COOKIE, format!("id={cookie}").parse().unwrap());
        }
        let response = handler.layer(layer).call(request, ()).await;
        if let Some(cookie) = response.headers().get(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let value = cookie.strip_prefix("id=").unwrap().split(';').next().unwrap();
            self.cookie = Some(value.to_owned()).filter(|value| !value.is_empty());
        }
        let answer = answer.lock().unwrap().take();
        answer.expect("the request was answered")
    }

    /// The sign-in page: address and password.
    pub async fn sign_in(&mut self, name: &str, password: &str) -> Result<Step, Error> {
        let cx = self.cx.clone();
        let signed_in = sign_in(&cx, name, password, HOME).await?;
        self.visit(async move |mut auth| sessions::begin(&cx, &mut auth, signed_in, &trace(HOME)).await).await
    }

    /// The page after it: the second factor.
    pub async fn second_factor(&mut self, code: &str) -> Result<(), Error> {
        let (cx, code) = (self.cx.clone(), code.to_owned());
        self.visit(async move |mut auth| sessions::finish(&cx, &mut auth, &code, &trace(HOME)).await).await
    }

    /// Who is signed in, as of a new request.
    pub async fn who(&mut self) -> Option<StaffId> {
        self.visit(async |auth| auth.user.map(|user| user.id)).await
    }

    /// The actor of a new request.
    pub async fn actor(&mut self) -> Option<Actor> {
        self.visit(async |auth| {
            let session = sessions::id(&auth.session).await;
            auth.user.map(|user| user.to_actor(trace(HOME), session))
        })
        .await
    }

    pub async fn renew(&mut self) -> Result<(), Error> {
        self.visit(async |mut auth| sessions::renew(&mut auth).await).await
    }
}
