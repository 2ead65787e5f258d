import LibWebSockets
import Postern
import PosternJSONRPC
import Synchronization

/// The state that the doors of one loop share.
///
/// All members must be used on the loop's thread.
final class LoopContext {
    let loop: EventLoop
    let dispatcher: any Dispatcher
    let configuration: GatewayConfiguration
    let readiness: Readiness
    let observer: any IncidentObserver
    let accessLog: AccessLog?
    let feeds: TopicFeeds
    let sessionSettings: JSONRPCSettings
    /// The number of calls of all loops that wait for a thread, with its limit.
    let queuedCalls: QueuedCallCounter
    /// The source of the numbers for `rpc.status`; `nil` if it is not offered.
    let status: StatusSource?
    private let lanes: LaneWatch
    /// An empty list with capacity, which the sessions use in turn for the actions of a message.
    var spareActions: [JSONRPCSession.Action] = []
    /// The number of calls that have been started and not answered.
    var callsInFlight = 0
    private var sessions: [ObjectIdentifier: WebSocketSession] = [:]
    private var streams: [ObjectIdentifier: EventStream] = [:]
    /// The open WebSockets.
    var openSessions: some Collection<WebSocketSession> { sessions.values }
    /// The open event streams.
    var openStreams: some Collection<EventStream> { streams.values }

    init(
        loop: EventLoop,
        dispatcher: any Dispatcher,
        configuration: GatewayConfiguration,
        readiness: Readiness,
        observer: any IncidentObserver,
        accessLog: AccessLog? = nil,
        queuedCalls: QueuedCallCounter,
        status: StatusSource? = nil
    ) {
        self.loop = loop
        self.dispatcher = dispatcher
        self.configuration = configuration
        self.readiness = readiness
        self.observer = observer
        self.accessLog = accessLog
        self.queuedCalls = queuedCalls
        self.status = status
        lanes = LaneWatch(loop)
        sessionSettings = JSONRPCSettings(
            limits: configuration.messages,
            gatewayMethods: status == nil ? [] : ["rpc.status"],
            information: configuration.information,
            observer: observer
        )
        feeds = TopicFeeds(loop: loop, dispatcher: dispatcher) { [configuration] topic in
            EventWriter(
                topic: topic,
                maximumBytes: configuration.messages.responseBytes,
                ledger: configuration.server.ledger,
                observer: observer
            )
        }
        loop.every(milliseconds: configuration.heartbeatMilliseconds) { [unowned self] in
            for stream in streams.values { stream.sendHeartbeat() }
        }
    }

    /// Returns a new lane, in which the calls of one connection begin in order.
    func makeLane() -> HandlerLane { lanes.lane() }

    /// The counts of this loop; those of calls that wait for a thread, which all loops share, are in the first loop's.
    var counts: GatewayCounts {
        var counts = GatewayCounts(
            calls: callsInFlight,
            waiting: loop.index == 0 ? queuedCalls.count : 0,
            sessions: sessions.count,
            streams: streams.count,
            topics: feeds.count
        )
        for session in sessions.values {
            guard let client = session.madeClient?.counts else { continue }
            counts.exported += client.exports
            counts.imported += client.imports
            counts.callbacks += client.calls
        }
        return counts
    }

    func add(_ session: WebSocketSession) { sessions[ObjectIdentifier(session)] = session }
    func remove(_ session: WebSocketSession) { sessions[ObjectIdentifier(session)] = nil }
    func add(_ stream: EventStream) { streams[ObjectIdentifier(stream)] = stream }
    func remove(_ stream: EventStream) { streams[ObjectIdentifier(stream)] = nil }

    /// Refuses new calls in all sessions; calls in flight continue.
    func refuseCalls() { for session in sessions.values { session.refuseCalls() } }

    /// Answers the calls in flight of all sessions with an error, and cancels them.
    func abandonCalls() { for session in sessions.values { session.abandonCalls() } }

    /// Closes every stream at once, and the sessions evenly spread over a time.
    func closeSessions(over spread: Duration) {
        for stream in streams.values { stream.end() }
        let step = spread / max(1, sessions.count)
        for (index, session) in sessions.values.enumerated() {
            // The first session closes at once, and without a spread all of them do.
            guard index > 0, step > .microseconds(1) else {
                session.close()
                continue
            }
            let box = LoopBound(session, on: loop)
            Task(executorPreference: loop) {
                try? await Task.sleep(for: (step * index).clamped)
                box.loop.execute { box.value.close() }
            }
        }
    }
}

/// The contexts of all loops of a gateway.
final class LoopRegistry: Sendable {
    private let contexts = Mutex<[LoopBound<LoopContext>]>([])

    var all: [LoopBound<LoopContext>] { contexts.withLock { $0 } }

    func add(_ context: LoopBound<LoopContext>) { contexts.withLock { $0.append(context) } }
}
