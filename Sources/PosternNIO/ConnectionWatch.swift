import NIOCore
import Postern

/// Judges how long a connection has been silent or stuck; time comes in from outside.
struct ConnectionWatch {
    enum Verdict: Hashable {
        case nothing
        /// Ask for a sign of life.
        case ping
        case close(DisconnectReason)
    }

    private let frameTimeout: TimeAmount
    private let pingInterval: TimeAmount
    private let pingGrace: TimeAmount
    private let began: NIODeadline
    private var lastHeard: NIODeadline
    private var halfFrameSince: NIODeadline?
    private var pinged: NIODeadline?
    private var hasRead = false
    private var hasHalfFrame = false

    init(_ options: ConnectionOptions, now: NIODeadline) {
        frameTimeout = TimeAmount(options.frameTimeout.clamped)
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

    /// Notes that something arrived, and whether it ended within a frame; the clock is read at the next check.
    mutating func noteRead(hasHalfFrame: Bool) {
        hasRead = true
        if !hasHalfFrame { halfFrameSince = nil }
        self.hasHalfFrame = hasHalfFrame
    }

    /// Tells what to do now.
    mutating func check(now: NIODeadline, isHandshakeDone: Bool) -> Verdict {
        if hasRead {
            lastHeard = now
            pinged = nil
            hasRead = false
        }
        if hasHalfFrame, halfFrameSince == nil { halfFrameSince = now }
        if let halfFrameSince, now - halfFrameSince >= frameTimeout - period {
            return .close(DisconnectReason(.timedOut, "Half a frame was not completed in time"))
        }
        guard isHandshakeDone else {
            let isLate = now - began >= frameTimeout
            return isLate ? .close(DisconnectReason(.timedOut, "The handshake was not done in time")) : .nothing
        }
        if let pinged {
            let isLate = now - pinged >= pingGrace
            return isLate ? .close(DisconnectReason(.timedOut, "The other side gave no sign of life")) : .nothing
        }
        guard now - lastHeard >= pingInterval else { return .nothing }
        pinged = now
        return .ping
    }
}
