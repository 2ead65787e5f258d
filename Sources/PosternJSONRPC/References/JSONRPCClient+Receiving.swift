package import Postern

/// What a session's owner hands over before a call is run, and after.
extension JSONRPCClient {
    /// Completes a call of the client: with its caller, with what its path leads to, and with its references.
    ///
    /// - Throws: `.notFound` for a reference that the client does not hold, `.tooManyReferences` when it lends too many.
    package func admit(_ call: inout Call, _ options: inout JSONRPCSession.CallOptions) throws(CallError) {
        call.caller = Caller(self)
        if let references = options.references { call.arguments.attach(try receive(references)) }
        guard options.targetsReference else { return }
        guard let (number, method) = ReferencePath.parse(call.method), let target = references.target(of: number) else {
            note(references.noteBadUse())
            throw Self.noSuchReference
        }
        call.target = target
        call.method = target.path(of: try Self.method(method, of: target))
        options.placement = JSONRPCSession.CallOptions(target.execution(of: call.method)).placement
    }

    /// A function has one name, and an object any but none.
    private static func method(_ name: String, of target: ReferenceHandle) throws(CallError) -> String {
        guard target.kind == .function else { return name }
        guard name == ReferencePath.functionMethod else { throw .methodNotFound }
        return ""
    }

    /// Whether a result has to be given to ``outgoing(_:)`` before it is sent.
    package static func isNeeded(for result: Result<Reply, CallError>) -> Bool {
        switch result {
        case .success(.value(let payload)): payload.holdsReferences
        case .success(.stream): false
        case .failure(let error): error.isUnfinishedResult
        }
    }

    /// The result of a call as it goes to the client: references in it are named for that.
    package func outgoing(_ result: Result<Reply, CallError>) -> Result<Reply, CallError> {
        switch result {
        case .success(.value(let payload)) where payload.holdsReferences: Result(naming: payload, for: self)
        case .failure(let error) where error.isUnfinishedResult: Result(of: error, for: self)
        default: result
        }
    }

    /// An item or a report of a call as it goes to the client; `nil` for one whose references cannot be named.
    package func outgoing(_ payload: Payload) -> Payload? {
        payload.holdsReferences ? try? payload.named(for: self) : payload
    }

    /// Takes back what the client has released, or no longer lends what it owns.
    package func release(_ release: ClientRelease) {
        if release.isByOwner {
            references.forget(release.handle)
        } else {
            note(references.receiveRelease(release.handle, release.count))
        }
    }

    /// Gives back what came with a message that is not read.
    package func discard(_ unread: UnreadReferences) { _ = try? receive(unread.numbers) }

    /// Holds the references of a message.
    func receive(_ numbers: ReferenceNumbers) throws(CallError) -> ReceivedReferences {
        guard references.hasRoom(for: numbers) else {
            sendReleases(numbers.lent.map { ReferenceRelease(number: $0, count: 1) })
            let text = "More than \(limits.references) references are held"
            throw CallError(.tooManyReferences, text, ran: .no)
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
