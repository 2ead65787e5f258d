/// The handlers of calls and notifications, and their replies.
extension Peer {
    /// Starts a handler behind those of earlier calls.
    ///
    /// It starts on the calling thread if it is short and every earlier handler has begun.
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

    /// Starts a handler in a task, which has run up to its first suspension when this function returns.
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
            // Cancelled while it waited in the lane. The entry is removed; no frame is written, as no caller waits.
            change { state in _ = state.finish(id, with: .failure(Self.cancelled)) }
            return nil
        }
        let context = ServingContext(depth: depth + 1, deadline: call.deadlineMoment)
        let began = observer == nil ? nil : Moment.now
        let task = makeTask {
            await ServingContext.$current.withValue(context) { await self.run(id, call, began) }
        }
        // A cancel may have arrived between the check above and this step.
        if !changeInTurn({ $0.attach(task, to: id) }) { task.cancel() }
        return task
    }

    private func run(_ id: UInt64, _ call: Call, _ began: Moment?) async {
        guard let stream = finish(id, call, began, await outcome(of: call)) else { return }
        await produce(stream, for: id, of: call.placeOfService)
    }

    // Separate functions, none of them inlined: a task reserves memory for everything that its functions keep across a
    // suspension, so one function would cost every call what the rarest of them needs.

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

    /// Sends a reply.
    ///
    /// - Returns: The stream that is still to be sent, if the reply is one.
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

    /// Replies with the result of a short method, which was not encoded because it holds references.
    func finish(_ frame: CallFrame, _ result: UnfinishedResult, _ bytes: [UInt8]) {
        changeInTurn { $0.beginServing(frame.id) }
        do throws(CallError) { try finish(frame.id, try result.payload(for: self)) } catch {
            fail(frame.id, placeOfService(of: frame, in: bytes), error)
        }
    }

    func report(_ id: UInt64, _ progress: Payload) {
        guard let (bytes, references) = try? outgoing(result: progress) else { return }
        change { state in
            let preface = state.preface(references?.numbers, isFromJSON: !progress.isMessagePack)
            if state.report(id, bytes, preface) { references?.commit() }
        }
    }

    /// Returns a result in the encoding of the wire, and the references in it.
    ///
    /// A result without bytes becomes nil.
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

/// A call or notification of the remote peer that waits in the lane of its peer.
final class ServedCallEntry: LaneEntry {
    private let peer: Peer
    private let id: UInt64
    private let call: Call
    private let depth: Int
    let traits: LaneTraits

    init(_ peer: Peer, _ id: UInt64, _ call: Call, depth: Int, isShort: Bool) {
        self.peer = peer
        self.id = id
        self.call = call
        self.depth = depth
        traits = LaneTraits(isNotification: call.isNotification, isShort: isShort)
    }

    func begin() { peer.start(id, call, depth: depth) }
}

/// Errors of calls that were served by this peer.
extension Peer {
    /// Replies to a call with an error.
    @inline(never)
    func fail(_ id: UInt64, _ method: String, _ error: CallError, after duration: Duration? = nil) {
        let error = addingHop(error, method, after: duration)
        change { state in _ = state.finish(id, with: .failure(error.limited(to: state.remote))) }
    }

    /// Ends a stream with an error.
    func endStream(_ id: UInt64, _ method: String, _ error: CallError) {
        let error = addingHop(error.asEndOfStream, method)
        change { $0.endStream(id, error.limited(to: $0.remote)) }
    }

    /// Appends the error of a short method to the replies of the turn.
    @inline(never)
    func write(_ error: CallError, for frame: CallFrame, in bytes: [UInt8], into replies: inout TurnReplies) {
        let error = addingHop(error, placeOfService(of: frame, in: bytes))
            .limited(to: changeInTurn { $0.remote })
        FrameWriter.writeFailure(id: frame.id, error, limit: replies.frameLimit, into: &replies.bytes)
    }

    /// Returns the method of a call that is answered in place, without the number of a reference.
    func placeOfService(of frame: CallFrame, in bytes: [UInt8]) -> String {
        let path = String(decoding: bytes[frame.path], as: UTF8.self)
        guard ReferencePath.matches(frame.path, in: bytes), let (_, name) = ReferencePath.parse(path) else {
            return path
        }
        return ReferencePath.withoutNumber(name)
    }

    private func addingHop(_ error: CallError, _ method: String, after duration: Duration? = nil) -> CallError {
        let error = error.reported(method: method, after: duration, to: observer)
        return error.passed(through: CallError.Hop(method: method, peer: name), sendsTraces: sendsTraces, limits)
    }
}

extension Call {
    /// The method of the call, without the number of a reference.
    var placeOfService: String {
        target.map { ReferencePath.withoutNumber($0.method(at: method)) } ?? method
    }
}

extension ReferenceHandle {
    /// Returns the method from a path that ``path(of:)`` returned.
    fileprivate func method(at path: String) -> String {
        switch self {
        case .local(let local): String(path.dropFirst(local.path.count).drop { $0 == "/" })
        case .remote: ReferencePath.parse(path)?.method ?? ""
        }
    }
}
