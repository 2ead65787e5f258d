package import Postern
import Synchronization

/// The client of a session as handlers see it: what they call back, and what holds their references.
///
/// Any thread may call it. What is to be sent waits here until the session's owner takes it: it is woken once for any
/// number of messages, and sends them in their order.
package final class JSONRPCClient: ReferenceConnection {
    package let references: ReferenceStore
    package let link = ConnectionLink()
    package var codec: any PayloadCodec.Type { JSON.self }
    let limits: JSONRPCLimits
    private let dialect: ClientDialect
    private let state: Mutex<ClientState>
    /// Whether there may be messages: read with every result, where a lock would cost more than the rest.
    private let mayHaveMessages = Atomic(false)

    /// Numbers above it lose digits in JavaScript.
    private static let largestHandle: UInt64 = 1 << 53 - 1

    /// Begins without calls and references.
    ///
    /// - Parameters:
    ///   - limits: Those of the session.
    ///   - wake: Has the session's owner call ``takeMessages()``; called from any thread.
    package convenience init(limits: JSONRPCLimits, wake: @escaping @Sendable () -> Void) {
        self.init(limits: limits, dialect: ClientDialect(), wake: wake)
    }

    /// Begins without calls and references, for an end that need not be a page.
    package init(limits: JSONRPCLimits, dialect: ClientDialect, wake: @escaping @Sendable () -> Void) {
        self.limits = limits
        self.dialect = dialect
        references = ReferenceStore(limit: limits.references, largestNumber: Self.largestHandle)
        state = Mutex(ClientState(wake: wake))
        link.lead(to: self)
    }

    /// What the client holds of this side, by handle; empty once it has left.
    package var exportedReferences: [ReferenceEntry] { references.exported }

    /// What this side holds of the client, by handle; empty once it has left.
    package var importedReferences: [ReferenceEntry] { references.imported }

    /// How many references there are in each direction, and how many calls the client has not answered.
    package var counts: (exports: Int, imports: Int, calls: Int) {
        let references = references.counts
        return (references.exports, references.imports, state.withLock { $0.calls.count })
    }

    /// How many calls wait for answers of the client.
    package var unansweredCalls: Int { state.withLock { $0.calls.values.count { $0 != nil } } }

    /// Hands over what is to be sent, in order.
    package func takeMessages() -> [ClientMessage] {
        guard mayHaveMessages.load(ordering: .acquiring) else { return [] }
        return state.withLock { state in
            mayHaveMessages.store(false, ordering: .relaxed)
            defer { (state.queue, state.queuedBytes) = ([], 0) }
            return state.queue
        }
    }

    /// Ends everything: the client has left.
    ///
    /// Its calls fail, and owners hear that nobody holds their references.
    package func close() { close("The \(dialect.name) has left") }

    /// Ends everything; calls fail with `ending` as their message.
    package func close(_ ending: String) {
        let waiters = state.withLock { state -> [ClientWaiter] in
            guard state.wake != nil else { return [] }
            defer { state = ClientState(lastID: state.lastID, ending: ending) }
            return state.calls.values.compactMap(\.self)
        }
        for waiter in waiters { waiter.settle(.failure(CallError(.unavailable, ending, ran: .unknown))) }
        references.close()
        link.cut()
    }

    /// Why the connection is to be closed with 4503: the client uses references that it does not hold; else `nil`.
    package var violation: String? { state.withLock { $0.violation } }

    func note(_ reason: DisconnectReason?) {
        if let reason { state.withLock { $0.violation = $0.violation ?? reason.message } }
    }

    // MARK: Calls to the client

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

    package func sendNotification(_ call: Call) throws(CallError) {
        let (params, sent) = try outgoing(call)
        if sent != nil {
            throw CallError(.invalidRequest, "A notification to a \(dialect.name) cannot hold references", ran: .no)
        }
        try put(ClientMessage(.notification(method: name(of: call.method), params: params)))
    }

    package func releasesBecameDue() { Task { sendReleases(references.takeReleases()) } }

    func sendReleases(_ releases: [ReferenceRelease]) {
        let wake = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.wake != nil else { return nil }
            var wake: (@Sendable () -> Void)?
            // What is given back makes room at the other end: it is not held up by a full queue.
            for release in releases { if let woken = append(ClientMessage(.release(release)), &state) { wake = woken } }
            return wake
        }
        wake?()
    }

    /// Delivers a progress value to the caller; ignored when the call was given up.
    package func report(_ progress: ClientProgress) {
        var value = progress.value
        if let references = progress.references {
            guard let received = try? receive(references) else { return }
            value.attach(received)
        }
        let waiter = state.withLock { $0.calls[progress.id] ?? nil }
        waiter?.progress?(value)
    }

    /// Takes the answer to a call; one that nobody waits for any more is passed over.
    package func settle(_ reply: ClientReply) {
        let waiter = state.withLock { $0.calls.removeValue(forKey: reply.id) ?? nil }
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
                // A cancellation before this found nothing to give up.
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
            // The timer may have found nothing to give up before this.
            if let deadline = call.deadline, deadline <= .now { expire(id) }
        } catch {
            waiter.settle(.failure(error))
        }
    }

    private func expire(_ id: UInt64) {
        abandon(id, CallError(.deadlineExceeded, "The \(dialect.name) did not answer in time"))
    }

    /// Settles a call that nobody waits for any more, and tells the client; one that is settled stays as it is.
    private func abandon(_ id: UInt64, _ error: CallError) {
        let (waiter, wake) = state.withLock { state -> (ClientWaiter?, (@Sendable () -> Void)?) in
            guard let entry = state.calls[id], let waiter = entry else { return (nil, nil) }
            state.calls[id] = .some(nil)
            return (waiter, append(ClientMessage(.cancellation(id: id)), &state))
        }
        waiter?.settle(.failure(error))
        wake?()
    }

    private func put(_ message: ClientMessage) throws(CallError) {
        let wake = try state.withLock { state throws(CallError) in try enqueue(message, &state) }
        wake?()
    }

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

    /// Puts a message into the queue; gives whom to wake, when it was empty.
    private func append(_ message: ClientMessage, _ state: inout ClientState) -> (@Sendable () -> Void)? {
        mayHaveMessages.store(true, ordering: .releasing)
        return state.append(message)
    }

    /// The method as the client knows it: dots between names, and StreamJsonRpc's form for references.
    private func name(of path: String) -> String {
        guard let (number, method) = ReferencePath.parse(path), path.hasPrefix("$/") else {
            return dialect.keepsPaths ? path : String(path.map { $0 == "/" ? "." : $0 })
        }
        return "$/invokeProxy/\(number)/\(method.isEmpty ? ReferencePath.functionMethod : method)"
    }

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

    private func meta(of call: Call) -> CallMeta {
        guard dialect.sendsMeta else { return CallMeta() }
        let left = call.deadline.map { max(.milliseconds(1), $0 - .now) / .milliseconds(1) }
        return CallMeta(
            timeoutMilliseconds: left.map { UInt64(clamping: Int64($0)) },
            wantsProgress: call.progress != nil
        )
    }

    /// The same for every handle that the client does not hold, whether it is lent to somebody else or never was.
    static let noSuchReference = CallError(.notFound, "No such reference", ran: .no)
}

extension Payload {
    /// No result at all.
    fileprivate static var nothing: Payload { Payload(bytes: [], codec: JSON.self) }
}
