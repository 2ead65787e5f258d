/// Calls that lead to references, or bring some.
extension Peer {
    /// Answers a call at once, or starts its handler; gives the reason when the connection is to end.
    func serve(
        _ frame: CallFrame,
        _ bytes: [UInt8],
        _ references: ReceivedReferences?,
        _ replies: inout TurnReplies
    ) -> DisconnectReason? {
        if references == nil, arrivals == nil, lane.isIdle, let method = shortMethod(at: frame.path, in: bytes) {
            answer(frame, method, bytes, &replies)
            return nil
        }
        var call = incomingCall(frame, bytes)
        guard locate(&call, references) else {
            changeInTurn { state in
                state.beginServing(frame.id)
                state.finish(frame.id, with: .failure(Self.noSuchReference))
            }
            return self.references.noteBadUse()
        }
        changeInTurn { $0.beginServing(frame.id, byteCount: frame.arguments.count) }
        begin(frame.id, call, depth: frame.depth)
        return nil
    }

    /// Starts the handler of a notification; gives the reason when the connection is to end.
    func handleNotification(
        _ path: Range<Int>,
        _ arguments: Range<Int>,
        _ bytes: [UInt8],
        _ references: ReceivedReferences?
    ) -> DisconnectReason? {
        var call = notification(path, arguments, bytes)
        guard locate(&call, references) else { return self.references.noteBadUse() }
        guard let id = changeInTurn({ $0.beginNotification() }) else {
            noteDropped(path, bytes)
            return nil
        }
        begin(id, call, depth: 0)
        return nil
    }

    /// What a path through a reference leads to, when that is something short on the event loop.
    private func shortMethod(at path: Range<Int>, in bytes: [UInt8]) -> ImmediateMethod? {
        guard let (target, path) = findReference(String(decoding: bytes[path], as: UTF8.self)) else { return nil }
        guard case .immediate(let method) = target.execution(of: path) else { return nil }
        return method
    }

    /// Completes a call with what its path leads to, and with its references; false when there is no such reference.
    private func locate(_ call: inout Call, _ references: ReceivedReferences?) -> Bool {
        if let references { call.arguments.attach(message: references) }
        guard call.method.hasPrefix("$/") else { return true }
        guard let (target, path) = findReference(call.method) else { return false }
        call.target = target
        call.method = path
        return true
    }

    private func begin(_ id: UInt64, _ call: Call, depth: Int) {
        if let arrivals { return arrivals.append(.init(id: id, call: call, depth: depth)) }
        let execution = call.target?.execution(of: call.method) ?? dispatcher.execution(of: call.method.utf8.span)
        begin(id, call, depth: depth, execution)
    }

    /// The same for every number that the other side does not hold, whether it is lent to somebody else or never was.
    private static let noSuchReference = CallError(.notFound, "No such reference", ran: .no)
}
