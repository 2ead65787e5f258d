extension Peer {
    /// Answers a call at once, or starts its handler.
    func serve(_ frame: CallFrame, _ bytes: [UInt8], _ replies: inout TurnReplies) {
        if let arrivals {
            changeInTurn { $0.beginServing(frame.id, byteCount: frame.arguments.count) }
            return arrivals.append(.init(id: frame.id, call: incomingCall(frame, bytes), depth: frame.depth))
        }
        switch dispatcher.execution(of: bytes.span.extracting(frame.path)) {
        case .immediate(let method) where lane.isIdle: answer(frame, method, bytes, &replies)
        case let execution:
            changeInTurn { $0.beginServing(frame.id, byteCount: frame.arguments.count) }
            begin(frame.id, incomingCall(frame, bytes), depth: frame.depth, execution)
        }
    }

    /// Runs a short method on the bytes in place.
    func answer(_ frame: CallFrame, _ method: ImmediateMethod, _ bytes: [UInt8], _ replies: inout TurnReplies) {
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
            FrameWriter.takeBack(start, in: &replies.bytes)
            if let result = error.unfinished { return finish(frame, result, bytes) }
            write(error, for: frame, in: bytes, into: &replies)
        }
    }

    /// Handles a notification: at once when that is short, otherwise in order with calls.
    func handleNotification(_ path: Range<Int>, _ arguments: Range<Int>, _ bytes: [UInt8]) {
        if let arrivals {
            guard let id = changeInTurn({ $0.beginNotification() }) else { return noteDropped(path, bytes) }
            return arrivals.append(.init(id: id, call: notification(path, arguments, bytes), depth: 0))
        }
        switch dispatcher.execution(of: bytes.span.extracting(path)) {
        case .immediate(let method) where lane.isIdle:
            var unused: [UInt8] = []
            try? method.run(bytes.span.extracting(arguments), MessagePack.self, &unused)
        case let execution:
            guard let id = changeInTurn({ $0.beginNotification() }) else { return noteDropped(path, bytes) }
            begin(id, notification(path, arguments, bytes), depth: 0, execution)
        }
    }

    /// Reports a notification that is dropped, since a notification has no answer that could say so.
    func noteDropped(_ path: Range<Int>, _ bytes: [UInt8]) {
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

    /// What sends progress of a call.
    private func progress(of id: UInt64) -> Call.ProgressSink {
        // A handler may keep its context, which is not to keep the connection.
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

    /// Starts a handler behind those of earlier calls: here if it is short and none of them has yet to begin.
    func begin(_ id: UInt64, _ call: Call, depth: Int, _ execution: MethodExecution) {
        let isShort =
            switch execution {
            case .immediate, .onEventLoop: true
            case .concurrent, .offloaded: false
            }
        if isShort, lane.isIdle {
            start(id, call, depth: depth) { [transport] in transport.start($0) }
        } else {
            lane.append(ServedCallEntry(self, id, call, depth: depth, isShort: isShort))
        }
    }

    /// Starts a handler in a task, which has run up to its first wait when this returns.
    @discardableResult
    func start(
        _ id: UInt64,
        _ call: Call,
        depth: Int,
        in makeTask: (@escaping @isolated(any) @Sendable () async -> Void) -> Task<Void, Never> = {
            Task.immediate(operation: $0)
        }
    ) -> Task<Void, Never>? {
        guard changeInTurn({ $0.isWanted(id) }) else {
            change { state in _ = state.finish(id, with: .failure(Self.cancelled)) }
            return nil
        }
        let context = ServingContext(depth: depth + 1, deadline: call.deadlineMoment)
        let began = observer == nil ? nil : Moment.now
        let task = makeTask {
            await ServingContext.$current.withValue(context) { await self.run(id, call, began) }
        }
        if !changeInTurn({ $0.attach(task, to: id) }) { task.cancel() }
        return task
    }

    private func run(_ id: UInt64, _ call: Call, _ began: Moment?) async {
        guard let stream = finish(id, call, began, await outcome(of: call)) else { return }
        await produce(stream, for: id, of: call.placeOfService)
    }

    // Apart from each other: what one of them needs would be room in the task of every call.

    @inline(never)
    private func outcome(of call: Call) async -> Result<Reply, CallError> {
        do throws(CallError) {
            try checkDeadline(of: call)
            return .success(try await reply(to: call))
        } catch {
            return .failure(error)
        }
    }

    @inline(never)
    private func checkDeadline(of call: Call) throws(CallError) {
        guard let deadline = call.deadlineMoment, deadline <= .now else { return }
        throw CallError(.deadlineExceeded, "The time for the call had run out", ran: .no)
    }

    /// Sends a reply; gives the stream that is still to be sent, if it is one.
    @inline(never)
    private func finish(
        _ id: UInt64,
        _ call: Call,
        _ began: Moment?,
        _ outcome: Result<Reply, CallError>
    ) -> ReplyStream? {
        do throws(CallError) {
            switch try outcome.get() {
            case .value(let payload): try finish(id, payload)
            case .stream(let stream): return stream
            }
        } catch {
            fail(id, call.placeOfService, error, after: began.map { .now - $0 })
        }
        return nil
    }

    @inline(__always)
    private func reply(to call: Call) async throws(CallError) -> Reply {
        guard let target = call.target else { return try await dispatcher.dispatch(call) }
        return try await target.dispatch(call)
    }

    private func finish(_ id: UInt64, _ payload: Payload) throws(CallError) {
        let (bytes, references) = try outgoing(result: payload)
        change { state in
            let preface = state.preface(references?.numbers, isFromJSON: !payload.isMessagePack)
            if state.finish(id, with: .success(bytes), preface) { references?.commit() }
        }
    }

    /// Answers with the result of a short method that holds references.
    private func finish(_ frame: CallFrame, _ result: UnfinishedResult, _ bytes: [UInt8]) {
        changeInTurn { $0.beginServing(frame.id) }
        do throws(CallError) { try finish(frame.id, try result.payload(for: self)) } catch {
            fail(frame.id, placeOfService(of: frame, in: bytes), error)
        }
    }

    private func report(_ id: UInt64, _ progress: Payload) {
        guard let (bytes, references) = try? outgoing(result: progress) else { return }
        change { state in
            let preface = state.preface(references?.numbers, isFromJSON: !progress.isMessagePack)
            if state.report(id, bytes, preface) { references?.commit() }
        }
    }

    /// The bytes of a result in the encoding of the wire, and the references in it; a result of no bytes is nil.
    func outgoing(result: Payload) throws(CallError) -> (bytes: [UInt8], references: SentReferences?) {
        do throws(PayloadError) {
            guard result.references == nil else { return try result.naming(for: self) }
            let bytes = try result.transcoded(to: MessagePack.self).bytes
            return (bytes.isEmpty ? [0xc0] : bytes, nil)
        } catch {
            throw CallError(ofResult: error)
        }
    }

    private static let cancelled = CallError(.cancelled, "The caller cancelled", ran: .no)
}
