import LibWebSockets
import Postern
import PosternJSONRPC
import PosternLedger

/// The passage of results from other threads to the loop of their connection, within the budget of the process.
struct ResultGate: Sendable {
    private let ledger: MemoryLedger
    private let observer: any IncidentObserver
    /// The maximum size of a result in JSON, in bytes.
    private let maximumBytes: Int

    init(_ context: LoopContext) {
        ledger = context.configuration.server.ledger
        observer = context.observer
        maximumBytes = context.configuration.messages.responseBytes
    }

    /// Returns a reply whose value is written as JSON if it is large, which does not delay the clients of any loop.
    func prepared(_ reply: Reply) async throws(CallError) -> Reply {
        guard case .value(let value) = reply, value.isWorthPreparing else { return reply }
        guard ledger.depart(value.bytes.count) else { throw refuse() }
        let writing = Task(executorPreference: BackgroundExecutor.shared) { [maximumBytes] in
            Result { () throws(CallError) in try value.preparedForJSON(atMost: maximumBytes) }
        }
        let prepared = await writing.value
        ledger.arrive(value.bytes.count)
        return .value(try prepared.get())
    }

    /// Returns the result to send to the loop: the same, or an error if the process holds too much.
    ///
    /// ``arrived(_:)`` must be called on the loop with what this returns.
    func departing(_ result: Result<Reply, CallError>) -> Result<Reply, CallError> {
        guard case .success(.value(let value)) = result, !ledger.depart(value.bytes.count) else { return result }
        return .failure(refuse())
    }

    /// Notes that the process has no room for a result, and returns the error for the caller.
    private func refuse() -> CallError {
        observer.observe(.budgetReached(.processFull))
        return CallError(overBudget: .processFull, ran: .yes)
    }

    /// Notes that the loop has received a result.
    func arrived(_ result: Result<Reply, CallError>) {
        if case .success(.value(let value)) = result { ledger.arrive(value.bytes.count) }
    }
}
