import PosternAdmission
import PosternLedger

/// The numbers of a gateway that `rpc.status` returns.
struct GatewayStatus: Encodable {
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

    /// The numbers of the limit of connections and requests of each address.
    struct Addresses: Encodable {
        /// The number of limited addresses with open connections or requests in flight.
        let connected: Int
        /// The number of connections and requests that were refused.
        let refused: Int

        init(_ gate: AddressGate?) {
            connected = gate?.addressCount ?? 0
            refused = gate?.refusalCount ?? 0
        }
    }

    /// The memory that all clients of the process make it hold.
    let memory: MemoryCounts
    let addresses: Addresses
    let counts: Counts
    let queues: GatewayQueues
    /// The refusals, disconnects and failures since the start.
    let incidents: [IncidentCount]
}
