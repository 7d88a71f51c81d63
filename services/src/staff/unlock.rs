//! Lifting the delays that failed sign-ins have caused.

use domain::permissions::marker::StaffManage;

use super::{
    account::{Account, not_found, typed_address},
    throttle,
};
use crate::{
    Error, Services,
    access::Access,
    audit::{self, Stream},
};

/// Forgives all failed attempts at an account, from every address. What an address has failed at other accounts stays.
pub async fn unlock(cx: &Services, access: &Access<StaffManage>, email: &str) -> Result<(), Error> {
    let email = typed_address(email);
    let mut uow = cx.db.begin().await?;
    let account = Account::by_email(uow.connection(), &email).await?.ok_or_else(not_found)?;
    throttle::forgive(uow.connection(), &cx.keys, &email, account.id()).await?;
    let entry = audit::Entry::new("staff.unlocked").stream(Stream::Auth).target("staff", account.id());
    uow.commit(cx, access.actor(), entry).await
}
