/// A type that calls the functions of a codec directly instead of `Codable`.
protocol PayloadScalar: Codable, Sendable {
    /// Decodes one value.
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Self
    /// Appends the encoding of the value.
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

/// A signed integer type.
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

/// An unsigned integer type.
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
    /// Returns a 64-bit integer as this type.
    ///
    /// - Throws: `.outOfRange` for this type, also if the number does not even fit the wider one.
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

/// The conversion of a `Double` to an integer, the same in every encoding.
package enum WholeNumber {
    /// The largest magnitude up to which each integer has a `Double` of its own: 2^53.
    private static let largest = 0x1p53

    /// Returns a number as an integer.
    ///
    /// - Throws: `.typeMismatch` for a fraction, `.outOfRange` for NaN and for magnitudes above 2^53.
    package static func read<Number: FixedWidthInteger>(_ number: Double) throws(PayloadError) -> Number {
        guard number.rounded(.towardZero) == number || !number.isFinite else {
            throw .expected("an integer", found: "a fraction")
        }
        guard number.magnitude <= largest, let exact = Number(exactly: number) else { throw .outOfRange(Number.self) }
        return exact
    }
}

/// Decodes a value of one of the most frequent types; returns `nil` for another type and on any error.
///
/// In specialised code the comparisons of types are constant, so only the branch of the type remains. The caller
/// decodes again after an error, to have its description.
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

/// Appends a value of one of the most frequent types; returns `false` for a value of another type.
///
/// In specialised code the comparisons of types are constant, so only the branch of the type remains.
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
