//! What a look beforehand finds: something that stands against the work, or something to know.

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weight {
    /// The work would fail, or give something else than was asked for.
    Problem,
    /// It would not, but whoever does it should know.
    Note,
}

/// One thing that was found, in words for people and with a code for programs.
///
/// ```
/// use pgx_archive::Finding;
///
/// let finding = Finding::problem("role", "role shop", "it does not exist").hint("create it");
/// assert_eq!(finding.code, "role");
/// assert!(finding.is_problem());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub weight: Weight,
    /// What kind of thing it is: a word that never changes.
    pub code: &'static str,
    /// What it is about, as messages name objects: `role shop`.
    pub object: String,
    /// What is to be said of it.
    pub message: String,
    /// What can be done about it; empty where nothing need be.
    pub hint: String,
}

impl Finding {
    /// Something that stands against the work.
    pub fn problem(code: &'static str, object: impl Into<String>, message: impl Into<String>) -> Finding {
        Finding {
            weight: Weight::Problem,
            code,
            object: object.into(),
            message: message.into(),
            hint: String::new(),
        }
    }

    /// Something to know.
    pub fn note(code: &'static str, object: impl Into<String>, message: impl Into<String>) -> Finding {
        Finding {
            weight: Weight::Note,
            ..Finding::problem(code, object, message)
        }
    }

    /// The same with its remedy.
    pub fn hint(self, hint: impl Into<String>) -> Finding {
        Finding {
            hint: hint.into(),
            ..self
        }
    }

    /// Whether it stands against the work.
    pub fn is_problem(&self) -> bool {
        self.weight == Weight::Problem
    }
}
