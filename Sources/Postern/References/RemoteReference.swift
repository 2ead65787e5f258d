/// Stands for a function or an object that lives at the other end of a connection.
///
/// There is one for each number while it lives; when it goes, the number is given back.
package final class RemoteReference: Sendable {
    /// `nil` once the connection has ended and is used no more: who keeps a reference does not keep a dead connection.
    weak let connection: (any ReferenceConnection)?
    let number: UInt64
    let kind: ReferenceKind
    /// The path of a function there.
    let path: String

    init(over connection: any ReferenceConnection, number: UInt64, kind: ReferenceKind) {
        self.connection = connection
        self.number = number
        self.kind = kind
        path = ReferencePath.text(number, "")
    }

    deinit { connection?.letGo([number]) }

    /// The connection, to be used.
    ///
    /// - Throws: `.unavailable` when it has ended.
    var openConnection: any ReferenceConnection {
        get throws(CallError) {
            if let connection { return connection }
            throw CallError(.unavailable, "The connection of the reference has ended", ran: .no)
        }
    }
}
