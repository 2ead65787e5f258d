import Postern
import PosternJSONRPC
import Synchronization
import Testing

/// Notifications of a page above its calls in flight.
struct DroppedNotificationTests {
    private final class Reports: IncidentObserver {
        private let kept = Mutex<[Incident]>([])
        var all: [Incident] { kept.withLock { $0 } }
        func observe(_ incident: Incident) { kept.withLock { $0.append(incident) } }
    }

    @Test func aNotificationThatIsDroppedIsReportedWithItsMethod() {
        var limits = JSONRPCLimits()
        limits.callsInFlight = 2
        let reports = Reports()
        let client = TestClient(limits: limits, observer: reports)
        for _ in 0..<5 { #expect(client.send(#"{"jsonrpc":"2.0","method":"test.slow"}"#) == "") }
        #expect(reports.all.count == 3)
        #expect(reports.all.allSatisfy { $0.kind == .notificationDropped && $0.fields[.method] == "test/slow" })
    }
}
