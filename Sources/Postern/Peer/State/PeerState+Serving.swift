/// Calls of the remote peer.
extension PeerState {
    /// Accepts a call, or refuses it with an error.
    mutating func admit(_ call: CallFrame) -> Action {
        // The remote peer numbers calls and this one numbers notifications; the two ranges share one table.
        guard call.id > 0, call.id < Self.firstNotificationID else {
            return .disconnect(.protocolViolation("calls are numbered from 1 to 2^63 - 1, not \(call.id)"))
        }
        guard served[call.id] == nil else {
            return .disconnect(.protocolViolation("call \(call.id) uses the number of a call that is in flight"))
        }
        // A call above a limit is refused and the connection continues: no handler has started, so the caller may
        // retry.
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
        if let error = refusal(ofArguments: call.arguments.count) { return refuse(call.id, error) }
        return .serve(call)
    }

    /// Writes the error of a call whose handler does not start.
    private mutating func refuse(_ id: UInt64, _ error: CallError) -> Action {
        let limit = outgoingFrameLimit
        outbox.write { FrameWriter.writeFailure(id: id, error, limit: limit, into: &$0) }
        return .none
    }

    /// Adds a call whose handler is about to start.
    mutating func beginServing(_ id: UInt64, byteCount: Int = 0) {
        guard phase == .open else { return }
        let call = ServedCall<Handler, Parked>(.call, byteCount: byteCount)
        served[id] = call
        counts.add(call)
        chargeArguments()
    }

    /// Adds a notification whose handler is about to start.
    ///
    /// - Returns: An identifier of this peer's own, or `nil` if too many notifications wait, or a budget has no room, in
    ///   which case it is dropped.
    mutating func beginNotification(byteCount: Int) -> UInt64? {
        guard phase == .open, counts.notifications < limits.notifications, refusal(ofArguments: byteCount) == nil else {
            notificationsDropped += 1
            return nil
        }
        defer { nextNotificationID += 1 }
        let call = ServedCall<Handler, Parked>(.notification, byteCount: byteCount)
        served[nextNotificationID] = call
        counts.add(call)
        chargeArguments()
        return nextNotificationID
    }

    /// Returns whether the caller still waits for the reply.
    func isWanted(_ id: UInt64) -> Bool { served[id].map { !$0.isCancelled } ?? false }

    /// Keeps the task of a handler.
    ///
    /// - Returns: `false` if the task is to be cancelled.
    mutating func attach(_ handler: Handler, to id: UInt64) -> Bool {
        // A handler that has finished is no longer in the table, and cancelling it changes nothing.
        guard var call = served[id], !call.isCancelled else { return false }
        call.handler = handler
        served[id] = call
        return true
    }

    /// Removes a call, and writes its reply if the caller waits for one.
    ///
    /// - Returns: Whether a value was written, and with it the references that it holds.
    @discardableResult
    mutating func finish(
        _ id: UInt64,
        with result: Result<[UInt8], CallError>,
        _ references: ReferenceNumbers? = nil
    ) -> Bool {
        guard let call = endServing(id), !call.isNotification, !call.isCancelled, phase == .open else { return false }
        do throws(CallError) {
            try reply(to: id, result.get(), references)
            return true
        } catch {
            // A stream that was opened ends with an error; a second reply would violate the protocol.
            let (kind, limit) = (call.isStream ? Frame.Kind.end : .failure, outgoingFrameLimit)
            outbox.write { FrameWriter.writeFailure(kind, id: id, error, limit: limit, into: &$0) }
            return false
        }
    }

    private mutating func reply(
        to id: UInt64,
        _ value: [UInt8],
        _ references: ReferenceNumbers?
    ) throws(CallError) {
        // A value that would fill the outbox beyond its room becomes an error, which is small: memory stays bounded
        // although the handler has already run.
        let room = max(Self.shortBytes, limits.answerRoom - outbox.byteCount)
        guard value.count <= room, !exceedsBudget(result: value.count) else { throw .noRoomForAnswer }
        let fits = outbox.write(behind: references, value, limit: outgoingFrameLimit) { output in
            FrameWriter.begin(.reply, fields: 3, id: id, into: &output)
        }
        guard fits else { throw .responseTooLarge() }
    }

    /// Returns the references frame to send before a message.
    ///
    /// It lists the references of the message, and marks a message that was transcoded from JSON if the remote peer
    /// understands that. `nil` if there is nothing to say.
    func preface(_ references: ReferenceNumbers?, isFromJSON: Bool) -> ReferenceNumbers? {
        guard isFromJSON, remote.takesOrigin else { return references }
        var preface = references ?? ReferenceNumbers()
        preface.isFromJSON = true
        return preface
    }

    /// Removes a call from the table.
    mutating func endServing(_ id: UInt64) -> ServedCall<Handler, Parked>? {
        guard let call = served.removeValue(forKey: id) else { return nil }
        counts.remove(call)
        chargeArguments()
        return call
    }

    /// Writes progress of a call that is being served.
    ///
    /// - Returns: Whether it was written.
    @discardableResult
    mutating func report(_ id: UInt64, _ value: [UInt8], _ references: ReferenceNumbers? = nil) -> Bool {
        guard phase == .open, isWanted(id), served[id]?.isStream == false else { return false }
        return outbox.write(behind: references, value, limit: outgoingFrameLimit) { output in
            FrameWriter.begin(.progress, fields: 3, id: id, into: &output)
        }
    }

    /// Marks a call as cancelled; its handler stays in the table until it has ended.
    mutating func receiveCancel(_ id: UInt64) -> Action {
        guard id < Self.firstNotificationID, var call = served[id] else { return .none }
        let parked = call.parked.take()
        call.isCancelled = true
        // A caller sends its next call right after the cancel, long before the handler can have ended, so a cancelled
        // call does not count against the limit. The number of those that do is limited, for handlers that ignore
        // cancellation.
        if counts.cancelled < limits.callsInFlight { counts.move(&call, to: .cancelled) }
        served[id] = call
        return .cancel(call.handler, parked)
    }
}
