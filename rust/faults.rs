//! Faults that a test can order, to prove that a bug of ours stays inside the node.
//!
//! Compiled in only with the feature `inject-faults`, which no release has; without it every function here is
//! empty. A node orders a fault in its path: `/project1/afo1?panic=execute@50` panics at the 50th passage of
//! that point, `?delay=writer:2000` sleeps 2000 microseconds at every passage, `?plant=race` makes a mistake with memory
//! at every passage (`planted`).

#[cfg(feature = "inject-faults")]
#[allow(unsafe_code, reason = "mistakes on purpose")]
mod planted;

use std::io;
use std::path::Path;

/// The places where a fault can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// The cook thread, in the middle of `execute`.
    Execute,
    /// The encoding thread, before it encodes a block.
    Encoder,
    /// The destination's thread, before it writes a batch.
    Writer,
    /// The thread that asks the disk to keep what it has, before it does.
    Sync,
    /// The thread that looks for the next free name, before it asks the disk.
    Scout,
    /// Python asks for a member.
    Python,
}

#[cfg(feature = "inject-faults")]
mod ordered {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::Point;
    use super::planted::{self, Contended, Plant};

    /// The fault that a node's path orders, if any.
    #[derive(Debug, Default)]
    pub(crate) struct Faults {
        panic: Option<(Point, u64)>,
        delay: Option<(Point, Duration)>,
        plant: Option<Plant>,
        contended: Contended,
        /// Relaxed: a count of its own, that guards nothing.
        passages: AtomicU64,
    }

    impl Faults {
        pub(crate) fn from_path(op_path: &str) -> Self {
            let order = op_path.split_once('?').map_or("", |(_, order)| order);
            let ask = |key: &str, separator: char| {
                let (point, number) = order.strip_prefix(key)?.strip_prefix('=')?.split_once(separator)?;
                let point = match point {
                    "execute" => Point::Execute,
                    "encoder" => Point::Encoder,
                    "sync" => Point::Sync,
                    "scout" => Point::Scout,
                    "python" => Point::Python,
                    _ => Point::Writer,
                };
                Some((point, number.parse::<u64>().ok()?))
            };
            Self {
                panic: ask("panic", '@'),
                delay: ask("delay", ':').map(|(point, micros)| (point, Duration::from_micros(micros))),
                plant: order.strip_prefix("plant=").and_then(Plant::named),
                contended: Contended::default(),
                passages: AtomicU64::new(0),
            }
        }

        pub(crate) fn pass(&self, point: Point) {
            if let Some(plant) = self.plant {
                planted::pass(plant, point, &self.contended);
            }
            if let Some((at, delay)) = self.delay
                && at == point
            {
                std::thread::sleep(delay);
            }
            if let Some((at, passage)) = self.panic
                && at == point
                && self.passages.fetch_add(1, Ordering::Relaxed) + 1 == passage
            {
                panic!("ordered by a test at {point:?}");
            }
        }
    }
}

#[cfg(not(feature = "inject-faults"))]
mod ordered {
    use super::Point;

    /// No fault can be ordered in this build.
    #[derive(Debug, Default)]
    pub(crate) struct Faults;

    impl Faults {
        pub(crate) fn from_path(_op_path: &str) -> Self {
            Self
        }

        #[inline(always)]
        pub(crate) fn pass(&self, _point: Point) {}
    }
}

pub(crate) use ordered::Faults;

/// The error that a test orders for an operation on a file.
///
/// The name of the file may order one for good: writing to `take fail-write-28.wav` fails with the system's error number
/// 28. A file `faults` in its folder orders them for as long as it says so, one in each line: `write 28`.
#[cfg(feature = "inject-faults")]
pub(crate) fn system(doing: &str, path: &Path) -> io::Result<()> {
    let name = path.to_string_lossy();
    let order = name.split_once(&format!("fail-{doing}-")).map(|(_, order)| order);
    let number = order.and_then(|order| order.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok());
    let listed = || {
        let orders = std::fs::read_to_string(path.with_file_name("faults")).ok()?;
        orders.lines().find_map(|line| line.strip_prefix(doing)?.trim().parse().ok())
    };
    number.or_else(listed).map_or(Ok(()), |number| Err(io::Error::from_raw_os_error(number)))
}

/// No fault can be ordered in this build.
#[cfg(not(feature = "inject-faults"))]
#[inline(always)]
pub(crate) fn system(_doing: &str, _path: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether a text of the user's, such as a key of the table, orders this fault.
#[inline(always)]
pub(crate) fn ordered(text: &str, fault: &str) -> bool {
    cfg!(feature = "inject-faults") && text.contains(fault)
}
