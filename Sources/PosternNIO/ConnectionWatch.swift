import NIOCore
import Postern
import PosternPacing

/// Judges how long a connection has been silent or stuck; time comes in from outside.
struct ConnectionWatch {
    enum Verdict: Hashable {
        case nothing
        /// Ask for a sign of life.
        case ping
        case close(DisconnectReason)
    }

    private let frameTimeout: TimeAmount
    private let minimumRate: Int
    private let pingInterval: TimeAmount
    private let pingGrace: TimeAmount
    private let began: NIODeadline
    private var lastHeard: NIODeadline
    private var pinged: NIODeadline?
    private var hasRead = false
    private var hasHalfFrame = false
    /// Whether a read has ended without half a frame since the last check.
    private var hasWholeFrames = false
    private var received: UInt64 = 0
    private var acknowledged: UInt64 = 0
    /// The half frame that was received.
    private var incoming = TransferPace()
    /// The output that this process holds.
    private var outgoing = TransferPace()

    init(_ options: ConnectionOptions, now: NIODeadline) {
        frameTimeout = TimeAmount(options.frameTimeout.clamped)
        minimumRate = options.minimumRate
        pingInterval = TimeAmount(options.pingInterval.clamped)
        pingGrace = TimeAmount(options.pingGrace.clamped)
        began = now
        lastHeard = now
    }

    /// How often to check: what is too long is found at most an eighth of its time late.
    var period: TimeAmount {
        let shortest = min(frameTimeout, min(pingInterval, pingGrace))
        return .nanoseconds(max(shortest.nanoseconds / 8, 1_000_000))
    }

    /// What begins is found by the next check, so a period is counted already.
    private var demand: TransferPace.Demand {
        let patience = max(frameTimeout.nanoseconds - period.nanoseconds, 0) / 1_000_000
        return TransferPace.Demand(patience: UInt64(patience), bytesPerSecond: minimumRate)
    }

    /// Notes that bytes arrived.
    mutating func noteBytes(_ count: Int) { received += UInt64(count) }

    /// Notes that a read has ended, and whether within a frame; the clock is read at the next check.
    mutating func noteRead(hasHalfFrame: Bool) {
        hasRead = true
        if !hasHalfFrame { hasWholeFrames = true }
        self.hasHalfFrame = hasHalfFrame
    }

    /// Decides what to do now.
    mutating func check(now: NIODeadline, isHandshakeDone: Bool, output: OutputMeter.Reading) -> Verdict {
        noteLife(now, output)
        if hasWholeFrames { incoming.end() }
        hasWholeFrames = false
        if hasHalfFrame, incoming.check(moved: received, at: now.milliseconds, demand) != .moves {
            return .close(DisconnectReason(.timedOut, "Half a frame was not completed in time"))
        }
        guard isHandshakeDone else {
            let isLate = now - began >= frameTimeout
            return isLate ? .close(DisconnectReason(.timedOut, "The handshake was not done in time")) : .nothing
        }
        if isStuck(now, output) {
            return .close(DisconnectReason(.slowReader, "The other side reads too slowly"))
        }
        if let pinged {
            let isLate = now - pinged >= pingGrace
            return isLate ? .close(DisconnectReason(.timedOut, "The other side gave no sign of life")) : .nothing
        }
        guard now - lastHeard >= pingInterval else { return .nothing }
        pinged = now
        return .ping
    }

    /// Whether output is held here that does not move, or not fast enough.
    mutating func isStuck(_ now: NIODeadline, _ output: OutputMeter.Reading) -> Bool {
        guard output.held > 0 else {
            outgoing.end()
            return false
        }
        return outgoing.check(moved: output.moved, at: now.milliseconds, demand) != .moves
    }

    private mutating func noteLife(_ now: NIODeadline, _ output: OutputMeter.Reading) {
        if hasRead {
            lastHeard = now
            pinged = nil
            hasRead = false
        }
        // A ping behind output that moves has not arrived yet.
        if pinged != nil, output.underWay > 0, output.moved > acknowledged { pinged = now }
        acknowledged = output.moved
    }
}

extension NIODeadline {
    fileprivate var milliseconds: UInt64 { uptimeNanoseconds / 1_000_000 }
}
