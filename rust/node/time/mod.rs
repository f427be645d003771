//! Time as the host tells it: which samples are new, what is missing before them, whether a cook may wait.
//!
//! Plain numbers in, a verdict out: nothing here knows a take, a file or a parameter. [`Slices`] judges one
//! [`TimeSlice`] after the other, [`Pace`] compares the timeline with the clock.
//!
//! # Which samples are new
//!
//! | what the host says | what is concluded | why |
//! |---|---|---|
//! | the `opId`, `totalCooks` and layout of the cook before | seen: not written again | the source has not cooked |
//! | another `opId`, or another layout with samples | new, nothing is missing before them | another source has a time of its own |
//! | no samples | time goes by | a block, a burst or a late slice may still come |
//! | the same samples for a second, or for a while after more than time could bring; or more samples than time, again and again | a clip: written whole, never a gap | no time slice is like that |
//! | rates that differ by less than a millionth | one rate | the last digits of a floating-point number |
//!
//! # What is missing before them
//!
//! `missing` is the time since the last samples, in samples, less those that have come; `jump` is `startIndex` less
//! the index after the last sample. A source is *punctual* when its last four slices were as long as the time that went
//! by, to a sample. Its index is *proved* when it followed three times in a row, *broken* since a jump that time does
//! not explain until it follows again. A *hitch* is a cook with more than one frame since the one before. The first
//! row that fits decides.
//!
//! | what the host says | what is concluded | why |
//! |---|---|---|
//! | the take was suspended | a gap of what is missing, or of the jump if that agrees to a frame | the reason is known |
//! | `deltaFrames` is not a positive number, or over a month | no gap, a warning | nothing can be measured by it |
//! | the index follows, to a sample | no gap, but the one sample if the slice may have been clipped and the index always was exact | whatever came late, in blocks or in bursts, is all there |
//! | a jump forward that agrees with what is missing, to a frame: proved, or at a hitch and not broken | a gap of the jump | index and clock tell the same story, and the index tells it exactly |
//! | a hitch of a punctual source: more than a frame is missing, and the slice is 100 ms long, or longer than a frame and the longest so far | a gap of what is missing | the slice was clipped to Max Time Slice Size |
//! | another jump forward, proved, for which there was time: no more than is missing, and for a source that is not punctual than its longest slice without a hitch besides | a gap of the jump | a block may have waited in the source before |
//! | anything else | no gap, and the index is broken if it has jumped | loops, scrubs, restarts; sources that deliver in blocks, in bursts or a frame late |
//!
//! A jump back by 2^32 less something is read as a jump by that: indices of 32 bits begin again. "To a frame" allows for
//! two clocks that differ by 0.3 parts in a thousand. A loss of up to a frame that only the clock could tell is not
//! believed, since a slice that is a frame late looks the same. A gap of more than 600 s is counted and not to be
//! filled: a timeline that was left alone, or a computer that slept.
//!
//! # Whether a cook may wait
//!
//! | timeline and clock | what is concluded | why |
//! |---|---|---|
//! | half a second ahead | offline | real time never is |
//! | a fifth of a second behind, without a skipped frame | offline | real time skips frames to keep up |
//! | it was offline, and no frame has been skipped since | offline | the timeline now goes as fast as the disk |
//! | `deltaFrames` above 1 | real time, unless it is ahead | rendering never skips |
//! | at the pace of the clock for four seconds without a wait of ours | real time | Realtime was switched on again |

mod clip;
mod pace;
mod rate;
mod slice;
mod slices;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod tests;
mod trust;

pub(crate) use pace::Pace;
pub(crate) use rate::{is_same_rate, settled_rate};
pub(crate) use slice::{Odd, SliceKind, TimeSlice, elapsed};
pub(crate) use slices::Slices;
