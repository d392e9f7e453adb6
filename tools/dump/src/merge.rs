//! Many lanes into one stream: frames in the order in which they come, but never another lane's between the
//! frames of an open row.

use std::future::poll_fn;
use std::task::Poll;

use tokio::sync::mpsc;

use crate::lane::Sealed;

/// The receiving ends of all lanes.
pub struct Merge {
    lanes: Vec<mpsc::Receiver<Sealed>>,
    /// The lane whose row is open.
    open: Option<usize>,
    /// The lane to be asked first, so that each gets its turn.
    turn: usize,
}

impl Merge {
    /// Nothing received yet.
    pub fn new(lanes: Vec<mpsc::Receiver<Sealed>>) -> Merge {
        Merge {
            lanes,
            open: None,
            turn: 0,
        }
    }

    /// What comes next; none when all lanes have ended.
    pub async fn next(&mut self) -> Option<Sealed> {
        poll_fn(|context| {
            let mut ended = true;
            for step in 0..self.lanes.len() {
                let lane = (self.turn + step) % self.lanes.len();
                if self.open.is_some_and(|open| open != lane) {
                    continue;
                }
                match self.lanes[lane].poll_recv(context) {
                    Poll::Ready(Some(sealed)) => {
                        let row_open = matches!(&sealed, Sealed::Frame(frame) if frame.row_open());
                        self.open = row_open.then_some(lane);
                        self.turn = lane + 1;
                        return Poll::Ready(Some(sealed));
                    }
                    Poll::Ready(None) => {}
                    Poll::Pending => ended = false,
                }
            }
            if ended { Poll::Ready(None) } else { Poll::Pending }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::{Compression, DataFrame, EntryId, Place};

    fn frame(entry: u32, seq: u32, row_open: bool) -> Sealed {
        let place = Place {
            entry: EntryId(entry),
            part: 1,
            seq,
        };
        Sealed::Frame(DataFrame::seal(place, 0, row_open, b"x", Compression::Stored).unwrap())
    }

    #[tokio::test]
    async fn nothing_comes_between_the_frames_of_an_open_row() {
        let (one, first) = mpsc::channel(8);
        let (two, second) = mpsc::channel(8);
        for seq in 0..3 {
            one.send(frame(1, seq, seq < 2)).await.unwrap();
            two.send(frame(2, seq, false)).await.unwrap();
        }
        drop((one, two));
        let mut merge = Merge::new(vec![first, second]);
        let mut seen = Vec::new();
        while let Some(Sealed::Frame(frame)) = merge.next().await {
            seen.push(frame.entry().0);
        }
        assert_eq!(seen, [1, 1, 1, 2, 2, 2]);
    }
}
