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
