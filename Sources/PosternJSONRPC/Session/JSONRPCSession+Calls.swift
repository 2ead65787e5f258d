package import Postern
internal import PosternQueues

extension JSONRPCSession {
    /// Finishes a call and appends its response, or that of its whole batch if it was the last entry.
    ///
    /// Nothing happens for a call that was finished or abandoned before.
    ///
    /// - Parameters:
    ///   - ticket: The ticket of the call.
    ///   - result: The reply of the handler, or its error.
    ///   - output: The buffer that the response is appended to.
    ///   - actions: The array that receives the actions to perform after the output is sent.
    package mutating func finish(
        _ ticket: CallTicket,
        with result: Result<Reply, CallError>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        settle(ticket, Outcome(result), into: &output, actions: &actions)
    }

    /// Appends the notification of a progress value, if the client requested progress for the call.
    package mutating func progress(_ ticket: CallTicket, _ value: Payload, into output: inout [UInt8]) {
        guard let token = calls[ticket]?.details?.progressToken else { return }
        let start = output.count
        output.append(text: #"{"jsonrpc":"2.0","method":"$/progress","params":{"token":"#)
        output.append(copying: token.span)
        output.append(text: #","value":"#)
        do throws(PayloadError) {
            try value.appendJSON(to: &output, atMost: limits.responseBytes)
            output.append(text: "}}")
            value.commitReferences()
        } catch {
            // A value that is too large or cannot be written as JSON is dropped; it is no failure of the call.
            output.removeSubrange(start...)
        }
    }

    /// The way in which a call ended.
    enum Outcome {
        /// Its handler returned.
        case reply(Reply)
        /// It joined a topic at a position.
        case joined(StreamPosition?, recovered: Bool?)
        /// It failed.
        case failure(CallError)

        init(_ result: Result<Reply, CallError>) {
            switch result {
            case .success(let reply): self = .reply(reply)
            case .failure(let error): self = .failure(error)
            }
        }

        /// Whether the handler of the call ran, for the error of a response that replaces the outcome.
        var executed: CallError.Executed {
            switch self {
            case .failure(let error): error.executed
            case .joined: .no
            case .reply: .yes
            }
        }
    }

    /// Starts a call, or enqueues it in its batch.
    mutating func begin(
        _ request: Request,
        _ message: Span<UInt8>,
        _ options: CallOptions,
        purpose: RequestDetails.Purpose = .call,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        let meta: RequestMeta
        do throws(CallError) {
            meta = try RequestMeta(message.extracting(request.envelope.meta))
        } catch {
            return refuse(error, request.envelope, message, &output)
        }
        // A call with a timeout of 0 is too late already: its handler must not run at all.
        if meta.timeoutMilliseconds == 0 { return refuse(.noTimeLeft, request.envelope, message, &output) }
        let details = RequestDetails(request, purpose: purpose)
        if allowsSubscriptions, !request.envelope.isNotification { details.progressToken = meta.progressToken }
        // The other parts of a message that a call keeps are short.
        let byteCount = request.envelope.params.count + request.envelope.tracestate.count
        if let error = refusal(ofArguments: byteCount) { return refuse(error, request.envelope, message, &output) }
        let options = complete(options, request, message, meta)
        let call = call(request, message, meta)
        if !admit(call, OpenRequest(id: request.id, argumentBytes: byteCount, details: details), options, &actions) {
            refuse(.tooManyCalls, at: .callsInFlight, request.envelope, message, &output)
        }
    }

    /// Returns the call with a copy of its arguments, since the message is overwritten by the next one.
    private func call(_ request: Request, _ message: Span<UInt8>, _ meta: RequestMeta) -> Call {
        let arguments = [UInt8](copying: message.extracting(request.envelope.params))
        var timeout = meta.timeoutMilliseconds.map { Duration.milliseconds($0) }
        // The limit applies also to a call without a timeout of its own.
        if let longest = limits.longestTimeout { timeout = min(timeout ?? longest, longest) }
        return Call(
            request.method,
            arguments: Payload(bytes: arguments, codec: JSON.self),
            deadline: [timeout.map { request.reception.now.later(by: $0) }, deadline].compactMap(\.self).min(),
            isNotification: request.envelope.isNotification
        )
    }

    /// Returns the options with the extensions of a request.
    private func complete(
        _ options: CallOptions,
        _ request: Request,
        _ message: Span<UInt8>,
        _ meta: RequestMeta
    ) -> CallOptions {
        var options = options
        options.wantsProgress = meta.progressToken != nil && allowsSubscriptions && !request.envelope.isNotification
        options.traceparent = Self.text(request.envelope.traceparent, message)
        options.tracestate = Self.text(request.envelope.tracestate, message)
        return options
    }

    private static func text(_ range: Range<Int>, _ message: Span<UInt8>) -> String? {
        range.isEmpty ? nil : try? JSON.string(between: range, in: message)
    }

    /// Adds a call to the table, and starts it unless calls of its batch wait.
    ///
    /// - Returns: Whether the limits permit one more call.
    private mutating func admit(
        _ call: Call,
        _ pending: OpenRequest,
        _ options: CallOptions,
        _ actions: inout [Action]
    ) -> Bool {
        guard let place = pending.place, var batch = batches.lift(place.batch, place.generation) else {
            guard calls.runningCount < limits.callsInFlight else { return false }
            actions.append(.start(call, insert(pending), options))
            return true
        }
        defer { batches[place.batch, place.generation] = batch }
        // Once one entry waits, all later ones of the message wait behind it: entries start in their order.
        if hasRoom(in: batch), !isQueueing {
            actions.append(.start(call, insert(pending), options))
            batch.runningCount += 1
        } else {
            guard calls.waitingCount < limits.batchEntries else { return false }
            pending.details?.waiting = (call, options)
            batch.waiting.append(insert(pending))
            isQueueing = true
        }
        if !pending.id.isEmpty { batch.unansweredCount += 1 }
        return true
    }

    /// Removes a call, appends its response, and starts waiting calls.
    mutating func settle(
        _ ticket: CallTicket,
        _ outcome: Outcome,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard let call = removeRequest(ticket) else { return }
        if call.id.isEmpty, case .failure(let error) = outcome { noteDropped(call.details?.method ?? "", error) }
        if let place = call.place {
            settle(call, at: place, outcome, into: &output, actions: &actions)
        } else {
            let opened = answer(call, outcome, into: &output, actions: &actions)
            // Events are released last, so that they follow the response.
            countReferences(areSent: true)
            if let opened { release(opened, actions: &actions) }
        }
        startWaiting(&actions)
    }

    /// Appends the response of one call.
    ///
    /// - Returns: The subscription that the call opened, or `nil`.
    mutating func answer(
        _ call: OpenRequest,
        _ outcome: Outcome,
        into output: inout [UInt8],
        actions: inout [Action]
    ) -> SubscriptionTicket? {
        // A cancelled call fails with -32800 even if its handler succeeded meanwhile, as in LSP.
        if call.id.isEmpty || call.isCancelled {
            drop(outcome, of: call, actions: &actions)
            if !call.id.isEmpty { answer(.cancelled(outcome), id: call.id, into: &output) }
            return nil
        }
        switch (outcome, call.purpose) {
        case (.failure(let error), let purpose):
            if case .topic(let subscription) = purpose { removeSubscription(subscription) }
            answer(error, id: call.id, into: &output)
        case (.joined(let position, let recovered), .topic(let subscription)):
            return confirm(subscription, call, position, recovered: recovered, into: &output)
        case (.reply(.stream(let stream)), .call): return open(stream, for: call, into: &output, actions: &actions)
        case (.reply(.value(let value)), .call):
            answer(value, id: call.id, isEntry: call.place != nil, into: &output)
        case (.reply(.value(let value)), .openRPC):
            answer(
                discovered { () throws(PayloadError) in try settings.documents.openRPC(for: value) },
                call.id,
                into: &output
            )
        case (.reply(.value(let value)), .modules):
            answer(
                discovered { () throws(PayloadError) in try settings.documents.modules(of: value) },
                call.id,
                into: &output
            )
        // Reached when a dispatcher replies to rpc.describe with a stream, for example.
        default:
            answer(
                CallError(.internalError, "The reply has the wrong kind for this request"),
                id: call.id,
                into: &output
            )
        }
        return nil
    }

    /// Appends the response with a value; an error if the value cannot be written or is too large.
    private mutating func answer(_ value: Payload, id: [UInt8], isEntry: Bool = false, into output: inout [UInt8]) {
        // The size of JSON, which every large result is by now, is known before it is copied.
        if value.codec == JSON.self, let error = faultOfSize(value.bytes.count, isEntry: isEntry) {
            return answer(error, id: id, into: &output)
        }
        let start = output.count
        // With what precedes and follows it: an array that a large value fills would double.
        if value.bytes.count > max(start, ResponseWriter.largeBytes) {
            output.reserveCapacity(start + id.count + value.bytes.count + 64)
        }
        ResponseWriter.beginResult(id: id.span, into: &output)
        do throws(PayloadError) {
            // An empty payload is the result of a method without one.
            if value.bytes.isEmpty {
                JSON.writeNull(into: &output)
            } else {
                try value.appendJSON(to: &output, atMost: limits.responseBytes)
            }
            output.append(Byte.closeBrace)
        } catch {
            output.discard(from: start)
            return answer(.notWritable(value, error), id: id, into: &output)
        }
        if let error = faultOfSize(output.count - start, isEntry: isEntry) {
            output.discard(from: start)
            return answer(error, id: id, into: &output)
        }
        // Its references are exported once the response is known to be sent: in a batch it may still not fit.
        if value.holdsReferences { unsentReferences.append(value) }
    }

    /// Returns the error that replaces a response above the limit, or above a budget.
    ///
    /// A response in a batch is held with the others, whose size is compared with the budgets as a whole.
    func faultOfSize(_ byteCount: Int, isEntry: Bool) -> CallError? {
        if byteCount > limits.responseBytes { return .responseTooLarge() }
        return isEntry ? nil : refusal(ofResponse: byteCount)
    }

    private mutating func answer(_ result: Result<Payload, CallError>, _ id: [UInt8], into output: inout [UInt8]) {
        switch result {
        case .success(let value): answer(value, id: id, into: &output)
        case .failure(let error): answer(error, id: id, into: &output)
        }
    }

    /// Returns a discovery document as a payload, or an error if the description of the router cannot be decoded.
    private func discovered(_ document: () throws(PayloadError) -> [UInt8]) -> Result<Payload, CallError> {
        do throws(PayloadError) {
            return .success(Payload(bytes: try document(), codec: JSON.self))
        } catch {
            return .failure(CallError(.internalError, "The methods cannot be described"))
        }
    }
}

extension CallError {
    /// Returns the error for a call that the client cancelled before it ended.
    fileprivate static func cancelled(_ outcome: JSONRPCSession.Outcome) -> CallError {
        CallError(.cancelled, "The call was cancelled", ran: outcome.executed)
    }
}
