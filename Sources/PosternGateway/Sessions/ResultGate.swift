import LibWebSockets
import Postern
import PosternJSONRPC
import PosternLedger

/// The passage of the results of one connection from other threads to its loop, within the budgets of memory.
struct ResultGate: Sendable {
    private let transit: MemoryTransit
    private let observer: any IncidentObserver
    /// The maximum size of a result in JSON, in bytes.
    private let maximumBytes: Int

    init(_ context: LoopContext) {
        let server = context.configuration.server
        transit = MemoryTransit(server.ledger, limit: server.maximumHeldBytes)
        observer = context.observer
        maximumBytes = context.configuration.messages.responseBytes
    }

    /// Returns a reply whose value is written as JSON if it is large, which does not delay the clients of any loop.
    func prepared(_ reply: Reply) async throws(CallError) -> Reply {
        guard case .value(let value) = reply, value.isWorthPreparing else { return reply }
        let size = value.bytes.count
        if let refusal = transit.depart(size) { throw refuse(refusal) }
        // Connections take turns, so a client with many large results does not delay those of others.
        let prepared = await FairWorkers.shared.run(for: ObjectIdentifier(transit)) { [transit, maximumBytes] in
            transit.whileWriting(size) {
                Result { () throws(CallError) in try value.preparedForJSON(atMost: maximumBytes) }
            }
        }
        transit.arrive(size)
        guard let prepared else { throw CallError(.cancelled, "The caller cancelled", ran: .yes) }
        return .value(try prepared.get())
    }

    /// Returns the result to send to the loop: the same, or an error if the connection or the process holds too much.
    ///
    /// ``arrived(_:)`` must be called on the loop with what this returns.
    func departing(_ result: Result<Reply, CallError>) -> Result<Reply, CallError> {
        guard case .success(.value(let value)) = result else { return result }
        return transit.depart(value.bytes.count).map { .failure(refuse($0)) } ?? result
    }

    /// Notes that there is no room for a result, and returns the error for the caller.
    private func refuse(_ refusal: MemoryRefusal) -> CallError {
        observer.observe(.budgetReached(refusal))
        return CallError(overBudget: refusal, ran: .yes)
    }

    /// Notes that the loop has received a result.
    func arrived(_ result: Result<Reply, CallError>) {
        if case .success(.value(let value)) = result { transit.arrive(value.bytes.count) }
    }
}
