//! The time on the wall, for names of files.
//!
//! Unsafe code, since the standard library knows no time zones. The system may read a file for them, so this is nothing
//! for the cook thread.

use std::time::{SystemTime, UNIX_EPOCH};

/// A moment as the user's clock and calendar show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LocalTime {
    /// Year, month, day.
    date: [u32; 3],
    /// Hour, minute, second.
    time: [u32; 3],
}

impl LocalTime {
    /// Where the system knows no time zone, in UTC.
    pub(super) fn of(moment: SystemTime) -> Self {
        let seconds = moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        zoned(seconds).unwrap_or_else(|| Self::of_utc(seconds))
    }

    /// `2026-11-27` and `18-51-02`.
    pub(super) fn words(self) -> [String; 2] {
        let ([year, month, day], [hour, minute, second]) = (self.date, self.time);
        [format!("{year:04}-{month:02}-{day:02}"), format!("{hour:02}-{minute:02}-{second:02}")]
    }

    /// Seconds from the time of day in UTC to the local one, or to the one of the day after.
    pub(super) fn utc_offset(moment: SystemTime) -> u64 {
        let seconds = moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let [hour, minute, second] = Self::of(moment).time.map(u64::from);
        (hour * 3600 + minute * 60 + second + 86_400 - seconds % 86_400) % 86_400
    }

    fn of_utc(seconds: u64) -> Self {
        let (days, second) = (seconds / 86_400, (seconds % 86_400) as u32);
        // Years begin in March, so that the day that some have more is their last one; 719,468 days lie between the
        // first of March of the year 0 and 1970.
        let days = days + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day_of_month = (day - (153 * month + 2) / 5 + 1) as u32;
        let after_december = month >= 10;
        let month = if after_december { month - 9 } else { month + 3 } as u32;
        let year = (era * 400 + year) as u32 + u32::from(after_december);
        Self { date: [year, month, day_of_month], time: [second / 3600, second / 60 % 60, second % 60] }
    }
}

#[cfg(unix)]
fn zoned(seconds: u64) -> Option<LocalTime> {
    let seconds = libc::time_t::try_from(seconds).ok()?;
    let mut parts = std::mem::MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: reads the seconds, and fills the struct.
    let filled = unsafe { libc::localtime_r(&raw const seconds, parts.as_mut_ptr()) };
    if filled.is_null() {
        return None;
    }
    // SAFETY: all zeros is a value of it, and it was filled since.
    let parts = unsafe { parts.assume_init() };
    let [month, day, hour, minute, second] =
        [parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec].map(|part| part.max(0) as u32);
    Some(LocalTime { date: [u32::try_from(parts.tm_year + 1900).ok()?, month, day], time: [hour, minute, second] })
}

#[cfg(windows)]
fn zoned(seconds: u64) -> Option<LocalTime> {
    use windows_sys::Win32::Foundation::{FILETIME, SYSTEMTIME};
    use windows_sys::Win32::System::Time::{FileTimeToSystemTime, SystemTimeToTzSpecificLocalTime};

    /// Tenths of a microsecond from 1601, where this calendar begins, to 1970.
    const BEFORE_1970: u64 = 116_444_736_000_000_000;
    let ticks = seconds.checked_mul(10_000_000)?.checked_add(BEFORE_1970)?;
    let moment = FILETIME { dwLowDateTime: ticks as u32, dwHighDateTime: (ticks >> 32) as u32 };
    let (mut utc, mut parts) = (SYSTEMTIME::default(), SYSTEMTIME::default());
    // SAFETY: reads the one, and fills the other.
    if unsafe { FileTimeToSystemTime(&raw const moment, &raw mut utc) } == 0 {
        return None;
    }
    // SAFETY: reads the one, and fills the other; null stands for the zone that is set.
    if unsafe { SystemTimeToTzSpecificLocalTime(std::ptr::null(), &raw const utc, &raw mut parts) } == 0 {
        return None;
    }
    Some(LocalTime {
        date: [parts.wYear, parts.wMonth, parts.wDay].map(u32::from),
        time: [parts.wHour, parts.wMinute, parts.wSecond].map(u32::from),
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_calendar_of_utc_is_right_on_days_that_are_easy_to_miss() {
        for (seconds, date, time) in [
            (0, "1970-01-01", "00-00-00"),
            (951_782_399, "2000-02-28", "23-59-59"),
            (951_782_400, "2000-02-29", "00-00-00"),
            (951_868_800, "2000-03-01", "00-00-00"),
            (1_709_164_800, "2024-02-29", "00-00-00"),
            (1_798_761_599, "2026-12-31", "23-59-59"),
            (4_107_542_400, "2100-03-01", "00-00-00"),
        ] {
            assert_eq!(LocalTime::of_utc(seconds).words(), [date, time], "{seconds}");
        }
    }

    /// In whatever zone the tests run.
    #[test]
    fn the_time_is_that_of_the_systems_own_clock() {
        let moment = UNIX_EPOCH + Duration::from_secs(1_795_805_462);
        let date = Command::new("date").args(["-d", "@1795805462", "+%Y-%m-%d %H-%M-%S"]).output();
        match date.ok().filter(|output| output.status.success()) {
            Some(output) => {
                let text = String::from_utf8(output.stdout).unwrap();
                assert_eq!(LocalTime::of(moment).words().join(" "), text.trim());
            }
            None => println!("skipped: no program that tells the time"),
        }
    }
}
