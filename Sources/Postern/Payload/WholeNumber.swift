/// A `Double` as an integer, where one is asked for: every encoding follows this rule.
package enum WholeNumber {
    /// Above this a `Double` does not say any more which integer was meant.
    private static let largest = 0x1p53

    /// The integer that a number is.
    ///
    /// - Throws: `.typeMismatch` for a fraction, `.outOfRange` for NaN and for what is beyond ±2^53.
    package static func read<Number: FixedWidthInteger>(_ number: Double) throws(PayloadError) -> Number {
        guard number.rounded(.towardZero) == number || !number.isFinite else {
            throw .expected("an integer", found: "a fraction")
        }
        guard number.magnitude <= largest, let exact = Number(exactly: number) else { throw .outOfRange(Number.self) }
        return exact
    }
}
