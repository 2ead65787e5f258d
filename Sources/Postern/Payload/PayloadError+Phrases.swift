extension PayloadError {
    /// The fault of a value of the wrong type, in the words that every encoding uses.
    package static func expected(_ wanted: String, found: String) -> PayloadError {
        PayloadError(.typeMismatch, "expected \(wanted), found \(found)")
    }

    static func outOfRange(_ value: some Any, for wanted: String) -> PayloadError {
        PayloadError(.outOfRange, "\(value) does not fit \(wanted)")
    }

    /// The fault of a number that is no value of an integer type; the same for every spelling of it.
    package static func outOfRange(_ type: (some FixedWidthInteger).Type) -> PayloadError {
        PayloadError(.outOfRange, "expected an integer from \(type.min) to \(type.max)")
    }

    package static func duplicate(_ name: String) -> PayloadError {
        PayloadError(.duplicateName, "the name \"\(name)\" is given twice")
    }

    /// What is expected where raw bytes are.
    package static let bytesPhrase = "bytes (in JSON base64 text)"
    /// The fault of text where raw bytes are expected.
    package static let noBase64 = PayloadError.expected(bytesPhrase, found: "text that is not base64 with padding")

    static let tooDeep = PayloadError(.limitExceeded, "values are nested deeper than 64 levels")
    static let tooManyValues = PayloadError(.limitExceeded, "too many values in one payload")
}

extension PayloadKind {
    /// The kind as it is named in a sentence; integers and other numbers are one kind to people, as in JSON.
    package var phrase: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .double: "a number"
        case .string: "a string"
        case .bytes: "bytes"
        case .array: "an array"
        case .map: "an object"
        }
    }
}
