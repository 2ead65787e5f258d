package import Postern

extension JSON: NumeralCodec {
    package static func readNumeral(_ value: Span<UInt8>) throws(PayloadError) -> String {
        switch try kind(of: value) {
        case .integer, .double: return String(copying: value)
        case .string: return try readString(value)
        case let kind: throw .expected("a number", found: kind.phrase)
        }
    }

    package static func write(numeral: String, into output: inout [UInt8]) { output += numeral.utf8 }
}
