/// For transports.
extension Peer {
    /// Applies frames that arrived; called by the transport's owner only.
    ///
    /// Handlers that are short run before this returns; all others are started in the order of their calls. The owner
    /// calls ``takeOutput()`` at the end of its turn, after one or more calls of this.
    ///
    /// - Parameter bytes: Whole frames, each with its length in front.
    package func receive(_ bytes: [UInt8]) {
        var (references, isOpening, replies) = changeInTurn { state in
            (state.beginTurn(), state.phase != .open, TurnReplies(of: state))
        }
        var reader = FrameReader()
        var violation: DisconnectReason?
        do throws(ProtocolViolation) {
            while violation == nil, let frame = try reader.next(in: bytes.span) {
                let message = references
                let action = changeInTurn { $0.receive(frame, in: bytes, message) }
                references = nil
                if case .holdReferences(let numbers) = action {
                    violation = holdReferences(numbers, &references)
                } else {
                    violation = perform(action, bytes, message, &replies)
                }
                if replies.bytes.count > limits.crowdingBytes { changeInTurn { hold(&$0) } }
                if isOpening, changeInTurn({ $0.phase == .open }) {
                    isOpening = false
                    finishOpening(&replies)
                }
            }
        } catch {
            violation = .protocolViolation(error.message)
        }
        let outcome = change { state in
            if !replies.bytes.isEmpty { state.outbox.append(replies.bytes) }
            // After the end nobody takes them any more.
            state.waitingReferences = state.phase == .closed ? nil : references
            return state.sendWaiting()
        }
        outcome?.settle(reportingTo: observer)
        if let violation { disconnect(violation) }
    }

    /// Hands over the frames that may be sent; empty when there are none.
    package func takeOutput() -> [UInt8] {
        writeReleases()
        let (output, relief) = changeInTurn { state in (state.outbox.take(), relieve(&state)) }
        if let relief { resume(relief) }
        return output
    }

    /// Whether the other side has said hello, and both have proven themselves if they have to.
    package var isHandshakeDone: Bool { changeInTurn { $0.phase == .open || $0.phase == .closed } }

    /// The largest frame that is taken now, in bytes after its length; grows when the handshake is done.
    package var frameLimit: Int { changeInTurn { $0.frameLimit } }

    /// Asks the other side for a sign of life.
    package func ping() { change { state in state.outbox.write { FrameWriter.writeNumbers(.ping, 0, into: &$0) } } }

    /// Ends the connection for a reason that the transport found; only the first reason counts.
    ///
    /// A goodbye of the other side explains a connection that it closed afterwards.
    package func transportClosed(_ reason: DisconnectReason) {
        disconnect(goodbye ?? reason, isLost: reason.kind == .lost)
    }

    /// Does what a frame asks for; gives the reason when that is to end the connection.
    func perform(
        _ action: consuming State.Action,
        _ bytes: [UInt8],
        _ references: ReceivedReferences?,
        _ replies: inout TurnReplies
    ) -> DisconnectReason? {
        switch consume action {
        case .none: break
        case .serve(let call):
            if references == nil, !ReferencePath.matches(call.path, in: bytes) {
                serve(call, bytes, &replies)
            } else {
                return serve(call, bytes, references, &replies)
            }
        case .handleNotification(let path, let arguments):
            if references == nil, !ReferencePath.matches(path, in: bytes) {
                handleNotification(path, arguments, bytes)
            } else {
                return handleNotification(path, arguments, bytes, references)
            }
        case .release(let number, let count): return self.references.receiveRelease(number, count)
        case .holdReferences: break
        case .resume(let waiter, let value):
            let payload = Payload(received: bytes[value], references)
            waiter.settle(.success(.value(payload)))
        case .fail(let waiter, let failure): waiter.settle(.failure(CallError(failure, in: bytes, limits)))
        case .openStream(let waiter, let id, let position):
            waiter.settle(.success(.stream(incomingStream(id, position))))
        case .report(let waiter, let progress):
            waiter.progress?(Payload(received: bytes[progress], references))
        case .wake(let parked): parked.resume()
        case .cancel(let handler, let parked):
            handler?.cancel()
            parked?.resume()
        case .authenticate(let step): return authenticate(step, bytes, &replies)
        case .beginClosing(let waiters, let error):
            status.beginClosing()
            for waiter in waiters { waiter.settle(.failure(error)) }
        case .disconnect(let reason): return reason
        }
        return nil
    }

    /// Keeps to what the other side takes, and reports the connection.
    private func finishOpening(_ replies: inout TurnReplies) {
        let remote = changeInTurn { $0.remote }
        replies.frameLimit = remote.maximumFrameBytes
        references.limitExports(to: Int(remote.maximumReferences))
        status.open()
    }

    private func holdReferences(
        _ numbers: ReferenceNumbers,
        _ references: inout ReceivedReferences?
    ) -> DisconnectReason? {
        switch receiveReferences(numbers) {
        case .success(let message): references = message
        case .failure(let reason): return reason
        }
        return nil
    }
}

extension Payload {
    /// Attaches what came with the message of the values: its references, and how they are read.
    mutating func attach(message: ReceivedReferences) {
        codec = message.codec
        if !message.isEmpty { references = .received(message) }
    }

    /// Takes a value out of a frame.
    @inline(__always)
    init(received bytes: ArraySlice<UInt8>, _ references: ReceivedReferences?) {
        self.init(bytes: Array(bytes), codec: MessagePack.self)
        if let references { attach(message: references) }
    }
}

extension Peer {
    /// Computes a step of the authentication; gives the reason when it fails.
    func authenticate(_ step: AuthenticationStep, _ bytes: [UInt8], _ replies: inout TurnReplies) -> DisconnectReason? {
        guard let authentication else { return nil }
        switch step {
        case .prove(let statement):
            let proof = authentication.proof(of: statement)
            changeInTurn { $0.prove(proof) }
            return nil
        case .check(let proof, let statement):
            let isProven = authentication.accepts(Array(bytes[proof]), of: statement)
            return perform(changeInTurn { $0.judge(isProven: isProven) }, bytes, nil, &replies)
        }
    }
}

/// What waits while much output waits to be sent: handlers that have not begun, and producers of streams.
///
/// Frames are read all the same, so that two sides that send each other much do not wait for each other.
extension Peer {
    /// What goes on when output has been taken.
    struct Relief: Sendable {
        var lane: HandlerLane.Release
        var producers: [Parked]
    }

    /// Lets no handler begin before output is taken.
    @inline(never)
    func hold(_ state: inout State) {
        guard !state.isHolding, state.phase != .closed else { return }
        state.isHolding = true
        lane.hold()
    }

    /// Ends what ``hold(_:)`` began, now that output has been taken.
    func relieve(_ state: inout State) -> Relief? {
        guard state.isHolding else { return nil }
        state.isHolding = false
        // Within the lock: a hold that follows would otherwise be undone.
        return Relief(lane: lane.release(), producers: state.takeWaitingProducers())
    }

    /// Resumes what had to wait, where no lock is held.
    func resume(_ relief: Relief) {
        for producer in relief.producers { producer.resume() }
        lane.resume(relief.lane)
    }
}

/// The answers of short methods in one turn of a connection's owner, written in place.
struct TurnReplies: Sendable {
    /// Whole frames.
    var bytes: [UInt8] = []
    /// The largest frame that the other side takes, in bytes after its length.
    var frameLimit: Int
    /// How many bytes to make room for at once.
    let usualCount: Int

    init(of state: Peer.State) {
        frameLimit = state.outgoingFrameLimit
        usualCount = state.outbox.usualCount
    }

    /// Begins the frame of a reply, and returns its place.
    @inline(__always)
    mutating func beginReply(to id: UInt64) -> Int {
        if bytes.capacity == 0 { bytes.reserveCapacity(usualCount) }
        return FrameWriter.begin(.reply, fields: 3, id: id, into: &bytes)
    }
}
