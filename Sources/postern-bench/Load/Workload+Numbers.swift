import NIOCore

extension Workload {
    /// The number that stands behind a text; `nil` when there is none.
    ///
    /// Reads at most 18 digits.
    static func number(after text: StaticString, in message: ByteBufferView) -> Int? {
        let pattern = text.description.utf8
        guard let start = message.firstRange(of: pattern)?.upperBound else { return nil }
        var number: Int?
        for byte in message[start...].prefix(18) {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { break }
            number = (number ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number
    }
}
