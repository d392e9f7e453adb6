//! `require_auth`: how a server may have us prove who we are.

use super::keywords::settings;
use crate::error::Error;

/// A way to prove who one is, as `require_auth` calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The password as it is.
    Password,
    /// A hash of the password.
    Md5,
    /// Kerberos, by GSSAPI.
    Gss,
    /// The same, by SSPI.
    Sspi,
    /// Proof of knowing the password, from both sides.
    ScramSha256,
    /// A bearer token.
    Oauth,
    /// Nothing is asked for; a client certificate counts as nothing.
    None,
}

const METHODS: [(&str, Method); 7] = [
    ("password", Method::Password),
    ("md5", Method::Md5),
    ("gss", Method::Gss),
    ("sspi", Method::Sspi),
    ("scram-sha-256", Method::ScramSha256),
    ("oauth", Method::Oauth),
    ("none", Method::None),
];

impl Method {
    /// Its name.
    pub fn name(self) -> &'static str {
        METHODS
            .iter()
            .find(|(_, method)| *method == self)
            .map_or("", |(name, _)| name)
    }
}

/// The methods that will do; all of them unless something is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredAuth(Vec<Method>);

impl Default for RequiredAuth {
    fn default() -> RequiredAuth {
        RequiredAuth(METHODS.iter().map(|(_, method)| *method).collect())
    }
}

impl RequiredAuth {
    /// Reads a list of names, all of them with `!` before them or none.
    pub(super) fn parse(text: &str) -> Result<RequiredAuth, Error> {
        let names: Vec<&str> = text.split(',').map(str::trim).collect();
        let negated = names.iter().filter(|name| name.starts_with('!')).count();
        if negated != 0 && negated != names.len() {
            return Err(settings(format!(
                "require_auth={text}: either all methods are negated, or none"
            )));
        }
        let mut methods = Vec::new();
        for name in names.iter().map(|name| name.trim_start_matches('!')) {
            let Some((_, method)) = METHODS.iter().find(|(known, _)| *known == name) else {
                let known: Vec<&str> = METHODS.iter().map(|(name, _)| *name).collect();
                return Err(Error::Settings {
                    message: format!("require_auth={text}: there is no method \"{name}\""),
                    hint: Some(format!("its methods: {}", known.join(", "))),
                });
            };
            methods.push(*method);
        }
        Ok(match negated {
            0 => RequiredAuth(methods),
            _ => {
                let RequiredAuth(mut all) = RequiredAuth::default();
                all.retain(|method| !methods.contains(method));
                RequiredAuth(all)
            }
        })
    }

    /// Whether a method will do.
    pub fn allows(&self, method: Method) -> bool {
        self.0.contains(&method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_listed_or_struck_out() {
        let parse = |text| RequiredAuth::parse(text).map_err(|error| error.to_string());
        let some = parse("scram-sha-256,none").expect("both are methods");
        assert!(some.allows(Method::ScramSha256) && some.allows(Method::None) && !some.allows(Method::Md5));
        let others = parse("!password, !md5").expect("both are methods");
        assert!(others.allows(Method::ScramSha256) && !others.allows(Method::Password));
        assert!(parse("md5,!none").is_err());
        assert_eq!(
            parse("kerberos"),
            Err("require_auth=kerberos: there is no method \"kerberos\"".into())
        );
    }
}
