import NIOCore
import Postern
import PosternPacing

/// Decides when a connection is pinged or closed because it is silent, stuck or too slow.
///
/// A pure state machine: the time and the measured output are arguments.
struct ConnectionWatch {
    enum Verdict: Hashable {
        case nothing
        /// Send a ping.
        case ping
        case close(DisconnectReason)
    }

    private let frameTimeout: TimeAmount
    private let handshakeTimeout: TimeAmount
    private let minimumRate: Int
    private let pingInterval: TimeAmount
    private let pingGrace: TimeAmount
    private let began: NIODeadline
    /// The time of the last check that found input.
    private var lastInput: NIODeadline
    /// The time of the ping that has not been answered; `nil` without one.
    private var pinged: NIODeadline?
    private var hasRead = false
    private var hasHalfFrame = false
    /// Whether a read has ended at a frame boundary since the last check.
    private var hasWholeFrames = false
    private var received: UInt64 = 0
    private var acknowledged: UInt64 = 0
    /// The pace of the incomplete frame.
    private var incoming = TransferPace()
    /// The pace of the output that the system does not take yet.
    private var outgoing = TransferPace()

    init(_ options: ConnectionOptions, now: NIODeadline) {
        frameTimeout = TimeAmount(options.frameTimeout.clamped)
        handshakeTimeout = TimeAmount(options.handshakeTimeout.clamped)
        minimumRate = options.minimumRate
        pingInterval = TimeAmount(options.pingInterval.clamped)
        pingGrace = TimeAmount(options.pingGrace.clamped)
        began = now
        lastInput = now
    }

    /// The interval of the checks: each timeout is noticed at most an eighth of it late.
    var period: TimeAmount {
        let shortest = min(min(frameTimeout, handshakeTimeout), min(pingInterval, pingGrace))
        return .nanoseconds(max(shortest.nanoseconds / 8, 1_000_000))
    }

    /// A transfer is first seen by the check after it began, so up to one period has passed by then and is subtracted.
    private var demand: TransferPace.Demand {
        let patience = max(frameTimeout.nanoseconds - period.nanoseconds, 0) / 1_000_000
        return TransferPace.Demand(patience: UInt64(patience), bytesPerSecond: minimumRate)
    }

    /// Records the size of a read, in bytes.
    mutating func noteBytes(_ count: Int) { received += UInt64(count) }

    /// Records that a read has ended, and whether within a frame.
    ///
    /// It does not read the clock: reads are frequent, and the time of the next check is exact enough.
    mutating func noteRead(hasHalfFrame: Bool) {
        hasRead = true
        if !hasHalfFrame { hasWholeFrames = true }
        self.hasHalfFrame = hasHalfFrame
    }

    /// Returns what to do with the connection now.
    mutating func check(now: NIODeadline, isHandshakeDone: Bool, output: OutputMeter.Reading) -> Verdict {
        noteActivity(now, output)
        // At a frame boundary the transfer is over: the next incomplete frame is timed from its own start.
        if hasWholeFrames { incoming.end() }
        hasWholeFrames = false
        if hasHalfFrame, incoming.check(moved: received, at: now.milliseconds, demand) != .moves {
            return .close(DisconnectReason(.timedOut, "Half a frame was not completed in time"))
        }
        guard isHandshakeDone else {
            let isLate = now - began >= handshakeTimeout
            return isLate ? .close(DisconnectReason(.timedOut, "The handshake was not done in time")) : .nothing
        }
        if isStuck(now, output) {
            return .close(DisconnectReason(.slowReader, "The other side reads too slowly"))
        }
        if let pinged {
            let isLate = now - pinged >= pingGrace
            return isLate ? .close(DisconnectReason(.timedOut, "The other side is silent")) : .nothing
        }
        guard now - lastInput >= pingInterval else { return .nothing }
        pinged = now
        return .ping
    }

    /// Whether pending output makes no progress, or too little.
    mutating func isStuck(_ now: NIODeadline, _ output: OutputMeter.Reading) -> Bool {
        guard output.held > 0 else {
            outgoing.end()
            return false
        }
        return outgoing.check(moved: output.moved, at: now.milliseconds, demand) != .moves
    }

    private mutating func noteActivity(_ now: NIODeadline, _ output: OutputMeter.Reading) {
        if hasRead {
            // Any input answers a ping.
            lastInput = now
            pinged = nil
            hasRead = false
        }
        // A ping queued behind output that makes progress has not arrived yet, so its time starts again.
        if pinged != nil, output.underWay > 0, output.moved > acknowledged { pinged = now }
        acknowledged = output.moved
    }
}

extension NIODeadline {
    fileprivate var milliseconds: UInt64 { uptimeNanoseconds / 1_000_000 }
}
