//! Dice that fall the same way again for the same seed.

/// SplitMix64.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x00C0_FFEE)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `least` to `most`.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        least + i64::try_from(self.next() % u64::try_from(most - least + 1).expect("a range")).expect("small")
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, times: i64) -> bool {
        self.between(0, 99) < times
    }

    /// One of so many.
    pub fn of(&mut self, many: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(many).expect("some")).expect("small")
    }
}
