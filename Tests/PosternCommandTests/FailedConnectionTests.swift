import Testing

@testable import postern

@Suite struct FailedConnectionTests {
    private static let url = WebURL(scheme: .http, host: "h", port: 80, path: "/rpc")
    private static let limit = "; it may have reached its limit of connections"
    private static let failed = "Cannot connect to http://h/rpc: "
    private static let unanswered = "\(failed)the server closed the connection before it answered"

    @Test(arguments: [
        (FailedConnection(reason: "no server listens there"), "\(failed)no server listens there"),
        (
            FailedConnection(age: .milliseconds(5), isSent: true),
            "\(unanswered)\(limit), or be a port with TLS, which is named wss:// or https://"
        ),
        (FailedConnection(age: .milliseconds(5), isSecure: true, isSent: true), "\(unanswered)\(limit)"),
        (
            FailedConnection(age: .seconds(3), isSent: true),
            "The connection to http://h/rpc was lost before the answer came: the server closed it"
        ),
        (
            FailedConnection(reason: "the connection was reset", age: .seconds(3), isSecure: true, isSent: true),
            "The connection to http://h/rpc was lost before the answer came: the connection was reset"
        ),
        (
            FailedConnection(reason: "TLS failed: x", age: .milliseconds(5), isSecure: true),
            "\(failed)TLS failed: x"
        ),
    ])
    func theSentenceFitsTheAge(connection: FailedConnection, sentence: String) {
        let failure = connection.failure(of: Self.url)
        #expect(failure == ConnectionFailure(sentence, isSent: connection.isSent))
    }

    @Test func aRequestMayHaveRunUnlessTheServerCouldNotReadIt() {
        let notes = ConnectionNotes()
        notes.noteOpen()
        notes.note("the connection was reset")
        notes.note("later", isUnread: true)
        #expect(notes.failed(nil, isSecure: false, isSent: true).isSent)
        let unread = ConnectionNotes()
        unread.note("TLS failed", isUnread: true)
        #expect(!unread.failed(nil, isSecure: true, isSent: true).isSent)
    }

    @Test func aLostCallMayHaveRun() {
        #expect(ErrorText.lines(ConnectionFailure("a\nb")) == ["no connection: a b"])
        #expect(ErrorText.lines(ConnectionFailure("a", isSent: true)) == ["no connection: a", "executed: unknown"])
    }
}
