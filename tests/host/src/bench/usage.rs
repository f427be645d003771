//! CPU time and memory of processes, as the operating system counts them.
//!
//! One of this program's files with unsafe code: two calls of the C library that fill a plain structure. Where the
//! operating system is not asked here, everything is `None` and the figures are null.

use std::process::Command;
use std::time::Duration;

/// How a child process ended.
#[cfg_attr(not(unix), expect(dead_code, reason = "no program is run where its time cannot be asked for"))]
pub(super) enum Ran {
    /// There is no such program.
    Missing,
    /// User and system time of the child and of what it waited for.
    Cpu(Duration),
    /// It did not succeed.
    Failed(String),
}

#[cfg(unix)]
fn total(usage: &libc::rusage) -> Duration {
    let time = |time: libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000);
    time(usage.ru_utime) + time(usage.ru_stime)
}

/// User and system time of this process so far, all threads.
#[cfg(unix)]
pub(super) fn own_cpu() -> Option<Duration> {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is to a structure of the right type that the call fills.
    let result = unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) };
    // SAFETY: it was zeroed, which is a valid value of its integers.
    let usage = unsafe { usage.assume_init() };
    (result == 0).then(|| total(&usage))
}

/// Runs a program to its end.
#[cfg(unix)]
pub(super) fn run(command: &mut Command) -> Ran {
    let name = command.get_program().to_string_lossy().into_owned();
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ran::Missing,
        Err(error) => return Ran::Failed(format!("{name} does not start: {error}")),
    };
    let mut status = 0;
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    let pid = child.id() as libc::pid_t;
    // SAFETY: the process is our own child that nobody has waited for; both pointers are to what the call fills.
    let waited = unsafe { libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr()) };
    // SAFETY: it was zeroed, which is a valid value of its integers.
    let usage = unsafe { usage.assume_init() };
    if waited == pid && status == 0 { Ran::Cpu(total(&usage)) } else { Ran::Failed(format!("{name} failed")) }
}

#[cfg(not(unix))]
pub(super) fn own_cpu() -> Option<Duration> {
    None
}

#[cfg(not(unix))]
pub(super) fn run(_command: &mut Command) -> Ran {
    Ran::Missing
}

/// Resident memory of this process in MiB.
pub(super) fn resident_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}
