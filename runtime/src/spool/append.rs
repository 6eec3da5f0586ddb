//! Files of the spool. Each is opened, written to once, and closed.
//!
//! A descriptor that is kept would be closed by a daemon's `closefrom` and then belong to a file of
//! the host's; so none is.

use core::ffi::CStr;
use core::fmt;
use core::ptr::addr_of;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::process::{self, Process};
use super::text::{Escaped, Text};
use super::week::Week;
use crate::site::{AnySite, Library};

/// Size at which recording into a week's file stops, in bytes.
const MAX_SPOOL_BYTES: u64 = 16 << 20;

/// Longest path of an executable that is recorded, in bytes.
const MAX_EXECUTABLE_PATH_BYTES: usize = 512;

/// A line begins with a newline and ends with `;`, so that a torn one does not spoil the next.
/// Readers refuse longer ones.
type Line = Text<1025>;

/// A file's name.
type Name = Text<64>;

/// Writes that `site` reached `count`. `None` means that something stood in the way.
pub(super) fn hit(folder: &CStr, site: AnySite, library: &Library, count: u32) -> Option<()> {
    let process = Process::this()?;
    if process.is_forked && count != 1 {
        return None; // part of the count is the parent's
    }
    let folder = Folder::open(folder)?;
    let week = Week::at(process::now_seconds());
    folder.keep_build_record(library, process)?;
    folder.name_executable(week, process);
    let (nonce, build, (_, _, path)) = (process.nonce, library.hash, site.names());
    folder.append(week, &Line::new(format_args!("\nh {nonce:016x} {build:016x} {count} {path};"))?)
}

/// A descriptor, closed when dropped.
struct Descriptor(libc::c_int);

impl Descriptor {
    /// `None` when it could not be opened, or has the number of a standard stream: the host closed
    /// that, and what it goes on printing there must not end up in a file of ours.
    fn new(descriptor: libc::c_int) -> Option<Self> {
        let descriptor = (descriptor >= 0).then(|| Self(descriptor))?;
        (descriptor.0 > libc::STDERR_FILENO).then_some(descriptor)
    }

    fn status(&self) -> Option<libc::stat> {
        // SAFETY: all zero is a valid `stat`, and it is valid for writing.
        unsafe {
            let mut status = core::mem::zeroed();
            (libc::fstat(self.0, &mut status) == 0).then_some(status)
        }
    }

    /// Writes all bytes by one call; a short write leaves a torn line, which readers skip.
    fn write(&self, bytes: &[u8]) -> Option<()> {
        // SAFETY: the bytes are valid for their length.
        let written = unsafe { libc::write(self.0, bytes.as_ptr().cast(), bytes.len()) };
        (usize::try_from(written) == Ok(bytes.len())).then_some(())
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: the descriptor is ours, and nobody else's yet.
        unsafe { libc::close(self.0) };
    }
}

/// The spool folder, opened.
struct Folder(Descriptor);

impl Folder {
    /// Opens an existing folder of the effective user's.
    fn open(path: &CStr) -> Option<Self> {
        let flags = libc::O_RDONLY | libc::O_DIRECTORY | libc::O_NOFOLLOW | libc::O_CLOEXEC;
        // SAFETY: the path ends with NUL.
        let folder = Descriptor::new(unsafe { libc::open(path.as_ptr(), flags) })?;
        is_own(&folder.status()?).then_some(Self(folder))
    }

    /// Opens a regular file in the folder for writing, and makes it if need be.
    fn open_file(&self, name: &CStr, more_flags: libc::c_int) -> Option<Descriptor> {
        // O_NONBLOCK: someone may have put a FIFO there.
        let flags = libc::O_WRONLY
            | libc::O_CREAT
            | libc::O_NONBLOCK
            | libc::O_NOFOLLOW
            | libc::O_NOCTTY
            | libc::O_CLOEXEC
            | more_flags;
        let mode: libc::c_uint = 0o600;
        // SAFETY: the name ends with NUL.
        Descriptor::new(unsafe { libc::openat(self.0 .0, name.as_ptr(), flags, mode) })
    }

    /// Appends a line to the week's file; if that is full, a byte to the one that counts what was
    /// dropped.
    fn append(&self, week: Week, line: &Line) -> Option<()> {
        let Week { year, week } = week;
        if self.append_to(format_args!("{year:04}-W{week:02}.spool"), line.as_bytes())? {
            return Some(());
        }
        self.append_to(format_args!("{year:04}-W{week:02}.dropped"), b".").map(drop)
    }

    /// Whether there was room for some bytes; `None` if they were not written for another reason.
    fn append_to(&self, name: fmt::Arguments<'_>, bytes: &[u8]) -> Option<bool> {
        let file = self.open_file(Name::new(name)?.as_c_str(), libc::O_APPEND)?;
        let status = file.status()?;
        let end = u64::try_from(status.st_size).ok()? + bytes.len() as u64;
        let is_regular = status.st_mode & libc::S_IFMT == libc::S_IFREG;
        if !is_regular || !is_own(&status) || !is_within_limit(end) {
            return None;
        }
        if end > MAX_SPOOL_BYTES {
            return Some(false);
        }
        file.write(bytes).map(|()| true)
    }

    /// Puts the library's build record there, under its hash, unless it is there already.
    fn keep_build_record(&self, library: &Library, process: Process) -> Option<()> {
        let name = Name::new(format_args!("build-{:016x}.json", library.hash))?;
        // SAFETY: the name ends with NUL.
        if unsafe { libc::faccessat(self.0 .0, name.as_c_str().as_ptr(), libc::F_OK, 0) } == 0 {
            return Some(());
        }
        let text = library.build_record;
        if !is_within_limit(text.len() as u64) {
            return None;
        }
        // Written whole under another name first: a reader never sees half a record. It is this
        // call's alone, since no two at a time have a variable in one place.
        let (hash, caller) = (library.hash, process.nonce ^ addr_of!(name) as usize as u64);
        let draft = Name::new(format_args!("build-{hash:016x}.json.{caller:016x}"))?;
        self.open_file(draft.as_c_str(), libc::O_TRUNC)?.write(text)?;
        let (draft, name) = (draft.as_c_str().as_ptr(), name.as_c_str().as_ptr());
        // SAFETY: both names end with NUL.
        (unsafe { libc::renameat(self.0 .0, draft, self.0 .0, name) } == 0).then_some(())
    }

    /// Says once per process and week which executable this is.
    fn name_executable(&self, week: Week, process: Process) {
        static SAID: AtomicU64 = AtomicU64::new(0);

        let pid = u64::from(process.pid.unsigned_abs());
        let this = pid << 32 | week.year.unsigned_abs() << 8 | week.week.unsigned_abs();
        // Relaxed: whichever thread swaps first says it.
        if SAID.swap(this, Relaxed) != this {
            let _ = executable_line(process).and_then(|line| self.append(week, &line));
        }
    }
}

/// Size, time of the last change, inode and path of the executable.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn executable_line(process: Process) -> Option<Line> {
    let link = CStr::from_bytes_with_nul(b"/proc/self/exe\0").ok()?;
    let mut path = [0; MAX_EXECUTABLE_PATH_BYTES];
    // SAFETY: the link ends with NUL; the buffer is valid for its length.
    let length = unsafe {
        libc::readlink(link.as_ptr(), path.as_mut_ptr().cast::<libc::c_char>(), path.len())
    };
    let path = path.get(..usize::try_from(length).ok()?)?;
    if path.len() == MAX_EXECUTABLE_PATH_BYTES {
        return None; // perhaps cut
    }
    // SAFETY: all zero is a valid `stat`, and it is valid for writing.
    let status = unsafe {
        let mut status: libc::stat = core::mem::zeroed();
        (libc::stat(link.as_ptr(), &mut status) == 0).then_some(status)?
    };
    let mtime_ns = i128::from(status.st_mtime) * 1_000_000_000 + i128::from(status.st_mtime_nsec);
    let (nonce, size, inode) = (process.nonce, status.st_size, status.st_ino);
    Line::new(format_args!("\nx {nonce:016x} {size} {mtime_ns} {inode} {};", Escaped(path)))
}

/// Only Linux has an easy answer; elsewhere sections say that they were not scanned.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn executable_line(_: Process) -> Option<Line> {
    None
}

/// Whether a file belongs to the effective user.
fn is_own(status: &libc::stat) -> bool {
    // SAFETY: no preconditions.
    status.st_uid == unsafe { libc::geteuid() }
}

/// Whether a file may grow to this size: one byte more, and SIGXFSZ would end the host.
fn is_within_limit(size_bytes: u64) -> bool {
    // SAFETY: all zero is a valid `rlimit`, and it is valid for writing.
    unsafe {
        let mut limit: libc::rlimit = core::mem::zeroed();
        libc::getrlimit(libc::RLIMIT_FSIZE, &mut limit) == 0
            && (limit.rlim_cur == libc::RLIM_INFINITY || size_bytes <= limit.rlim_cur as u64)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::ffi::CString;
    use std::sync::Barrier;
    use std::{env, format, fs, thread};

    use super::*;
    use crate::record::{self, Record};

    #[test]
    fn threads_that_are_the_first_together_all_go_on() {
        static RECORD: Record<8> = Record::new(record::BUILD, "12345678");
        static LIBRARY: Library = Library::new(&RECORD);
        let process = Process::this().unwrap();
        for round in 0..200 {
            let path = env::temp_dir().join(format!("headcount-{:x}-{round}", process.nonce));
            fs::create_dir(&path).unwrap();
            let name = CString::new(path.to_str().unwrap()).unwrap();
            let together = Barrier::new(4);
            let keep = || {
                let folder = Folder::open(&name).unwrap();
                together.wait();
                folder.keep_build_record(&LIBRARY, process)
            };
            let kept = thread::scope(|scope| {
                [(); 4].map(|()| scope.spawn(keep)).map(|thread| thread.join().unwrap())
            });
            let files = fs::read_dir(&path).unwrap();
            let files: std::vec::Vec<_> =
                files.map(|file| fs::read(file.unwrap().path())).collect();
            fs::remove_dir_all(&path).unwrap();
            assert_eq!(kept, [Some(()); 4], "round {round}");
            assert!(matches!(&files[..], [Ok(text)] if text == b"12345678"), "{files:?}");
        }
    }
}
