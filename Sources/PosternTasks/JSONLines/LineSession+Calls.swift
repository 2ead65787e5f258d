import Postern
import PosternJSONRPC

/// Calls that the program makes.
extension LineSession {
    /// Starts a call of the program, or holds it back while the program does not read its output.
    func start(_ call: Call, _ ticket: CallTicket, _ options: JSONRPCSession.CallOptions) {
        var (call, options) = (call, options)
        if options.wantsProgress {
            call.progress = { [turn] value in turn { $0.report(ticket, value) } }
        }
        do throws(CallError) {
            try program.client.admit(&call, &options)
            let entry = try calls.add(call, ticket, byteLimit: limits.servedBytes)
            // Held calls start in order, so a call also waits while others are held.
            if isCrowded || calls.areHeld { calls.hold(entry) } else { begin(entry) }
        } catch {
            finish(ticket, .failure(error))
        }
    }

    /// Starts a call in a Swift task, which has run up to its first suspension when this returns.
    func begin(_ entry: LineCalls.Entry) {
        // Immediate, so that handlers begin in the order in which the calls have arrived.
        let task = Task.immediate { [far, turn] in
            let result: Result<Reply, CallError>
            do throws(CallError) { result = .success(try await entry.call.answer(from: far)) } catch {
                result = .failure(error)
            }
            turn { $0.finish(entry.ticket, result) }
        }
        calls.begin(entry, task)
    }

    func cancel(_ ticket: CallTicket) {
        guard calls.cancel(ticket) else { return }
        finish(ticket, .failure(CallError(.cancelled, "The caller cancelled", ran: .no)))
    }

    /// Sends the answer of a call, after the messages that its handler has sent to the program.
    func finish(_ ticket: CallTicket, _ result: Result<Reply, CallError>) {
        calls.remove(ticket)
        sendClientMessages()
        var result = JSONRPCClient.isNeeded(for: result) ? program.client.outgoing(result) : result
        if case .success(.value(let value)) = result, waitingBytes + value.bytes.count > limits.answerRoom {
            result = .failure(.noRoomForAnswer)
        }
        append { $0.finish(ticket, with: result, into: &$1, actions: &$2) }
    }

    private func report(_ ticket: CallTicket, _ value: Payload) {
        guard let value = program.client.outgoing(value) else { return }
        append { session, output, _ in session.progress(ticket, value, into: &output) }
    }
}

/// Streams that the program reads as subscriptions.
extension LineSession {
    /// Starts reading a stream for the program.
    func read(_ stream: ReplyStream, for ticket: SubscriptionTicket) {
        guard !hasEnded else { return }
        streams.add(ticket) { signals in
            Task { [turn] in
                var (items, signals) = (stream.makeAsyncIterator(), signals.makeAsyncIterator())
                do throws(CallError) {
                    while let item = try await items.next() {
                        turn { $0.send(item, of: ticket) }
                        // The next item is requested after this one was sent and the program has read enough.
                        guard await signals.next() != nil else { return }
                    }
                    turn { $0.endStream(ticket, nil) }
                } catch {
                    turn { $0.endStream(ticket, error) }
                }
            }
        }
    }

    /// Sends an item of a stream; the next one is requested when the output has room.
    private func send(_ item: StreamItem, of ticket: SubscriptionTicket) {
        sendClientMessages()
        var item = item
        if let payload = program.client.outgoing(item.payload) { item.payload = payload }
        append { $0.event(subscription: ticket, item, into: &$1, actions: &$2) }
        streams.hold(ticket)
        if !isCrowded { streams.resume() }
    }

    private func endStream(_ ticket: SubscriptionTicket, _ error: CallError?) {
        streams.remove(ticket)
        append { session, output, _ in session.endSubscription(ticket, error: error, into: &output) }
    }
}
