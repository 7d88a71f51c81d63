//! What one process keeps beside the database: how many calls are under way, and who is asking for a token.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::ids::IntegrationId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places for calls under way, and locks for asking for tokens, one for each integration.
#[derive(Debug, Default)]
pub struct Local {
    places: Mutex<HashMap<IntegrationId, (usize, Arc<Semaphore>)>>,
    asking: Mutex<HashMap<IntegrationId, Arc<tokio::sync::Mutex<()>>>>,
}

impl Local {
    /// A place for one call, if there is one; it is given back when dropped.
    pub(super) fn place(&self, of: IntegrationId, most: usize) -> Option<OwnedSemaphorePermit> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let (size, semaphore) = places.entry(of).or_insert_with(|| (most, Arc::new(Semaphore::new(most))));
        if *size != most {
            // Calls under way keep their places in the old count until they end.
            (*size, *semaphore) = (most, Arc::new(Semaphore::new(most)));
        }
        Arc::clone(semaphore).try_acquire_owned().ok()
    }

    /// The lock under which a token is asked for: one asks, the others wait and find it.
    pub(super) fn asking(&self, of: IntegrationId) -> Arc<tokio::sync::Mutex<()>> {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(asking.entry(of).or_default())
    }
}
