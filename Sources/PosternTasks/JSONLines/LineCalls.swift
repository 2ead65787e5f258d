import NIOCore
import Postern
import PosternJSONRPC

/// The calls of a program that have not been answered yet.
struct LineCalls {
    /// A call that has not started.
    struct Entry: Sendable {
        let ticket: CallTicket
        let call: Call
    }

    private struct State {
        let byteCount: Int
        /// The Swift task that runs the call; `nil` until it has started.
        var task: Task<Void, Never>?
    }

    private var states: [CallTicket: State] = [:]
    /// The calls that are held back until the program has read its output, in order.
    private var held = CircularBuffer<Entry>()
    private var byteCount = 0

    /// Whether calls are held back, so that no later call may overtake them.
    var areHeld: Bool { !held.isEmpty }

    /// Adds a call.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - ticket: The ticket of the session for its answer.
    ///   - byteLimit: The maximum size of the arguments of all calls together, in bytes.
    /// - Returns: The entry to be started or held back.
    /// - Throws: `CallError` with `.busy` when the arguments of all calls exceed the limit.
    mutating func add(_ call: Call, _ ticket: CallTicket, byteLimit: Int) throws(CallError) -> Entry {
        let bytes = call.arguments.bytes.count
        guard byteCount + bytes <= byteLimit else {
            throw CallError(.busy, "More than \(byteLimit) bytes in calls in flight", ran: .no)
        }
        byteCount += bytes
        states[ticket] = State(byteCount: bytes)
        return Entry(ticket: ticket, call: call)
    }

    /// Holds a call back.
    mutating func hold(_ entry: Entry) { held.append(entry) }

    /// Removes and returns the calls that were held back, except those that have been removed since.
    mutating func takeHeld() -> [Entry] {
        guard !held.isEmpty else { return [] }
        return exchange(&held, with: []).filter { states[$0.ticket] != nil }
    }

    /// Records the Swift task of a call that has started.
    mutating func begin(_ entry: Entry, _ task: Task<Void, Never>) { states[entry.ticket]?.task = task }

    /// Cancels a call.
    ///
    /// - Returns: Whether the call has not started, so that the caller of this function must answer it.
    func cancel(_ ticket: CallTicket) -> Bool {
        guard let state = states[ticket] else { return false }
        state.task?.cancel()
        return state.task == nil
    }

    /// Removes a call that has been answered.
    mutating func remove(_ ticket: CallTicket) {
        if let state = states.removeValue(forKey: ticket) { byteCount -= state.byteCount }
    }

    /// Cancels and removes all calls.
    mutating func cancelAll() {
        for state in states.values { state.task?.cancel() }
        self = LineCalls()
    }
}
