/// Streams in both directions. A stream has the identifier of the call that it is the reply to.
extension PeerState {
    // MARK: Read here

    /// Opens the stream that is the reply to a call made here.
    mutating func receiveStream(_ id: UInt64, _ position: StreamPosition?) -> Action {
        // The caller may have cancelled; then no reader exists, and the items that follow are ignored.
        if calls.waiter(of: id) != nil {
            readers[id] = IncomingStream(after: position)
            updateRoom()
        }
        return settle(id) { .openStream($0, id: id, position: position) }
    }

    /// Adds an item to its stream and resumes the reader.
    mutating func receiveItem(_ id: UInt64, _ offset: UInt64?, _ payload: Payload) -> Action {
        guard readers[id] != nil else { return unreadStream(id) }
        guard readers[id]?.receive(StreamItem(payload, offset: offset)) == true else {
            return .disconnect(.protocolViolation("stream \(id) sent an item without credit"))
        }
        return readers[id]?.unpark().map(Action.wake) ?? .none
    }

    /// Ends a stream and resumes the reader.
    mutating func receiveEnd(_ id: UInt64, _ error: CallError?) -> Action {
        guard readers[id] != nil else { return unreadStream(id) }
        readers[id]?.finish(error)
        updateRoom()
        return readers[id]?.unpark().map(Action.wake) ?? .none
    }

    /// Ignores a frame of a stream that is no longer read; closes the connection if there never was such a stream.
    private func unreadStream(_ id: UInt64) -> Action {
        calls.hasMade(id)
            ? .none : .disconnect(.protocolViolation("an item of stream \(id), which was never asked for"))
    }

    /// Removes the next item of a stream, and writes a grant of credit if one is due.
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

    /// Keeps the reader of a stream.
    ///
    /// Returns `false` if it does not have to suspend.
    mutating func parkReader(of id: UInt64, _ reader: Parked) -> Bool { readers[id]?.park(reader) ?? false }

    /// Removes and returns the suspended reader of a stream.
    mutating func unparkReader(of id: UInt64) -> Parked? { readers[id]?.unpark() }

    /// Removes a stream, cancels its producer if it is running, and returns the suspended reader.
    mutating func dropStream(_ id: UInt64) -> Parked? {
        guard var reader = readers.removeValue(forKey: id) else { return nil }
        updateRoom()
        if reader.end == nil, phase == .open {
            outbox.write { FrameWriter.writeNumbers(.cancel, id, into: &$0) }
        }
        return reader.unpark()
    }

    // MARK: Produced here

    /// The result of sending an item.
    enum SendResult: Hashable, Sendable {
        case sent
        /// The producer has no credit, or too much output waits to be sent.
        case wait
        /// The reader cancelled, or the connection ended.
        case stopped
        /// The item is larger than a frame of the remote peer.
        case tooLarge
    }

    /// The result of opening a stream.
    enum OpenResult: Hashable, Sendable {
        case opened
        /// The caller no longer waits.
        case unwanted
        /// The maximum number of streams is open.
        case full
        /// The frame is larger than the remote peer accepts, because of the epoch in it.
        case tooLarge
    }

    /// Replies to a call with a stream, which from here on counts as a stream instead of a call.
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

    /// Writes an item of a stream if the producer has credit.
    mutating func sendItem(
        _ id: UInt64,
        offset: UInt64?,
        _ value: [UInt8],
        _ references: ReferenceNumbers? = nil
    ) -> SendResult {
        guard phase == .open, var call = served[id], !call.isCancelled, call.isStream else {
            return .stopped
        }
        // The producer waits until the reader has granted credit, and while too much output is unsent.
        guard call.credit > 0, !isCrowded else { return .wait }
        let fits = outbox.write(behind: references, value, limit: outgoingFrameLimit) { output in
            let start = FrameWriter.begin(.item, fields: 4, id: id, into: &output)
            if let offset {
                MessagePack.write(offset, into: &output)
            } else {
                MessagePack.writeNull(into: &output)
            }
            return start
        }
        guard fits else { return .tooLarge }
        call.credit -= 1
        served[id] = call
        return .sent
    }

    /// Keeps the producer of a stream.
    ///
    /// Returns `false` if it does not have to suspend.
    mutating func parkProducer(of id: UInt64, _ producer: Parked) -> Bool {
        guard isWanted(id), let call = served[id], !call.isEndedByDraining else { return false }
        guard call.credit == 0 || isCrowded else { return false }
        // With credit left, no frame of the remote peer will resume it: `takeWaitingProducers()` does.
        if call.credit > 0 { isRoomAwaited = true }
        served[id]?.parked = producer
        return true
    }

    /// Removes and returns the producers that wait for output to be taken.
    mutating func takeWaitingProducers() -> [Parked] {
        guard isRoomAwaited else { return [] }
        isRoomAwaited = false
        return served.keys.compactMap { id in
            guard let call = served[id], call.isStream, call.credit > 0 else { return nil }
            return unparkProducer(of: id)
        }
    }

    /// Removes and returns the suspended producer of a stream.
    mutating func unparkProducer(of id: UInt64) -> Parked? {
        defer { served[id]?.parked = nil }
        return served[id]?.parked
    }

    /// Removes a stream and writes its end, with or without an error.
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

    /// Adds credit to a stream and resumes its producer.
    mutating func receiveCredit(_ id: UInt64, _ items: Int) -> Action {
        guard id < Self.firstNotificationID, let credit = served[id]?.credit else { return .none }
        // Bounded, so that a remote peer cannot make the sum overflow by granting again and again.
        let (sum, overflows) = credit.addingReportingOverflow(items)
        guard items >= 0, !overflows, sum <= largestCredit else {
            return .disconnect(.protocolViolation("more credit for stream \(id) than there can be"))
        }
        served[id]?.credit = sum
        return unparkProducer(of: id).map(Action.wake) ?? .none
    }

    /// The maximum number of items that a producer may have credit for.
    private var largestCredit: Int { 1 << 20 }
}
