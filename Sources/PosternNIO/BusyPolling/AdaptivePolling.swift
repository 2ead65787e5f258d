import NIOCore

/// Decides whether a channel is polled for input after output, from the times that input has taken to arrive.
///
/// As in the halt polling of KVM, short waits turn polling on, and several failures in a row turn it off. Each time it
/// is turned off, twice as many short waits are needed to turn it on again; each success halves that number. So polling
/// is tried less and less often where it takes the processor from the side that has to answer, or where answers are
/// slow.
struct AdaptivePolling {
    /// The failures in a row that turn polling off; the first may occur because the other side does not poll yet.
    private static let patience = 4
    /// The most short waits that are needed to turn polling on again.
    private static let mostShortWaits = 1_024

    private let limit: TimeAmount
    private var isOn = false
    private var failures = 0
    private var shortWaits = 0
    private var neededShortWaits = 1
    /// The time of the last output; `nil` when input has followed.
    private var lastOutput: NIODeadline?

    /// Creates the state of a channel, with polling turned off.
    ///
    /// - Parameter limit: The time to poll after output.
    init(limit: TimeAmount) { self.limit = limit }

    /// The time until which to poll; `nil` for no polling.
    var deadline: NIODeadline? {
        guard isOn, let lastOutput else { return nil }
        return lastOutput + limit
    }

    /// Records output, after which input may follow.
    mutating func noteOutput(at now: NIODeadline) {
        // The last polling ended without input, as on a side that only sends.
        if let deadline, deadline <= now { noteFailure() }
        lastOutput = now
    }

    /// Records input; only the first one after output ends a wait.
    mutating func noteInput(at now: NIODeadline) {
        guard let output = lastOutput.take() else { return }
        let wait = now - output
        guard isOn else { return noteUnpolled(wait) }
        // A longer wait costs more processor time than the wake-up that polling saves.
        guard wait * 2 <= limit else { return noteFailure() }
        failures = 0
        neededShortWaits = max(neededShortWaits / 2, 1)
    }

    /// Records that polling was useless for the current wait.
    mutating func noteFailure() {
        lastOutput = nil
        failures += 1
        guard failures >= Self.patience else { return }
        (failures, isOn) = (0, false)
        neededShortWaits = min(neededShortWaits * 2, Self.mostShortWaits)
    }

    /// Records a wait without polling; it is short up to twice the limit, as it includes the wake-up that polling
    /// saves.
    private mutating func noteUnpolled(_ wait: TimeAmount) {
        guard wait <= limit * 2 else { return }
        shortWaits += 1
        guard shortWaits >= neededShortWaits else { return }
        (shortWaits, isOn) = (0, true)
    }
}
