/// The path of keys from the outermost value to a value within it.
struct CodingTrail {
    var keys: [any CodingKey] = []

    /// Returns the path to a member of the value.
    func appending(_ key: any CodingKey) -> CodingTrail { CodingTrail(keys: keys + [key]) }

    /// Returns the path to an element of the value.
    func appending(_ index: Int) -> CodingTrail { appending(TrailKey(index: index)) }

    /// Returns an error with the path as prefix of its message.
    func locate(_ error: PayloadError) -> PayloadError {
        keys.isEmpty ? error : PayloadError(error.reason, "\(Self.text(of: keys)): \(error.message)")
    }

    /// Returns the text of a path in the syntax of Swift: `user.name[2]`.
    static func text(of keys: [any CodingKey]) -> String {
        var text = ""
        for key in keys {
            if key is TrailKey, let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return text
    }
}

/// The key of an element of an array, or of a superclass.
struct TrailKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    static let parent = TrailKey(name: "super")

    init(index: Int) {
        stringValue = "\(index)"
        intValue = index
    }

    private init(name: String) {
        stringValue = name
        intValue = nil
    }

    init?(stringValue: String) { self.init(name: stringValue) }
    init?(intValue: Int) { self.init(index: intValue) }
}

extension PayloadError {
    /// Creates the error for one that a type's `encode(to:)` threw.
    init(encoding error: any Error) {
        switch error {
        case let error as PayloadError: self = error
        case EncodingError.invalidValue(_, let context): self.init(.notEncodable, context)
        // Only the type is named: the description of a foreign error could disclose data to the caller.
        default: self.init(.notEncodable, "the value refuses to be encoded: \(type(of: error))")
        }
    }

    /// Creates the error for one that a type's `init(from:)` threw.
    init(decoding error: any Error) {
        switch error {
        case let error as PayloadError: self = error
        case DecodingError.keyNotFound(let key, let context):
            self = CodingTrail(keys: context.codingPath)
                .locate(PayloadError(.typeMismatch, "the member \"\(key.stringValue)\" is missing"))
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            self.init(.typeMismatch, context)
        default: self.init(.typeMismatch, "the type refuses the value: \(type(of: error))")
        }
    }

    private init(_ reason: Reason, _ context: EncodingError.Context) {
        self = CodingTrail(keys: context.codingPath).locate(PayloadError(reason, context.debugDescription))
    }

    private init(_ reason: Reason, _ context: DecodingError.Context) {
        self = CodingTrail(keys: context.codingPath).locate(PayloadError(reason, context.debugDescription))
    }
}
