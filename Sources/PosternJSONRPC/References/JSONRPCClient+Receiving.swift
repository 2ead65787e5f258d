package import Postern

/// The steps of a session's owner before and after a call: resolving and exporting references.
extension JSONRPCClient {
    /// Prepares a call of the client for its handler: sets the caller, resolves the references in its arguments, and
    /// finds the target of a call through a reference.
    ///
    /// - Throws: `.notFound` for a reference that the client does not hold, `.tooManyReferences` above the limit.
    package func admit(_ call: inout Call, _ options: inout JSONRPCSession.CallOptions) throws(CallError) {
        call.caller = Caller(self)
        if let references = options.references { call.arguments.attach(try receive(references)) }
        guard options.targetsReference else { return }
        guard let (number, method) = ReferencePath.parse(call.method), let target = references.target(of: number) else {
            // Single misses happen when a release crosses a call; many of them are guesses, and end the connection.
            note(references.noteBadUse())
            throw Self.noSuchReference
        }
        call.target = target
        call.method = target.path(of: try Self.method(method, of: target))
        options.placement = JSONRPCSession.CallOptions(target.execution(of: call.method)).placement
    }

    /// Returns the method to call on a target: a function has only the one with the reserved name.
    private static func method(_ name: String, of target: ReferenceHandle) throws(CallError) -> String {
        guard target.kind == .function else { return name }
        guard name == ReferencePath.functionMethod else { throw .methodNotFound }
        return ""
    }

    /// Whether a result holds references, so that it must pass ``outgoing(_:)`` before it is sent.
    package static func isNeeded(for result: Result<Reply, CallError>) -> Bool {
        switch result {
        case .success(.value(let payload)): payload.holdsReferences
        case .success(.stream): false
        case .failure(let error): error.isUnfinishedResult
        }
    }

    /// Returns the result of a call with its references exported to the client.
    package func outgoing(_ result: Result<Reply, CallError>) -> Result<Reply, CallError> {
        switch result {
        case .success(.value(let payload)) where payload.holdsReferences: Result(naming: payload, for: self)
        case .failure(let error) where error.isUnfinishedResult: Result(of: error, for: self)
        default: result
        }
    }

    /// Returns an item of a stream or a progress value with its references exported to the client, or `nil` if they
    /// cannot be exported.
    package func outgoing(_ payload: Payload) -> Payload? {
        payload.holdsReferences ? try? payload.named(for: self) : payload
    }

    /// Handles a release: of an object of this side, or of one that the client owns and revokes.
    package func release(_ release: ClientRelease) {
        if release.isByOwner {
            references.revoke(release.handle)
        } else {
            note(references.receiveRelease(release.handle, release.count))
        }
    }

    /// Releases the references of a message that no handler reads.
    package func discard(_ unread: UnreadReferences) {
        // Received and dropped: the references are counted like any others, and their deinitialisation releases them.
        _ = try? receive(unread.numbers)
    }

    /// Retains the references of a message of the client, until the result is released.
    func receive(_ numbers: ReferenceNumbers) throws(CallError) -> ReceivedReferences {
        if let refusal = references.refusal(for: numbers) {
            // The client counts each handle that it sent as held, until it is released.
            sendReleases(numbers.lent.map { ReferenceRelease(number: $0, count: 1) })
            throw refusal
        }
        switch receiveReferences(numbers) {
        case .success(let received):
            guard received.returnedCount == numbers.returned.count else { throw Self.noSuchReference }
            return received
        case .failure(let reason):
            note(reason)
            throw Self.noSuchReference
        }
    }
}

extension Result<Reply, CallError> {
    fileprivate init(naming payload: Payload, for client: JSONRPCClient) {
        do throws(PayloadError) { self = .success(.value(try payload.named(for: client))) } catch {
            self = .failure(CallError(ofResult: error))
        }
    }

    fileprivate init(of unfinished: CallError, for client: JSONRPCClient) {
        do throws(CallError) { self = .success(.value(try unfinished.result(for: client))) } catch {
            self = .failure(error)
        }
    }
}
