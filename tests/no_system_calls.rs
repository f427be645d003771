//! On the cook thread, `execute` makes no system call in the steady state of a take.
//!
//! A seccomp filter turns every system call of the cook thread into a signal. Its handler counts the call if
//! `execute` is running, and then makes it, through the one instruction that the filter lets pass. So the test
//! and the host around `execute` go on as ever, and so do the writer's threads, which are older than the filter.

#![cfg(all(target_os = "linux", target_pointer_width = "64", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod common;

use std::cell::Cell;
use std::ffi::{c_int, c_long, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use common::Rig;

const STEADY_COOKS: usize = 1000;

thread_local! {
    // Without destructors and with constant beginnings: a signal handler may use them.
    static COUNTING: Cell<bool> = const { Cell::new(false) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static LAST: Cell<c_long> = const { Cell::new(-1) };
}

// `gate(number, six arguments)` makes a system call and gives what the kernel gives; the kernel sees it come from
// `gate_return`.
#[cfg(target_arch = "x86_64")]
std::arch::global_asm!(
    ".globl afop_test_gate",
    ".globl afop_test_gate_return",
    "afop_test_gate:",
    "mov rax, rdi",
    "mov rdi, rsi",
    "mov rsi, rdx",
    "mov rdx, rcx",
    "mov r10, r8",
    "mov r8, r9",
    "mov r9, [rsp + 8]",
    "syscall",
    "afop_test_gate_return:",
    "ret",
);

#[cfg(target_arch = "aarch64")]
std::arch::global_asm!(
    ".globl afop_test_gate",
    ".globl afop_test_gate_return",
    "afop_test_gate:",
    "mov x8, x0",
    "mov x0, x1",
    "mov x1, x2",
    "mov x2, x3",
    "mov x3, x4",
    "mov x4, x5",
    "mov x5, x6",
    "svc #0",
    "afop_test_gate_return:",
    "ret",
);

unsafe extern "C" {
    fn afop_test_gate(number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64) -> u64;
    fn afop_test_gate_return();
}

/// Counts the system call that was held up, makes it, and hands its result to the program.
extern "C" fn held_up(_signal: c_int, _info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel gives a handler with SA_SIGINFO the interrupted thread's context.
    let context = unsafe { &mut *context.cast::<libc::ucontext_t>() };
    #[cfg(target_arch = "x86_64")]
    let (number, arguments) = {
        use libc::{REG_R8, REG_R9, REG_R10, REG_RAX, REG_RDI, REG_RDX, REG_RSI};
        let registers = &context.uc_mcontext.gregs;
        let read = |index: c_int| registers[index as usize] as u64;
        (read(REG_RAX), [REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9].map(read))
    };
    #[cfg(target_arch = "aarch64")]
    let (number, arguments) = {
        let registers = &context.uc_mcontext.regs;
        (registers[8], [0, 1, 2, 3, 4, 5].map(|index: usize| registers[index]))
    };
    if COUNTING.get() {
        CALLS.set(CALLS.get() + 1);
        LAST.set(number as c_long);
    }
    let [a, b, c, d, e, f] = arguments;
    // SAFETY: the call that the program has made, with the arguments that the program has chosen.
    let result = unsafe { afop_test_gate(number, a, b, c, d, e, f) };
    #[cfg(target_arch = "x86_64")]
    {
        context.uc_mcontext.gregs[libc::REG_RAX as usize] = result as i64;
    }
    #[cfg(target_arch = "aarch64")]
    {
        context.uc_mcontext.regs[0] = result;
    }
}

/// From now on every system call of this thread goes through [`held_up`].
fn hold_up_system_calls() {
    // SAFETY: zeroed memory is a valid `sigaction`: no flags, an empty mask.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = held_up as *const () as usize;
    // NODEFER, since a thread in which the signal is blocked would be killed by the next one.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER;
    // SAFETY: the handler calls nothing but the kernel and touches only its own thread's counters.
    assert_eq!(unsafe { libc::sigaction(libc::SIGSYS, &action, std::ptr::null_mut()) }, 0);

    let statement = |code: u32, k: u32| libc::sock_filter { code: code as u16, jt: 0, jf: 0, k };
    let jump = |k: u32, jt: u8, jf: u8| libc::sock_filter {
        code: (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16,
        jt,
        jf,
        k,
    };
    let load = |offset: u32| statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset);
    let gate = afop_test_gate_return as *const () as u64;
    // Offsets in `seccomp_data`: the call's number 0, the instruction pointer 8, low half first.
    let mut program = [
        load(0),
        jump(libc::SYS_rt_sigreturn as u32, 4, 0),
        load(8),
        jump(gate as u32, 0, 3),
        load(12),
        jump((gate >> 32) as u32, 0, 1),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_TRAP),
    ];
    let program = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    // SAFETY: takes numbers only.
    assert_eq!(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }, 0);
    // SAFETY: `program` is a valid filter, and lives longer than the call, which copies it.
    let set = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
    assert_eq!(set, 0, "{}", std::io::Error::last_os_error());
}

/// Runs `body` on a thread of its own that never ends: at a thread's end the C library blocks all signals, and a
/// system call that is held up then would end the process.
fn on_a_cook_thread(body: impl FnOnce() + Send + 'static) {
    let (done, outcome) = mpsc::channel();
    thread::spawn(move || {
        let _ = done.send(catch_unwind(AssertUnwindSafe(body)));
        loop {
            thread::park();
        }
    });
    if let Err(panic) = outcome.recv().expect("the thread lives") {
        resume_unwind(panic);
    }
}

/// How many system calls `body` makes.
fn calls(body: impl FnOnce()) -> usize {
    CALLS.set(0);
    COUNTING.set(true);
    body();
    COUNTING.set(false);
    CALLS.get()
}

/// One cook of `samples` frames; how many system calls its `execute` makes.
fn cook_calls(rig: &mut Rig, samples: usize) -> usize {
    rig.fill(samples, false);
    let time = rig.time(1.0);
    rig.node.prepare(&time);
    let counted = calls(|| rig.node.execute());
    rig.node.after_cook();
    counted
}

fn assert_quiet(rig: &mut Rig, what: &str, listens: bool) {
    for cook in 0..STEADY_COOKS {
        // As fast as can be, but not faster than the writer: an offline cook that finds the near ring full waits for it.
        if cook % 10 == 0 {
            rig.wait("the writer keeps up", |node| node.info("buffer_seconds") < 0.1);
        }
        if cook % 10 == 0 && listens {
            // It keeps up with what comes while no take runs, too, of which nothing tells.
            thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(cook_calls(rig, 800), 0, "cook {cook}, {what}: the last was number {}", LAST.get());
    }
}

#[test]
fn a_system_call_is_counted_and_made() {
    on_a_cook_thread(|| {
        // SAFETY: takes nothing and always succeeds.
        let before = unsafe { libc::getppid() };
        hold_up_system_calls();
        let mut after = 0;
        let counted = calls(|| {
            // SAFETY: as above.
            after = unsafe { libc::getppid() };
        });
        assert_eq!((counted, after, LAST.get()), (1, before, libc::SYS_getppid));
    });
}

#[test]
fn a_steady_take_makes_no_system_call() {
    on_a_cook_thread(|| {
        let mut rigs: Vec<(Rig, String)> = Vec::new();
        let items = Rig::new(2, 48_000.0).node.par("Filetype").expect("a menu of formats").menu.clone();
        for (format, _) in items {
            for channels in [2, 64] {
                let mut rig = Rig::new(channels, 48_000.0);
                rig.node.set("Filetype", format.as_str());
                rig.set_file("take");
                if format == "wav" {
                    // Idle then, it listens.
                    rig.node.set("Preroll", 5.0);
                }
                rig.record(true);
                rig.cook_unrecorded(800);
                if rig.node.error().is_empty() {
                    rig.wait("the file is open", |node| {
                        node.info_dat().iter().any(|(key, value)| key == "state" && value == "recording")
                    });
                    rigs.push((rig, format!("{format} with {channels} channels")));
                } else {
                    println!("skipped: {format} with {channels} channels: {}", rig.node.error());
                }
            }
        }
        // Their threads run already, and are not held up.
        hold_up_system_calls();
        for (rig, what) in &mut rigs {
            for _ in 0..10 {
                cook_calls(rig, 800);
            }
            assert_quiet(rig, &format!("recording {what}"), false);
            rig.pause(true);
            cook_calls(rig, 800);
            assert_quiet(rig, &format!("paused, {what}"), false);
            rig.pause(false);
            cook_calls(rig, 800);
            rig.finish();
            cook_calls(rig, 800);
            assert_quiet(rig, &format!("idle after {what}"), what.starts_with("wav"));
            assert_eq!(rig.number("lost_samples"), 0);
            assert_eq!(rig.number("total_samples_written"), 800 * (STEADY_COOKS as u64 + 12));
        }
        // The start of a take is what may: the threads that sleep have to be woken.
        let (rig, _) = &mut rigs[0];
        rig.set_file("another");
        rig.record(true);
        let starting = cook_calls(rig, 800);
        println!("the cook that starts a take: {starting} system calls");
        assert!(starting > 0);
        rig.finish();
    });
}
