// The standard library cannot yet append a span or a static string to an array with one copy. With `Suspension`, these
// are the only unsafe operations of the core: each reads a buffer that outlives the call, within its bounds.

extension [UInt8] {
    /// Appends the bytes of a span with one copy.
    @inline(__always)
    package mutating func append(copying bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Appends the UTF-8 bytes of a literal with one copy.
    @inline(__always)
    package mutating func append(text: StaticString) {
        unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Creates an array from the bytes of a span with one copy.
    @inline(__always)
    package init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}

extension String {
    /// Creates a string from UTF-8 bytes; invalid sequences are replaced by U+FFFD.
    @inline(__always)
    package init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
