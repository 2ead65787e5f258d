import ArgumentParser
import NIOHTTP1

/// A header field that the command line adds to requests.
struct HeaderField: Hashable, Sendable {
    let name: String
    let value: String

    /// The fields that delimit a message or belong to a connection.
    private static let reserved: Set<String> = [
        "connection", "content-length", "content-type", "transfer-encoding", "upgrade", "expect", "te", "trailer",
    ]

    /// Parses `Name: value`.
    ///
    /// - Throws: `ValidationError` for text that is no field, or a field that the program sets itself.
    init(reading text: String) throws {
        guard let colon = text.firstIndex(of: ":") else { throw ValidationError("it has the form 'Name: value'") }
        let name = String(text[..<colon])
        let value = text[text.index(after: colon)...].drop { $0 == " " }
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isToken) else {
            throw ValidationError("its name must consist of letters, digits and hyphens")
        }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
            throw ValidationError("its value must be one line without control characters")
        }
        let lowercased = name.lowercased()
        guard !Self.reserved.contains(lowercased), !lowercased.hasPrefix("sec-websocket-") else {
            throw ValidationError("the program sets \(name) itself")
        }
        self.name = name
        self.value = String(value)
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

extension HTTPHeaders {
    /// Adds the fields of the command line, which replace those of the program by the same name.
    mutating func add(_ fields: [HeaderField]) {
        for field in fields { remove(name: field.name) }
        for field in fields { add(name: field.name, value: field.value) }
    }
}
