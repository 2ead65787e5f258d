internal import Postern

/// Something that a session is to send to its client by itself, without having been asked.
package struct ClientMessage: Sendable {
    enum Content: Sendable {
        case call(id: UInt64, method: String, params: [UInt8], meta: CallMeta)
        case notification(method: String, params: [UInt8])
        case cancellation(id: UInt64)
        case release(ReferenceRelease)
    }

    let content: Content

    init(_ content: Content) { self.content = content }

    /// About as many bytes as it will have.
    var byteCount: Int {
        switch content {
        case .call(_, let method, let params, _), .notification(let method, let params):
            Self.frameBytes + method.utf8.count + params.count
        case .cancellation, .release: Self.frameBytes
        }
    }

    private static var frameBytes: Int { 64 }
}

/// The `meta` object of a call to a client; empty where the dialect has none.
struct CallMeta: Sendable {
    /// How long the caller waits.
    var timeoutMilliseconds: UInt64?
    /// Whether the client is asked for progress; the token is the number of the call.
    var wantsProgress = false

    var isEmpty: Bool { timeoutMilliseconds == nil && !wantsProgress }
}

/// What a client reported of a call of the server that it has not answered.
package struct ClientProgress: Sendable {
    let id: UInt64
    let value: Payload
    /// The references among the values; `nil` for none.
    let references: ReferenceNumbers?
}

/// What a client answered to a call of the server.
package struct ClientReply: Sendable {
    let id: UInt64
    let result: Result<Payload, CallError>
    /// The references among the values of the result; `nil` for none.
    let references: ReferenceNumbers?
}

/// References that came with a message that is not read.
package struct UnreadReferences: Sendable {
    let numbers: ReferenceNumbers
}

/// A reference that is held no longer.
package struct ClientRelease: Sendable {
    let handle: UInt64
    /// How many times it was received; unlike 1 only when it came more than once.
    let count: UInt64
    /// Whether the client takes back what is its own.
    let isByOwner: Bool
}

/// What the other end of a session understands beyond JSON-RPC 2.0.
package struct ClientDialect: Sendable {
    /// What the other end is called in messages of errors.
    package var name = "client"
    /// Whether deadlines and requests for progress are sent, in a member `meta`.
    ///
    /// An end that knows only JSON-RPC may refuse requests with such a member.
    package var sendsMeta = false
    /// Whether methods are called by their paths as they are, instead of by names joined by dots.
    package var keepsPaths = false

    /// Starts from the dialect of a page.
    package init() {}
}
