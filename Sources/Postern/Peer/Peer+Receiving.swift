/// For transports.
extension Peer {
    /// Applies frames that arrived; called by the transport's owner only.
    ///
    /// Handlers that are short run before this returns; all others are started in the order of their calls. The owner
    /// calls ``takeOutput()`` at the end of its turn, after one or more calls of this.
    ///
    /// - Parameter bytes: Whole frames, each with its length in front.
    public func receive(_ bytes: [UInt8]) {
        changeInTurn { $0.outbox.beginTurn() }
        var reader = FrameReader()
        var replies: [UInt8] = []
        var violation: DisconnectReason?
        do throws(ProtocolViolation) {
            while violation == nil, let frame = try reader.next(in: bytes.span) {
                let action = changeInTurn { $0.receive(frame, in: bytes) }
                violation = perform(action, bytes, &replies)
            }
        } catch {
            violation = .protocolViolation(error.message)
        }
        change { if !replies.isEmpty { $0.outbox.append(replies) } }
        if let violation { disconnect(violation) }
    }

    /// Hands over the frames that may be sent; empty when there are none.
    public func takeOutput() -> [UInt8] { changeInTurn { $0.outbox.take() } }

    /// Whether the other side has said hello, and both have proven themselves if they have to.
    public var isHandshakeDone: Bool { changeInTurn { $0.phase == .open || $0.phase == .closed } }

    /// The largest frame that is taken now, in bytes after its length; grows when the handshake is done.
    public var frameLimit: Int { changeInTurn { $0.frameLimit } }

    /// Asks the other side for a sign of life.
    public func ping() { change { state in state.outbox.write { FrameWriter.writeNumbers(.ping, 0, into: &$0) } } }

    /// Ends the connection for a reason that the transport found; only the first reason counts.
    ///
    /// A goodbye of the other side explains a connection that it closed afterwards.
    public func transportClosed(_ reason: DisconnectReason) {
        let goodbye = changeInTurn { $0.goodbye }
        disconnect(goodbye ?? reason)
    }

    /// Does what a frame asks for; gives the reason when that is to end the connection.
    func perform(_ action: State.Action, _ bytes: [UInt8], _ replies: inout [UInt8]) -> DisconnectReason? {
        switch action {
        case .none: break
        case .serve(let call): serve(call, bytes, &replies)
        case .handleNotification(let path, let arguments): handleNotification(path, arguments, bytes)
        case .resume(let waiter, let value):
            let payload = Payload(bytes: Array(bytes[value]), codec: MessagePack.self)
            waiter.settle(.success(.value(payload)))
        case .fail(let waiter, let failure): waiter.settle(.failure(CallError(failure, in: bytes)))
        case .openStream(let waiter, let id, let position):
            waiter.settle(.success(.stream(incomingStream(id, position))))
        case .report(let waiter, let progress):
            waiter.progress?(Payload(bytes: Array(bytes[progress]), codec: MessagePack.self))
        case .wake(let parked): parked.resume()
        case .cancel(let handler, let parked):
            handler?.cancel()
            parked?.resume()
        case .authenticate(let step): return authenticate(step, bytes, &replies)
        case .disconnect(let reason): return reason
        }
        return nil
    }
}
