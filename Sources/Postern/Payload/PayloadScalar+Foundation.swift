package import FoundationEssentials
package import PosternSchema

extension Array: PayloadScalar where Element == UInt8 {
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> [UInt8] {
        try codec.readBytes(value)
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) {
        codec.write(bytes: span, into: &output)
    }
}

extension Data: PayloadScalar, KnownType {
    package static var schemaNode: SchemaNode { .base64 }
    package static func sample(for run: ProbeRun) -> Data { Data() }
    package var tree: JSONTree? { .string(BytesText.encoded([UInt8](self))) }

    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Data {
        Data(try codec.readBytes(value))
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) {
        let bytes = [UInt8](self)
        codec.write(bytes: bytes.span, into: &output)
    }
}

extension Date: PayloadScalar, KnownType {
    package static var schemaNode: SchemaNode { .finished(["type": "string", "format": "date-time"]) }
    package static func sample(for run: ProbeRun) -> Date { Date(timeIntervalSinceReferenceDate: Double(run.number)) }
    package var tree: JSONTree? {
        let seconds = timeIntervalSince1970.rounded(.down)
        guard let whole = Int64(exactly: seconds) else { return nil }
        let nanoseconds = UInt32(min((timeIntervalSince1970 - seconds) * 1e9, 999_999_999))
        return (try? Timestamp(seconds: whole, nanoseconds: nanoseconds).text()).map(JSONTree.string)
    }

    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Date {
        let time = try codec.readTimestamp(value)
        return Date(
            timeIntervalSinceReferenceDate: Double(time.seconds) - secondsTo2001 + Double(time.nanoseconds) / 1e9
        )
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) throws(PayloadError) {
        // Split before the offset is added: a fraction loses fewer bits next to the smaller number.
        let wholeSeconds = timeIntervalSinceReferenceDate.rounded(.down)
        guard let seconds = Int64(exactly: wholeSeconds + Self.secondsTo2001) else {
            throw PayloadError(.notEncodable, "a date that is not a number of seconds cannot be encoded")
        }
        let nanoseconds = ((timeIntervalSinceReferenceDate - wholeSeconds) * 1e9).rounded()
        try codec.write(
            // Rounding may yield 1e9, which is no valid fraction.
            Timestamp(seconds: seconds, nanoseconds: UInt32(min(nanoseconds, 999_999_999))),
            into: &output
        )
    }

    /// The seconds from 1970 to the reference date of `Date`, 2001-01-01.
    private static let secondsTo2001 = 978_307_200.0
}

/// A textual encoding, whose numbers may have any number of digits.
package protocol NumeralCodec: PayloadCodec {
    /// Reads the text of a number; a string of digits is accepted.
    static func readNumeral(_ value: Span<UInt8>) throws(PayloadError) -> String
    /// Appends a number with the given text.
    static func write(numeral: String, into output: inout [UInt8])
}

// In JSON, a number with all its digits. In MessagePack, the first form that reads back to the same number: an integer,
// a double, or a string of its digits.
extension Decimal: PayloadScalar, KnownType {
    package static var schemaNode: SchemaNode { .finished(["type": "number"]) }
    package static func sample(for run: ProbeRun) -> Decimal { Decimal(run.number) }
    package var tree: JSONTree? { Double(description).flatMap(JSONTree.init(encoding:)) }

    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Decimal {
        let text =
            if let codec = codec as? any NumeralCodec.Type {
                try codec.readNumeral(value)
            } else {
                try numeral(value, codec)
            }
        guard text.utf8.allSatisfy(digits.contains), let number = Decimal(string: text), !number.isNaN else {
            throw .expected("a number of at most 38 digits", found: "\"\(text.prefix(40))\"")
        }
        return number
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) throws(PayloadError) {
        guard !isNaN else { throw PayloadError(.notEncodable, "a decimal that is no number cannot be encoded") }
        let text = description
        if let codec = codec as? any NumeralCodec.Type {
            codec.write(numeral: text, into: &output)
        } else if let integer = Int64(text) {
            codec.write(integer, into: &output)
        } else if let integer = UInt64(text) {
            codec.write(integer, into: &output)
        } else if let double = Double(text), Decimal(string: "\(double)") == self {
            try codec.write(double, into: &output)
        } else {
            codec.write(text, into: &output)
        }
    }

    // `Decimal(string:)` alone would accept a number with trailing text.
    private static let digits = Set("0123456789+-.eE".utf8)

    private static func numeral(
        _ value: Span<UInt8>,
        _ codec: any PayloadCodec.Type
    ) throws(PayloadError) -> String {
        switch try codec.kind(of: value) {
        case .integer:
            do throws(PayloadError) { return "\(try codec.readInt64(value))" } catch {
                return "\(try codec.readUInt64(value))"
            }
        case .string: return try codec.readString(value)
        default: return "\(try codec.readDouble(value))"
        }
    }
}

// A string: the absolute URL where it has a base.
extension URL: PayloadScalar, KnownType {
    package static var schemaNode: SchemaNode {
        .finished(["type": "string", "format": "uri-reference", "minLength": 1])
    }
    package static func sample(for run: ProbeRun) throws -> URL {
        guard let url = URL(string: "https://example.org/") else {
            throw PayloadError(.typeMismatch, "a URL is expected")
        }
        return url
    }
    package var tree: JSONTree? { .string(absoluteString) }

    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> URL {
        let text = try codec.readString(value)
        guard let url = URL(string: text) else { throw .expected("a URL", found: "\"\(text.prefix(40))\"") }
        return url
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) {
        codec.write(absoluteString, into: &output)
    }
}

extension UUID: KnownType {
    package static var schemaNode: SchemaNode { .finished(["type": "string", "format": "uuid"]) }
    package static func sample(for run: ProbeRun) -> UUID {
        UUID(uuid: (0, 0, 0, 0, 0, 0, 64, 0, 128, 0, 0, 0, 0, 0, 0, 0))
    }
    package var tree: JSONTree? { .string(uuidString) }
}
