//! Functions that find their names by a search path.
//!
//! Everything is loaded with an empty one, as the script of pg_dump is, so that nobody can put an object of his own
//! before another. A function that an index, a check, a generated column or a materialized view calls fails then
//! where it names something of a user without its schema. The server only says what it did not find.

/// SQLSTATEs of names that nothing has: a function, a table, a type or the like.
const NOT_FOUND: [&str; 3] = ["42883", "42P01", "42704"];

/// Words before the name of a function, in the server's account of where an error happened.
const BEFORE_NAME: [&str; 3] = [
    "SQL function ",
    "PL/pgSQL function ",
    "compilation of PL/pgSQL function ",
];

/// What to do about an error inside of a function that found no name.
pub fn remedy(error: &pgx_server::Error) -> Option<String> {
    let function = culprit(error.sqlstate()?, error.context()?)?;
    Some(format!(
        "function {function} finds its names by a search path, and a load has none, for safety: qualify them in the \
         source, or ALTER FUNCTION {function} SET search_path to the schemas it needs, and dump again"
    ))
}

/// The function in which a name was not found.
fn culprit<'a>(sqlstate: &str, context: &'a str) -> Option<&'a str> {
    if !NOT_FOUND.contains(&sqlstate) {
        return None;
    }
    context.lines().find_map(|line| {
        let name = BEFORE_NAME.iter().find_map(|words| line.strip_prefix(words))?;
        let name = match name.strip_prefix('"') {
            // The server does not double quotes inside.
            Some(quoted) => &quoted[..quoted.rfind('"')?],
            None => &name[..name.find(')')? + 1],
        };
        (!name.starts_with("inline_code_block")).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_function_is_named() {
        let inlined = "SQL function \"folded\" during inlining";
        assert_eq!(culprit("42883", inlined), Some("folded"));
        let within =
            "PL/pgSQL function public.valid(text,integer) line 1 at RETURN\nSQL function \"outer\" statement 1";
        assert_eq!(culprit("42P01", within), Some("public.valid(text,integer)"));
        let compiled = "compilation of PL/pgSQL function \"f\" near line 2";
        assert_eq!(culprit("42704", compiled), Some("f"));
    }

    #[test]
    fn other_errors_have_other_reasons() {
        let inlined = "SQL function \"folded\" during inlining";
        assert_eq!(culprit("22012", inlined), None);
        assert_eq!(culprit("42P01", "COPY t, line 1"), None);
        assert_eq!(
            culprit("42P01", "PL/pgSQL function inline_code_block line 1 at SQL statement"),
            None
        );
    }
}
