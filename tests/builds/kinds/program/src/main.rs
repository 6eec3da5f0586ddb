//! Uses all of `reached`, nothing of `unreached`, and some of `between`.

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use kinds_library::between::{self, Constructed, Handler};
use kinds_library::reached::{self, Holder, Number, Shape, Unit};

fn main() {
    functions();
    types();
    in_between();
}

fn functions() {
    let one = black_box(1);
    black_box(reached::plain(one));
    black_box(reached::inline(one));
    black_box(reached::inline_always(one));
    black_box(reached::inline_never(one));
    black_box(reached::cold(one));
    reached::empty();
    black_box(reached::constant());
    black_box(reached::generic("text"));
    black_box(reached::const_generic::<3>());
    black_box(reached::argument([one]).sum::<u32>());
    black_box(reached::callback(&|value| value + one));
    black_box(reached::foreign(one));
    // SAFETY: there is nothing to it; every x86-64 processor that builds this has SSE 4.2.
    unsafe {
        black_box(reached::dangerous(one));
        black_box(reached::with_feature(one));
    }
    black_box(reached::panicking(Some(one)));
    if one == 0 {
        reached::diverging();
    }
    black_box(reached::recursive(u64::from(one)));
    black_box(reached::even(one));
    let pointer: fn(u32) -> u32 = black_box(reached::pointed_to);
    black_box(pointer(one));
    black_box(black_box(&reached::TABLE)[0](one));
    black_box(reached::not_counted(one));
    #[allow(deprecated)]
    black_box(reached::old(one));
    black_box(wait(reached::polled(one)));
    black_box(reached::by_a_macro(one));
    black_box(reached::linked(one));
    black_box((0..100).map(reached::linked_inline).sum::<u32>());
}

fn types() {
    let mut number = black_box(Number(3));
    black_box(number.by_reference());
    black_box(Number::associated().by_value());
    wait(number.waits());
    black_box(&number + 1);
    black_box(*number);
    black_box(number[0]);
    black_box(number.to_string());
    black_box(Number::from(2).next());
    black_box(number.area());
    black_box(Holder(black_box(4_u64)).held());
    let shape: Box<dyn Shape> = black_box(Box::new(Unit));
    black_box(shape.area());
}

fn in_between() {
    black_box(between::branches(black_box(true)));
    black_box(between::dead_branch());
    black_box(between::closures());
    drop(between::never_polled());
    let handler: Box<dyn Handler> = black_box(Box::new(Constructed));
    black_box(handler.called());
}

/// What a future that never waits comes to.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(value) = pin!(future).poll(&mut context) else { unreachable!() };
    value
}
