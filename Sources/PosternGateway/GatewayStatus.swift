import PosternLedger

/// The numbers of a gateway that `rpc.status` returns.
struct GatewayStatus: Encodable {
    /// The memory that all clients of the process make it hold, in bytes.
    struct Memory: Encodable {
        let budget: Int
        let held: Int
        let largest: Int
        let holders: Int
        let refusedByConnection: Int
        let refusedByProcess: Int
        let cut: Int

        init(_ counts: MemoryCounts) {
            budget = counts.budget
            held = counts.held
            largest = counts.largest
            holders = counts.holders
            refusedByConnection = counts.refusedByConnection
            refusedByProcess = counts.refusedByProcess
            cut = counts.cut
        }
    }

    /// The numbers of calls and connections now.
    struct Counts: Encodable {
        let calls: Int
        let waitingCalls: Int
        let webSockets: Int
        let eventStreams: Int
        let topics: Int
        let callsToClients: Int

        init(_ counts: GatewayCounts) {
            calls = counts.calls
            waitingCalls = counts.waiting
            webSockets = counts.sessions
            eventStreams = counts.streams
            topics = counts.topics
            callsToClients = counts.callbacks
        }
    }

    let memory: Memory
    let counts: Counts
    /// The refusals, disconnects and failures since the start.
    let incidents: [IncidentCount]
}
