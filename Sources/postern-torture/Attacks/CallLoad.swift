import NIOCore
import PosternMeasuring

/// One connection of an overload, which keeps calls in flight or offers them at a rate, whether they are answered or
/// not; all members run on its event loop.
final class CallLoad: Workload {
    /// What a phase sends.
    enum Demand {
        /// A number of calls that are in flight all the time; they begin evenly over a time.
        case inFlight(Int, over: TimeAmount)
        /// Calls a second.
        case rate(Double)
    }

    private static let tick = TimeAmount.milliseconds(1)
    private static let id = Array("\"id\":".utf8)
    private static let result = Array("\"result\":".utf8)
    private static let refusal = Array("\"code\":-32009".utf8)

    /// The frame of the call with a number.
    private let frame: (Int) -> ByteBuffer
    private let deadline: TimeAmount
    private let loop: any EventLoop
    private var socket: RawWebSocket?
    private var sent: [Int: NIODeadline] = [:]
    private var next = 0
    private var demand = Demand.rate(0)
    private var (begin, countsFrom, end) = (NIODeadline.now(), NIODeadline.now(), NIODeadline.now())
    private var tally = CallTally()

    init(deadline: TimeAmount, on loop: any EventLoop, _ frame: @escaping (Int) -> ByteBuffer) {
        self.deadline = deadline
        self.loop = loop
        self.frame = frame
    }

    func opened(_ socket: RawWebSocket) { self.socket = socket }

    func closed(_ socket: RawWebSocket) { self.socket = nil }

    /// Begins a phase.
    ///
    /// - Parameters:
    ///   - demand: What is sent.
    ///   - ramp: The time until results count.
    ///   - time: The whole time.
    func start(_ demand: Demand, ramp: TimeAmount, time: TimeAmount) {
        self.demand = demand
        begin = .now()
        (countsFrom, end) = (begin + ramp, begin + time)
        (sent, tally) = ([:], CallTally())
        next += 1
        run(due: begin)
    }

    /// Returns the numbers of the phase; a call without an answer counts with its age.
    func take() -> CallTally {
        let now = NIODeadline.now()
        for start in sent.values { tally.answers.record(nanoseconds: (now - start).nanoseconds) }
        sent = [:]
        tally.isOpen = socket != nil
        return tally
    }

    func received(_ message: Span<UInt8>, on socket: RawWebSocket) {
        guard let id = message.number(after: Self.id), let start = sent.removeValue(forKey: id) else { return }
        let now = NIODeadline.now()
        let time = now - start
        if message.contains(Self.refusal) {
            tally.refusals.record(nanoseconds: time.nanoseconds)
        } else {
            tally.answers.record(nanoseconds: time.nanoseconds)
            let isResult = message.contains(Self.result)
            if isResult, time <= deadline, now >= countsFrom, now < end { tally.results += 1 }
        }
        if case .inFlight = demand { sendDue(now) }
    }

    private func run(due: NIODeadline) {
        let now = NIODeadline.now()
        guard now < end, socket != nil else { return }
        sendDue(now)
        let next = max(due + Self.tick, now)
        loop.assumeIsolated().scheduleTask(deadline: next) { [self] in run(due: next) }
    }

    private func sendDue(_ now: NIODeadline) {
        guard now < end else { return }
        let elapsed = Double((now - begin).nanoseconds)
        let count =
            switch demand {
            case .inFlight(let most, let time):
                Int(Double(most) * min(1, elapsed / Double(time.nanoseconds))) - sent.count
            case .rate(let rate): Int(rate * elapsed / 1_000_000_000) - tally.offered
            }
        guard count > 0 else { return }
        var frames = ByteBuffer()
        for _ in 0..<count {
            frames.writeImmutableBuffer(frame(next))
            sent[next] = now
            next += 1
        }
        tally.offered += count
        socket?.sendNow(frames)
    }
}
