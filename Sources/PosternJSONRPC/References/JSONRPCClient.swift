package import Postern
import Synchronization

/// The client of a session, for handlers that call it back, and the owner of the references in both directions.
///
/// Any thread may use it. Messages to the client are enqueued, and the session's owner is woken once for any number of
/// them; it takes and sends them in order.
package final class JSONRPCClient: ReferenceConnection {
    package let references: ReferenceStore
    package let link = ConnectionLink()
    package var codec: any PayloadCodec.Type { JSON.self }
    let limits: JSONRPCLimits
    private let dialect: ClientDialect
    private let state: Mutex<ClientState>
    /// Whether the queue may have messages.
    ///
    /// Read with every result of the session, where taking the lock would cost more than everything else.
    private let mayHaveMessages = Atomic(false)

    /// The largest integer that a number in JavaScript holds exactly.
    private static let largestHandle: UInt64 = 1 << 53 - 1

    /// Creates the client of a web page.
    ///
    /// - Parameters:
    ///   - limits: The limits of the session.
    ///   - wake: Makes the session's owner call ``takeMessages()``. Called on any thread.
    package convenience init(limits: JSONRPCLimits, wake: @escaping @Sendable () -> Void) {
        self.init(limits: limits, dialect: ClientDialect(), wake: wake)
    }

    /// Creates the client of any other end.
    package init(limits: JSONRPCLimits, dialect: ClientDialect, wake: @escaping @Sendable () -> Void) {
        self.limits = limits
        self.dialect = dialect
        references = ReferenceStore(limit: limits.references, largestNumber: Self.largestHandle)
        state = Mutex(ClientState(wake: wake))
        link.connect(to: self)
    }

    /// What the client holds of this side, by handle; empty once it has left.
    package var exportedReferences: [ReferenceEntry] { references.exported }

    /// What this side holds of the client, by handle; empty once it has left.
    package var importedReferences: [ReferenceEntry] { references.imported }

    /// The number of references in each direction, and of calls without a response, abandoned ones included.
    package var counts: (exports: Int, imports: Int, calls: Int) {
        let references = references.counts
        return (references.exports, references.imports, state.withLock { $0.calls.count })
    }

    /// The number of calls whose callers wait for a response.
    package var unansweredCalls: Int { state.withLock { $0.calls.values.count { $0 != nil } } }

    /// Removes and returns the messages to send, in order.
    package func takeMessages() -> [ClientMessage] {
        guard mayHaveMessages.load(ordering: .acquiring) else { return [] }
        return state.withLock { state in
            // Under the lock, like every store of `true`: a message enqueued after this sets the flag again.
            mayHaveMessages.store(false, ordering: .relaxed)
            defer { (state.queue, state.queuedBytes) = ([], 0) }
            return state.queue
        }
    }

    /// Fails all calls and releases all references, after the connection has closed.
    package func close() { close("The \(dialect.name) has left") }

    /// Fails all calls with a message, and releases all references.
    package func close(_ ending: String) {
        let waiters = state.withLock { state -> [ClientWaiter] in
            guard state.wake != nil else { return [] }
            defer { state = ClientState(lastID: state.lastID, ending: ending) }
            return state.calls.values.compactMap(\.self)
        }
        // Outside the lock: resuming a caller and releasing a reference may run any code.
        for waiter in waiters { waiter.settle(.failure(CallError(.unavailable, ending, ran: .unknown))) }
        references.close()
        link.cut()
    }

    /// The reason for closing the connection with 4503, if the client keeps using references that it does not hold.
    package var violation: String? { state.withLock { $0.violation } }

    /// Records the first protocol violation.
    func note(_ reason: DisconnectReason?) {
        if let reason { state.withLock { $0.violation = $0.violation ?? reason.message } }
    }

    // MARK: Calls to the client

    /// Calls a method of the client and waits for the response.
    ///
    /// Cancelling the task and reaching the deadline abandon the call and send a cancellation.
    package func send(_ call: Call) async throws(CallError) -> Reply {
        guard !call.isNotification else {
            try sendNotification(call)
            return .value(.nothing)
        }
        let method = name(of: call.method)
        let (params, sent) = try outgoing(call)
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let result = await withTaskCancellationHandler {
            await Suspension.wait { continuation in
                begin(id, .call(id: id, method: method, params: params, meta: meta(of: call)), sent, call, continuation)
            }
        } onCancel: {
            abandon(id, CallError(.cancelled, "The caller cancelled"))
        }
        return try result.get()
    }

    /// Enqueues a notification.
    package func sendNotification(_ call: Call) throws(CallError) {
        let (params, sent) = try outgoing(call)
        if sent != nil {
            throw CallError(.invalidRequest, "A notification to a \(dialect.name) cannot hold references", ran: .no)
        }
        try put(ClientMessage(.notification(method: name(of: call.method), params: params)))
    }

    /// Sends the due releases in a task, since the last reference may be dropped within any code, even under a lock.
    package func releasesBecameDue() { Task { sendReleases(references.takeReleases()) } }

    /// Enqueues releases of references that this side no longer holds.
    func sendReleases(_ releases: [ReferenceRelease]) {
        let wake = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.wake != nil else { return nil }
            var wake: (@Sendable () -> Void)?
            // Releases free memory at the other end, so that the limit of the queue does not apply to them.
            for release in releases { if let woken = append(ClientMessage(.release(release)), &state) { wake = woken } }
            return wake
        }
        wake?()
    }

    /// Passes a progress value to the caller; ignored if the call was abandoned.
    package func report(_ progress: ClientProgress) {
        var value = progress.value
        if let references = progress.references {
            guard let received = try? receive(references) else { return }
            value.attach(received)
        }
        let waiter = state.withLock { $0.calls[progress.id] ?? nil }
        waiter?.progress?(value)
    }

    /// Resumes the caller with the response of the client; ignored if the call was abandoned.
    package func settle(_ reply: ClientReply) {
        let waiter = state.withLock { $0.calls.removeValue(forKey: reply.id) ?? nil }
        // References are received even for an abandoned call, so that they are released again.
        var result = reply.result
        if let references = reply.references {
            do throws(CallError) {
                let received = try receive(references)
                if case .success(var payload) = result {
                    payload.attach(received)
                    result = .success(payload)
                }
            } catch {
                result = .failure(error)
            }
        }
        waiter?.settle(result.map(Reply.value))
    }

    /// Enqueues a call and registers its waiter, or resumes the waiter with an error.
    private func begin(
        _ id: UInt64,
        _ message: ClientMessage.Content,
        _ sent: SentReferences?,
        _ call: Call,
        _ continuation: Suspension<Result<Reply, CallError>>
    ) {
        let timer = call.deadline.map { deadline in
            Task { [weak self] in
                guard (try? await Task.sleep(until: deadline.clamped, clock: .continuous)) != nil else { return }
                self?.expire(id)
            }
        }
        let waiter = ClientWaiter(
            continuation: continuation,
            timer: timer,
            progress: dialect.sendsMeta ? call.progress : nil
        )
        do throws(CallError) {
            let wake = try state.withLock { state throws(CallError) in
                // `onCancel` may have run before the call was registered, and found nothing to abandon.
                if Task.isCancelled { throw CallError(.cancelled, "The caller cancelled", ran: .no) }
                guard state.calls.count < limits.callsToClient else {
                    throw CallError(.busy, "The \(dialect.name) leaves too many calls unanswered", ran: .no)
                }
                let wake = try enqueue(ClientMessage(message), &state)
                state.calls[id] = .some(waiter)
                sent?.commit()
                return wake
            }
            wake?()
            // Likewise, the timer may have fired before the call was registered.
            if let deadline = call.deadline, deadline <= .now { expire(id) }
        } catch {
            waiter.settle(.failure(error))
        }
    }

    private func expire(_ id: UInt64) {
        abandon(id, CallError(.deadlineExceeded, "The \(dialect.name) did not answer in time"))
    }

    /// Resumes the caller of an unanswered call with an error, and sends a cancellation.
    private func abandon(_ id: UInt64, _ error: CallError) {
        let (waiter, wake) = state.withLock { state -> (ClientWaiter?, (@Sendable () -> Void)?) in
            guard let entry = state.calls[id], let waiter = entry else { return (nil, nil) }
            // The id stays in the table (a plain `nil` would remove it), so that a late response is recognised.
            state.calls[id] = .some(nil)
            return (waiter, append(ClientMessage(.cancellation(id: id)), &state))
        }
        waiter?.settle(.failure(error))
        wake?()
    }

    /// Enqueues a message and wakes the session's owner.
    private func put(_ message: ClientMessage) throws(CallError) {
        let wake = try state.withLock { state throws(CallError) in try enqueue(message, &state) }
        wake?()
    }

    /// Enqueues a message within the limits.
    ///
    /// - Throws: `.unavailable` after the connection has closed, `.busy` if the queue is full.
    private func enqueue(
        _ message: ClientMessage,
        _ state: inout ClientState
    ) throws(CallError) -> (@Sendable () -> Void)? {
        guard state.wake != nil else { throw CallError(.unavailable, state.ending, ran: .no) }
        guard state.queuedBytes < limits.queuedBytesToClient else {
            throw CallError(.busy, "Too much waits to be sent to the \(dialect.name)", ran: .no)
        }
        return append(message, &state)
    }

    /// Enqueues a message regardless of the limits; returns the closure that wakes the owner if the queue was empty.
    private func append(_ message: ClientMessage, _ state: inout ClientState) -> (@Sendable () -> Void)? {
        mayHaveMessages.store(true, ordering: .releasing)
        return state.append(message)
    }

    /// Returns the name of a method in the client's dialect; methods of references have the form of StreamJsonRpc.
    private func name(of path: String) -> String {
        guard let (number, method) = ReferencePath.parse(path), path.hasPrefix("$/") else {
            return dialect.keepsPaths ? path : MethodPath.name(of: path)
        }
        return "$/invokeProxy/\(number)/\(method.isEmpty ? ReferencePath.functionMethod : method)"
    }

    /// Returns the params of a call with its references named, and those references if there are any.
    ///
    /// - Throws: `.notFound` or `.unavailable` for a method of a reference that this side no longer holds.
    private func outgoing(_ call: Call) throws(CallError) -> (params: [UInt8], sent: SentReferences?) {
        if let (number, _) = ReferencePath.parse(call.method), call.method.hasPrefix("$/"), !references.holds(number) {
            let ending = state.withLock { $0.wake == nil ? $0.ending : nil }
            throw ending.map { CallError(.unavailable, $0, ran: .no) } ?? Self.noSuchReference
        }
        do throws(PayloadError) {
            let (params, sent) = try call.arguments.naming(for: self, asArguments: true)
            return (params, sent)
        } catch {
            throw CallError(error)
        }
    }

    /// Returns the `meta` object of a call in the client's dialect.
    private func meta(of call: Call) -> CallMeta {
        guard dialect.sendsMeta else { return CallMeta() }
        // At least one millisecond: a timeout of 0 would be refused without running.
        let left = call.deadline.map { max(.milliseconds(1), $0 - .now) / .milliseconds(1) }
        return CallMeta(
            timeoutMilliseconds: left.map { UInt64(clamping: Int64($0)) },
            wantsProgress: call.progress != nil
        )
    }

    /// The error for every handle that the client does not hold.
    ///
    /// It does not reveal whether another client holds the handle.
    static let noSuchReference = CallError(.notFound, "No such reference", ran: .no)
}

extension Payload {
    /// The payload of a notification's reply.
    fileprivate static var nothing: Payload { Payload(bytes: [], codec: JSON.self) }
}
