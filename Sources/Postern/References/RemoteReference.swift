/// Stands for a function or an object that lives at the other end of a connection.
///
/// There is one for each number while it lives; when it goes, the number is given back.
package final class RemoteReference: Sendable {
    // Not a weak reference to the connection: one makes every later retain and release of that object slow.
    private let link: ConnectionLink
    let number: UInt64
    let kind: ReferenceKind
    /// The path of a function there.
    let path: String

    init(over connection: any ReferenceConnection, number: UInt64, kind: ReferenceKind) {
        link = connection.link
        self.number = number
        self.kind = kind
        path = ReferencePath.text(number, "")
    }

    /// `nil` once the connection has ended: a reference that is kept does not keep it.
    var connection: (any ReferenceConnection)? { link.connection }

    deinit { connection?.endHolds([number]) }

    /// The connection, to be used.
    ///
    /// - Throws: `.unavailable` when it has ended.
    var openConnection: any ReferenceConnection {
        get throws(CallError) {
            if let connection { return connection }
            throw CallError(.unavailable, "The connection of the reference has ended", ran: .no)
        }
    }

    /// Sends a call through this; the number is not released before the reply, as the call may wait to be sent.
    func send(_ call: Call) async throws(CallError) -> Reply {
        defer { withExtendedLifetime(self) {} }
        return try await openConnection.send(call)
    }
}
