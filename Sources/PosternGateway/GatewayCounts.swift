import LibWebSockets
import Logging

/// How much a gateway has under way.
struct GatewayCounts: Hashable, Sendable {
    /// Calls that were started and have not ended, those that wait for a thread among them.
    var calls = 0
    /// Calls that wait for a thread.
    var waiting = 0
    /// WebSockets.
    var sessions = 0
    /// Streams of server-sent events.
    var streams = 0
    /// Topics that are read.
    var topics = 0
    /// References that clients hold, or a message to them that is being written.
    var exported = 0
    /// References of clients that are held here.
    var imported = 0
    /// Calls of handlers that clients have not answered.
    var callbacks = 0

    static func + (one: GatewayCounts, other: GatewayCounts) -> GatewayCounts {
        GatewayCounts(
            calls: one.calls + other.calls,
            waiting: one.waiting + other.waiting,
            sessions: one.sessions + other.sessions,
            streams: one.streams + other.streams,
            topics: one.topics + other.topics,
            exported: one.exported + other.exported,
            imported: one.imported + other.imported,
            callbacks: one.callbacks + other.callbacks
        )
    }

    var metadata: Logger.Metadata {
        [
            "calls": "\(calls)", "waiting": "\(waiting)", "sessions": "\(sessions)", "streams": "\(streams)",
            "topics": "\(topics)", "lent": "\(exported)", "held": "\(imported)", "callbacks": "\(callbacks)",
        ]
    }
}

extension LoopRegistry {
    /// Logs the counts of all loops whenever they have changed, at the level trace.
    func logCounts(to logger: Logger) async {
        var last: GatewayCounts?
        while !Task.isCancelled {
            var counts = GatewayCounts()
            for context in all { counts = counts + (await context.run { $0.counts }) }
            if counts != last { logger.trace("under way", metadata: counts.metadata) }
            last = counts
            try? await Task.sleep(for: .milliseconds(50))
        }
    }
}
