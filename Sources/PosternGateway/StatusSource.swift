import Postern
import PosternJSONRPC
import PosternLedger

/// The source of the numbers of a gateway.
final class StatusSource: Sendable {
    private let loops: LoopRegistry
    private let ledger: MemoryLedger
    private let incidents: IncidentCounter

    init(_ loops: LoopRegistry, _ ledger: MemoryLedger, _ incidents: IncidentCounter) {
        self.loops = loops
        self.ledger = ledger
        self.incidents = incidents
    }

    /// Collects the numbers of all loops.
    func status() async -> GatewayStatus {
        GatewayStatus(
            memory: GatewayStatus.Memory(ledger.counts),
            counts: GatewayStatus.Counts(await loops.counts),
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
