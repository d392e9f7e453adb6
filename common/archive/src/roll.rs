//! The roll of databases that the globals of a cluster announce.

use crate::head::{Content, Head};

/// Which databases have been announced and have not come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roll {
    missing: Vec<String>,
    /// The database of the member that is coming.
    coming: Option<String>,
}

impl Roll {
    /// A member begins.
    pub(crate) fn head(&mut self, head: &Head) {
        self.missing.extend_from_slice(&head.databases);
        self.coming = (head.content == Content::Database).then(|| head.source.database.clone());
    }

    /// The member is complete.
    pub(crate) fn end(&mut self) {
        if let Some(come) = self.coming.take() {
            self.missing.retain(|name| *name != come);
        }
    }

    pub(crate) fn missing(&self) -> &[String] {
        &self.missing
    }
}
