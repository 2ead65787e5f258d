import Postern
import PosternJSONRPC

/// Calls of the program.
extension LineSession {
    func start(_ call: Call, _ ticket: CallTicket, _ options: JSONRPCSession.CallOptions) {
        var (call, options) = (call, options)
        if options.wantsProgress {
            call.progress = { [turn] value in turn { $0.report(ticket, value) } }
        }
        do throws(CallError) {
            try program.client.admit(&call, &options)
            let entry = try calls.add(call, ticket, byteLimit: limits.servedBytes)
            if isCrowded || calls.areHeld { calls.hold(entry) } else { begin(entry) }
        } catch {
            finish(ticket, .failure(error))
        }
    }

    /// Starts a call in a task, which has run up to its first wait when this returns.
    func begin(_ entry: LineCalls.Entry) {
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

    /// Answers a call, behind the messages that its handler has sent to the program.
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
