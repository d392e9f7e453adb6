//! Text search: a configuration asks a parser for tokens, and dictionaries, made from templates, for what they
//! mean. Parsers and templates have no owner: only superusers make them.

pub mod configuration;
pub mod dictionary;
pub mod parser;
pub mod template;
