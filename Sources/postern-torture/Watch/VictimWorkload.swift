import NIOCore
import PosternMeasuring

/// A client that calls at a steady rate, whether it is answered or not; all members run on its event loop.
final class VictimWorkload: Workload {
    private static let interval = TimeAmount.milliseconds(10)
    /// After this time a call without an answer counts as failed.
    private static let patience = TimeAmount.seconds(5)
    private static let id = Array("\"id\":".utf8)
    private static let code = Array("\"code\":-".utf8)

    private let method: String
    private let result: [UInt8]
    private let loop: any EventLoop
    private var sent: [Int: NIODeadline] = [:]
    private var next = 0
    private var isClosed = false
    private var figures = VictimFigures()

    init(calling method: String, expecting result: String, on loop: any EventLoop) {
        self.method = method
        self.result = Array("\"result\":\(result)".utf8)
        self.loop = loop
    }

    func opened(_ socket: RawWebSocket) { tick(on: socket, due: .now()) }

    func received(_ message: Span<UInt8>, on socket: RawWebSocket) {
        guard let id = message.number(after: Self.id), let start = sent.removeValue(forKey: id) else { return }
        if message.contains(result) {
            figures.times.record(nanoseconds: (.now() - start).nanoseconds)
        } else {
            figures.fail(message.number(after: Self.code).map { "-\($0)" } ?? "wrong")
        }
    }

    func closed(_ socket: RawWebSocket) {
        isClosed = true
        figures.fail("lost", sent.count + 1)
        sent = [:]
    }

    /// Returns the figures since the last time.
    ///
    /// A call that waits for its answer counts with its age so far, so that a server that answers few is not quick.
    func take() -> VictimFigures {
        let now = NIODeadline.now()
        for start in sent.values { figures.times.record(nanoseconds: (now - start).nanoseconds) }
        defer { figures = VictimFigures() }
        return figures
    }

    private func tick(on socket: RawWebSocket, due: NIODeadline) {
        guard !isClosed else { return }
        call(on: socket)
        // From the time that was due, so that the rate does not sink when this loop is late.
        let next = max(due + Self.interval, .now())
        loop.assumeIsolated().scheduleTask(deadline: next) { [self] in tick(on: socket, due: next) }
    }

    private func call(on socket: RawWebSocket) {
        let now = NIODeadline.now()
        for (id, start) in sent where now - start > Self.patience {
            sent[id] = nil
            figures.fail("late")
        }
        sent[next] = now
        socket.sendNow(RawWebSocket.frame(RequestText.call(method, "[1,2]", id: next)))
        next += 1
    }
}
