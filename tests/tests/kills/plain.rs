//! Neither held nor beside: what fails says so, and what there is.

use pgx_tests::wait_until;

use crate::fault::Fault;
use crate::moment::Moment;
use crate::report;
use crate::run::Run;
use crate::scene::{Scene, dump, load};

/// Breaks a copy.
pub fn case(scene: &Scene, fault: Fault, moment: Moment) -> &'static str {
    let target = scene.server.database("plain");
    let ends = Run::broken(&mut dump(scene.source), load(&target), (fault, moment), scene.ends());
    wait_until("its sessions are gone", || target.sessions_of("pgx-load") == 0);
    if ends.is_whole() {
        scene.expect_like(&target, ends.may_have_crashed_later(fault));
        return "whole";
    }
    report::expect_true(scene, &target, &ends);
    "failed"
}
