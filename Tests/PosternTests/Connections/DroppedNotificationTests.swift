import PosternTestSupport
import Postern
import Synchronization
import Testing

/// Notifications that are dropped: they arrive faster than they are handled, or are too large to be sent.
@Suite(.timeLimit(.minutes(10)))
struct DroppedNotificationTests {
    @Test func aNotificationThatIsDroppedIsReportedWithItsMethod() async throws {
        let (router, gate, reports) = (Router(), Gate(), IncidentRecorder())
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

    @Test func anEarlyNotificationThatTheOtherSideDoesNotAcceptIsReported() async throws {
        let (router, reports) = (Router(), IncidentRecorder())
        let (counts, count) = AsyncStream.makeStream(of: Int.self)
        router.root.register("count", Parameter<String>("text")) { (text: String) in _ = count.yield(text.count) }
        var limits = PeerLimits()
        limits.frameBytes = 1_000
        let near = Peer(transport: IdleTransport(), observer: reports)
        let far = Peer(transport: IdleTransport(), exposing: router, limits: limits)
        // The hello of the other side is not delivered yet, so its limit is unknown.
        try near.notify("count", String(repeating: "x", count: 5_000))
        try near.notify("count", "four")
        #expect(reports.all.isEmpty)
        near.receive(far.takeOutput().bytes)
        #expect(reports.all.map { $0.fields[.method] } == ["count"])
        #expect(reports.all.first?.kind == .notificationDropped)
        #expect(reports.all.first?.fields[.error]?.contains("1000 bytes") == true)
        far.receive(near.takeOutput().bytes)
        #expect(await counts.first { _ in true } == 4)
        near.close()
        far.close()
    }
}
