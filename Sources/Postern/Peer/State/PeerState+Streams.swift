/// Streams in both directions. A stream has the number of the call that it answers.
extension PeerState {
    // MARK: Read here

    mutating func receiveStream(_ id: UInt64, _ position: StreamPosition?) -> Action {
        if calls.waiter(of: id) != nil {
            readers[id] = IncomingStream(after: position)
            updateRoom()
        }
        return settle(id) { .openStream($0, id: id, position: position) }
    }

    mutating func receiveItem(_ id: UInt64, _ offset: UInt64?, _ payload: Payload) -> Action {
        guard readers[id] != nil else { return unreadStream(id) }
        guard readers[id]?.receive(StreamItem(payload, offset: offset)) == true else {
            return .disconnect(.protocolViolation("stream \(id) sent an item without credit"))
        }
        return readers[id]?.unpark().map(Action.wake) ?? .none
    }

    mutating func receiveEnd(_ id: UInt64, _ error: CallError?) -> Action {
        guard readers[id] != nil else { return unreadStream(id) }
        readers[id]?.finish(error)
        updateRoom()
        return readers[id]?.unpark().map(Action.wake) ?? .none
    }

    private func unreadStream(_ id: UInt64) -> Action {
        calls.hasMade(id)
            ? .none : .disconnect(.protocolViolation("an item of stream \(id), which was never asked for"))
    }

    /// Takes the next item of a stream and grants its producer more where that is due.
    mutating func nextItem(of id: UInt64) -> IncomingStream<Parked>.Next {
        guard let next = readers[id]?.next() else { return .end(nil) }
        switch next {
        case .item(_, let grant?) where phase == .open:
            outbox.write { FrameWriter.writeNumbers(.credit, id, grant, into: &$0) }
        case .end: readers[id] = nil
        case .item, .wait: break
        }
        return next
    }

    /// Remembers the reader of a stream; false when it need not wait.
    mutating func parkReader(of id: UInt64, _ reader: Parked) -> Bool { readers[id]?.park(reader) ?? false }

    /// Hands over the reader of a stream, to be woken.
    mutating func unparkReader(of id: UInt64) -> Parked? { readers[id]?.unpark() }

    /// Forgets a stream; its producer is told when it still runs.
    mutating func dropStream(_ id: UInt64) -> Parked? {
        guard var reader = readers.removeValue(forKey: id) else { return nil }
        updateRoom()
        if reader.end == nil, phase == .open {
            outbox.write { FrameWriter.writeNumbers(.cancel, id, into: &$0) }
        }
        return reader.unpark()
    }

    // MARK: Produced here

    enum SendResult: Hashable, Sendable {
        case sent
        case wait
        /// Nobody reads any more.
        case stopped
        case tooLarge
    }

    enum OpenResult: Hashable, Sendable {
        case opened
        /// No caller waits for it.
        case unwanted
        /// There are as many streams as there may be.
        case full
        /// The frame that opens the stream is larger than the other side takes, because of its epoch.
        case tooLarge
    }

    /// Answers a call with a stream, which leaves the calls in flight.
    mutating func openStream(_ id: UInt64, _ position: StreamPosition?) -> OpenResult {
        guard phase == .open, var call = served[id], !call.isCancelled, !call.isNotification else { return .unwanted }
        guard counts.streams < limits.streams else { return .full }
        let limit = outgoingFrameLimit
        let fits = outbox.write { output in
            let start = FrameWriter.begin(.stream, fields: 4, id: id, into: &output)
            if let position {
                MessagePack.write(position.epoch, into: &output)
                MessagePack.write(position.offset, into: &output)
            } else {
                MessagePack.writeNull(into: &output)
                MessagePack.writeNull(into: &output)
            }
            return FrameWriter.end(start, limit: limit, in: &output)
        }
        guard fits else { return .tooLarge }
        counts.move(&call, to: .stream)
        call.isStream = true
        served[id] = call
        return .opened
    }

    /// Sends an item of a stream, credit permitting.
    mutating func sendItem(
        _ id: UInt64,
        offset: UInt64?,
        _ value: [UInt8],
        _ references: ReferenceNumbers? = nil
    ) -> SendResult {
        guard phase == .open, var call = served[id], !call.isCancelled, call.isStream else {
            return .stopped
        }
        guard call.credit > 0, !isCrowded else { return .wait }
        let limit = outgoingFrameLimit
        let fits = outbox.write(behind: references, limit: limit) { output in
            let start = FrameWriter.begin(.item, fields: 4, id: id, into: &output)
            if let offset {
                MessagePack.write(offset, into: &output)
            } else {
                MessagePack.writeNull(into: &output)
            }
            output += value
            return FrameWriter.end(start, limit: limit, in: &output)
        }
        guard fits else { return .tooLarge }
        call.credit -= 1
        served[id] = call
        return .sent
    }

    /// Remembers the producer of a stream; false when it need not wait.
    mutating func parkProducer(of id: UInt64, _ producer: Parked) -> Bool {
        guard isWanted(id), let call = served[id], !call.isEndedByDraining else { return false }
        guard call.credit == 0 || isCrowded else { return false }
        if call.credit > 0 { isRoomAwaited = true }
        served[id]?.parked = producer
        return true
    }

    /// Hands over the producers that waited for output to be taken.
    mutating func takeWaitingProducers() -> [Parked] {
        guard isRoomAwaited else { return [] }
        isRoomAwaited = false
        return served.keys.compactMap { id in
            guard let call = served[id], call.isStream, call.credit > 0 else { return nil }
            return unparkProducer(of: id)
        }
    }

    /// Hands over the producer of a stream, to be woken.
    mutating func unparkProducer(of id: UInt64) -> Parked? {
        defer { served[id]?.parked = nil }
        return served[id]?.parked
    }

    /// Ends a stream.
    mutating func endStream(_ id: UInt64, _ error: CallError?) {
        guard let call = endServing(id), !call.isCancelled, phase == .open else { return }
        let limit = outgoingFrameLimit
        outbox.write { output in
            if let error = call.isEndedByDraining ? endOfStreams : error {
                FrameWriter.writeFailure(.end, id: id, error, limit: limit, into: &output)
            } else {
                FrameWriter.writeNumbers(.end, id, into: &output)
            }
        }
    }

    mutating func receiveCredit(_ id: UInt64, _ items: Int) -> Action {
        guard id < Self.firstNotificationID, let credit = served[id]?.credit else { return .none }
        let (sum, overflows) = credit.addingReportingOverflow(items)
        guard items >= 0, !overflows, sum <= largestCredit else {
            return .disconnect(.protocolViolation("more credit for stream \(id) than there can be"))
        }
        served[id]?.credit = sum
        return unparkProducer(of: id).map(Action.wake) ?? .none
    }

    private var largestCredit: Int { 1 << 20 }
}
