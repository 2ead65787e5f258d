extension TaskExit: Codable {
    private enum Key: String, CodingKey { case kind, number, limit, text }

    private enum Kind: String, Codable { case code, signal, outOfMemory, processorTime }

    /// Writes `kind`, `number` of a code or signal, `limit` in seconds, and `text`, the description.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .code(let code):
            try container.encode(Kind.code, forKey: .kind)
            try container.encode(code, forKey: .number)
        case .signal(let number):
            try container.encode(Kind.signal, forKey: .kind)
            try container.encode(number, forKey: .number)
        case .outOfMemory: try container.encode(Kind.outOfMemory, forKey: .kind)
        case .processorTime(let limit):
            try container.encode(Kind.processorTime, forKey: .kind)
            try container.encode(limit / .seconds(1), forKey: .limit)
        }
        try container.encode(description, forKey: .text)
    }

    /// Reads what `encode(to:)` wrote; the text is ignored.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        switch try container.decode(Kind.self, forKey: .kind) {
        case .code: self = .code(try container.decode(Int.self, forKey: .number))
        case .signal: self = .signal(try container.decode(Int.self, forKey: .number))
        case .outOfMemory: self = .outOfMemory
        case .processorTime:
            let seconds = try container.decode(Double.self, forKey: .limit)
            // The range that `Duration` can be made from without trapping.
            guard (0...1e12).contains(seconds) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .limit,
                    in: container,
                    debugDescription: "\(seconds) s is no limit of processor time"
                )
            }
            self = .processorTime(limit: .seconds(seconds))
        }
    }
}
