internal import Postern

/// Why bytes are not JSON that is accepted here.
enum JSONFault: Error, Hashable {
    /// The byte at this offset may not stand there; at the end of the bytes: something is missing.
    case malformed(at: Int)
    /// Containers are nested deeper than the limit.
    case tooDeep
    /// There are more values than the limit.
    case tooManyValues

    /// What to tell people.
    var explanation: String {
        switch self {
        case .malformed(let offset): "not JSON at offset \(offset)"
        case .tooDeep: "nested deeper than \(JSONScanner.maximumDepth) levels"
        case .tooManyValues: "too many values"
        }
    }

    /// The same fault as readers of payloads report it.
    var payloadError: PayloadError {
        switch self {
        case .malformed: PayloadError(.malformed, explanation)
        case .tooDeep, .tooManyValues: PayloadError(.limitExceeded, explanation)
        }
    }
}
