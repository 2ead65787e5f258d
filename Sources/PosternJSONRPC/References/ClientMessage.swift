internal import Postern

/// A message from the server to a client that is no response.
package struct ClientMessage: Sendable {
    enum Content: Sendable {
        case call(id: UInt64, method: String, params: [UInt8], meta: CallMeta)
        case notification(method: String, params: [UInt8])
        case cancellation(id: UInt64)
        case release(ReferenceRelease)
    }

    let content: Content

    init(_ content: Content) { self.content = content }

    /// The approximate size of the message, in bytes.
    var byteCount: Int {
        switch content {
        case .call(_, let method, let params, _), .notification(let method, let params):
            Self.frameBytes + method.utf8.count + params.count
        case .cancellation, .release: Self.frameBytes
        }
    }

    /// The approximate size of a message without its method and params.
    private static var frameBytes: Int { 64 }
}

/// The `meta` object of a call to a client; empty if the dialect has none.
struct CallMeta: Sendable {
    /// The time that the caller waits, in milliseconds.
    var timeoutMilliseconds: UInt64?
    /// Whether progress is requested; the token is the id of the call.
    var wantsProgress = false

    var isEmpty: Bool { timeoutMilliseconds == nil && !wantsProgress }
}

/// A progress value of a client for a call that it has not responded to.
package struct ClientProgress: Sendable {
    let id: UInt64
    let value: Payload
    /// The references in the value; `nil` for none.
    let references: ReferenceNumbers?
}

/// The response of a client to a call.
package struct ClientReply: Sendable {
    let id: UInt64
    let result: Result<Payload, CallError>
    /// The references in the result; `nil` for none.
    let references: ReferenceNumbers?
}

/// The references of a message that no handler reads.
package struct UnreadReferences: Sendable {
    let numbers: ReferenceNumbers
}

/// A reference that the client has released.
package struct ClientRelease: Sendable {
    let handle: UInt64
    /// The number of times that the handle was received since it was last released.
    let count: UInt64
    /// Whether the client owns the object and revokes the reference.
    let isByOwner: Bool
}

/// The extensions of JSON-RPC 2.0 that the other end of a session supports.
package struct ClientDialect: Sendable {
    /// The name of the other end in error messages.
    package var name = "client"
    /// Whether deadlines and requests for progress are sent, in the member `meta`.
    ///
    /// Strict implementations of JSON-RPC refuse requests with unknown members.
    package var sendsMeta = false
    /// Whether methods are called by paths with slashes instead of names with dots.
    package var keepsPaths = false

    /// Creates the dialect of a web page.
    package init() {}
}
