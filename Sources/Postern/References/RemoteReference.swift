/// A proxy for a function or an object on the other side of a connection.
///
/// At most one proxy is alive for each number. When it is freed, the number is released.
package final class RemoteReference: Sendable {
    // Not a weak reference to the connection: the first one moves the counts of an object to a side table, which makes
    // every later retain and release of it slower.
    private let link: ConnectionLink
    let number: UInt64
    let kind: ReferenceKind
    /// The path under which the other side serves the function or object.
    let path: String

    init(over connection: any ReferenceConnection, number: UInt64, kind: ReferenceKind) {
        link = connection.link
        self.number = number
        self.kind = kind
        path = ReferencePath.text(number, "")
    }

    /// The connection, or `nil` once it has closed.
    var connection: (any ReferenceConnection)? { link.connection }

    deinit { connection?.endHolds([number]) }

    /// The connection.
    ///
    /// - Throws: `.unavailable` if it has closed.
    var openConnection: any ReferenceConnection {
        get throws(CallError) {
            if let connection { return connection }
            throw CallError(.unavailable, "The connection of the reference has ended", ran: .no)
        }
    }

    /// Sends a call to the target and waits for its reply.
    func send(_ call: Call) async throws(CallError) -> Reply {
        // The call may wait to be sent, so the number must not be released before the reply.
        defer { withExtendedLifetime(self) {} }
        return try await openConnection.send(call)
    }
}
