//! What of an archive is wanted.

use pgx_cli::{Exit, Failure, Notice, Process};
use pgx_selection::{Kept, Selection, SelectionError, select};

use crate::contents::Contents;

/// Selects, and says what there is to say about it.
pub fn keep(contents: &Contents, selection: &Selection, process: &Process) -> Result<Kept, Failure> {
    let kept = select(&contents.entries, selection, &contents.head.source.database).map_err(refused)?;
    for remark in kept.report.remarks(&contents.entries) {
        let notice = Notice {
            message: remark.text,
            detail: remark.detail,
            hint: remark.hint,
            ..Notice::default()
        };
        match remark.is_warning {
            true => process.messages.warning(notice),
            false => process.messages.info(notice),
        }
    }
    Ok(kept)
}

/// What an error of selecting means for the run.
pub fn refused(error: SelectionError) -> Failure {
    let exit = if error.is_usage() { Exit::Usage } else { Exit::Failed };
    let failure = Failure::new(exit, error.to_string());
    match error.remedy() {
        Some(remedy) => failure.hint(remedy),
        None => failure,
    }
}
