/// A generator of random numbers whose seed determines its sequence.
///
/// It is the generator xorshift64*; an attack has one for each of its tasks, so that their order does not matter.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    /// Creates a generator.
    ///
    /// - Parameter seed: Any number; neighbours lead to unlike sequences.
    init(seed: UInt64) {
        // A state of zero would stay zero.
        state = max(1, (seed ^ 0x9e37_79b9_7f4a_7c15) &* 0xbf58_476d_1ce4_e5b9)
    }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_f491_4f6c_dd1d
    }
}
