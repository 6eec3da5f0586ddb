//! Counts what headcount itself stands on: the allocator, and the C library's `write`, in the midst
//! of which a signal comes whose handler hits more sites.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

headcount::library!();

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[headcount::track_usage]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        System.alloc(layout)
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        System.dealloc(memory, layout);
    }
}

/// Stands in place of the C library's.
///
/// # Safety
/// As there.
#[no_mangle]
#[headcount::track_usage]
pub unsafe extern "C" fn write(file: i32, bytes: *const libc::c_void, length: usize) -> isize {
    if HAS_HANDLER.load(Relaxed) {
        libc::raise(libc::SIGUSR1);
    }
    libc::syscall(libc::SYS_write, file, bytes, length) as isize
}

macro_rules! sites {
    ($($site:ident)*) => {
        $(
            #[headcount::track_usage]
            fn $site() {}
        )*

        /// All sites, in order.
        static SITES: &[fn()] = &[$($site),*];
    };
}

sites!(s0 s1 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 s12 s13 s14 s15);

static HAS_HANDLER: AtomicBool = AtomicBool::new(false);

/// Sites that the handler has hit.
static HANDLED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn handler(_: libc::c_int) {
    if let Some(site) = SITES.get(HANDLED.fetch_add(1, Relaxed)) {
        site();
    }
}

fn main() {
    let handler: extern "C" fn(libc::c_int) = handler;
    unsafe {
        libc::alarm(60); // whoever blocks is killed
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_NODEFER; // in the midst of the handler, too
        assert_eq!(libc::sigaction(libc::SIGUSR1, &action, std::ptr::null_mut()), 0);
    }
    HAS_HANDLER.store(true, Relaxed);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for value in 0..5_000 {
                    std::hint::black_box(Box::new(value));
                }
            });
        }
    });
}
