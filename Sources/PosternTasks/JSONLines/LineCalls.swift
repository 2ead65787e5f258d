import NIOCore
import Postern
import PosternJSONRPC

/// The calls of a program that have no answer yet.
struct LineCalls {
    /// A call that is ready to be started.
    struct Entry: Sendable {
        let ticket: CallTicket
        let call: Call
    }

    private struct State {
        let byteCount: Int
        /// `nil` until the call has begun.
        var task: Task<Void, Never>?
    }

    private var states: [CallTicket: State] = [:]
    /// Those that wait until the program has read.
    private var held = CircularBuffer<Entry>()
    private var byteCount = 0

    /// Whether calls wait, so that another one must not overtake them.
    var areHeld: Bool { !held.isEmpty }

    /// Enters a call.
    ///
    /// - Throws: `.busy` when the arguments of all calls are longer than the limit.
    mutating func add(_ call: Call, _ ticket: CallTicket, byteLimit: Int) throws(CallError) -> Entry {
        let bytes = call.arguments.bytes.count
        guard byteCount + bytes <= byteLimit else {
            throw CallError(.busy, "More than \(byteLimit) bytes in calls in flight", ran: .no)
        }
        byteCount += bytes
        states[ticket] = State(byteCount: bytes)
        return Entry(ticket: ticket, call: call)
    }

    /// Keeps a call that is not to begin yet.
    mutating func hold(_ entry: Entry) { held.append(entry) }

    /// Takes the calls that were kept, without those that were removed since.
    mutating func takeHeld() -> [Entry] {
        guard !held.isEmpty else { return [] }
        return exchange(&held, with: []).filter { states[$0.ticket] != nil }
    }

    /// Notes that a call has begun.
    mutating func begin(_ entry: Entry, _ task: Task<Void, Never>) { states[entry.ticket]?.task = task }

    /// Cancels a call.
    ///
    /// - Returns: Whether it has not begun, and is to be answered.
    func cancel(_ ticket: CallTicket) -> Bool {
        guard let state = states[ticket] else { return false }
        state.task?.cancel()
        return state.task == nil
    }

    /// Removes a call that is answered.
    mutating func remove(_ ticket: CallTicket) {
        if let state = states.removeValue(forKey: ticket) { byteCount -= state.byteCount }
    }

    /// Cancels and removes all calls.
    mutating func cancelAll() {
        for state in states.values { state.task?.cancel() }
        self = LineCalls()
    }
}
