// The standard library cannot yet append a span or a static string to an array with one copy, and compares arrays byte
// by byte. With `Suspension`, these are the only unsafe operations of the core: each reads a buffer that outlives the
// call, within its bounds.

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

extension Span<UInt8> {
    /// Returns whether two spans contain the same bytes.
    package func hasSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard count < 64 else { return hasSameWords(as: other) }
        for index in indices where self[index] != other[index] { return false }
        return true
    }

    /// Compares two spans of the same count eight bytes at a time.
    private func hasSameWords(as other: Span<UInt8>) -> Bool {
        unsafe bytes.withUnsafeBytes { these in
            unsafe other.bytes.withUnsafeBytes { those in
                let wholeWords = these.count & ~7
                for offset in stride(from: 0, to: wholeWords, by: 8) {
                    let (word, otherWord) = unsafe (
                        these.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
                        those.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    )
                    if word != otherWord { return false }
                }
                return unsafe these[wholeWords...].elementsEqual(those[wholeWords...])
            }
        }
    }
}
