import Postern
import Synchronization
import Testing

/// Notifications that arrive faster than they are handled.
@Suite(.timeLimit(.minutes(1)))
struct DroppedNotificationTests {
    private final class Reports: IncidentObserver {
        private let kept = Mutex<[Incident]>([])
        var all: [Incident] { kept.withLock { $0 } }
        func observe(_ incident: Incident) { kept.withLock { $0.append(incident) } }
    }

    @Test func aNotificationThatIsDroppedIsReportedWithItsMethod() async throws {
        let (router, gate, reports) = (Router(), Gate(), Reports())
        router.root.register("slow") { await gate.wait() }
        router.root.register("ready") { true }
        var limits = PeerLimits()
        limits.notifications = 3
        let (near, far) = InProcessTransport.pair(NothingExposed(), router, limits: limits, observer: reports)
        for _ in 0..<10 { try near.notify("slow") }
        #expect(try await near.call("ready") as Bool)
        #expect(reports.all.count == 7)
        #expect(reports.all.allSatisfy { $0.kind == .notificationDropped && $0.fields[.method] == "slow" })
        gate.open()
        near.close()
        far.close()
    }
}
