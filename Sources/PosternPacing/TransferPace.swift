/// Decides whether a transfer in progress is fast enough.
///
/// A pure state machine: the number of bytes transferred so far and the time, in milliseconds, are arguments. Only the
/// growth of the number counts, so it must not restart during a transfer.
package struct TransferPace: Sendable {
    /// The required progress of a transfer.
    package struct Demand: Hashable, Sendable {
        /// The longest time without progress, and the period over which the rate is measured, in milliseconds.
        package var patience: UInt64
        /// The minimum rate in bytes per second, on average over each ``patience``; with 0, any progress is enough.
        package var bytesPerSecond: Int

        /// Creates a demand from a period in milliseconds and a minimum rate.
        package init(patience: UInt64, bytesPerSecond: Int) {
            self.patience = patience
            self.bytesPerSecond = bytesPerSecond
        }

        /// Returns the minimum number of bytes in a period.
        fileprivate func bytes(in milliseconds: UInt64) -> UInt64 {
            let (product, overflows) = UInt64(clamping: bytesPerSecond).multipliedReportingOverflow(by: milliseconds)
            // The product overflows, so no transfer can reach the rate.
            return overflows ? .max : product / 1_000
        }
    }

    /// The state of a transfer.
    package enum Verdict: Hashable, Sendable {
        /// The transfer is fast enough, or has just begun.
        case moves
        /// There was no progress for too long.
        case stalled
        /// There is progress, but below the minimum rate.
        case tooSlow
    }

    /// A number of bytes, and the time at which it was reached.
    private struct Mark {
        var moved: UInt64
        var time: UInt64
    }

    /// The last progress; `nil` while there is no transfer.
    private var progress: Mark?
    /// The start of the period over which the rate is measured.
    private var window = Mark(moved: 0, time: 0)

    /// Creates the pace of a connection without a transfer.
    package init() {}

    /// Whether a transfer is in progress.
    package var isUnderWay: Bool { progress != nil }

    /// Ends the transfer.
    package mutating func end() { progress = nil }

    /// Returns the state of the transfer; the first call after ``end()`` begins one.
    ///
    /// A stalled transfer stays stalled until there is progress.
    package mutating func check(moved: UInt64, at now: UInt64, _ demand: Demand) -> Verdict {
        guard let last = progress else {
            window = Mark(moved: moved, time: now)
            progress = window
            return .moves
        }
        if moved > last.moved {
            progress = Mark(moved: moved, time: now)
        } else if now - last.time >= demand.patience {
            return .stalled
        }
        // The period is restarted only when the rate was met: a slow transfer is reported by every check until then.
        let elapsed = now - window.time
        guard elapsed >= demand.patience else { return .moves }
        guard moved - min(moved, window.moved) >= demand.bytes(in: elapsed) else { return .tooSlow }
        window = Mark(moved: moved, time: now)
        return .moves
    }
}
