internal import PosternLedger

/// The interface of a peer to its transport.
extension Peer {
    /// Applies frames that arrived.
    ///
    /// Only the owner of the transport calls this function.
    ///
    /// Short handlers run before it returns; the others are started in the order of their calls. The owner calls
    /// ``takeOutput()`` at the end of its turn, after one or more calls of this function.
    ///
    /// - Parameter bytes: Whole frames, each with its length in front of it.
    package func receive(_ bytes: [UInt8]) {
        // The lock is taken anew for each frame, because applying an action may call out to handlers and callers.
        var (references, isOpening, replies) = changeInTurn { state in
            (state.beginTurn(), state.phase != .open, TurnReplies(of: state))
        }
        var reader = FrameReader()
        var violation: DisconnectReason?
        var refusal: MemoryRefusal?
        do throws(ProtocolViolation) {
            while violation == nil, let frame = try reader.next(in: bytes.span) {
                let message = references
                let action = changeInTurn { $0.receive(frame, in: bytes, message) }
                // A references frame applies to the next frame only.
                references = nil
                if case .holdReferences(let numbers) = action {
                    violation = holdReferences(numbers, &references)
                } else {
                    violation = perform(action, bytes, message, &replies)
                }
                // Replies of this turn are not in the outbox yet, so its own limit does not see them.
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
            // All replies of the turn at once, so that the transport writes them together.
            if !replies.bytes.isEmpty { state.outbox.append(replies.bytes) }
            // After the end of the connection no message follows that could use them.
            state.waitingReferences = state.phase == .closed ? nil : references
            refusal = state.refusedMemory.take()
            return state.sendWaiting()
        }
        report(refusal)
        outcome?.settle(reportingTo: observer)
        if let violation { disconnect(violation) }
    }

    /// Removes and returns the frames that may be sent.
    package func takeOutput() -> PeerOutput {
        writeReleases()
        let (output, relief) = changeInTurn { state in (state.takeOutput(), relieve(&state)) }
        if let relief { resume(relief) }
        return output
    }

    /// Whether the hello of the remote peer has arrived and both peers have authenticated, if they have to.
    package var isHandshakeDone: Bool { changeInTurn { $0.phase == .open || $0.phase == .closed } }

    /// The maximum size of a frame that is accepted now, in bytes after its length; it grows at the end of the
    /// handshake.
    package var frameLimit: Int { changeInTurn { $0.frameLimit } }

    /// Sends a ping, which the remote peer answers with a pong.
    package func ping() { change { state in state.outbox.write { FrameWriter.writeNumbers(.ping, 0, into: &$0) } } }

    /// Ends the connection for a reason that the transport found.
    ///
    /// Only the first reason counts.
    ///
    /// If the remote peer has sent a goodbye, its reason is used instead.
    package func transportClosed(_ reason: DisconnectReason) {
        disconnect(goodbye ?? reason, isLost: reason.kind == .lost)
    }

    /// Performs the action for a frame.
    ///
    /// - Returns: The reason for which to close the connection, or `nil`.
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

    /// Adopts the limits of the remote peer, and reports the connection.
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
    /// Attaches the references of the message that the payload belongs to, and the codec to read it with.
    mutating func attach(message: ReceivedReferences) {
        codec = message.codec
        if !message.isEmpty { references = .received(message) }
    }

    /// Copies a value out of a frame.
    @inline(__always)
    init(received bytes: ArraySlice<UInt8>, _ references: ReceivedReferences?) {
        self.init(bytes: Array(bytes), codec: MessagePack.self)
        if let references { attach(message: references) }
    }
}

extension Peer {
    /// Performs a step of the authentication.
    ///
    /// - Returns: The reason for which to close the connection, or `nil`.
    func authenticate(_ step: AuthenticationStep, _ bytes: [UInt8], _ replies: inout TurnReplies) -> DisconnectReason? {
        guard let authentication else { return nil }
        switch step {
        case .prove(let statement):
            // Cryptography runs outside the lock.
            let proof = authentication.proof(of: statement)
            changeInTurn { $0.prove(proof) }
            return nil
        case .check(let proof, let statement):
            let isProven = authentication.accepts(Array(bytes[proof]), of: statement)
            return perform(changeInTurn { $0.judge(isProven: isProven) }, bytes, nil, &replies)
        }
    }
}

/// Back-pressure: handlers do not begin, and producers of streams do not continue, while too much output waits.
///
/// Frames are read nevertheless. Otherwise two peers that send each other much would each stop reading and wait for the
/// other one.
extension Peer {
    /// What continues when output has been taken.
    struct Relief: Sendable {
        var lane: HandlerLane.Release
        var producers: [Parked]
    }

    /// Holds handlers and producers until output is taken.
    @inline(never)
    func hold(_ state: inout State) {
        guard !state.isHolding, state.phase != .closed else { return }
        state.isHolding = true
        lane.hold()
    }

    /// Ends a hold, because output has been taken.
    ///
    /// - Returns: What to pass to ``resume(_:)``, or `nil` if nothing was held.
    func relieve(_ state: inout State) -> Relief? {
        guard state.isHolding else { return nil }
        state.isHolding = false
        // Within the lock, so that it does not undo a later hold.
        return Relief(lane: lane.release(), producers: state.takeWaitingProducers())
    }

    /// Resumes what was held.
    ///
    /// The lock must not be held.
    func resume(_ relief: Relief) {
        for producer in relief.producers { producer.resume() }
        lane.resume(relief.lane)
    }
}

/// The replies of short methods in one turn of the transport's owner, written in place.
struct TurnReplies: Sendable {
    /// Whole frames.
    var bytes: [UInt8] = []
    /// The maximum size of a frame that the remote peer accepts, in bytes after its length.
    var frameLimit: Int
    /// The capacity to reserve for the first reply.
    let usualCount: Int

    init(of state: Peer.State) {
        frameLimit = state.outgoingFrameLimit
        usualCount = state.outbox.usualCount
    }

    /// Begins the frame of a reply, and returns its offset.
    @inline(__always)
    mutating func beginReply(to id: UInt64) -> Int {
        if bytes.capacity == 0 { bytes.reserveCapacity(usualCount) }
        return FrameWriter.begin(.reply, fields: 3, id: id, into: &bytes)
    }
}
