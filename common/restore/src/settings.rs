//! Settings of functions, databases and roles that the target refuses: its text does without them.

use std::collections::BTreeMap;

use pgx_archive::Entry;

/// So many entries are named.
const NAMED: usize = 20;

/// A setting that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The setting, and since when servers refuse it.
    pub message: String,
    /// What has it, one a line.
    pub of: String,
}

/// What a target of `major` refuses of these entries.
pub fn left_out<'a>(entries: impl Iterator<Item = &'a Entry>, major: u32) -> Vec<LeftOut> {
    let mut settings: BTreeMap<(&str, u32), Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        for (name, since, _) in entry.gone().filter(|(_, since, now)| major >= *since && now.is_none()) {
            settings.entry((name, since)).or_default().push(entry);
        }
    }
    let said = settings.into_iter().map(|((name, since), entries)| {
        let mut of: Vec<String> = entries.iter().take(NAMED).map(|entry| entry.describe()).collect();
        if entries.len() > NAMED {
            of.push(format!("and {} more", entries.len() - NAMED));
        }
        LeftOut {
            message: format!("setting {name} is left out: servers from {since} on refuse it as it is"),
            of: of.join("\n"),
        }
    });
    said.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::Kind;

    #[test]
    fn a_setting_is_told_once_with_all_that_has_it() {
        let entry = |at: u32| {
            let mut entry = Entry::new(Kind::Function, Some("public"), format!("f{at}()"), "shop");
            let gone = [("old", 14, None), ("named", 14, Some("anew")), ("later", 18, None)];
            entry.set_gone(gone.into_iter());
            entry
        };
        let entries: Vec<Entry> = (1..=22).map(entry).collect();
        let found = left_out(entries.iter(), 17);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "setting old is left out: servers from 14 on refuse it as it is"
        );
        assert!(found[0].of.starts_with("function public.f1()\n") && found[0].of.ends_with("\nand 2 more"));
        assert_eq!(left_out(entries.iter(), 13), []);
        assert_eq!(left_out(entries.iter(), 18).len(), 2);
    }
}
