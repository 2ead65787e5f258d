extension PayloadCodec {
    /// Reads RFC 3339 text.
    public static func readTimestamp(_ value: Span<UInt8>) throws(PayloadError) -> Timestamp {
        let kind = try kind(of: value)
        guard kind == .string else { throw .expected(Timestamp.phrase, found: kind.phrase) }
        return try Timestamp(text: try readString(value))
    }

    /// Appends RFC 3339 text with milliseconds.
    public static func write(_ value: Timestamp, into output: inout [UInt8]) throws(PayloadError) {
        write(try value.text(), into: &output)
    }
}
