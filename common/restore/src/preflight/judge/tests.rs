use super::super::{Available, Facts};
use super::*;

/// A load of one table that `shop` owns, with all that it needs.
fn needs() -> Needs {
    let named = |name: &str| [(name.to_owned(), "table public.t".to_owned())].into();
    Needs {
        source: 160_000,
        encoding: "UTF8".to_owned(),
        locale: ["libc", "C.UTF-8", "C.UTF-8", ""].map(str::to_owned),
        owners: named("shop"),
        schemas: named("public"),
        access_methods: named("heap"),
        makes: [("public".to_owned(), "t".to_owned())].into(),
        defines: true,
        entries: 1,
        ..Needs::default()
    }
}

/// A target that has them.
fn answers() -> Answers {
    let mut answers = Answers {
        major: 18,
        facts: Facts {
            user: "loader".to_owned(),
            database: "copy".to_owned(),
            encoding: "UTF8".to_owned(),
            locale: ["libc", "C.UTF-8", "C.UTF-8", ""].map(str::to_owned),
            creates: true,
            createdb: true,
            subscribes: true,
            icu: true,
            age: 1000,
            free_connections: 90,
            locks: 6400,
            ..Facts::default()
        },
        ..Answers::default()
    };
    for (kind, name) in [("role", "shop"), ("schema", "public"), ("access method", "heap")] {
        answers.names.insert((kind.to_owned(), name.to_owned()), true);
    }
    answers
}

/// The codes of problems, then those of notes.
fn codes(needs: &Needs, answers: &Answers, options: &Options, wishes: Wishes) -> Vec<String> {
    let findings = judge(needs, answers, options, wishes);
    let mark = |finding: &Finding| if finding.is_problem() { "!" } else { "" };
    findings
        .iter()
        .map(|found| format!("{}{}", mark(found), found.code))
        .collect()
}

type Seed = (&'static str, fn(&mut Needs, &mut Answers, &mut Options, &mut Wishes));

/// One thing wrong, and the code that tells.
const SEEDS: &[Seed] = &[
    ("!standby", |_, answers, _, _| answers.facts.standby = true),
    ("!older", |needs, _, _, _| needs.source = 190_000),
    ("!not-empty", |_, answers, _, _| {
        answers.objects = vec!["table public.x".to_owned()]
    }),
    ("!wraparound", |_, answers, _, _| answers.facts.age = 2_140_000_000),
    ("wraparound", |_, answers, _, _| answers.facts.age = 1_700_000_000),
    ("!pooler", |_, answers, _, _| answers.pooled = true),
    ("!locks", |_, answers, _, wishes| {
        answers.facts.locks = 0;
        wishes.one_transaction = true;
    }),
    ("connections", |_, answers, _, wishes| {
        answers.facts.free_connections = 1;
        wishes.sessions = 4;
    }),
    ("connections", |_, answers, _, wishes| {
        answers.facts.connection_limit = Some(2);
        wishes.sessions = 4;
    }),
    ("prepared", |_, answers, _, _| answers.facts.prepared = 2),
    ("room", |needs, _, _, _| needs.bytes = 1 << 40),
    ("!encoding", |_, answers, _, _| {
        answers.facts.encoding = "LATIN1".to_owned()
    }),
    ("!encoding", |needs, _, _, _| needs.encoding = "SQL_ASCII".to_owned()),
    ("!encoding", |_, answers, _, _| {
        answers.facts.encoding = "SQL_ASCII".to_owned()
    }),
    ("encoding", |needs, _, _, _| needs.encoding = "LATIN1".to_owned()),
    ("locale", |_, answers, _, _| {
        answers.facts.locale[1] = "de_DE.UTF-8".to_owned()
    }),
    ("event-trigger", |_, answers, _, _| {
        answers.facts.event_triggers = "watch".to_owned()
    }),
    ("!role", |_, answers, _, _| {
        answers.names.remove(&("role".to_owned(), "shop".to_owned()));
    }),
    ("!role", |needs, _, _, _| {
        needs.roles.insert("ann".to_owned(), "policy t p".to_owned());
    }),
    ("!role-rights", |needs, answers, _, _| {
        needs.owners.insert("boss".to_owned(), "table public.t".to_owned());
        answers.names.insert(("role".to_owned(), "boss".to_owned()), false);
    }),
    ("!set-role", |_, answers, _, _| {
        answers.role_refused = Some(("boss".to_owned(), "no".to_owned()))
    }),
    ("!createrole", |needs, _, _, _| needs.makes_roles = true),
    ("!superuser", |needs, _, _, _| {
        needs.superuser.insert("cast".to_owned(), "x".to_owned());
    }),
    ("!subscription", |needs, answers, _, _| {
        answers.facts.subscribes = false;
        needs.subscriptions.push("s".to_owned());
    }),
    ("!database-rights", |needs, answers, _, _| {
        answers.facts.creates = false;
        needs.in_database = Some("schema s".to_owned());
    }),
    ("!schema", |needs, _, _, _| {
        needs.schemas.insert("gone".to_owned(), "table gone.t".to_owned());
    }),
    ("!schema-rights", |_, answers, _, _| {
        answers.names.insert(("schema".to_owned(), "public".to_owned()), false);
    }),
    ("!tablespace", |needs, _, _, _| {
        needs.tablespaces.insert("ssd".to_owned(), "table public.t".to_owned());
    }),
    ("!tablespace-rights", |needs, answers, _, _| {
        needs.tablespaces.insert("slow".to_owned(), "table public.t".to_owned());
        answers
            .names
            .insert(("tablespace".to_owned(), "slow".to_owned()), false);
    }),
    ("!access-method", |needs, _, _, _| {
        needs.access_methods.insert("columnar".to_owned(), "t".to_owned());
    }),
    ("!extension", |needs, _, _, _| {
        needs.extensions.insert("hstore".to_owned(), None);
    }),
    ("extension", |needs, answers, _, _| {
        needs.extensions.insert("hstore".to_owned(), None);
        answers.extensions_untold = Some("unrecognized parameter".to_owned());
    }),
    ("!extension-rights", |needs, answers, _, _| {
        available(needs, answers, "3.10", "3.10", true)
    }),
    ("!extension-version", |needs, answers, _, _| {
        available(needs, answers, "3.10", "3.9", false)
    }),
    ("extension-version", |needs, answers, _, _| {
        available(needs, answers, "3.9", "3.10", false)
    }),
    ("!database-exists", |needs, answers, options, _| {
        create(needs, options);
        answers.names.insert(("database".to_owned(), "shop".to_owned()), true);
    }),
    ("!createdb", |needs, answers, options, _| {
        create(needs, options);
        answers.facts.createdb = false;
    }),
    ("!locale", |needs, answers, options, _| {
        create(needs, options);
        answers.unknown_locales.insert("C.UTF-8".to_owned());
    }),
    ("!locale", |needs, answers, options, _| {
        create(needs, options);
        (needs.locale[0], answers.major) = ("builtin".to_owned(), 16);
    }),
    ("!locale", |needs, answers, options, _| {
        create(needs, options);
        (needs.locale[0], answers.facts.icu) = ("icu".to_owned(), false);
    }),
    ("!setting", |needs, _, _, _| {
        needs.settings.insert("new_setting".to_owned(), "x".to_owned());
    }),
    ("!setting-rights", |needs, answers, _, _| {
        needs.settings.insert("log_statement".to_owned(), "x".to_owned());
        answers
            .names
            .insert(("setting".to_owned(), "log_statement".to_owned()), false);
    }),
    ("!table-missing", |needs, _, _, _| {
        needs.fills.insert(("public".to_owned(), "gone".to_owned()));
    }),
    ("!table-rights", |needs, answers, _, _| {
        fills(needs, answers, "closed", (false, false))
    }),
    ("!row-security", |needs, answers, _, _| {
        fills(needs, answers, "guarded", (true, true))
    }),
    ("!table-exists", |needs, answers, _, wishes| {
        wishes.into_existing = true;
        let table = needs.makes.first().cloned().unwrap_or_default();
        answers.relations.insert(table, (true, false));
    }),
];

fn available(needs: &mut Needs, answers: &mut Answers, source: &str, target: &str, for_superusers: bool) {
    needs.extensions.insert("postgis".to_owned(), Some(source.to_owned()));
    let known = Available {
        version: Some(target.to_owned()),
        installed: None,
        for_superusers,
    };
    answers.extensions.insert("postgis".to_owned(), known);
}

fn create(needs: &mut Needs, options: &mut Options) {
    needs.database = Some("shop".to_owned());
    options.create = true;
}

fn fills(needs: &mut Needs, answers: &mut Answers, name: &str, there: (bool, bool)) {
    let table = ("public".to_owned(), name.to_owned());
    needs.fills.insert(table.clone());
    answers.relations.insert(table, there);
}

#[test]
fn nothing_is_wrong_with_a_clean_pair() {
    let none = (&Options::default(), Wishes::default());
    assert_eq!(codes(&needs(), &answers(), none.0, none.1), ["rights"]);
}

#[test]
fn each_thing_that_is_wrong_is_found_alone() {
    for (number, (code, seed)) in SEEDS.iter().enumerate() {
        let (mut needs, mut answers) = (needs(), answers());
        let (mut options, mut wishes) = (Options::default(), Wishes::default());
        seed(&mut needs, &mut answers, &mut options, &mut wishes);
        let mut found = codes(&needs, &answers, &options, wishes);
        found.retain(|found| found != "rights");
        assert_eq!(found, [*code], "seed {number}");
    }
}

#[test]
fn all_of_them_are_found_at_once() {
    let (mut needs, mut answers) = (needs(), answers());
    let (mut options, mut wishes) = (Options::default(), Wishes::default());
    // What is about a database that is made, or into one that need not be empty, has no room beside the rest; of what
    // can be wrong in several ways, one is enough.
    let elsewhere = [
        "!database-exists",
        "!createdb",
        "!locale",
        "!table-exists",
        "!access-method",
        "!schema",
    ];
    let otherwise = [
        "!extension-rights",
        "extension",
        "extension-version",
        "encoding",
        "wraparound",
    ];
    let mut expected = vec!["rights"];
    for (code, seed) in SEEDS {
        if !elsewhere.contains(code) && !otherwise.contains(code) && !expected.contains(code) {
            seed(&mut needs, &mut answers, &mut options, &mut wishes);
            expected.push(code);
        }
    }
    expected.sort_unstable();
    let mut found = codes(&needs, &answers, &options, wishes);
    found.sort_unstable();
    found.dedup();
    assert_eq!(found, expected);
}

#[test]
fn what_is_left_out_is_not_needed() {
    let mut answers = answers();
    answers.names.clear();
    answers.objects = vec!["table public.x".to_owned()];
    let needs = Needs {
        owners: Default::default(),
        schemas: Default::default(),
        access_methods: Default::default(),
        ..needs()
    };
    let wishes = Wishes {
        into_existing: true,
        ..Wishes::default()
    };
    assert_eq!(codes(&needs, &answers, &Options::default(), wishes), ["rights"]);
}

#[test]
fn an_extension_may_bring_what_is_not_there_yet() {
    let (mut needs, mut answers) = (needs(), answers());
    available(&mut needs, &mut answers, "1.0", "1.0", false);
    needs.access_methods.insert("columnar".to_owned(), "t".to_owned());
    needs.schemas.insert("tiger".to_owned(), "table tiger.t".to_owned());
    assert_eq!(
        codes(&needs, &answers, &Options::default(), Wishes::default()),
        ["rights"]
    );
}
