//! The built-in test signal: made from nothing but integer arithmetic and exact float operations, so that any
//! sample can be made again, on any machine, from its channel and index alone.
//!
//! Each channel is a rising sweep that differs from its neighbours, one click a second to find by ear or eye, and a
//! quiet noise that makes every sample of every channel unlike all others: a frame that is lost, repeated, moved or
//! put into another channel cannot go unnoticed.

/// Seconds from the lowest to the highest frequency of the sweep.
const SWEEP_SECONDS: u64 = 10;
const HIGHEST_HZ: u32 = 8000;
const SWEEP_LEVEL: f32 = 0.5;
const CLICK_LEVEL: f32 = 0.4;
const NOISE_LEVEL: f32 = 1.0 / 256.0;

/// The sample of a channel at an index counted from the start of the signal; always within -1..1.
pub fn sample(channel: usize, index: u64, rate: u32) -> f32 {
    let mut one = [0.0];
    fill(channel, index, rate, &mut one);
    one[0]
}

/// Fills a block with the samples of a channel from an index on.
pub fn fill(channel: usize, start: u64, rate: u32, block: &mut [f32]) {
    let rate = u64::from(rate.max(1));
    let period = SWEEP_SECONDS * rate;
    let (step, bend) = sweep(channel, rate);
    let click_at = channel as u64 % rate;
    let seed = (channel as u64).wrapping_mul(0xD1B5_4A32_D192_ED03);
    let mut in_sweep = start % period;
    let mut in_second = start % rate;
    for (index, sample) in (start..).zip(block) {
        // Wrapping is wanted: the phase counts in turns of 2^64.
        let phase = in_sweep.wrapping_mul(step.wrapping_add(in_sweep.wrapping_mul(bend)));
        let click = if in_second == click_at { CLICK_LEVEL } else { 0.0 };
        *sample = SWEEP_LEVEL * sine(phase) + click + NOISE_LEVEL * noise(seed ^ index);
        in_sweep = (in_sweep + 1) % period;
        in_second = (in_second + 1) % rate;
    }
}

/// Phase of the first step and growth of the step, in 1/2^64 of a turn.
fn sweep(channel: usize, rate: u64) -> (u64, u64) {
    let highest = u128::from(HIGHEST_HZ).min(u128::from(rate) / 4);
    let lowest = highest * (1 + channel as u128 % 16) / 64;
    let rate = u128::from(rate);
    let step = (lowest << 64) / rate;
    let bend = ((highest - lowest) << 64) / (2 * u128::from(SWEEP_SECONDS) * rate * rate);
    (step as u64, bend as u64)
}

/// A parabola with its corners taken off: within 0.1 % of a sine.
fn sine(phase: u64) -> f32 {
    let half_turns = ((phase >> 32) as u32 as i32) as f32 / 2_147_483_648.0;
    let parabola = 4.0 * half_turns * (1.0 - half_turns.abs());
    parabola * (0.775 + 0.225 * parabola.abs())
}

/// -1..1 from the splitmix64 generator.
fn noise(state: u64) -> f32 {
    let mut mixed = state.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed ^ (mixed >> 31)) >> 40) as f32 / 8_388_608.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_holds_the_samples_of_its_indices() {
        let start = 10 * 48000 - 5;
        let mut block = [0.0; 32];
        fill(3, start, 48000, &mut block);
        for (index, value) in (start..).zip(block) {
            assert_eq!(value.to_bits(), sample(3, index, 48000).to_bits());
        }
    }

    #[test]
    fn the_signal_stays_below_full_scale_at_every_rate() {
        for rate in [1, 8000, 48000, 192_000, u32::MAX] {
            for index in (0..2_000_000).step_by(37) {
                let value = sample(rate as usize % 7, index, rate);
                assert!(value.abs() < 1.0, "{value} at {index}, rate {rate}");
            }
        }
    }

    #[test]
    fn no_two_channels_are_alike() {
        let block = |channel| {
            let mut block = vec![0.0; 4800];
            fill(channel, 48000, 48000, &mut block);
            block
        };
        let equal = block(0).iter().zip(block(16)).filter(|(a, b)| **a == *b).count();
        assert!(equal < 5, "channels 0 and 16 share {equal} samples");
    }

    #[test]
    fn the_signal_never_changes() {
        let bits = [(0, 0), (0, 48000), (1, 1), (63, 12_345_678_901)]
            .map(|(channel, index)| sample(channel, index, 48000).to_bits());
        assert_eq!(bits, PINNED, "{bits:#010x?}");
    }

    const PINNED: [u32; 4] = [0x3eca_cccd, 0xbdd4_25f4, 0x3ed4_e029, 0x3ec2_b1fc];
}
