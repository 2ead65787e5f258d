// The standard library has no way yet to append a span, or text of the program, to an array in one piece. These are the
// only unsafe operations of the core: each reads bytes that outlive the call, and nothing else.

extension [UInt8] {
    /// Appends the bytes of a span with one copy.
    @inline(__always)
    package mutating func append(copying bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Appends text known when this was compiled.
    @inline(__always)
    package mutating func append(text: StaticString) {
        unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
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
