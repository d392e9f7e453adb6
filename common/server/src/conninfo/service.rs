//! Connection service files: named groups of settings, `[name]` and then `keyword=value` lines.

use super::keywords::settings;
use crate::error::Error;

/// The settings of service `name`, or none if the file does not have it.
///
/// `file` is the path, for messages. Of two sections of one name the first counts.
pub(super) fn find(text: &str, name: &str, file: &str) -> Result<Option<Vec<(String, String)>>, Error> {
    let mut found: Option<Vec<(String, String)>> = None;
    for (number, line) in text.lines().map(str::trim).enumerate() {
        let number = number + 1;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            if section.strip_suffix(']') == Some(name) {
                found = Some(Vec::new());
            }
            continue;
        }
        let Some(pairs) = &mut found else { continue };
        match line.split_once('=') {
            Some(("service" | "servicefile", _)) => {
                return Err(settings(format!(
                    "{file}, line {number}: a service cannot name a service"
                )));
            }
            Some((keyword, value)) => pairs.push((keyword.to_owned(), value.to_owned())),
            None => return Err(settings(format!("{file}, line {number}: no \"=\""))),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "# services\n[shop]\nhost=db1\n\ndbname=shop\n[other]\nhost=db2\n[shop]\nhost=never\n[bad]\nhost\n";

    #[test]
    fn a_service_is_its_first_section() {
        let pairs = find(FILE, "shop", "f").expect("the section is well formed");
        let wanted = [("host", "db1"), ("dbname", "shop")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(pairs, Some(wanted.to_vec()));
        assert_eq!(find(FILE, "none", "f").expect("other sections are not read"), None);
    }

    #[test]
    fn a_bad_line_is_named() {
        let error = find(FILE, "bad", "f").map_err(|e| e.to_string());
        assert_eq!(error, Err("f, line 11: no \"=\"".into()));
    }
}
