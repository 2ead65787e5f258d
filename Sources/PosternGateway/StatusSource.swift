import Postern
import PosternAdmission
import PosternJSONRPC
import PosternLedger
import Synchronization

/// The source of the numbers of a gateway.
final class StatusSource: Sendable {
    private let loops: LoopRegistry
    private let ledger: MemoryLedger
    private let incidents: IncidentCounter
    /// The gate of the server, which exists once its loops do.
    private let gate = Mutex<AddressGate?>(nil)

    init(_ loops: LoopRegistry, _ ledger: MemoryLedger, _ incidents: IncidentCounter) {
        self.loops = loops
        self.ledger = ledger
        self.incidents = incidents
    }

    /// Adds the numbers of the gate of the server.
    func watch(_ gate: AddressGate) { self.gate.withLock { $0 = gate } }

    /// Collects the numbers of all loops.
    func status() async -> GatewayStatus {
        GatewayStatus(
            memory: ledger.counts,
            addresses: GatewayStatus.Addresses(gate.withLock { $0 }),
            counts: GatewayStatus.Counts(await loops.counts),
            queues: await loops.queues,
            incidents: incidents.counts
        )
    }

    /// Returns the numbers as the reply to a call.
    func reply() async -> Result<Reply, CallError> {
        do throws(PayloadError) {
            return .success(.value(try Payload(encoding: await status(), as: JSON.self)))
        } catch {
            return .failure(.unwritableResult(error))
        }
    }
}
