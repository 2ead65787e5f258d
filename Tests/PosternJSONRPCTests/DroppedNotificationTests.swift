import PosternTestSupport
import Postern
import PosternJSONRPC
import Synchronization
import Testing

/// Tests of notifications that are dropped, which only an observer learns about.
struct DroppedNotificationTests {
    @Test func aDroppedNotificationIsReportedWithItsMethod() {
        var limits = JSONRPCLimits()
        limits.callsInFlight = 2
        let reports = IncidentRecorder()
        let client = TestClient(limits: limits, observer: reports)
        for _ in 0..<5 { #expect(client.send(#"{"jsonrpc":"2.0","method":"test.slow"}"#) == "") }
        #expect(reports.all.count == 3)
        #expect(reports.all.allSatisfy { $0.kind == .notificationDropped && $0.fields[.method] == "test/slow" })
    }

    @Test(arguments: [
        (CallError(.busy, "b", executed: .no), 1), (CallError(.unavailable, "u", executed: .no), 1),
        (CallError(.unavailable, "u", executed: .unknown), 0), (CallError(.methodNotFound, "m"), 0),
    ])
    func aNotificationThatCannotBeForwardedIsReported(error: CallError, count: Int) throws {
        let reports = IncidentRecorder()
        let client = TestClient(observer: reports)
        #expect(client.send(#"{"jsonrpc":"2.0","method":"test.slow"}"#) == "")
        #expect(client.finish(try #require(client.started.first), .failure(error)) == "")
        #expect(reports.all.map { $0.fields[.method] } == Array(repeating: "test/slow", count: count))
    }

    @Test func aNotificationToADrainingServerIsReported() {
        let reports = IncidentRecorder()
        let client = TestClient(observer: reports)
        client.refusal = CallError(.draining, "d", executed: .no)
        #expect(client.send(#"{"jsonrpc":"2.0","method":"test.slow"}"#) == "")
        #expect(reports.all.map { $0.fields[.method] } == ["test/slow"])
    }
}
