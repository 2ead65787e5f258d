import NIOCore
import NIOPosix
import PosternMeasuring

/// The connections of an overload, on a thread of their own.
struct OpenLoad {
    /// The calls in flight that a server admits on a WebSocket by default.
    static let callsInFlight = 128

    /// The time that a call takes at the server.
    private let work = Duration.milliseconds(200)
    /// The time that a call allows for its answer.
    let deadline = Duration.seconds(1)
    private let loads: [NIOLoopBound<CallLoad>]
    private let loop: any EventLoop

    init(_ attacker: Attacker, connections: Int) async throws {
        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
        self.loop = loop
        let meta = #""meta":{"timeoutMs":\#(Int(deadline.inMilliseconds))}"#
        let deadline = TimeAmount(deadline)
        var loads: [NIOLoopBound<CallLoad>] = []
        for _ in 0..<connections {
            let whenOpen = loop.makePromise(of: Void.self)
            loads.append(
                try await ClientBootstrap(group: loop).channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .connect(to: attacker.server) { channel in
                        channel.eventLoop.makeCompletedFuture {
                            let load = CallLoad(deadline: deadline, on: loop) { id in
                                let call = RequestText.call("jobs.run", "[1,200]", id: id)
                                return RawWebSocket.frame("\(call.dropLast()),\(meta)}")
                            }
                            try channel.pipeline.syncOperations.addHandler(RawWebSocket(load, whenOpen: whenOpen))
                            return NIOLoopBound(load, eventLoop: loop)
                        }
                    }
            )
            attacker.record.countOpen()
            try await whenOpen.futureResult.get()
        }
        self.loads = loads
    }

    /// Returns the time, rounded down to whole calls: those that begin together also end together.
    func wholeCalls(_ time: Duration) -> Duration { work * Int(time / work) }

    /// Runs a phase on all connections, and waits until its calls have ended.
    ///
    /// - Returns: The results a second without those of the ramp, and the numbers.
    func run(
        _ demand: @escaping @Sendable (_ ramp: TimeAmount) -> CallLoad.Demand,
        for time: Duration
    ) async throws -> (goodput: Double, tally: CallTally) {
        let ramp = TimeAmount(work)
        try await loop.submit { [loads] in
            for load in loads { load.value.start(demand(ramp), ramp: ramp, time: TimeAmount(time)) }
        }.get()
        try await Task.sleep(for: time + deadline)
        let tally = try await loop.submit { [loads] in
            loads.reduce(into: CallTally()) { $0.merge($1.value.take()) }
        }.get()
        guard tally.isOpen else { throw TortureFailure("the server closed a connection of an overload") }
        return (Double(tally.results) / (time - work).inSeconds, tally)
    }
}
