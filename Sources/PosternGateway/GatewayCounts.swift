import LibWebSockets
import Logging

/// The numbers of calls, connections and references of a gateway.
struct GatewayCounts: Hashable, Sendable {
    /// The number of calls that have not ended, including those that wait for a thread.
    var calls = 0
    /// The number of calls that wait for a thread.
    var waiting = 0
    /// The number of open WebSockets.
    var sessions = 0
    /// The number of open streams of server-sent events.
    var streams = 0
    /// The number of topics that are subscribed to upstream.
    var topics = 0
    /// The number of references that clients hold, including those in messages that are being encoded.
    var exported = 0
    /// The number of references of clients that are held here.
    var imported = 0
    /// The number of calls to clients that are in flight.
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
    /// The sums of all loops.
    var counts: GatewayCounts {
        get async {
            var counts = GatewayCounts()
            for context in all { counts = counts + (await context.run { $0.counts }) }
            return counts
        }
    }

    /// Logs the sums of all loops at level `trace` whenever they have changed, until the task is cancelled.
    func logCounts(to logger: Logger) async {
        var last: GatewayCounts?
        while !Task.isCancelled {
            let counts = await counts
            if counts != last { logger.trace("under way", metadata: counts.metadata) }
            last = counts
            try? await Task.sleep(for: .milliseconds(50))
        }
    }
}
