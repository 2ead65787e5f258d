internal import Postern

extension JSONRPCSession {
    /// Reads a whole batch before anything of it runs, then begins its entries in order.
    mutating func receiveBatch(
        _ message: Span<UInt8>,
        _ scanner: inout JSONScanner,
        from dispatcher: some Dispatcher,
        _ reception: Reception,
        into output: inout [UInt8],
        actions: inout [Action]
    ) throws(JSONFault) {
        guard let envelopes = try readEntries(message, &scanner) else {
            let text = "A batch has at most \(limits.batchEntries) entries"
            return ResponseWriter.append(CallError(.batchTooLarge, text), id: [], into: &output)
        }
        guard !envelopes.isEmpty else {
            return ResponseWriter.append(.invalidRequest("an empty batch"), id: [], into: &output)
        }
        let (slot, generation) = batches.insert(Batch())
        isQueueing = false
        var batch = Batch()
        batch.answers.reserveCapacity(envelopes.count)
        var ids = BatchIDs(of: envelopes, in: message)
        for (entry, envelope) in envelopes.enumerated() {
            let place = BatchPlace(batch: slot, generation: generation, entry: entry)
            let reception = Reception(now: reception.now, isIdle: reception.isIdle, place: place)
            let start = batch.text.count
            if batch.isFull, !envelope.isNotification, !envelope.isResponse {
                refuse(.batchFull(.no), envelope, message, &batch.text)
            } else {
                if envelope.isResponse || ids.insert(envelope.id, in: message) {
                    take(envelope, of: message, from: dispatcher, reception, into: &batch.text, actions: &actions)
                } else {
                    refuse(.duplicateID, envelope, message, &batch.text)
                }
                if isOverLimit(&batch, from: start) { refuse(.batchFull(.yes), envelope, message, &batch.text) }
            }
            batch.answers.append(start..<batch.text.count)
        }
        close(batch, slot, generation, into: &output, actions: &actions)
    }

    /// Joins what was read with what the entries left behind while they were begun.
    private mutating func close(
        _ read: Batch,
        _ slot: Int,
        _ generation: UInt64,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard var batch = batches.lift(slot, generation) else { return }
        batch.text = read.text
        batch.answers = read.answers
        batch.isFull = read.isFull
        batch.isRead = true
        putBack(&batch, slot, generation, into: &output, actions: &actions)
    }

    /// The entries of a batch, or `nil` when there are too many.
    private func readEntries(
        _ message: Span<UInt8>,
        _ scanner: inout JSONScanner
    ) throws(JSONFault) -> [Envelope]? {
        var envelopes: [Envelope] = []
        scanner.position += 1
        if try scanner.nextByte(message) == Byte.closeBracket {
            scanner.position += 1
            try scanner.scanEnd(message)
            return envelopes
        }
        while true {
            if envelopes.count == limits.batchEntries { return nil }
            if try scanner.nextByte(message) == Byte.openBrace {
                envelopes.append(try EnvelopeReader.read(message, with: &scanner, depth: 0))
            } else {
                try scanner.scanValue(message, depth: 0)
                var envelope = Envelope()
                envelope.mark(.notAnObject)
                envelopes.append(envelope)
            }
            let byte = try scanner.nextByte(message)
            scanner.position += 1
            if byte == Byte.closeBracket { break }
            guard byte == Byte.comma else { throw .malformed(at: scanner.position - 1) }
        }
        try scanner.scanEnd(message)
        return envelopes
    }

    /// Takes off the answer that begins at an offset when it does not fit any more.
    private func isOverLimit(_ batch: inout Batch, from start: Int) -> Bool {
        guard batch.text.count > start, batch.text.count > limits.batchResponseBytes else { return false }
        batch.text.removeSubrange(start...)
        batch.isFull = true
        return true
    }

    /// Writes down the outcome of an entry that was begun earlier.
    mutating func settle(
        _ call: OpenRequest,
        at place: BatchPlace,
        _ outcome: Outcome,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard var batch = batches.lift(place.batch, place.generation) else { return }
        if !call.isTopic, !call.isWaiting { batch.runningCount -= 1 }
        if !call.id.isEmpty {
            let start = batch.text.count
            if batch.isFull {
                drop(outcome, of: call, actions: &actions)
                answer(.batchFull(outcome.executed), id: call.id, into: &batch.text)
            } else {
                answerEntry(call, outcome, &batch)
                let isTooLarge = isOverLimit(&batch, from: start)
                countReferences(areSent: !isTooLarge)
                if isTooLarge { answer(.batchFull(outcome.executed), id: call.id, into: &batch.text) }
            }
            batch.answers[place.entry] = start..<batch.text.count
            batch.unansweredCount -= 1
        }
        if batch.isFull { refuseWaiting(&batch) }
        putBack(&batch, place.batch, place.generation, into: &output, actions: &actions)
    }

    private mutating func answerEntry(_ call: OpenRequest, _ outcome: Outcome, _ batch: inout Batch) {
        let opened = answer(call, outcome, into: &batch.text, actions: &batch.deferredActions)
        if let opened { batch.heldSubscriptions.append(opened) }
    }

    /// Answers the calls that have no room left for their results, without running them.
    private mutating func refuseWaiting(_ batch: inout Batch) {
        while let ticket = batch.waiting.popFirst() {
            guard let call = calls.remove(ticket), !call.id.isEmpty, let place = call.place else { continue }
            let start = batch.text.count
            answer(.batchFull(.no), id: call.id, into: &batch.text)
            batch.answers[place.entry] = start..<batch.text.count
            batch.unansweredCount -= 1
        }
    }

    private mutating func putBack(
        _ batch: inout Batch,
        _ slot: Int,
        _ generation: UInt64,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        if batch.isComplete {
            batchAnswerCount = batch.append(to: &output)
            actions.append(contentsOf: batch.deferredActions)
            batch.deferredActions = []
            for ticket in batch.heldSubscriptions { release(ticket, actions: &actions) }
            batch.heldSubscriptions = []
        }
        batches[slot, generation] = batch
        if batch.isOver { _ = batches.remove(slot, generation) }
    }

    /// Starts calls that waited for their turn, as far as there is room.
    mutating func startWaiting(_ actions: inout [Action]) {
        guard calls.waitingCount > 0 else { return }
        for (slot, generation) in batches.keys {
            guard var batch = batches.lift(slot, generation) else { continue }
            while hasRoom(in: batch), let ticket = batch.waiting.popFirst() {
                let isCancelled = calls[ticket]?.isCancelled ?? false
                guard let waiting = calls.start(ticket) else { continue }
                batch.runningCount += 1
                actions.append(.start(waiting.call, ticket, waiting.options))
                if isCancelled { actions.append(.cancel(ticket)) }
            }
            batches[slot, generation] = batch
        }
    }

    func hasRoom(in batch: Batch) -> Bool {
        batch.runningCount < limits.batchCallsAtOnce && calls.runningCount < limits.callsInFlight
    }
}

extension CallError {
    static func batchFull(_ executed: Executed) -> CallError {
        CallError(.batchResponseTooLarge, "The answers of the batch are larger than allowed", ran: executed)
    }
}
