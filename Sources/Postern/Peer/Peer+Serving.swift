extension Peer {
    /// Replies to a call in place if its method is short, and starts its handler otherwise.
    func serve(_ frame: CallFrame, _ bytes: [UInt8], _ replies: inout TurnReplies) {
        if let arrivals {
            changeInTurn { $0.beginServing(frame.id, byteCount: frame.arguments.count) }
            return arrivals.append(.init(id: frame.id, call: incomingCall(frame, bytes), depth: frame.depth))
        }
        // Asked first: to change the execution of every call would cost short ones time.
        guard frame.arguments.count <= MethodExecution.longArguments else { return serveLong(frame, bytes) }
        switch dispatcher.execution(of: bytes.span.extracting(frame.path)) {
        // Only while no earlier handler waits to begin, so that handlers begin in the order of their calls.
        case .immediate(let method) where lane.isIdle: answer(frame, method, bytes, &replies)
        case let execution:
            changeInTurn { $0.beginServing(frame.id, byteCount: frame.arguments.count) }
            begin(frame.id, incomingCall(frame, bytes), depth: frame.depth, execution)
        }
    }

    /// Starts the handler of a call with long arguments.
    @inline(never)
    private func serveLong(_ frame: CallFrame, _ bytes: [UInt8]) {
        changeInTurn { $0.beginServing(frame.id, byteCount: frame.arguments.count) }
        begin(frame.id, incomingCall(frame, bytes), depth: frame.depth)
    }

    /// Runs a short method on the bytes that were read, without a task or a copy.
    func answer(_ frame: CallFrame, _ method: ImmediateMethod, _ bytes: [UInt8], _ replies: inout TurnReplies) {
        // The method writes its result behind the head of its reply frame; an error discards both.
        let start = replies.beginReply(to: frame.id)
        do throws(CallError) {
            guard method.isSafe || !frame.flags.contains(.requiresSafeMethod) else {
                throw .notSafe(String(copying: bytes.span.extracting(frame.path)))
            }
            try method.run(bytes.span.extracting(frame.arguments), frame.codec, &replies.bytes)
            guard FrameWriter.end(start, limit: replies.frameLimit, in: &replies.bytes) else {
                let limit = replies.frameLimit
                return FrameWriter.writeFailure(id: frame.id, .responseTooLarge(), limit: limit, into: &replies.bytes)
            }
        } catch {
            FrameWriter.discard(start, in: &replies.bytes)
            if let result = error.unfinished { return finish(frame, result, bytes) }
            write(error, for: frame, in: bytes, into: &replies)
        }
    }

    /// Handles a notification: in place if its method is short, and otherwise in order with calls.
    func handleNotification(_ path: Range<Int>, _ arguments: Range<Int>, _ bytes: [UInt8]) {
        if let arrivals {
            guard let id = changeInTurn({ $0.beginNotification(byteCount: arguments.count) }) else {
                return reportDropped(path, bytes)
            }
            return arrivals.append(.init(id: id, call: notification(path, arguments, bytes), depth: 0))
        }
        switch dispatcher.execution(of: bytes.span.extracting(path)).withArguments(of: arguments.count) {
        case .immediate(let method) where lane.isIdle:
            var unused: [UInt8] = []
            try? method.run(bytes.span.extracting(arguments), MessagePack.self, &unused)
        case let execution:
            guard let id = changeInTurn({ $0.beginNotification(byteCount: arguments.count) }) else {
                return reportDropped(path, bytes)
            }
            begin(id, notification(path, arguments, bytes), depth: 0, execution)
        }
    }

    /// Reports a dropped notification to the observer, as no reply could report it to the sender.
    func reportDropped(_ path: Range<Int>, _ bytes: [UInt8]) {
        let method = String(decoding: bytes[path], as: UTF8.self)
        observer?.observe(Incident(.notificationDropped, cause: "too many wait", [.method: method]))
    }

    func incomingCall(_ frame: CallFrame, _ bytes: [UInt8]) -> Call {
        Call(
            String(decoding: bytes[frame.path], as: UTF8.self),
            arguments: Payload(bytes: Array(bytes[frame.arguments]), codec: frame.codec),
            until: frame.timeout.map { .now.later(by: .milliseconds(Int64(clamping: $0))) },
            requiresSafeMethod: frame.flags.contains(.requiresSafeMethod),
            caller: Caller(self),
            progress: frame.flags.contains(.wantsProgress) ? progress(of: frame.id) : nil
        )
    }

    /// Returns the function that sends progress of a call.
    private func progress(of id: UInt64) -> Call.ProgressSink {
        // A handler may keep its context longer than the connection, which the context must not retain.
        { [link] in (link.connection as? Peer)?.report(id, $0) }
    }

    func notification(_ path: Range<Int>, _ arguments: Range<Int>, _ bytes: [UInt8]) -> Call {
        Call(
            String(decoding: bytes[path], as: UTF8.self),
            arguments: Payload(bytes: Array(bytes[arguments]), codec: MessagePack.self),
            until: nil,
            isNotification: true,
            caller: Caller(self)
        )
    }
}

/// Calls through references, and calls with references among their arguments.
extension Peer {
    /// Replies to a call in place if its method is short, and starts its handler otherwise.
    ///
    /// - Returns: The reason for which to close the connection, or `nil`.
    func serve(
        _ frame: CallFrame,
        _ bytes: [UInt8],
        _ references: ReceivedReferences?,
        _ replies: inout TurnReplies
    ) -> DisconnectReason? {
        if references == nil, arrivals == nil, lane.isIdle, let method = shortMethod(of: frame, in: bytes) {
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

    /// Starts the handler of a notification.
    ///
    /// - Returns: The reason for which to close the connection, or `nil`.
    func handleNotification(
        _ path: Range<Int>,
        _ arguments: Range<Int>,
        _ bytes: [UInt8],
        _ references: ReceivedReferences?
    ) -> DisconnectReason? {
        var call = notification(path, arguments, bytes)
        guard locate(&call, references) else { return self.references.noteBadUse() }
        guard let id = changeInTurn({ $0.beginNotification(byteCount: arguments.count) }) else {
            reportDropped(path, bytes)
            return nil
        }
        begin(id, call, depth: 0)
        return nil
    }

    /// Returns the method of a call through a reference if it is short.
    private func shortMethod(of frame: CallFrame, in bytes: [UInt8]) -> ImmediateMethod? {
        guard let (target, path) = findReference(String(decoding: bytes[frame.path], as: UTF8.self)) else { return nil }
        let execution = target.execution(of: path).withArguments(of: frame.arguments.count)
        guard case .immediate(let method) = execution else { return nil }
        return method
    }

    /// Attaches the references of a call, and the object that its path names if it is a path through a reference.
    ///
    /// - Returns: `false` if there is no such reference.
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
        begin(id, call, depth: depth, execution.withArguments(of: call.arguments.bytes.count))
    }

    /// The same error for every number that the remote peer does not hold, so that it cannot learn which numbers exist.
    private static let noSuchReference = CallError(.notFound, "No such reference", ran: .no)
}
