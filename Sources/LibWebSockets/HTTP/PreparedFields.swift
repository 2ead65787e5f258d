/// Header fields in serialized form, for responses that share them.
package struct PreparedFields: Sendable {
    let bytes: [UInt8]

    /// An empty list of fields.
    package static let none = PreparedFields([])

    /// Serializes fields; a field with a control character, which could end its line, is omitted.
    package init(_ headers: [(name: String, value: String)]) {
        var bytes: [UInt8] = []
        Self.append(headers, to: &bytes)
        self.bytes = bytes
    }

    /// Appends each field, preceded by the end of the line before it.
    static func append(_ headers: [(name: String, value: String)], to output: inout [UInt8]) {
        for header in headers where header.name.isSafeInHeader && header.value.isSafeInHeader {
            output.append(contentsOf: "\r\n".utf8)
            output.append(contentsOf: header.name.utf8)
            output.append(contentsOf: ": ".utf8)
            output.append(contentsOf: header.value.utf8)
        }
    }
}

extension String {
    /// Whether the text may be part of a header field: it has no control character that could end the line.
    fileprivate var isSafeInHeader: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 } }
}

/// The serialized head of a response, up to the length of its body.
package struct PreparedHead: Sendable {
    let bytes: [UInt8]
    let status: Int

    /// Serializes a head.
    package init(_ status: HTTPStatus, headers: [(name: String, value: String)]) {
        var bytes: [UInt8] = []
        HTTPResponse.appendHead(status, headers: headers, .undelimited, to: &bytes)
        bytes.append(contentsOf: "\r\nContent-Length: ".utf8)
        self.bytes = bytes
        self.status = status.code
    }
}
