// The standard library has no way yet to append a span to an array in one piece. These are the only unsafe operations
// of the core: each reads a span that outlives the call, and nothing else.

extension [UInt8] {
    /// Appends the bytes of a span with one copy.
    @inline(__always)
    package mutating func append(copying bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// A copy of a span.
    @inline(__always)
    package init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}

extension String {
    /// Text from bytes that are valid UTF-8; invalid ones are repaired.
    @inline(__always)
    package init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
