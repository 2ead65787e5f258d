/// Calls that lead to references, or bring some.
extension Peer {
    /// Starts the handler of a call; gives the reason when the connection is to end.
    func serve(_ frame: CallFrame, _ bytes: [UInt8], _ references: ReceivedReferences?) -> DisconnectReason? {
        var call = incomingCall(frame, bytes)
        guard locate(&call, references) else {
            changeInTurn { state in
                state.beginServing(frame.id)
                state.finish(frame.id, with: .failure(Self.noSuchReference))
            }
            return self.references.noteBadUse()
        }
        changeInTurn { $0.beginServing(frame.id) }
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
        guard let id = changeInTurn({ $0.beginNotification() }) else { return nil }
        begin(id, call, depth: 0)
        return nil
    }

    /// Completes a call with what its path leads to, and with its references; false when there is no such reference.
    private func locate(_ call: inout Call, _ references: ReceivedReferences?) -> Bool {
        if let references { call.arguments.references = .received(references) }
        guard call.method.hasPrefix("$/") else { return true }
        guard let (target, path) = findReference(call.method) else { return false }
        call.target = target
        call.method = path
        return true
    }

    private func begin(_ id: UInt64, _ call: Call, depth: Int) {
        if let arrivals { return arrivals.append(.init(id: id, call: call, depth: depth)) }
        let execution = call.target?.execution(of: call.method) ?? dispatcher.execution(of: call.method.utf8.span)
        switch execution {
        case .immediate, .onEventLoop: start(id, call, depth: depth, on: transport.executor)
        case .concurrent, .offloaded: lane.append { self.start(id, call, depth: depth, on: nil) }
        }
    }

    /// The same for every number that the other side does not hold, whether it is lent to somebody else or never was.
    private static let noSuchReference = CallError(.notFound, "No such reference", executed: .no)
}
