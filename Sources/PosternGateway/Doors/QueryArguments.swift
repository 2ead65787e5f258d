import Postern
import PosternJSONRPC

/// Arguments in the query of a GET: `a=1&b=2`.
enum QueryArguments {
    /// The arguments as a JSON object; empty when there are none.
    ///
    /// A value that is a JSON number, `true`, `false`, `null`, an array or an object stands for that; anything else is
    /// text. A number for a text parameter is written in quotes: `name=%2242%22`.
    ///
    /// - Throws: `.malformed` for a broken percent sign or bytes that are not UTF-8.
    static func json(_ query: String) throws(PayloadError) -> [UInt8] {
        guard !query.isEmpty else { return [] }
        var output: [UInt8] = []
        var map = JSON.beginMap(into: &output)
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try decode(parts[0])
            let value = parts.count > 1 ? try decode(parts[1]) : ""
            JSON.nextMember(named: name, &map, into: &output)
            append(value, to: &output)
        }
        JSON.endMap(map, into: &output)
        return output
    }

    private static func append(_ value: String, to output: inout [UInt8]) {
        let bytes = Array(value.utf8)
        do throws(PayloadError) {
            try JSON.validate(bytes.span)
            output.append(contentsOf: bytes)
        } catch {
            JSON.write(value, into: &output)
        }
    }

    private static func decode(_ text: Substring) throws(PayloadError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst()?.hexDigit, let low = rest.popFirst()?.hexDigit else {
                    throw PayloadError(.malformed, "The query has a percent sign without two digits")
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw PayloadError(.malformed, "The query is not UTF-8")
        }
        return decoded
    }
}

extension UInt8 {
    fileprivate var hexDigit: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
