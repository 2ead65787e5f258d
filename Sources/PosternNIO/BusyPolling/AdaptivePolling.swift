import NIOCore

/// Whether a channel is polled for input after output, before its loop waits; adapts to how long the waits are.
///
/// As with halt polling of KVM, short waits turn polling on, and some in a row that it does not make short turn it off.
/// Each time that doubles the short waits that it takes to poll again, and each success halves them: polling is tried
/// ever less often where it takes the processor from the side that is to answer, or where answers take some time anyway.
struct AdaptivePolling {
    /// The failures in a row that turn polling off: the first ones may be due to the other side, which does not poll yet.
    private static let patience = 4
    /// The most short waits that it takes to poll again.
    private static let mostShortWaits = 1_024

    private let limit: TimeAmount
    private var isOn = false
    private var failures = 0
    private var shortWaits = 0
    private var neededShortWaits = 1
    /// When the last output was written, while no input has followed.
    private var lastOutput: NIODeadline?

    /// Creates the state of a channel that is not polled before it has had a short wait.
    ///
    /// - Parameter limit: How long to poll after output.
    init(limit: TimeAmount) { self.limit = limit }

    /// Until when to poll; `nil` when not to.
    var deadline: NIODeadline? {
        guard isOn, let lastOutput else { return nil }
        return lastOutput + limit
    }

    /// Notes that output was written, to which input may follow.
    mutating func noteOutput(at now: NIODeadline) {
        // Nothing was caught, as by a side that only sends.
        if let deadline, deadline <= now { noteFailure() }
        lastOutput = now
    }

    /// Notes that input was read; only the first after output says how long the wait was.
    mutating func noteInput(at now: NIODeadline) {
        guard let output = lastOutput.take() else { return }
        let wait = now - output
        guard isOn else { return noteUnpolled(wait) }
        // Polling for longer costs more than the wake-up that it spares.
        guard wait * 2 <= limit else { return noteFailure() }
        failures = 0
        neededShortWaits = max(neededShortWaits / 2, 1)
    }

    /// Notes that polling was of no use for the wait that is under way.
    mutating func noteFailure() {
        lastOutput = nil
        failures += 1
        guard failures >= Self.patience else { return }
        (failures, isOn) = (0, false)
        neededShortWaits = min(neededShortWaits * 2, Self.mostShortWaits)
    }

    /// The wake-ups that polling spares are a part of the wait, so twice the limit is short.
    private mutating func noteUnpolled(_ wait: TimeAmount) {
        guard wait <= limit * 2 else { return }
        shortWaits += 1
        guard shortWaits >= neededShortWaits else { return }
        (shortWaits, isOn) = (0, true)
    }
}
