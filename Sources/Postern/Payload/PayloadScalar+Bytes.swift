import FoundationEssentials

extension Array: PayloadScalar where Element == UInt8 {
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> [UInt8] {
        try codec.readBytes(value)
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) {
        codec.write(bytes: span, into: &output)
    }
}

extension Data: PayloadScalar, DescribedType {
    static var typeWord: String { "bytes" }

    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Data {
        Data(try codec.readBytes(value))
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) {
        let bytes = [UInt8](self)
        codec.write(bytes: bytes.span, into: &output)
    }
}

extension Date: PayloadScalar, DescribedType {
    static var typeWord: String { "string" }

    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Date {
        let time = try codec.readTimestamp(value)
        return Date(
            timeIntervalSinceReferenceDate: Double(time.seconds) - secondsTo2001 + Double(time.nanoseconds) / 1e9
        )
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) throws(PayloadError) {
        let wholeSeconds = timeIntervalSinceReferenceDate.rounded(.down)
        guard let seconds = Int64(exactly: wholeSeconds + Self.secondsTo2001) else {
            throw PayloadError(.notEncodable, "a date that is not a number of seconds cannot be encoded")
        }
        let nanoseconds = ((timeIntervalSinceReferenceDate - wholeSeconds) * 1e9).rounded()
        try codec.write(
            Timestamp(seconds: seconds, nanoseconds: UInt32(min(nanoseconds, 999_999_999))),
            into: &output
        )
    }

    private static let secondsTo2001 = 978_307_200.0
}
