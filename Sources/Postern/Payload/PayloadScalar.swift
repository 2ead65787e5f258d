/// A type with functions of its own in every codec: read and written without going through `Codable`.
protocol PayloadScalar: Codable, Sendable {
    /// Reads one value.
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Self
    /// Appends the value.
    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) throws(PayloadError)
}

extension Bool: PayloadScalar {
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Bool {
        try codec.readBool(value)
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) { codec.write(self, into: &output) }
}

extension String: PayloadScalar {
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> String {
        try codec.readString(value)
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) { codec.write(self, into: &output) }
}

extension Double: PayloadScalar {
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Double {
        try codec.readDouble(value)
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) throws(PayloadError) {
        try codec.write(self, into: &output)
    }
}

extension Float: PayloadScalar {
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Float {
        let wide = try codec.readDouble(value)
        let narrow = Float(wide)
        guard narrow.isFinite || !wide.isFinite else {
            throw PayloadError(.outOfRange, "expected a number of 32 bits, at most \(greatestFiniteMagnitude)")
        }
        return narrow
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) throws(PayloadError) {
        try codec.write(Double(self), into: &output)
    }
}

/// Every signed integer type.
protocol SignedPayloadScalar: PayloadScalar, FixedWidthInteger, SignedInteger {}

extension SignedPayloadScalar {
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Self {
        try narrow { () throws(PayloadError) in try codec.readInt64(value) }
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) {
        codec.write(Int64(truncatingIfNeeded: self), into: &output)
    }
}

extension Int: SignedPayloadScalar {}
extension Int8: SignedPayloadScalar {}
extension Int16: SignedPayloadScalar {}
extension Int32: SignedPayloadScalar {}
extension Int64: SignedPayloadScalar {}

/// Every unsigned integer type.
protocol UnsignedPayloadScalar: PayloadScalar, FixedWidthInteger, UnsignedInteger {}

extension UnsignedPayloadScalar {
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Self {
        try narrow { () throws(PayloadError) in try codec.readUInt64(value) }
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) {
        codec.write(UInt64(truncatingIfNeeded: self), into: &output)
    }
}

extension UInt: UnsignedPayloadScalar {}
extension UInt8: UnsignedPayloadScalar {}
extension UInt16: UnsignedPayloadScalar {}
extension UInt32: UnsignedPayloadScalar {}
extension UInt64: UnsignedPayloadScalar {}

extension FixedWidthInteger {
    /// A wider integer as this type; whichever of the two it does not fit, the error names this one.
    @inline(__always)
    fileprivate static func narrow(
        _ readWide: () throws(PayloadError) -> some FixedWidthInteger
    ) throws(PayloadError) -> Self {
        do throws(PayloadError) {
            if let exact = Self(exactly: try readWide()) { return exact }
        } catch {
            if error.reason != .outOfRange { throw error }
        }
        throw .outOfRange(Self.self)
    }
}

extension Optional: PayloadScalar where Wrapped: PayloadScalar {
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Wrapped? {
        if try codec.kind(of: value) == .null { return nil }
        return try Wrapped.read(value, as: codec)
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) throws(PayloadError) {
        guard let self else { return codec.writeNull(into: &output) }
        try self.write(as: codec, into: &output)
    }
}

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

/// Reads a value of one of the most frequent types; nil for others, and when it is not such a value.
///
/// In code that knows the type, the comparisons cost nothing and one of the branches is left.
@inlinable
@inline(__always)
func readFrequent<Argument>(
    _ type: Argument.Type,
    _ value: Span<UInt8>,
    _ codec: any PayloadCodec.Type
) -> Argument? {
    if type == Double.self {
        if let number = try? codec.readDouble(value) { return number as? Argument }
    } else if type == Int.self {
        if let number = try? codec.readInt64(value) { return Int(truncatingIfNeeded: number) as? Argument }
    } else if type == String.self {
        if let text = try? codec.readString(value) { return text as? Argument }
    } else if type == Bool.self {
        if let truth = try? codec.readBool(value) { return truth as? Argument }
    }
    return nil
}

/// Writes a value of one of the most frequent types, and tells whether it was one.
///
/// In code that knows the type, the comparisons cost nothing and one of the branches is left.
@inlinable
func writeFrequent<Result>(
    _ value: Result,
    _ codec: any PayloadCodec.Type,
    _ output: inout [UInt8]
) throws(PayloadError) -> Bool {
    if Result.self == Double.self, let number = value as? Double {
        try codec.write(number, into: &output)
    } else if Result.self == Int.self, let number = value as? Int {
        codec.write(Int64(truncatingIfNeeded: number), into: &output)
    } else if Result.self == String.self, let text = value as? String {
        codec.write(text, into: &output)
    } else if Result.self == Bool.self, let truth = value as? Bool {
        codec.write(truth, into: &output)
    } else {
        return false
    }
    return true
}
