//! Which rows go to which session: a value without sockets, so that every question of order is a unit test.
//!
//! The stream may have any number of parts open, and there may be fewer sessions. Rows of a part that no
//! session takes wait here; the intake's budget bounds how many. A session whose own part gives it nothing to
//! do is told to turn to another part: it ends its COPY between two rows, commits, and can come back later.
//! So a full budget always holds rows that some session can take, and any stream goes through any number of
//! sessions.

use std::collections::{BTreeSet, HashMap, VecDeque};

use pgx_archive::EntryId;

/// An entry's part.
pub type Part = (EntryId, u32);

/// Bytes below which a part waits until all of it has come: it goes in together with others then.
const SMALL: usize = 256 << 10;
/// Small parts that a session takes at once, and bytes of them.
const TOGETHER: usize = 64;
const TOGETHER_BYTES: usize = 2 << 20;
/// Bytes that must wait for a session to leave a part that has more to come: a change costs a commit.
const WORTH_A_CHANGE: usize = 4 << 20;

/// Rows on their way to sessions. `C` is what a piece of rows is.
#[derive(Debug)]
pub struct Router<C> {
    parts: HashMap<Part, State<C>>,
    /// What each session has been given and has not taken yet, for those that fill a part.
    sessions: HashMap<usize, Filling>,
    /// Small parts that have all come and wait.
    small: BTreeSet<Part>,
}

#[derive(Debug)]
struct State<C> {
    waiting: VecDeque<C>,
    bytes: usize,
    /// The row that came last goes on.
    row_open: bool,
    /// All its rows have come.
    ended: bool,
    session: Option<usize>,
    /// Rows that sessions have committed.
    committed: u64,
    /// Whether a session has begun it.
    begun: bool,
}

#[derive(Debug)]
struct Filling {
    /// One part, which more may come of, or several that are complete.
    parts: Vec<Part>,
    ahead: usize,
    leaving: bool,
}

/// What becomes of a piece of rows.
#[derive(Debug, PartialEq, Eq)]
pub enum Route<C> {
    /// It goes to this session, which fills the part.
    To(usize, C),
    /// It waits.
    Waits,
}

/// A part that is begun, or gone on with.
#[derive(Debug, PartialEq, Eq)]
pub struct Turn<C> {
    /// The part.
    pub part: Part,
    /// The rows that have come so far.
    pub rows: Vec<C>,
    /// Whether all its rows are among them.
    pub ended: bool,
    /// Rows of it that have been committed before.
    pub after: u64,
    /// Whether no session had begun it before.
    pub first: bool,
}

impl<C> Default for Router<C> {
    fn default() -> Router<C> {
        Router {
            parts: HashMap::new(),
            sessions: HashMap::new(),
            small: BTreeSet::new(),
        }
    }
}

impl<C> Router<C> {
    /// So many rows of a part were committed by an earlier load.
    pub fn resumed(&mut self, part: Part, rows: u64) {
        let state = self.parts.entry(part).or_insert_with(State::new);
        state.committed = rows;
        state.begun = true;
    }

    /// Takes a piece of rows of some length; `row_open` says that its last row goes on in the next piece.
    pub fn rows(&mut self, part: Part, piece: C, bytes: usize, row_open: bool) -> Route<C> {
        let state = self.parts.entry(part).or_insert_with(State::new);
        state.row_open = row_open;
        if let Some(session) = state.session
            && let Some(filling) = self.sessions.get_mut(&session)
            && !filling.leaving
        {
            filling.ahead += 1;
            return Route::To(session, piece);
        }
        state.bytes += bytes;
        state.waiting.push_back(piece);
        Route::Waits
    }

    /// All rows of a part have come; the session that fills it, if one does and has not been told to leave it.
    pub fn ended(&mut self, part: Part) -> Option<usize> {
        let state = self.parts.entry(part).or_insert_with(State::new);
        state.ended = true;
        if state.session.is_none() && !state.waiting.is_empty() && state.bytes < SMALL {
            self.small.insert(part);
        }
        let session = state.session?;
        self.sessions
            .get(&session)
            .filter(|filling| !filling.leaving)
            .map(|_| session)
    }

    /// A session has taken a piece of what it was given.
    pub fn taken(&mut self, session: usize) {
        if let Some(filling) = self.sessions.get_mut(&session) {
            filling.ahead = filling.ahead.saturating_sub(1);
        }
    }

    /// Gives a session rows to put in, of entries that may be filled now: several small parts that have all
    /// come, or the part that most rows wait for. `pressed` says that nothing more comes before some of what
    /// waits is taken.
    pub fn turn(&mut self, session: usize, pressed: bool, may: impl Fn(EntryId) -> bool) -> Vec<Turn<C>> {
        let mut parts = self.small_ones(&may);
        if parts.is_empty() {
            parts.extend(self.most_waiting(pressed, &may));
        }
        let turns: Vec<Turn<C>> = parts.iter().filter_map(|part| self.begin(session, *part)).collect();
        if !turns.is_empty() {
            let ahead = turns.iter().map(|turn| turn.rows.len()).sum();
            self.sessions.insert(
                session,
                Filling {
                    parts,
                    ahead,
                    leaving: false,
                },
            );
        }
        turns
    }

    fn begin(&mut self, session: usize, part: Part) -> Option<Turn<C>> {
        let state = self.parts.get_mut(&part)?;
        let first = !state.begun;
        state.session = Some(session);
        state.begun = true;
        state.bytes = 0;
        self.small.remove(&part);
        Some(Turn {
            part,
            rows: state.waiting.drain(..).collect(),
            ended: state.ended,
            after: state.committed,
            first,
        })
    }

    /// Small parts that have all come, as many as go well together.
    fn small_ones(&self, may: impl Fn(EntryId) -> bool) -> Vec<Part> {
        let mut bytes = 0;
        let ready = self.small.iter().filter(|(entry, _)| may(*entry)).take(TOGETHER);
        let fitting = ready.take_while(|part| {
            bytes += self.parts.get(part).map_or(0, |state| state.bytes);
            bytes <= TOGETHER_BYTES
        });
        fitting.copied().collect()
    }

    /// A session that should leave its part for another: it has nothing to do, and others have waited long
    /// enough, or `pressed` says that nothing more comes before some of what waits is taken.
    pub fn leave(&mut self, pressed: bool, may: impl Fn(EntryId) -> bool) -> Option<usize> {
        let part = self.most_waiting(pressed, &may)?;
        let state = &self.parts[&part];
        if !(pressed || state.ended || state.bytes >= WORTH_A_CHANGE) {
            return None;
        }
        // A part whose rows have all come ends by itself, and a row is not cut in two.
        let stays = |part: &Part| self.parts.get(part).is_none_or(|state| state.ended || state.row_open);
        let mut idle = self
            .sessions
            .iter_mut()
            .filter(|(_, filling)| filling.ahead == 0 && !filling.leaving);
        let (session, filling) = idle.find(|(_, filling)| !filling.parts.iter().any(&stays))?;
        filling.leaving = true;
        Some(*session)
    }

    /// A session has committed what it was given, so many rows of each part, and is free. The answer is the
    /// parts of which that was all, with the number of their rows.
    pub fn left(&mut self, session: usize, rows: &[u64]) -> Vec<(Part, u64)> {
        let parts = self
            .sessions
            .remove(&session)
            .map(|filling| filling.parts)
            .unwrap_or_default();
        for (part, rows) in parts.iter().zip(rows) {
            if let Some(state) = self.parts.get_mut(part) {
                state.session = None;
                state.committed += rows;
                if state.ended && !state.waiting.is_empty() && state.bytes < SMALL {
                    self.small.insert(*part);
                }
            }
        }
        parts.into_iter().filter_map(|part| self.complete(part)).collect()
    }

    /// A part that came without any rows, or whose last rows are in: its rows, when nothing is left of it.
    pub fn complete(&mut self, part: Part) -> Option<(Part, u64)> {
        let state = self.parts.get(&part)?;
        if !state.ended || state.session.is_some() || !state.waiting.is_empty() {
            return None;
        }
        let rows = state.committed;
        self.parts.remove(&part);
        Some((part, rows))
    }

    /// Forgets an entry that failed, and all rows of it that wait; the sessions that fill parts of it, which are to be
    /// told that no more rows come.
    pub fn forget(&mut self, entry: EntryId) -> Vec<usize> {
        self.parts.retain(|(of, _), _| *of != entry);
        self.small.retain(|(of, _)| *of != entry);
        let fills = |filling: &Filling| filling.parts.iter().any(|(of, _)| *of == entry);
        let sessions = self.sessions.iter().filter(|(_, filling)| fills(filling));
        sessions.map(|(session, _)| *session).collect()
    }

    /// How many sessions fill parts.
    pub fn filling(&self) -> usize {
        self.sessions.len()
    }

    fn most_waiting(&self, pressed: bool, may: impl Fn(EntryId) -> bool) -> Option<Part> {
        let waiting = self.parts.iter().filter(|((entry, _), state)| {
            let enough = pressed || state.ended || state.begun || state.bytes >= SMALL;
            state.session.is_none() && !state.waiting.is_empty() && enough && may(*entry)
        });
        waiting
            .max_by_key(|(part, state)| (state.bytes, std::cmp::Reverse(**part)))
            .map(|(part, _)| *part)
    }
}

impl<C> State<C> {
    fn new() -> State<C> {
        State {
            waiting: VecDeque::new(),
            bytes: 0,
            row_open: false,
            ended: false,
            session: None,
            committed: 0,
            begun: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Part = (EntryId(1), 1);
    const B: Part = (EntryId(2), 1);

    /// Everything may be filled, and nothing presses.
    fn turn(router: &mut Router<char>, session: usize) -> Vec<Turn<char>> {
        router.turn(session, false, |_| true)
    }

    const MUCH: usize = 9 << 20;

    #[test]
    fn rows_follow_the_session_that_fills_their_part() {
        let mut router = Router::default();
        assert_eq!(router.rows(A, 'a', MUCH, false), Route::Waits);
        let turns = turn(&mut router, 0);
        assert_eq!(
            turns,
            [Turn {
                part: A,
                rows: vec!['a'],
                ended: false,
                after: 0,
                first: true
            }]
        );
        assert_eq!(router.rows(A, 'b', 1, false), Route::To(0, 'b'));
        assert_eq!(router.ended(A), Some(0));
        assert_eq!(router.left(0, &[7]), [(A, 7)]);
        assert!(turn(&mut router, 0).is_empty());
    }

    #[test]
    fn a_part_goes_on_after_what_was_committed() {
        let mut router = Router::default();
        router.resumed(A, 5);
        router.resumed(B, 6);
        router.rows(A, 'a', MUCH, false);
        let turns = turn(&mut router, 0);
        assert_eq!((turns[0].after, turns[0].first), (5, false));
        assert_eq!(router.ended(A), Some(0));
        assert_eq!(router.left(0, &[2]), [(A, 7)]);
        assert_eq!(router.ended(B), None);
        assert_eq!(router.complete(B), Some((B, 6)));
    }

    #[test]
    fn one_session_serves_two_open_parts() {
        let mut router = Router::default();
        router.rows(A, 'a', MUCH, false);
        turn(&mut router, 0);
        assert_eq!(router.rows(B, 'b', SMALL, false), Route::Waits);
        assert_eq!(router.leave(true, |_| true), None, "it has rows to take");
        router.taken(0);
        assert_eq!(router.leave(false, |_| true), None, "too little waits");
        assert_eq!(router.leave(true, |_| true), Some(0));
        assert_eq!(router.rows(A, 'c', SMALL, false), Route::Waits, "it is leaving");
        assert_eq!(router.left(0, &[3]), [], "more is to come");
        let turns = turn(&mut router, 0);
        assert_eq!((turns[0].part, turns[0].first), (A, false));
    }

    #[test]
    fn a_part_that_has_all_come_is_waited_for() {
        let mut router = Router::default();
        router.rows(A, 'a', MUCH, false);
        turn(&mut router, 0);
        router.taken(0);
        assert_eq!(router.ended(A), Some(0));
        router.rows(B, 'b', MUCH, false);
        assert_eq!(router.leave(true, |_| true), None);
        assert_eq!(router.left(0, &[1]), [(A, 1)]);
    }

    #[test]
    fn a_row_is_not_cut_in_two() {
        let mut router = Router::default();
        router.rows(A, 'a', MUCH, true);
        turn(&mut router, 0);
        router.taken(0);
        router.rows(B, 'b', MUCH, false);
        assert_eq!(router.leave(true, |_| true), None);
        router.rows(A, 'c', 1, false);
        router.taken(0);
        assert_eq!(router.leave(true, |_| true), Some(0));
    }

    #[test]
    fn a_part_without_rows_is_complete_at_once() {
        let mut router: Router<char> = Router::default();
        assert_eq!(router.ended(A), None);
        assert_eq!(router.complete(A), Some((A, 0)));
    }

    #[test]
    fn what_ended_while_its_session_left_is_taken_up_again() {
        let mut router = Router::default();
        router.rows(A, 'a', MUCH, false);
        turn(&mut router, 0);
        router.taken(0);
        router.rows(B, 'b', MUCH, false);
        assert_eq!(router.leave(true, |_| true), Some(0));
        router.rows(A, 'c', 1, false);
        assert_eq!(router.ended(A), None);
        assert_eq!(router.left(0, &[1]), []);
        let turns: Vec<_> = (0..2).flat_map(|session| turn(&mut router, session)).collect();
        assert!(
            turns
                .iter()
                .any(|turn| turn.part == A && turn.ended && turn.rows == ['c'])
        );
    }

    #[test]
    fn small_parts_wait_for_their_end_and_go_in_together() {
        let mut router = Router::default();
        router.rows(A, 'a', 1, false);
        router.rows(B, 'b', 1, false);
        assert!(turn(&mut router, 0).is_empty(), "more may come");
        router.ended(A);
        router.ended(B);
        let turns = turn(&mut router, 0);
        assert_eq!(turns.iter().map(|turn| turn.part).collect::<Vec<_>>(), [A, B]);
        assert_eq!(router.left(0, &[1, 2]), [(A, 1), (B, 2)]);
    }

    #[test]
    fn what_failed_is_forgotten() {
        let other = (A.0, 2);
        let mut router = Router::default();
        router.rows(A, 'a', MUCH, false);
        router.rows(other, 'b', MUCH / 2, false);
        turn(&mut router, 0);
        turn(&mut router, 1);
        router.rows(B, 'c', 1, false);
        router.ended(B);
        let mut sessions = router.forget(A.0);
        sessions.sort_unstable();
        assert_eq!(sessions, [0, 1]);
        assert_eq!(router.left(0, &[0]), []);
        assert_eq!(router.left(1, &[0]), []);
        let turns = turn(&mut router, 0);
        assert_eq!(turns.iter().map(|turn| turn.part).collect::<Vec<_>>(), [B]);
    }

    #[test]
    fn a_full_buffer_waits_for_nobodys_end() {
        let mut router = Router::default();
        router.rows(A, 'a', 1, false);
        assert_eq!(router.turn(0, true, |_| true).len(), 1);
    }
}
