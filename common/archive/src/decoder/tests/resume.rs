//! Plans, and streams that leave out what an earlier leg has brought.

use super::*;
use crate::EncodeError;
use crate::head::{Resumes, SkippedParts};

/// A stream of one table in three parts, of which these are sent.
fn leg(head: &Head, sent: &[u32]) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    let mut toc = Encoder::new(Compression::Stored).head(head, &mut out)?;
    toc.entries(&[entry(ORDERS, Some(3))], &mut out)?;
    let (mut encoder, _) = toc.toc_end(&mut out)?;
    for part in sent {
        encoder.part_end(ORDERS, *part, Digest(0), &mut out)?;
    }
    encoder.entry_end(ORDERS, &mut out)?;
    encoder.finish(&mut out)?;
    Ok(out)
}

fn resuming(skipped: &[u32]) -> Head {
    let skipped = SkippedParts {
        entry: ORDERS,
        parts: skipped.to_vec(),
    };
    Head {
        resumes: Some(Resumes {
            plan: Digest(1),
            skipped: vec![skipped],
            inconsistent: false,
        }),
        ..head()
    }
}

fn plan(stream: &[u8]) -> Option<Digest> {
    decode(stream).0.iter().find_map(|event| match event {
        Event::TocEnd(end) => end.plan,
        _ => None,
    })
}

#[test]
fn only_parts_that_head_names_may_be_left_out() {
    let missing = |declared, sent| Err(OrderError::MissingParts { declared, sent }.into());
    assert_eq!(leg(&head(), &[1, 3]), missing(3, 2));
    assert_eq!(leg(&resuming(&[1]), &[3]), missing(3, 1));
    let skipped = OrderError::SkippedPart { entry: ORDERS, part: 1 };
    assert_eq!(leg(&resuming(&[1]), &[1, 2, 3]), Err(skipped.into()));
    for (skipped, sent) in [(&[1, 2][..], &[3][..]), (&[2], &[3, 1]), (&[1, 2, 3], &[])] {
        let stream = leg(&resuming(skipped), sent).unwrap();
        assert_eq!(decode(&stream).1, Ok(Ok(())));
        assert_eq!(plan(&stream), Some(Digest(1)));
    }
}

#[test]
fn a_plan_is_made_of_archive_snapshot_and_entries() {
    let one = plan(&leg(&head(), &[1, 2, 3]).unwrap());
    assert!(one.is_some());
    assert_eq!(plan(&leg(&head(), &[3, 2, 1]).unwrap()), one);
    let other = Head {
        archive: "another".into(),
        ..head()
    };
    assert_ne!(plan(&leg(&other, &[1, 2, 3]).unwrap()), one);
}

#[test]
fn filters_hand_the_plan_on() {
    for given in [Some(Digest(7)), None] {
        let mut out = Vec::new();
        let toc = Encoder::new(Compression::Stored).head(&head(), &mut out).unwrap();
        let (encoder, _) = toc.toc_end_of(given, &mut out).unwrap();
        encoder.finish(&mut out).unwrap();
        assert_eq!(decode(&out).1, Ok(Ok(())));
        assert_eq!(plan(&out), given);
    }
}

#[test]
fn a_plan_other_than_that_of_head_is_refused() {
    let head = Head {
        plan: Some(Digest(1)),
        ..head()
    };
    let stream = leg(&head, &[1, 2, 3]).unwrap();
    assert_eq!(plan(&stream), Some(Digest(1)));
    let mut frames = frames(&stream);
    edit(&mut frames[2], |end: &mut TocEnd| end.plan = Some(Digest(2)));
    let (said, head) = (Digest(2), Digest(1));
    assert_eq!(
        decode(&whole(&frames)).1.unwrap_err().reason,
        OrderError::Plan { said, head }.into()
    );
    let two = Head {
        plan: Some(Digest(2)),
        ..resuming(&[1])
    };
    assert_eq!(leg(&two, &[]), Err(EncodeError::Head(HeadError::TwoPlans)));
}
