import Postern
import PosternJSONRPC

extension LineSession {
    /// Ends the connection; only the first reason counts.
    ///
    /// Calls of the program are cancelled. Those to it fail as the near peer ends, which it does behind all that the
    /// program has sent.
    func end(_ reason: DisconnectReason) {
        guard !hasEnded else { return }
        hasEnded = true
        if reason.kind != .lost, reason.kind != .closedHere {
            let incident = Incident(.clientCut, cause: reason.kind.word, [.error: reason.message])
            program.observer?.observe(incident)
        }
        _ = session.connectionClosed()
        calls.cancelAll()
        streams.cancelAll()
        Task { [near, far, client = program.client] in
            let latest = ContinuousClock.now + .seconds(1)
            await waitForAnswers(of: client, at: near, until: latest)
            // Frames keep their order: when this is answered, what the program sent last has arrived.
            let nothing = Payload(bytes: [], codec: MessagePack.self)
            _ = try? await far.dispatch(Call("rpc/ping", arguments: nothing, deadline: latest))
            near.transportClosed(reason)
            client.close(reason.message)
        }
    }

    /// Ends the connection because its peers have ended; the channel is closed next.
    func close() {
        end(DisconnectReason(.closedHere, "The connection was closed"))
        isOver = true
    }
}

/// Waits until every call that has no answer at the near peer has none of the program either.
private func waitForAnswers(of client: JSONRPCClient, at near: Peer, until latest: ContinuousClock.Instant) async {
    while ContinuousClock.now < latest {
        let count = near.unansweredCalls
        // Twice, as calls may be made and given up in between.
        if client.unansweredCalls == count, near.unansweredCalls == count { return }
        try? await Task.sleep(for: .milliseconds(1))
    }
}
