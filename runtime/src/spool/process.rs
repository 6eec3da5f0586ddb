//! What is asked of the C library about this process.

use core::ffi::CStr;
use core::sync::atomic::{AtomicI32, AtomicU64, Ordering::Relaxed};

/// A variable of the environment, by its name with a NUL behind it.
///
/// `getenv` takes no lock and allocates nothing, which the standard library's function does. Like
/// it, this must not race with a thread that changes the environment; the value is used at once.
pub(super) fn variable(name: &[u8]) -> Option<&'static CStr> {
    let name = CStr::from_bytes_with_nul(name).ok()?;
    // SAFETY: the name ends with NUL; the value is a C string or null.
    unsafe {
        let value = libc::getenv(name.as_ptr());
        (!value.is_null()).then(|| CStr::from_ptr(value))
    }
}

/// Whether there is a file of this name, given with a NUL behind it.
pub(super) fn exists(path: &[u8]) -> bool {
    CStr::from_bytes_with_nul(path)
        // SAFETY: the path ends with NUL.
        .is_ok_and(|path| unsafe { libc::access(path.as_ptr(), libc::F_OK) } == 0)
}

/// Whether this is a set-user-id or otherwise privileged program, which must not let its caller's
/// environment say where to write.
pub(super) fn is_privileged() -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: reads a value that the kernel handed over at start.
    unsafe {
        libc::getauxval(libc::AT_SECURE) != 0
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    // SAFETY: these have no preconditions.
    unsafe {
        libc::getuid() != libc::geteuid() || libc::getgid() != libc::getegid()
    }
}

/// Seconds since 1970 by the system's clock.
pub(super) fn now_seconds() -> i64 {
    // SAFETY: all zero is a valid `timespec`, and it is valid for writing.
    unsafe {
        let mut now: libc::timespec = core::mem::zeroed();
        libc::clock_gettime(libc::CLOCK_REALTIME, &mut now);
        #[allow(clippy::useless_conversion)] // `time_t` has 32 bits on some
        now.tv_sec.into()
    }
}

/// A process, told from every other by a random number.
#[derive(Clone, Copy)]
pub(super) struct Process {
    pub(super) pid: i32,
    pub(super) nonce: u64,
    /// Its counters began with its parent's hits.
    pub(super) is_forked: bool,
}

impl Process {
    /// The process that asks.
    ///
    /// The first one to ask draws a number; a child that was forked after that derives its own.
    /// `None` when the system has no random bytes to give.
    pub(super) fn this() -> Option<Self> {
        static PID: AtomicI32 = AtomicI32::new(0);
        static NONCE: AtomicU64 = AtomicU64::new(0);

        // SAFETY: no preconditions.
        let pid = unsafe { libc::getpid() };
        let mut nonce = NONCE.load(Relaxed);
        if nonce == 0 {
            // Relaxed: of threads that get here together one wins, and all use its number.
            let drawn = random()?;
            nonce = match NONCE.compare_exchange(0, drawn, Relaxed, Relaxed) {
                Ok(_) => drawn,
                Err(theirs) => theirs,
            };
            PID.store(pid, Relaxed);
        }
        let first = PID.load(Relaxed);
        // Zero: another thread has drawn the number and not yet said for whom; that is here.
        let is_forked = first != 0 && first != pid;
        if is_forked {
            nonce = mix(nonce ^ u64::from(pid.unsigned_abs()));
        }
        Some(Self { pid, nonce, is_forked })
    }
}

/// 64 random bits, not all zero.
fn random() -> Option<u64> {
    let mut bytes = [0; 8];
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: the buffer is valid for its length.
    let done = unsafe {
        libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), libc::GRND_NONBLOCK) == 8
    };
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    // SAFETY: the buffer is valid for its length.
    let done = unsafe { libc::getentropy(bytes.as_mut_ptr().cast(), bytes.len()) == 0 };
    done.then(|| u64::from_ne_bytes(bytes).max(1))
}

/// The finaliser of `SplitMix64` (Steele, Lea and Flood, 2014).
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

/// The caller's `errno`.
pub(super) struct Errno(libc::c_int);

impl Errno {
    pub(super) fn save() -> Self {
        // SAFETY: the location is valid for this thread.
        Self(unsafe { *location() })
    }

    pub(super) fn restore(self) {
        // SAFETY: the location is valid for this thread.
        unsafe { *location() = self.0 }
    }
}

unsafe fn location() -> *mut libc::c_int {
    #[cfg(any(target_os = "linux", target_os = "fuchsia", target_os = "none"))]
    return libc::__errno_location();
    #[cfg(any(target_os = "android", target_os = "openbsd"))]
    return libc::__errno();
    #[cfg(any(
        target_os = "macos",
        target_os = "ios",
        target_os = "tvos",
        target_os = "freebsd"
    ))]
    return libc::__error();
    #[cfg(target_os = "illumos")]
    return libc::___errno();
}
