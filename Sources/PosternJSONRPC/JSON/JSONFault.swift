internal import Postern

/// Bytes that are no JSON: the byte at this offset may not be there; at the end of the bytes, something is missing.
struct JSONFault: Error, Hashable {
    let offset: Int

    static func malformed(at offset: Int) -> JSONFault { JSONFault(offset: offset) }

    /// The fault for people.
    var explanation: String { "not JSON at offset \(offset)" }

    /// The same fault as readers of payloads report it.
    var payloadError: PayloadError { PayloadError(.malformed, explanation) }
}
