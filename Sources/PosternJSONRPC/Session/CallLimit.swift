package import Postern

/// A limit because of which calls, batches or results are refused, other than the budgets of memory.
package enum CallLimit: String, CaseIterable, Sendable {
    /// The calls of one client in flight.
    case callsInFlight = "calls in flight"
    /// The calls of all clients that wait for a thread.
    case waitingCalls = "calls that wait for a thread"
    /// The batches of one client that wait for their responses.
    case openBatches = "open batches"
    /// The entries of one batch.
    case batchEntries = "entries of a batch"
    /// The size of the responses of one batch.
    case batchResponses = "responses of a batch"
    /// The subscriptions of one client.
    case subscriptions = "subscriptions"
    /// The references that one side holds of the other.
    case references = "references"
    /// The output that one client has not read.
    case unsentOutput = "unsent output"
    /// The messages of one client in a second.
    case rate = "messages per second"

    /// The incident of a refusal.
    package var refusal: Incident { Incident(.callRefused, cause: rawValue) }
}
