import CLibWebSockets
import PosternPacing

/// Pings, timeouts, and the end without waiting for the peer.
extension WebSocket {
    /// Sends pings, and closes the connection if a deadline has passed; called a few times per second.
    func checkTime(_ now: UInt64) {
        let isStalled = isStalled(now)
        if state == .closing, now >= closeDeadline, isStalled || isCut || !isAwaitingWritable { return kill() }
        guard state == .open else { return }
        if isStalled {
            handler?.fellBehind(self)
        } else if message.isTooSlow(now, limits: limits) {
            close(code: 1008, reason: "message takes too long")
        } else if awaited.contains(.pong), !isPingUnderWay(now), now - lastInput > limits.silenceMilliseconds {
            handler?.wentSilent(self)
            // A silent peer will not respond to the close frame either.
            if state == .closing { closeDeadline = now }
        } else if !awaited.contains(.pong), now - lastInput > limits.pingMilliseconds {
            awaited.insert(.pong)
            // With a payload, since libwebsockets does not report an empty pong.
            append(.ping) { $0.append(UInt8(ascii: "?")) }
        }
    }

    /// Returns whether the peer receives the unsent output too slowly or not at all.
    private func isStalled(_ now: UInt64) -> Bool {
        guard isAwaitingWritable, let connection = unsafe connection else {
            outgoing.end()
            return false
        }
        let moved = unsafe progress.read(lws_get_socket_fd(connection))
        let demand = TransferPace.Demand(patience: limits.stallMilliseconds, bytesPerSecond: limits.minimumRate)
        return outgoing.check(moved: moved, at: now, demand) != .moves
    }

    /// Returns whether the ping is still behind output that makes progress; then the time for its pong is restarted.
    private func isPingUnderWay(_ now: UInt64) -> Bool {
        guard let connection = unsafe connection else { return false }
        let descriptor = unsafe lws_get_socket_fd(connection)
        let moved = exchange(&acknowledged, with: progress.read(descriptor))
        guard acknowledged > moved, isAwaitingWritable || SocketProgress.unacknowledgedBytes(descriptor) > 0 else {
            return false
        }
        lastInput = now - limits.pingMilliseconds
        return true
    }

    /// Closes the connection without waiting for the peer.
    ///
    /// libwebsockets applies the timeout with its next event. The shutdown of the socket causes that event.
    func kill() {
        guard let connection = unsafe connection else { return }
        unsafe lws_set_timeout(connection, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC)
        Socket.end(unsafe lws_get_socket_fd(connection))
    }
}
