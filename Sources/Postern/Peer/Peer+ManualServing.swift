/// The way in which a peer serves the calls and notifications of the remote peer.
public enum ServingMode: Hashable, Sendable {
    /// Calls are served as they arrive.
    case automatic
    /// Calls are served when the program asks for it, and while it waits for a reply.
    ///
    /// The program calls ``Peer/pollAll()`` or ``Peer/serve(timeout:)``. This mode is for programs with an event loop
    /// of their own, and for those that relied on RPyC without a background thread. Replies, streams and pings are
    /// handled as they arrive in either mode.
    case manual
}

/// Functions for a peer with ``ServingMode/manual``; a peer with the other mode never has anything to serve here.
extension Peer {
    /// Serves every call and notification that has arrived, one after the other, each until its handler has ended.
    ///
    /// Handlers begin in the calling task. This function corresponds to RPyC's `poll_all`.
    ///
    /// - Returns: Whether anything was served.
    @discardableResult
    public func pollAll() async -> Bool {
        var hasServed = false
        while let arrival = arrivals?.take() {
            await serve(arrival)
            hasServed = true
        }
        return hasServed
    }

    /// Serves one call or notification, and waits for one to arrive if necessary.
    ///
    /// - Parameter timeout: The maximum time to wait.
    /// - Returns: Whether one was served. The result is `false` if the time passes, the connection ends or the task is
    ///   cancelled.
    @discardableResult
    public func serve(timeout: Duration) async -> Bool {
        guard let arrivals else { return false }
        let end = ContinuousClock.now.later(by: timeout)
        let timer = Task {
            try? await Task.sleep(until: end.clamped, clock: .continuous)
            arrivals.wake()
        }
        defer { timer.cancel() }
        while true {
            let seen = arrivals.changes
            if let arrival = arrivals.take() {
                await serve(arrival)
                return true
            }
            guard isConnected, !Task.isCancelled, .now < end else { return false }
            await arrivals.wait(unlessChangedSince: seen)
        }
    }

    /// The number of calls and notifications that have arrived and were not served yet.
    package var arrivalCount: Int { arrivals?.count ?? 0 }

    /// Runs a function whenever a call or notification arrives that waits to be served.
    ///
    /// It runs on the thread that reads the connection and should only wake the program's event loop, which then calls
    /// ``pollAll()``. It replaces the function of an earlier call.
    public func onArrival(_ body: @escaping @Sendable () -> Void) { arrivals?.observe(body) }

    /// Whether a call or notification waits to be served or the connection has ended; `nil` with
    /// ``ServingMode/automatic``.
    package var hasArrivals: Bool? { arrivals?.isReady }

    /// Runs a function on any thread after each change of ``hasArrivals``.
    ///
    /// - Returns: A function that unregisters it.
    package func observeArrivals(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        guard let arrivals else { return {} }
        let number = arrivals.observeReadiness(body)
        return { arrivals.stopObserving(number) }
    }

    /// Waits for a reply, and serves calls meanwhile if this peer serves manually, as the reply may depend on them.
    func wait(for reply: PendingReply) async {
        guard let arrivals else { return await reply.wait() }
        reply.whenSettled(on: nil) { arrivals.wake() }
        while true {
            let seen = arrivals.changes
            while reply.result == nil, let arrival = arrivals.take() { await serve(arrival) }
            guard reply.result == nil, !Task.isCancelled else { return }
            await arrivals.wait(unlessChangedSince: seen)
        }
    }

    private func serve(_ arrival: ArrivalQueue.Arrival) async {
        await start(arrival.id, arrival.call, depth: arrival.depth)?.value
    }
}
