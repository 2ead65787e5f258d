internal import Synchronization

extension Peer {
    /// Ends the connection at once: pending calls fail, running handlers are cancelled.
    public func close() { disconnect(DisconnectReason(.closedHere, "The connection was closed")) }

    /// Takes no more calls, waits for those in flight in both directions, then closes.
    ///
    /// Streams that are produced here end with `.draining`. Cancelling the task closes at once.
    ///
    /// Calls of the other side that cross this are refused as not executed, so that it may make them elsewhere.
    ///
    /// - Parameter grace: How long to wait before closing anyway; `nil` waits as long as it takes.
    public func drain(grace: Duration? = .seconds(7)) async {
        for handler in change({ $0.beginDraining("The other side is stopping") }) { handler.cancel() }
        // One that answers no ping holds up the end for a moment only.
        let crossing = after(Self.crossingTime) { $0.change { $0.awaitsCrossingCalls = false } }
        let end = grace.map { after($0) { $0.close() } }
        await withTaskCancellationHandler {
            await pollAll()
            await wait { $0.parkUntilIdle($1) }
        } onCancel: {
            close()
        }
        crossing.cancel()
        end?.cancel()
        close()
        await transport.waitUntilClosed()
    }

    /// How many calls were sent and have no answer yet.
    package var unansweredCalls: Int { changeInTurn { $0.calls.count } }

    /// Waits, after the end, for the handlers that were running then.
    package func waitForHandlers() async {
        for handler in lastHandlers.withLock({ exchange(&$0, with: []) }) { await handler.value }
    }

    /// How long calls may be under way that the other side sent before it received the goodbye.
    private static let crossingTime = Duration.seconds(1)

    private func after(_ time: Duration, _ step: @escaping @Sendable (Peer) -> Void) -> Task<Void, Never> {
        Task {
            try? await Task.sleep(for: time.clamped)
            if !Task.isCancelled { step(self) }
        }
    }

    /// Settles everything that waits, tells who asked, and ends the connection; only the first reason counts.
    func disconnect(_ reason: DisconnectReason, isLost: Bool = false) {
        guard let remains = changeInTurn({ $0.close(reason, isLost: isLost) }) else { return }
        for (waiters, ran) in [(remains.waiters, CallError.Executed.unknown), (remains.unsent, .no)] {
            let error = CallError(reason.callCode, reason.callMessage, ran: ran)
            for waiter in waiters { waiter.settle(.failure(error)) }
        }
        for parked in remains.parked { parked.resume() }
        lane.go(on: lane.release())
        for handler in remains.handlers { handler.cancel() }
        lastHandlers.withLock { $0 = remains.handlers }
        expiry.stop()
        arrivals?.end()
        references.close()
        link.cut()
        status.end(reason)
        transport.close()
    }
}
