//! Ctrl-C and SIGTERM: first the servers are told, then the process ends.
//!
//! One thread waits for the signals. On the first it raises the [`Interrupt`], wakes every future
//! that waits for it and runs the callbacks; the run then winds up on its own and ends with 130 or
//! 143. On the second the process ends at once.
//!
//! Winding up takes somebody who does it. As long as nobody waits for the signal, neither with
//! [`Interrupt::on_raise`] nor with [`Interrupt::raised`], the first one ends the process at once:
//! a tool that only reads and writes may be stuck in a pipe, where it would never look at a flag.
//!
//! There is no async runtime here, so that tools without one are served by the same value: blocking
//! loops ask [`Interrupt::check`], async code awaits [`Interrupt::raised`] under any executor.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::message::Messages;

/// Whether the user wants the process to end. Clones share the answer.
#[derive(Clone, Default)]
pub struct Interrupt {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// 0, or the code of the exit status the signal stands for.
    raised: AtomicU8,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    wakers: Vec<Waker>,
    callbacks: Vec<Box<dyn FnOnce() + Send>>,
    /// Callbacks and futures that will wind up.
    listeners: usize,
    /// Set while there is nothing to wind up: the first signal already ends the process.
    at_once: Option<Box<dyn FnOnce() + Send>>,
}

impl Interrupt {
    /// Starts to listen for SIGINT and SIGTERM; called once, by [`crate::start`].
    pub(crate) fn listen(&self, messages: &Messages) -> std::io::Result<()> {
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
        let interrupt = self.clone();
        let messages = messages.clone();
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            for signal in signals.forever() {
                let exit = if signal == SIGTERM {
                    Exit::Terminated
                } else {
                    Exit::Interrupted
                };
                if interrupt.raise(exit) == Then::Exit {
                    messages.last_words(&interrupted(exit));
                    std::process::exit(i32::from(exit.code()));
                }
            }
        })?;
        Ok(())
    }

    /// Does what a signal does, without a signal: for tests, and for tools that end themselves.
    pub fn raise(&self, exit: Exit) -> Then {
        let mut waiting = self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(restore) = waiting.at_once.take() {
            restore();
            return Then::Exit;
        }
        if waiting.listeners == 0 || self.exit().is_some() {
            return Then::Exit;
        }
        self.shared.raised.store(exit.code(), Ordering::SeqCst);
        let wakers = std::mem::take(&mut waiting.wakers);
        let callbacks = std::mem::take(&mut waiting.callbacks);
        drop(waiting);
        wakers.into_iter().for_each(Waker::wake);
        callbacks.into_iter().for_each(|callback| callback());
        Then::WindUp
    }

    /// The status that the signal stands for, once there was one.
    pub fn exit(&self) -> Option<Exit> {
        match self.shared.raised.load(Ordering::SeqCst) {
            0 => None,
            code if code == Exit::Terminated.code() => Some(Exit::Terminated),
            _ => Some(Exit::Interrupted),
        }
    }

    /// An error once there was a signal: for the `?` of blocking loops.
    pub fn check(&self) -> Result<(), Failure> {
        match self.exit() {
            None => Ok(()),
            Some(exit) => Err(interrupted(exit)),
        }
    }

    /// Runs the callback on the thread of the signals when one arrives, or now when one has.
    ///
    /// It should be short and must not wait for the run it interrupts.
    pub fn on_raise(&self, callback: impl FnOnce() + Send + 'static) {
        let mut waiting = self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if self.exit().is_none() {
            waiting.callbacks.push(Box::new(callback));
            waiting.listeners += 1;
        } else {
            drop(waiting);
            callback();
        }
    }

    /// A future that is ready, with the status, once there was a signal.
    ///
    /// Keep it, or another one, for as long as there is something to wind up.
    pub fn raised(&self) -> Raised {
        self.shared
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .listeners += 1;
        Raised {
            interrupt: self.clone(),
        }
    }

    /// While `work` runs, the first signal runs `restore` and ends the process: for a prompt, which
    /// blocks and has nothing to wind up.
    pub(crate) fn at_once<T>(&self, restore: impl FnOnce() + Send + 'static, work: impl FnOnce() -> T) -> T {
        let set = |at_once| {
            self.shared
                .waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .at_once = at_once;
        };
        set(Some(Box::new(restore)));
        let result = work();
        set(None);
        result
    }
}

/// What follows a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The run was told and ends by itself.
    WindUp,
    /// The process ends at once: it was the second signal, or there is nothing to wind up.
    Exit,
}

/// The failure a signal ends in.
pub(crate) fn interrupted(exit: Exit) -> Failure {
    Failure::new(
        exit,
        if exit == Exit::Terminated {
            "terminated"
        } else {
            "interrupted"
        },
    )
}

/// Waits for a signal; see [`Interrupt::raised`].
pub struct Raised {
    interrupt: Interrupt,
}

impl Drop for Raised {
    fn drop(&mut self) {
        self.interrupt
            .shared
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .listeners -= 1;
    }
}

impl Future for Raised {
    type Output = Exit;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Exit> {
        let mut waiting = self
            .interrupt
            .shared
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match self.interrupt.exit() {
            Some(exit) => Poll::Ready(exit),
            None => {
                if !waiting.wakers.iter().any(|waker| waker.will_wake(context.waker())) {
                    waiting.wakers.push(context.waker().clone());
                }
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn the_first_signal_winds_up_and_the_second_exits() {
        let interrupt = Interrupt::default();
        let _raised = interrupt.raised();
        assert_eq!(interrupt.check(), Ok(()));
        assert_eq!(interrupt.raise(Exit::Terminated), Then::WindUp);
        assert_eq!(interrupt.exit(), Some(Exit::Terminated));
        assert_eq!(interrupt.raise(Exit::Interrupted), Then::Exit);
        assert_eq!(interrupt.check().map_err(|failure| failure.exit), Err(Exit::Terminated));
    }

    #[test]
    fn a_signal_that_nobody_waits_for_exits_at_once() {
        let interrupt = Interrupt::default();
        drop(interrupt.raised());
        assert_eq!(interrupt.raise(Exit::Interrupted), Then::Exit);
    }

    #[test]
    fn a_future_is_woken() {
        let interrupt = Interrupt::default();
        let count = Arc::new(Count(AtomicUsize::new(0)));
        let waker = Waker::from(count.clone());
        let mut context = Context::from_waker(&waker);
        let mut raised = std::pin::pin!(interrupt.raised());
        assert_eq!(raised.as_mut().poll(&mut context), Poll::Pending);
        assert_eq!(raised.as_mut().poll(&mut context), Poll::Pending);
        interrupt.raise(Exit::Interrupted);
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
        assert_eq!(raised.as_mut().poll(&mut context), Poll::Ready(Exit::Interrupted));
    }

    #[test]
    fn a_callback_runs_once_even_when_it_comes_late() {
        let interrupt = Interrupt::default();
        let count = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            let count = count.clone();
            interrupt.on_raise(move || {
                count.fetch_add(1, Ordering::SeqCst);
            });
            interrupt.raise(Exit::Interrupted);
        }
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn at_a_prompt_the_first_signal_exits_and_restores() {
        let interrupt = Interrupt::default();
        let restored = Arc::new(AtomicUsize::new(0));
        let on_exit = restored.clone();
        let then = interrupt.at_once(
            move || {
                on_exit.fetch_add(1, Ordering::SeqCst);
            },
            || interrupt.raise(Exit::Interrupted),
        );
        assert_eq!((then, restored.load(Ordering::SeqCst)), (Then::Exit, 1));
    }
}
