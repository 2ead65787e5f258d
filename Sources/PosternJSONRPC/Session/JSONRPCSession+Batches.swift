internal import Postern
internal import PosternQueues

extension JSONRPCSession {
    /// The number of batches that wait for their responses.
    package var openBatches: Int { batches.count }

    /// Reads a batch and begins its entries in order.
    ///
    /// The whole text is checked first: a batch that is not JSON, is empty or has too many entries runs nothing.
    mutating func receiveBatch(
        _ message: Span<UInt8>,
        _ scanner: inout JSONScanner,
        from dispatcher: some Dispatcher,
        _ reception: Reception,
        into output: inout [UInt8],
        actions: inout [Action]
    ) throws(JSONFault) {
        guard let envelopes = try readEntries(message, &scanner) else {
            report(.batchEntries)
            countMessage(reception.now, &actions)
            let text = "A batch has at most \(limits.batchEntries) entries"
            return ResponseWriter.append(CallError(.batchTooLarge, text), id: [], into: &output)
        }
        guard !envelopes.isEmpty else {
            countMessage(reception.now, &actions)
            return ResponseWriter.append(.invalidRequest("an empty batch"), id: [], into: &output)
        }
        guard batches.count < limits.openBatches else {
            report(.openBatches)
            for envelope in envelopes where !envelope.isResponse { countMessage(reception.now, &actions) }
            return refuse(envelopes, of: message, .tooManyBatches(limits.openBatches), into: &output, &actions)
        }
        // Beginning an entry changes the batch in the table (its counts and its queue); what is written meanwhile is
        // collected in a local one, so that the table is not searched for each entry. `close` joins the two.
        let (slot, generation) = batches.insert(Batch())
        isQueueing = false
        let place = BatchPlace(batch: slot, generation: generation, entry: 0)
        let reception = Reception(now: reception.now, isIdle: reception.isIdle, place: place)
        let batch = begin(envelopes, of: message, from: dispatcher, reception, actions: &actions)
        close(batch, slot, generation, into: &output, actions: &actions)
    }

    /// Begins the entries of a batch, and returns the responses that they have by then.
    private mutating func begin(
        _ envelopes: [Envelope],
        of message: Span<UInt8>,
        from dispatcher: some Dispatcher,
        _ reception: Reception,
        actions: inout [Action]
    ) -> Batch {
        var batch = Batch(entries: envelopes.count)
        // Its memory for short responses counts at once: they are admitted without a question.
        charge(&batch)
        var reception = reception
        var ids = BatchIDs(of: envelopes, in: message)
        for (entry, envelope) in envelopes.enumerated() {
            reception.place?.entry = entry
            let start = batch.begin()
            // Notifications run even now, as they have no response that would have to fit.
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
            batch.answers.append(batch.place(from: start))
            charge(&batch)
        }
        return batch
    }

    /// Answers every call of a batch with an error.
    ///
    /// Never inlined, so that the code of an entry is inlined in the loop above.
    @inline(never)
    private mutating func refuse(
        _ envelopes: [Envelope],
        of message: Span<UInt8>,
        _ error: CallError,
        into output: inout [UInt8],
        _ actions: inout [Action]
    ) {
        var batch = Batch()
        for envelope in envelopes where !envelope.isResponse {
            let start = batch.begin()
            refuse(error, envelope, message, &batch.text)
            batch.answers.append(batch.place(from: start))
        }
        respond(&batch, into: &output, actions: &actions)
    }

    /// Appends the response of a whole batch, or the action to send it if it is large.
    private mutating func respond(_ batch: inout Batch, into output: inout [UInt8], actions: inout [Action]) {
        batchAnswerCount = batch.responseCount
        if batch.isInPieces { actions.insert(.respond(batch.takePieces()), at: 0) } else { batch.take(into: &output) }
    }

    /// Moves the responses that were written while the batch was read into the batch in the table.
    private mutating func close(
        _ read: consuming Batch,
        _ slot: Int,
        _ generation: UInt64,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard var batch = batches.lift(slot, generation) else { return }
        batch.isFull = read.isFull
        batch.takeResponses(of: read)
        batch.isRead = true
        putBack(&batch, slot, generation, into: &output, actions: &actions)
    }

    /// Returns the entries of a batch, or `nil` if there are too many.
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
            // The rest of the text is not even checked, as the batch is refused in any case.
            if envelopes.count == limits.batchEntries { return nil }
            if try scanner.nextByte(message) == Byte.openBrace {
                envelopes.append(try EnvelopeReader.read(message, with: &scanner, depth: 0))
            } else {
                // An entry of any other type is answered like an invalid request, and the others run (section 6).
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

    /// Removes the response that begins at an offset if the responses exceed their limit, and marks the batch as full.
    ///
    /// - Returns: Whether the response was removed.
    private func isOverLimit(_ batch: inout Batch, from start: Int) -> Bool {
        guard batch.text.count > start else { return false }
        if batch.byteCount > limits.batchResponseBytes {
            report(.batchResponses)
        } else if !exceedsBudget(batch) {
            return false
        }
        batch.text.discard(from: start)
        batch.isFull = true
        return true
    }

    /// Writes the response of an entry that has ended, and the whole batch if it was the last one.
    mutating func settle(
        _ call: OpenRequest,
        at place: BatchPlace,
        _ outcome: Outcome,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard var batch = batches.lift(place.batch, place.generation) else { return }
        // Joining a topic takes no handler, and a waiting call has not started: neither counts as running.
        if !call.isTopic, !call.isWaiting { batch.runningCount -= 1 }
        if !call.id.isEmpty {
            let start = batch.begin()
            if batch.isFull {
                drop(outcome, of: call, actions: &actions)
                answer(.batchFull(outcome.executed), id: call.id, into: &batch.text)
            } else {
                answerEntry(call, outcome, &batch)
                // The error that replaces a response may exceed the limit too; it is small, and every call needs one.
                let isTooLarge = isOverLimit(&batch, from: start)
                countReferences(areSent: !isTooLarge)
                if isTooLarge { answer(.batchFull(outcome.executed), id: call.id, into: &batch.text) }
            }
            batch.answers[place.entry] = batch.place(from: start)
            batch.unansweredCount -= 1
        }
        // No call runs for a result that cannot be sent.
        if batch.isFull { refuseWaiting(&batch) }
        putBack(&batch, place.batch, place.generation, into: &output, actions: &actions)
    }

    /// Appends the response of an entry; its actions and events wait for the response of the batch.
    private mutating func answerEntry(_ call: OpenRequest, _ outcome: Outcome, _ batch: inout Batch) {
        let opened = answer(call, outcome, into: &batch.text, actions: &batch.deferredActions)
        if let opened { batch.heldSubscriptions.append(opened) }
    }

    /// Fails the waiting calls of a full batch without running them.
    private mutating func refuseWaiting(_ batch: inout Batch) {
        while let ticket = batch.waiting.take() {
            guard let call = removeRequest(ticket), !call.id.isEmpty, let place = call.place else { continue }
            let start = batch.begin()
            answer(.batchFull(.no), id: call.id, into: &batch.text)
            batch.answers[place.entry] = batch.place(from: start)
            batch.unansweredCount -= 1
        }
    }

    /// Returns a lifted batch to the table, writes it if it is complete, and removes it if it is over.
    private mutating func putBack(
        _ batch: inout Batch,
        _ slot: Int,
        _ generation: UInt64,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        if batch.isComplete {
            respond(&batch, into: &output, actions: &actions)
            // The order matters: streams are opened, and held events sent, only behind the response.
            actions.append(contentsOf: batch.deferredActions)
            batch.deferredActions = []
            for ticket in batch.heldSubscriptions { release(ticket, actions: &actions) }
            batch.heldSubscriptions = []
        }
        charge(&batch)
        batches[slot, generation] = batch
        if batch.isOver { _ = batches.remove(slot, generation) }
    }

    /// Starts waiting calls while the limits permit, oldest first within each batch.
    mutating func startWaiting(_ actions: inout [Action]) {
        guard calls.waitingCount > 0 else { return }
        for (slot, generation) in batches.keys {
            guard var batch = batches.lift(slot, generation) else { continue }
            while hasRoom(in: batch), let ticket = batch.waiting.take() {
                // A call that was cancelled while it waited still starts, and is cancelled at once: its response is
                // written when it ends, as for any other call.
                let isCancelled = calls[ticket]?.isCancelled ?? false
                guard let waiting = calls.start(ticket) else { continue }
                batch.runningCount += 1
                actions.append(.start(waiting.call, ticket, waiting.options))
                if isCancelled { actions.append(.cancel(ticket)) }
            }
            batches[slot, generation] = batch
        }
    }

    /// Whether one more call of the batch may run.
    func hasRoom(in batch: Batch) -> Bool {
        batch.runningCount < limits.batchCallsAtOnce && calls.runningCount < limits.callsInFlight
    }
}

extension CallError {
    /// Returns the error for the calls of a batch above the limit of open ones.
    fileprivate static func tooManyBatches(_ limit: Int) -> CallError {
        CallError(.busy, "At most \(limit) batches may wait for their answers", ran: .no)
    }

    /// Returns the error for an entry whose response does not fit into the response of its batch.
    static func batchFull(_ executed: Executed) -> CallError {
        CallError(.batchResponseTooLarge, "The answers of the batch are larger than allowed", ran: executed)
    }
}
