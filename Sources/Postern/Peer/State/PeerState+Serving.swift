/// Calls of the other side.
extension PeerState {
    /// Takes a call, or answers it with an error at once.
    mutating func admit(_ call: CallFrame) -> Action {
        guard call.id > 0, call.id < Self.firstNotificationID else {
            return .disconnect(.protocolViolation("calls are numbered from 1 to 2^63 - 1, not \(call.id)"))
        }
        guard served[call.id] == nil else {
            return .disconnect(.protocolViolation("call \(call.id) uses the number of a call that is in flight"))
        }
        if isDraining { return refuse(call.id, CallError(.draining, "No more calls are taken")) }
        guard counts.calls < limits.callsInFlight else {
            return refuse(call.id, CallError(.busy, "More than \(limits.callsInFlight) calls in flight"))
        }
        guard counts.byteCount <= limits.servedBytes else {
            return refuse(call.id, CallError(.busy, "More than \(limits.servedBytes) bytes in calls in flight"))
        }
        guard call.depth <= limits.callDepth else {
            return refuse(call.id, CallError(.invalidRequest, "call depth: more than \(limits.callDepth) calls nested"))
        }
        guard call.path.count <= limits.pathBytes else {
            return refuse(call.id, CallError(.invalidRequest, "The path is longer than \(limits.pathBytes) bytes"))
        }
        return .serve(call)
    }

    private mutating func refuse(_ id: UInt64, _ error: CallError) -> Action {
        let limit = outgoingFrameLimit
        outbox.write { FrameWriter.writeFailure(id: id, error, limit: limit, into: &$0) }
        return .none
    }

    /// Notes that the handler of a call is about to start.
    mutating func beginServing(_ id: UInt64, byteCount: Int = 0) {
        guard phase == .open else { return }
        let call = ServedCall<Handler, Parked>(.call, byteCount: byteCount)
        served[id] = call
        counts.add(call)
    }

    /// Numbers a notification whose handler is about to start; `nil` when there are too many.
    mutating func beginNotification() -> UInt64? {
        guard phase == .open, counts.notifications < limits.notifications else {
            notificationsDropped += 1
            return nil
        }
        defer { nextNotificationID += 1 }
        let call = ServedCall<Handler, Parked>(.notification)
        served[nextNotificationID] = call
        counts.add(call)
        return nextNotificationID
    }

    /// Whether the caller still waits for the answer.
    func isWanted(_ id: UInt64) -> Bool { served[id].map { !$0.isCancelled } ?? false }

    /// Remembers the task of a handler; false when it is to be cancelled at once.
    mutating func attach(_ handler: Handler, to id: UInt64) -> Bool {
        // A handler that has finished is no longer in the table, and cancelling it changes nothing.
        guard var call = served[id], !call.isCancelled else { return false }
        call.handler = handler
        served[id] = call
        return true
    }

    /// Ends the serving of a call with its answer.
    ///
    /// - Returns: Whether a value leaves, with the references that it holds.
    @discardableResult
    mutating func finish(
        _ id: UInt64,
        with result: Result<[UInt8], CallError>,
        _ references: ReferenceNumbers? = nil
    ) -> Bool {
        guard let call = endServing(id), !call.isNotification, !call.isCancelled, phase == .open else { return false }
        let (limit, room) = (outgoingFrameLimit, limits.answerRoom - outbox.byteCount)
        return outbox.write { output in
            let error: CallError
            switch result {
            case .success(let value) where value.count > room: error = .noRoomForAnswer
            case .success(let value):
                let fits = Outbox.append(behind: references, limit: limit, to: &output) { output in
                    let start = FrameWriter.begin(.reply, fields: 3, id: id, into: &output)
                    output += value
                    return FrameWriter.end(start, limit: limit, in: &output)
                }
                if fits { return true }
                error = .responseTooLarge()
            case .failure(let failure): error = failure
            }
            let kind: Frame.Kind = call.isStream ? .end : .failure
            FrameWriter.writeFailure(kind, id: id, error, limit: limit, into: &output)
            return false
        }
    }

    /// What is sent in front of a message: its references, and that it was JSON on its way, where the other side takes
    /// that.
    func preface(_ references: ReferenceNumbers?, isFromJSON: Bool) -> ReferenceNumbers? {
        guard isFromJSON, remote.takesOrigin else { return references }
        var preface = references ?? ReferenceNumbers()
        preface.isFromJSON = true
        return preface
    }

    /// Takes a call out of the table.
    mutating func endServing(_ id: UInt64) -> ServedCall<Handler, Parked>? {
        guard let call = served.removeValue(forKey: id) else { return nil }
        counts.remove(call)
        return call
    }

    /// Sends progress of a call that is being served.
    ///
    /// - Returns: Whether it leaves.
    @discardableResult
    mutating func report(_ id: UInt64, _ value: [UInt8], _ references: ReferenceNumbers? = nil) -> Bool {
        guard phase == .open, isWanted(id), served[id]?.isStream == false else { return false }
        let limit = outgoingFrameLimit
        return outbox.write(behind: references, limit: limit) { output in
            let start = FrameWriter.begin(.progress, fields: 3, id: id, into: &output)
            output += value
            return FrameWriter.end(start, limit: limit, in: &output)
        }
    }

    mutating func receiveCancel(_ id: UInt64) -> Action {
        guard id < Self.firstNotificationID, var call = served[id] else { return .none }
        let parked = call.parked.take()
        call.isCancelled = true
        // Its caller sends the next call right behind the cancel, long before the handler can have ended. Handlers that
        // do not end are bounded all the same.
        if counts.cancelled < limits.callsInFlight { counts.move(&call, to: .cancelled) }
        served[id] = call
        return .cancel(call.handler, parked)
    }
}
