/// Judges whether a transfer that is under way moves fast enough.
///
/// A pure state machine: the number of bytes that have moved so far and the time, in milliseconds, come in from outside.
/// The count never restarts while a transfer is under way; only its growth means anything.
package struct TransferPace: Sendable {
    /// What is demanded of a transfer.
    package struct Demand: Hashable, Sendable {
        /// How long nothing may move, and over which time the rate is measured, in milliseconds.
        package var patience: UInt64
        /// The bytes that have to move in a second, on average over each ``patience``; 0 for no more than some progress.
        package var bytesPerSecond: Int

        package init(patience: UInt64, bytesPerSecond: Int) {
            self.patience = patience
            self.bytesPerSecond = bytesPerSecond
        }

        /// The bytes that have to move within a time.
        fileprivate func bytes(in milliseconds: UInt64) -> UInt64 {
            let (product, overflows) = UInt64(clamping: bytesPerSecond).multipliedReportingOverflow(by: milliseconds)
            return overflows ? .max : product / 1_000
        }
    }

    /// What is known of a transfer.
    package enum Verdict: Hashable, Sendable {
        /// It moves, or is too young to be judged.
        case moves
        /// Nothing has moved for too long.
        case stalled
        /// It moves, but below the rate.
        case tooSlow
    }

    /// A count, and when it was reached.
    private struct Mark {
        var moved: UInt64
        var time: UInt64
    }

    /// When some of it last moved; `nil` while nothing is under way.
    private var progress: Mark?
    /// Where the time began over which the rate is measured now.
    private var window = Mark(moved: 0, time: 0)

    /// A connection on which nothing is under way.
    package init() {}

    /// Whether a transfer is under way.
    package var isUnderWay: Bool { progress != nil }

    /// Notes that nothing is under way any more.
    package mutating func end() { progress = nil }

    /// Judges the transfer that is under way; the first call after ``end()`` begins one.
    ///
    /// A transfer that has failed stays so until it moves on.
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
        let elapsed = now - window.time
        guard elapsed >= demand.patience else { return .moves }
        guard moved - min(moved, window.moved) >= demand.bytes(in: elapsed) else { return .tooSlow }
        window = Mark(moved: moved, time: now)
        return .moves
    }
}
