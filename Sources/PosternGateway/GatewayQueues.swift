import LibWebSockets

/// What waits in a gateway now.
///
/// The numbers are those that the connections have at hand, and are added when they are asked for.
struct GatewayQueues: Encodable, Hashable, Sendable {
    /// The number of batches that wait for their responses.
    var openBatches = 0
    /// The number of bytes that WebSockets and event streams have not sent.
    var unsentBytes = 0
    /// The number of large results that wait for a thread on which they are written as JSON.
    var waitingResults = 0
}

extension LoopContext {
    /// What waits on this loop.
    var queues: GatewayQueues {
        var queues = GatewayQueues()
        for session in openSessions {
            queues.openBatches += session.openBatches
            queues.unsentBytes += session.socket?.queuedBytes ?? 0
        }
        for stream in openStreams { queues.unsentBytes += stream.queuedBytes }
        return queues
    }
}

extension LoopRegistry {
    /// What waits on all loops, and at the threads that they share.
    var queues: GatewayQueues {
        get async {
            var queues = GatewayQueues(waitingResults: FairWorkers.shared.waitingCount)
            for context in all {
                let more = await context.run { $0.queues }
                queues.openBatches += more.openBatches
                queues.unsentBytes += more.unsentBytes
            }
            return queues
        }
    }
}
