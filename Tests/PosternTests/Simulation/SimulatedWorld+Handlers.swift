@testable import Postern

// The serving side of calls.
extension SimulatedWorld {
    /// Starts the handler of a call, or forwards the call.
    mutating func serve(_ call: CallFrame, _ bytes: [UInt8], _ message: ReceivedMessage?, at side: Int) {
        let token = SimulatedPayload.number(bytes[call.arguments])
        sides[side].state.beginServing(call.id)
        var target: SimulatedHandle?
        if ReferencePath.matches(call.path, in: bytes) {
            target = find(String(decoding: bytes[call.path], as: UTF8.self), at: side)
            guard let target else {
                note("side \(side) rejected a call of an exported function")
                return fail(call.id, at: side)
            }
            if !calls.contains(where: { $0.answer == token && $0.function == target.function }) {
                note("a call arrived at another function")
            }
        }
        log("\(side): begins to serve call \(token)")
        sides[side].handlers[call.id] = Handler(call: token)
        _ = sides[side].state.attach(token, to: call.id)
        let received = self.received(bytes[call.arguments], message, at: side)
        if case .proxy(let proxy) = target {
            forward(call.id, Array(bytes[call.arguments]), received, to: proxy, at: side)
        } else {
            receive(received)
        }
    }

    /// Returns the target of a path, and checks that the peer may use it.
    private mutating func find(_ path: String, at side: Int) -> SimulatedHandle? {
        guard let (number, _) = ReferencePath.parse(path) else { return nil }
        if sides[side].books[number]?.lent == 0 { note("a function was called after it was released") }
        return sides[side].references.exports.target(of: number)
    }

    /// Ends a handler, with the number of its call and some functions as the result, or with an error.
    mutating func endHandler(_ id: UInt64, at side: Int) {
        guard let handler = sides[side].handlers[id] else { return }
        if handler.isStream { return endStream(id, at: side) }
        guard !handler.hasAnswer, handler.forwarded == nil else { return }
        if bug == .cancelledHandlersNeverEnd, handler.isCancelled { return }
        if chance(5) { return fail(id, at: side) }
        let others = sides[side].handlers.filter { !$0.value.hasAnswer && $0.value.forwarded == nil }.keys
        let answered = bug == .answersGoToOthers ? others.min() ?? id : id
        answer(answered, handler.call, pickHandles(of: side), at: side)
        if answered != id { sides[side].handlers[id] = nil }
    }

    /// Ends the handler of a notification; its result is discarded.
    mutating func endNotification(at side: Int) {
        guard chance(2), let (_, message) = write(0, pickHandles(of: side), from: side) else { return }
        lose(message, .resultsOfNotificationsAreKept)
    }

    /// Ends a handler after its connection.
    mutating func endLate(at side: Int) {
        guard let (_, message) = write(0, pickHandles(of: side), from: side) else { return }
        lose(message, .lateResultsAreKept)
    }

    /// Writes the answer of a handler, and sends it now or later.
    private mutating func answer(_ id: UInt64, _ number: Int, _ handles: [SimulatedHandle], at side: Int) {
        guard let (bytes, message) = write(number, handles, from: side) else { return fail(id, at: side) }
        let draft = Draft(side: side, purpose: .answer(id), bytes: bytes, message: message)
        sides[side].handlers[id]?.hasAnswer = true
        if chance(4) { drafts.append(draft) } else { send(draft) }
    }

    /// Answers a call with an error.
    mutating func fail(_ id: UInt64, at side: Int) {
        let code = sides[side].handlers.removeValue(forKey: id)?.call ?? 0
        log("\(side): fails \(id)")
        sides[side].state.finish(id, with: .failure(CallError(.init(rawValue: code), "no")))
    }

    /// Cancels a handler.
    mutating func cancel(_ token: Int, at side: Int) {
        guard bug != .handlersAreNotCancelled else { return }
        for (id, handler) in sides[side].handlers where handler.call == token {
            sides[side].handlers[id]?.isCancelled = true
            if let forwarded = handler.forwarded { abandon(forwarded) }
        }
    }
}

// Calls of functions in a third process, which the middle process forwards.
extension SimulatedWorld {
    /// Forwards a call with its references renamed.
    private mutating func forward(
        _ id: UInt64,
        _ arguments: [UInt8],
        _ received: Received?,
        to proxy: SimulatedProxy,
        at side: Int
    ) {
        let call = SimulatedPayload.number(arguments[...])
        guard !sides[proxy.side].isClosed, let (bytes, message) = rename(arguments, received, for: proxy.side) else {
            return fail(id, at: side)
        }
        let token = enter(proxy.side, function: proxy.function, origin: (side, id), answer: call)
        sides[side].handlers[id]?.forwarded = token
        log("\(proxy.side): forwards call \(call) as \(token)")
        let draft = Draft(side: proxy.side, purpose: .call(token, through: proxy), bytes: bytes, message: message)
        if chance(3) { drafts.append(draft) } else { send(draft) }
    }

    /// Answers a call that was forwarded.
    mutating func finishForwarding(_ id: UInt64, at side: Int, _ outcome: Outcome, _ result: Received?) {
        guard sides[side].handlers[id] != nil else { return }
        sides[side].handlers[id]?.forwarded = nil
        guard case .value(let number) = outcome else { return fail(id, at: side) }
        guard let result else { return answer(id, number, [], at: side) }
        guard let (bytes, message) = rename(result.bytes, result, for: side) else { return fail(id, at: side) }
        sides[side].handlers[id]?.hasAnswer = true
        send(Draft(side: side, purpose: .answer(id), bytes: bytes, message: message))
    }

    /// Returns a payload renamed for another connection, or `nil` if it exceeds the references that may be exported
    /// there.
    private mutating func rename(
        _ bytes: [UInt8],
        _ received: Received?,
        for side: Int
    ) -> (bytes: [UInt8], message: SentMessage?)? {
        guard let received, bug != .forwardersDoNotRename else { return (bytes, nil) }
        let functions = (try? SimulatedPayload.references(bytes))?.map(\.function) ?? []
        var renamed = bytes
        var named = NamedReferences<SimulatedProxy>()
        var index = 0
        let isWhole: Void? = try? MessagePack.replaceReferences(in: &renamed) { (reference) throws(PayloadError) in
            defer { index += 1 }
            guard let handle = find(reference, functions[index], in: received),
                let reference = name(handle, in: &named, for: side)
            else { throw PayloadError(.tooManyReferences, "") }
            return reference
        }
        let message = SentMessage(from: side, named, [], keeps: bug != .returnedReferencesGoEarly, bin: bin)
        return isWhole.map { (renamed, message) }
    }
}
