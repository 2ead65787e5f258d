import Postern
import PosternJSONRPC

/// Streams that the program reads.
extension LineSession {
    /// Begins to read a stream for the program.
    func read(_ stream: ReplyStream, for ticket: SubscriptionTicket) {
        guard !hasEnded else { return }
        streams.add(ticket) { signals in
            Task { [turn] in
                var (items, signals) = (stream.makeAsyncIterator(), signals.makeAsyncIterator())
                do throws(CallError) {
                    while let item = try await items.next() {
                        turn { $0.send(item, of: ticket) }
                        guard await signals.next() != nil else { return }
                    }
                    turn { $0.endStream(ticket, nil) }
                } catch {
                    turn { $0.endStream(ticket, error) }
                }
            }
        }
    }

    /// Sends an item of a stream; the next one is read when there is room for it.
    private func send(_ item: StreamItem, of ticket: SubscriptionTicket) {
        sendClientMessages()
        var item = item
        if let payload = program.client.outgoing(item.payload) { item.payload = payload }
        append { $0.event(subscription: ticket, item, into: &$1, actions: &$2) }
        streams.hold(ticket)
        if !isCrowded { streams.goOn() }
    }

    private func endStream(_ ticket: SubscriptionTicket, _ error: CallError?) {
        streams.remove(ticket)
        append { session, output, _ in session.endSubscription(ticket, error: error, into: &output) }
    }
}
