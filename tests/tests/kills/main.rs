//! A table of kills: seven faults, three ways of loading, at moments spread evenly over the stream and after it.
//!
//! | fault | held, then resumed | beside, then swapped | plain |
//! |---|---|---|---|
//! | the dump, the load or what is between them is killed | nothing is lost, no row is there twice | whoever looks sees the old database whole, or the new one | an exit status that is not 0, and a report that is true |
//! | a session of the target, or of the source, is ended | the same | the same | the same |
//! | the target is restarted, or crashes | the same | the same | the same |
//!
//! A fault may also be survived without anybody doing anything: then the copy is whole at once.

#![expect(clippy::print_stdout, reason = "a campaign is filed case by case")]

mod fault;
mod gate;
mod held;
mod moment;
mod plain;
mod report;
mod run;
mod scene;
mod swapped;

use std::panic::{AssertUnwindSafe, catch_unwind};

use fault::Fault;
use moment::Moment;
use scene::Scene;

/// How many moments further the next one is; no divisor of their number.
const STRIDE: usize = 17;

/// Every fault at every moment, which are others for each `salt`; `case` breaks a copy, says what came of it, and panics when that is wrong.
fn all(way: &str, salt: usize, scene: &Scene, case: impl Fn(Fault, Moment) -> &'static str) {
    let mut wrong = Vec::new();
    let moments = Fault::ALL.map(|fault| scene.moments(fault as usize + salt));
    // A campaign that is ended early has been everywhere, if not often.
    let count = moments[0].len();
    for turn in (0..count).map(|turn| turn * STRIDE % count) {
        for (fault, moments) in Fault::ALL.into_iter().zip(&moments) {
            let moment = moments[turn];
            match catch_unwind(AssertUnwindSafe(|| case(fault, moment))) {
                Ok(outcome) => println!("{way}, {fault:?} {moment}: {outcome}"),
                Err(_) => {
                    println!("{way}, {fault:?} {moment}: WRONG");
                    wrong.push(format!("{fault:?} {moment}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{way}, wrong: {}", wrong.join("; "));
}

#[test]
fn what_is_held_is_resumed() {
    let scene = Scene::new();
    all("held", 0, &scene, |fault, moment| held::case(&scene, fault, moment));
}

#[test]
fn what_is_to_be_replaced_is_whole() {
    let scene = Scene::new();
    let stage = swapped::Stage::new(&scene);
    all("swap", 1, &scene, |fault, moment| stage.case(fault, moment));
}

#[test]
fn what_is_neither_fails_and_says_what_there_is() {
    let scene = Scene::new();
    all("plain", 2, &scene, |fault, moment| plain::case(&scene, fault, moment));
}
