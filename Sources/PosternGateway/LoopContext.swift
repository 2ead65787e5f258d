import LibWebSockets
import Postern
import PosternJSONRPC
import Synchronization

/// What the doors of one loop share.
///
/// All members belong to the loop's thread.
final class LoopContext {
    let loop: EventLoop
    let dispatcher: any Dispatcher
    let configuration: GatewayConfiguration
    let readiness: Readiness
    let observer: any IncidentObserver
    let accessLog: AccessLog?
    let feeds: TopicFeeds
    let sessionSettings: JSONRPCSettings
    /// The calls of all loops that wait for a thread.
    let queuedCalls: QueuedCallCounter
    private let lanes: LaneWatch
    /// An empty list with room, for the session that takes the next message.
    var spareActions: [JSONRPCSession.Action] = []
    /// Calls that have been started and not answered.
    var callsInFlight = 0
    private var sessions: [ObjectIdentifier: WebSocketSession] = [:]
    private var streams: [ObjectIdentifier: EventStream] = [:]

    init(
        loop: EventLoop,
        dispatcher: any Dispatcher,
        configuration: GatewayConfiguration,
        readiness: Readiness,
        observer: any IncidentObserver,
        accessLog: AccessLog? = nil,
        queuedCalls: QueuedCallCounter
    ) {
        self.loop = loop
        self.dispatcher = dispatcher
        self.configuration = configuration
        self.readiness = readiness
        self.observer = observer
        self.accessLog = accessLog
        self.queuedCalls = queuedCalls
        lanes = LaneWatch(loop)
        sessionSettings = JSONRPCSettings(limits: configuration.messages, observer: observer)
        feeds = TopicFeeds(loop: loop, dispatcher: dispatcher)
        loop.every(milliseconds: configuration.heartbeatMilliseconds) { [unowned self] in
            for stream in streams.values { stream.sendHeartbeat() }
        }
    }

    /// Where calls of one connection begin in order.
    func makeLane() -> HandlerLane { lanes.lane() }

    /// What is under way on this loop; calls that wait for a thread are counted where the first loop is asked.
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

    /// Lets no session begin another call; those under way go on.
    func refuseCalls() { for session in sessions.values { session.refuseCalls() } }

    /// Answers the calls of all sessions that have not ended.
    func giveUpCalls() { for session in sessions.values { session.giveUpCalls() } }

    /// Closes every session and stream, evenly spread over a time.
    func closeSessions(over spread: Duration) {
        for stream in streams.values { stream.end() }
        let step = spread / max(1, sessions.count)
        for (index, session) in sessions.values.enumerated() {
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

/// The contexts of all loops, for the few things done to all of them.
final class LoopRegistry: Sendable {
    private let contexts = Mutex<[LoopBound<LoopContext>]>([])

    var all: [LoopBound<LoopContext>] { contexts.withLock { $0 } }

    func add(_ context: LoopBound<LoopContext>) { contexts.withLock { $0.append(context) } }
}
