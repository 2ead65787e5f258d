@testable import Postern
import Synchronization
import Testing

@Suite struct ConnectionStatusTests {
    private let status = ConnectionStatus()
    private let log = Log()

    @Test func everyEventIsReportedOnceAndInOrder() {
        let first = status.observe { [log] in log.note("first", $0) }
        status.open()
        status.open()
        #expect(first == 1)
        _ = status.observe { [log] in log.note("second", $0) }
        status.end(reason)
        status.end(DisconnectReason(.lost, "again"))
        status.open()
        _ = status.observe { [log] in log.note("third", $0) }
        #expect(
            log.lines == [
                "first opened", "second opened", "first closing", "second closing", "first closed here",
                "second closed here", "third opened", "third closing", "third closed here",
            ]
        )
        #expect(log.reasons == [reason, reason, reason])
    }

    @Test func aConnectionThatNeverOpensOnlyEnds() {
        _ = status.observe { [log] in log.note("first", $0) }
        status.end(reason)
        status.open()
        #expect(log.lines == ["first closing", "first closed here"])
    }

    @Test func anUnregisteredCallbackDoesNotRun() {
        let number = status.observe { [log] in log.note("first", $0) }
        status.open()
        status.remove(number)
        status.end(reason)
        #expect(log.lines == ["first opened"])
    }

    @Test func anEndDuringTheOpeningIsReportedAfterIt() {
        _ = status.observe { [log, status, reason] event in
            if case .opened = event { status.end(reason) }
            log.note("first", event)
        }
        _ = status.observe { [log] in log.note("second", $0) }
        status.open()
        #expect(
            log.lines == [
                "first opened", "second opened", "first closing", "second closing", "first closed here",
                "second closed here",
            ]
        )
    }

    @Test func aGoodbyeIsReportedOnceAndBeforeTheEnd() {
        _ = status.observe { [log] in log.note("first", $0) }
        status.open()
        status.beginClosing()
        status.beginClosing()
        _ = status.observe { [log] in log.note("second", $0) }
        #expect(log.lines == ["first opened", "first closing", "second opened", "second closing"])
        status.end(reason)
        status.beginClosing()
        #expect(log.lines.suffix(2) == ["first closed here", "second closed here"])
    }

    @Test func callbacksAreFreedAfterTheEnd() {
        weak var token: Log?
        do {
            let kept = Log()
            token = kept
            _ = status.observe { kept.note("first", $0) }
        }
        #expect(token != nil)
        status.end(reason)
        #expect(token == nil)
    }

    private let reason = DisconnectReason(.closedHere, "closed")
}

private final class Log: Sendable {
    private let noted = Mutex<(lines: [String], reasons: [DisconnectReason])>(([], []))

    var lines: [String] { noted.withLock { $0.lines } }
    var reasons: [DisconnectReason] { noted.withLock { $0.reasons } }

    func note(_ name: String, _ event: ConnectionStatus.Event) {
        noted.withLock { noted in
            switch event {
            case .opened: noted.lines.append("\(name) opened")
            case .closing: noted.lines.append("\(name) closing")
            case .ended(let reason):
                noted.lines.append("\(name) \(reason.kind.word)")
                noted.reasons.append(reason)
            }
        }
    }
}
