/// When a peer serves the calls and notifications of its other end.
public enum ServingMode: Hashable, Sendable {
    /// As they arrive.
    case automatic
    /// When the program asks for it: with ``Peer/pollAll()`` or ``Peer/serve(timeout:)``, and while it waits for a reply.
    ///
    /// For programs with an event loop of their own, and to reproduce what RPyC does without a background thread.
    /// Replies, streams and signs of life are taken as they arrive in either mode.
    case manual
}

/// For peers made with ``ServingMode/manual``; with the other mode there is never anything to serve here.
extension Peer {
    /// Serves every call and notification that has arrived, one after another, each until its handler has ended.
    ///
    /// Handlers begin in the task that asks. See RPyC's `poll_all`.
    ///
    /// - Returns: Whether there was any.
    @discardableResult
    public func pollAll() async -> Bool {
        var hasServed = false
        while let arrival = arrivals?.take() {
            await serve(arrival)
            hasServed = true
        }
        return hasServed
    }

    /// Serves one call or notification, and waits for it if there is none.
    ///
    /// - Parameter timeout: How long to wait.
    /// - Returns: Whether one was served; `false` also when the connection ends or the task is cancelled meanwhile.
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

    /// How many calls and notifications have arrived and were not served yet.
    package var arrivalCount: Int { arrivals?.count ?? 0 }

    /// Runs a function each time something arrives that waits to be served, on the thread that reads the connection.
    ///
    /// It should only wake the program's event loop, which then calls ``pollAll()``. It replaces an earlier one.
    public func onArrival(_ body: @escaping @Sendable () -> Void) { arrivals?.observe(body) }

    /// Whether a call or a notification waits to be served, or the connection has ended; `nil` for a peer that serves as
    /// things arrive.
    package var hasArrivals: Bool? { arrivals?.isReady }

    /// Runs a function on any thread after each change of ``hasArrivals``; gives what takes it out.
    package func observeArrivals(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        guard let arrivals else { return {} }
        let number = arrivals.observeReadiness(body)
        return { arrivals.stopObserving(number) }
    }

    /// Waits for a reply; a peer that serves by hand serves meanwhile, as the reply may depend on that.
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
