//! After a failure, entry by entry: who failed is known then, and the others are made, or filled.

use std::collections::HashSet;

use pgx_archive::EntryId;
use pgx_cli::Failure;
use pgx_restore::{Contents, Freeze, Options};
use tokio::sync::mpsc;

use crate::errors::Refusal;
use crate::job::Job;
use crate::router::Part;
use crate::target::Target;
use crate::worker::{Feed, Small, Told, Worker};

impl Target<'_> {
    /// Makes some jobs in one transaction or, when that fails and is tolerated, each on its own; those that failed.
    pub async fn make_or_refuse(
        &mut self,
        jobs: &[Job],
        contents: &Contents<'_>,
        options: &Options,
    ) -> Result<Vec<Refusal>, Failure> {
        match self.make(jobs, contents, options).await {
            Ok(()) => Ok(Vec::new()),
            Err(failure) => self.singly(jobs, failure, contents, options).await,
        }
    }

    /// Makes jobs one by one that failed together; what needs one that fails is left out.
    pub async fn singly(
        &mut self,
        jobs: &[Job],
        failure: Failure,
        contents: &Contents<'_>,
        options: &Options,
    ) -> Result<Vec<Refusal>, Failure> {
        let failure = self.recover(failure).await?;
        if let [job] = jobs {
            return Ok(vec![Refusal { entry: job.id, failure }]);
        }
        let mut refused = Vec::new();
        let mut lacking: HashSet<EntryId> = HashSet::new();
        for job in jobs {
            let Some(entry) = contents.get(job.id) else { continue };
            if entry
                .dependencies
                .iter()
                .chain(&entry.parent)
                .any(|need| lacking.contains(need))
            {
                lacking.insert(job.id);
            } else if let Err(failure) = self.make(std::slice::from_ref(job), contents, options).await {
                let failure = self.recover(failure).await?;
                lacking.insert(job.id);
                refused.push(Refusal { entry: job.id, failure });
            }
        }
        Ok(refused)
    }
}

impl Worker<'_> {
    /// Tells that an entry failed, and is ready for other work; an error where that ends the load.
    pub async fn refuse(&mut self, entry: EntryId, failure: Failure) -> Result<(), Failure> {
        let failure = self.target.recover(failure).await?;
        let _ = self.tell.send((self.number, Told::Refused(Refusal { entry, failure })));
        Ok(())
    }

    /// Makes what it is told, as far as that is possible.
    pub async fn make(&mut self, jobs: Vec<Job>) -> Result<Told, Failure> {
        for refusal in self.target.make_or_refuse(&jobs, self.contents, self.options).await? {
            let _ = self.tell.send((self.number, Told::Refused(refusal)));
        }
        Ok(Told::Made(jobs))
    }

    /// Fills one part; when that fails, it has no rows.
    pub async fn fill_or_refuse(
        &mut self,
        (part, after): (Part, u64),
        freeze: Freeze,
        feed: mpsc::UnboundedReceiver<Feed>,
    ) -> Result<u64, Failure> {
        match self.fill((part, after), freeze, feed).await {
            Ok(rows) => Ok(rows),
            Err(failure) => self.refuse(part.0, failure).await.map(|()| 0),
        }
    }

    /// Fills parts that have all come, in one transaction if that is possible.
    pub async fn fill_all(&mut self, parts: Vec<Small>) -> Result<Told, Failure> {
        if parts.iter().all(|small| self.existing.merge(small.part.0).is_none()) {
            match self.fill_many(&parts).await {
                Ok(rows) => return Ok(Told::Filled(rows)),
                // It is said again of the one that it is about.
                Err(failure) => drop(self.target.recover(failure).await?),
            }
        }
        let mut rows = Vec::new();
        for small in parts {
            let (feed, fed) = mpsc::unbounded_channel();
            let all = small.rows.into_iter().map(Feed::Rows).chain([Feed::End]);
            all.for_each(|one| drop(feed.send(one)));
            rows.push(self.fill_or_refuse((small.part, small.after), Freeze::No, fed).await?);
        }
        Ok(Told::Filled(rows))
    }
}
