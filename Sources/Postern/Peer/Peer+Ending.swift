extension Peer {
    /// Ends the connection at once: pending calls fail, running handlers are cancelled.
    public func close() { disconnect(DisconnectReason(.closedHere, "The connection was closed")) }

    /// Takes no more calls, waits for those in flight in both directions, then closes.
    ///
    /// Streams that are produced here end with `.draining`. Cancelling the task closes at once.
    ///
    /// - Parameter grace: How long to wait before closing anyway; `nil` waits as long as it takes.
    public func drain(grace: Duration? = .seconds(7)) async {
        for handler in change({ $0.beginDraining("The other side is stopping") }) { handler.cancel() }
        let timer = grace.map { grace in
            Task {
                try? await Task.sleep(for: grace.clamped)
                if !Task.isCancelled { close() }
            }
        }
        await withTaskCancellationHandler {
            await pollAll()
            await wait { $0.parkUntilIdle($1) }
        } onCancel: {
            close()
        }
        timer?.cancel()
        close()
        await transport.waitUntilClosed()
    }

    /// Settles everything that waits, tells who asked, and ends the connection; only the first reason counts.
    func disconnect(_ reason: DisconnectReason) {
        guard let remains = changeInTurn({ $0.close(reason) }) else { return }
        let error = CallError(reason.callCode, reason.callMessage, ran: remains.callsNeverLeft ? .no : .unknown)
        for waiter in remains.waiters { waiter.settle(.failure(error)) }
        for parked in remains.parked { parked.resume() }
        for handler in remains.handlers { handler.cancel() }
        expiry.stop()
        arrivals?.end()
        references.close()
        link.cut()
        status.end(reason)
        transport.close()
    }
}
