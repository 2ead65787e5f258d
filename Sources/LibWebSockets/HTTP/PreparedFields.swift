/// Header fields that are written already, for answers of which many have the same.
package struct PreparedFields: Sendable {
    let bytes: [UInt8]

    /// No fields.
    package static let none = PreparedFields([])

    /// Writes fields; one whose text could end its line is left out.
    package init(_ headers: [(name: String, value: String)]) {
        var bytes: [UInt8] = []
        Self.append(headers, to: &bytes)
        self.bytes = bytes
    }

    /// Appends each field with a line end before it.
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
    /// Whether the text can stand in a header field: no control character that could end the line.
    fileprivate var isSafeInHeader: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 } }
}

/// The head of an answer that is sent often, all but the length of its body.
package struct PreparedHead: Sendable {
    let bytes: [UInt8]
    let status: Int

    /// Prepares a head.
    package init(_ status: HTTPStatus, headers: [(name: String, value: String)]) {
        var bytes: [UInt8] = []
        HTTPResponse.appendHead(status, headers: headers, .undelimited, to: &bytes)
        bytes.append(contentsOf: "\r\nContent-Length: ".utf8)
        self.bytes = bytes
        self.status = status.code
    }
}
