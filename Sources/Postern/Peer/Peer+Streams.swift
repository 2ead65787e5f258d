extension Peer {
    // MARK: Produced here

    /// Sends the items of a stream at the pace of its reader.
    @inline(never)
    func produce(_ stream: ReplyStream, for id: UInt64, of method: String) async {
        switch change({ $0.openStream(id, stream.position) }) {
        case .opened: break
        case .unwanted: return change { state in _ = state.finish(id, with: .success([0xc0])) }
        case .tooLarge: return fail(id, method, .responseTooLarge())
        case .full: return fail(id, method, CallError(.busy, "More than \(limits.streams) streams at once", ran: .yes))
        }
        do throws(CallError) {
            var iterator = stream.makeAsyncIterator()
            while let item = try await iterator.next() {
                guard try await send(item, of: id) else { break }
            }
            change { $0.endStream(id, nil) }
        } catch {
            endStream(id, method, error)
        }
    }

    /// Sends one item, and waits for credit if necessary.
    ///
    /// - Returns: `false` if the stream is no longer read.
    private func send(_ item: StreamItem, of id: UInt64) async throws(CallError) -> Bool {
        // Encoded once, however often the loop below waits for credit.
        let (bytes, references) = try outgoing(result: item.payload)
        while true {
            let result = change { state in
                let preface = state.preface(references?.numbers, isFromJSON: !item.payload.isMessagePack)
                let result = state.sendItem(id, offset: item.offset, bytes, preface)
                if result == .sent { references?.commit() }
                return result
            }
            switch result {
            case .sent: return true
            case .stopped: return false
            case .tooLarge: throw CallError(.responseTooLarge, "An item is larger than a frame may be")
            case .wait: await waitForCredit(id)
            }
            if Task.isCancelled { return false }
        }
    }

    private func waitForCredit(_ id: UInt64) async {
        await withTaskCancellationHandler {
            // Cancellation is checked under the lock: the cancellation handler either comes later and finds the
            // producer, or came before and is seen here.
            await wait { state, parked in !Task.isCancelled && state.parkProducer(of: id, parked) }
        } onCancel: {
            change { $0.unparkProducer(of: id) }?.resume()
        }
    }

    // MARK: Read here

    /// Returns the stream that answers a call made by this peer.
    func incomingStream(_ id: UInt64, _ position: StreamPosition?) -> ReplyStream {
        let reading = StreamReading(peer: self, id: id)
        return ReplyStream(position: position) { { () async throws(CallError) in try await reading.next() } }
    }
}

/// The reader of one stream, which cancels the producer when it is released.
private final class StreamReading: Sendable {
    private let peer: Peer
    private let id: UInt64

    init(peer: Peer, id: UInt64) {
        self.peer = peer
        self.id = id
    }

    deinit { stop() }

    func next() async throws(CallError) -> StreamItem? {
        while true {
            if Task.isCancelled {
                stop()
                throw CallError(.cancelled, "The reader cancelled")
            }
            switch peer.change({ [id] in $0.nextItem(of: id) }) {
            case .item(let item, _): return item
            case .end(let error?): throw error
            case .end(nil): return nil
            case .wait: await wait()
            }
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await peer.wait { [id] state, parked in !Task.isCancelled && state.parkReader(of: id, parked) }
        } onCancel: {
            peer.change { [id] in $0.unparkReader(of: id) }?.resume()
        }
    }

    private func stop() {
        let (parked, outcome) = peer.change { [id] in ($0.dropStream(id), $0.sendWaiting()) }
        parked?.resume()
        outcome?.settle(reportingTo: peer.observer)
    }
}
