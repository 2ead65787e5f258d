extension PayloadError {
    /// The fault of a value of the wrong type, in the words that every encoding uses.
    package static func expected(_ wanted: String, found: String) -> PayloadError {
        PayloadError(.typeMismatch, "expected \(wanted), found \(found)")
    }

    static func outOfRange(_ value: some Any, for wanted: String) -> PayloadError {
        PayloadError(.outOfRange, "\(value) does not fit \(wanted)")
    }

    static func duplicate(_ name: String) -> PayloadError {
        PayloadError(.duplicateName, "the name \"\(name)\" is given twice")
    }

    static let tooDeep = PayloadError(.limitExceeded, "values are nested deeper than 64 levels")
    static let tooManyValues = PayloadError(.limitExceeded, "too many values in one payload")
}

extension PayloadKind {
    /// The kind as it is named in a sentence.
    package var phrase: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .double: "a number"
        case .string: "a string"
        case .bytes: "bytes"
        case .array: "an array"
        case .map: "an object"
        }
    }
}
