@testable import Postern

/// Calls, from the side of those who serve them.
extension SimulatedWorld {
    /// Starts the handler of a call, or passes the call on.
    mutating func serve(_ call: CallFrame, _ bytes: [UInt8], _ message: ReceivedMessage?, at side: Int) {
        let token = SimulatedPayload.number(bytes[call.arguments])
        sides[side].state.beginServing(call.id)
        var target: SimulatedHandle?
        if ReferencePath.matches(call.path, in: bytes) {
            target = find(String(decoding: bytes[call.path], as: UTF8.self), at: side)
            guard let target else {
                note("side \(side) refused a call of a function that is held")
                return fail(call.id, at: side)
            }
            if !calls.contains(where: { $0.answer == token && $0.function == target.function }) {
                note("a call arrived at another function")
            }
        }
        tell("\(side): begins to serve call \(token)")
        sides[side].handlers[call.id] = Handler(call: token)
        _ = sides[side].state.attach(token, to: call.id)
        let received = self.received(bytes[call.arguments], message, at: side)
        if case .proxy(let proxy) = target {
            forward(call.id, Array(bytes[call.arguments]), received, to: proxy, at: side)
        } else {
            receive(received)
        }
    }

    /// Finds what a path leads to, and checks that the other side may use it.
    private mutating func find(_ path: String, at side: Int) -> SimulatedHandle? {
        guard let (number, _) = ReferencePath.parse(path) else { return nil }
        if sides[side].books[number]?.lent == 0 { note("a function was called after it was released") }
        return sides[side].references.exports.target(of: number)
    }

    /// A handler ends, with the number of its call and some functions as the result, or with an error.
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

    /// The handler of a notification ends with a result, which is dropped.
    mutating func endNotification(at side: Int) {
        guard chance(2), let (_, message) = write(0, pickHandles(of: side), from: side) else { return }
        lose(message, .resultsOfNotificationsAreKept)
    }

    /// A handler ends after its connection.
    mutating func endLate(at side: Int) {
        guard let (_, message) = write(0, pickHandles(of: side), from: side) else { return }
        lose(message, .lateResultsAreKept)
    }

    /// Writes the answer of a handler, which leaves now or later.
    private mutating func answer(_ id: UInt64, _ number: Int, _ handles: [SimulatedHandle], at side: Int) {
        guard let (bytes, message) = write(number, handles, from: side) else { return fail(id, at: side) }
        let draft = Draft(side: side, purpose: .answer(id), bytes: bytes, message: message)
        sides[side].handlers[id]?.hasAnswer = true
        if chance(4) { drafts.append(draft) } else { send(draft) }
    }

    /// Answers a call with an error.
    mutating func fail(_ id: UInt64, at side: Int) {
        let code = sides[side].handlers.removeValue(forKey: id)?.call ?? 0
        tell("\(side): fails \(id)")
        sides[side].state.finish(id, with: .failure(CallError(.init(rawValue: code), "no")))
    }

    /// Tells a handler that nobody waits for it.
    mutating func cancel(_ token: Int, at side: Int) {
        guard bug != .handlersAreNotTold else { return }
        for (id, handler) in sides[side].handlers where handler.call == token {
            sides[side].handlers[id]?.isCancelled = true
            if let forwarded = handler.forwarded { giveUp(forwarded) }
        }
    }
}

/// Calls of functions that live in a third process.
extension SimulatedWorld {
    /// Passes a call on, with its references named anew.
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
        tell("\(proxy.side): passes call \(call) on as \(token)")
        let draft = Draft(side: proxy.side, purpose: .call(token, through: proxy), bytes: bytes, message: message)
        if chance(3) { drafts.append(draft) } else { send(draft) }
    }

    /// Answers a call that was passed on.
    mutating func finishForwarding(_ id: UInt64, at side: Int, _ outcome: Outcome, _ result: Received?) {
        guard sides[side].handlers[id] != nil else { return }
        sides[side].handlers[id]?.forwarded = nil
        guard case .value(let number) = outcome else { return fail(id, at: side) }
        guard let result else { return answer(id, number, [], at: side) }
        guard let (bytes, message) = rename(result.bytes, result, for: side) else { return fail(id, at: side) }
        sides[side].handlers[id]?.hasAnswer = true
        send(Draft(side: side, purpose: .answer(id), bytes: bytes, message: message))
    }

    /// A payload as it is passed on over another connection; `nil` when it holds more than may be lent there.
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
