@testable import Postern

/// Calls, from the side of those who make them.
extension SimulatedWorld {
    /// Makes a call of a method or of a function of the other side; it leaves now or later.
    mutating func call(from side: Int, through proxy: SimulatedProxy? = nil) {
        guard !sides[side].isClosed else { return }
        let token = enter(side, function: proxy?.function)
        let handles = pickHandles(of: side)
        let callee = proxy.map { "function \($0.function)" } ?? "a method"
        tell("\(side): writes call \(token) of \(callee) with functions \(handles.map(\.function))")
        guard let (bytes, message) = write(token, handles, from: side) else { return settle(token, .unsent) }
        drafts.append(Draft(side: side, purpose: .call(token, through: proxy), bytes: bytes + [0xc0], message: message))
        if !chance(3) { send(drafts.removeLast()) }
    }

    /// Enters a call in the record and numbers it.
    mutating func enter(_ side: Int, function: Int?, origin: (side: Int, id: UInt64)? = nil, answer: Int? = nil) -> Int
    {
        let token = calls.count
        let repeats = bug == .numbersAreUsedTwice && token > 3
        let id = repeats ? calls[token - 1].id : sides[side].state.calls.reserveID()
        calls.append(CallRecord(side: side, id: id, answer: answer ?? token, function: function, origin: origin))
        return token
    }

    mutating func notify(from side: Int) {
        let number = sides[side].notificationsSent
        guard !sides[side].isClosed, let (bytes, message) = write(number, pickHandles(of: side), from: side) else {
            return
        }
        tell("\(side): notifies")
        let arguments = bytes + [0xc0]
        guard (try? sides[side].state.notify("n", arguments, message?.numbers)) != nil else { return }
        count(message, from: side)
        sides[side].notificationsSent += 1
    }

    /// Lets a message leave that was written before.
    mutating func send(_ draft: Draft) {
        switch draft.purpose {
        case .call(let token, let proxy): sendCall(token, through: proxy, draft)
        case .answer(let id):
            tell("\(draft.side): answers \(id)")
            sides[draft.side].handlers[id] = nil
            let leaves = sides[draft.side].state.finish(id, with: .success(draft.bytes), draft.message?.numbers)
            if leaves { count(draft.message, from: draft.side) }
        }
    }

    private mutating func sendCall(_ token: Int, through proxy: SimulatedProxy?, _ draft: Draft) {
        let deadline = chance(4) ? now + .milliseconds(Int.random(in: 1...20, using: &random)) : nil
        let call = OutgoingCall(
            method: proxy.map { ReferencePath.text($0.number, "") } ?? "m",
            arguments: draft.bytes,
            references: draft.message?.numbers,
            timeout: nil,
            deadline: deadline,
            flags: [],
            depth: 0
        )
        do throws(CallError) {
            try sides[draft.side].state.beginCall(calls[token].id, call, token)
            calls[token].deadline = deadline
            tell("\(draft.side): sends call \(token)")
            count(draft.message, from: draft.side)
        } catch { settle(token, .unsent) }
    }

    /// Counts that a message leaves.
    private mutating func count(_ message: SentMessage?, from side: Int) {
        guard let message else { return }
        if bug == .messagesAreCountedLate { return uncounted.append((side, message.numbers.lent)) }
        commit(message.numbers.lent, at: side)
    }

    /// A message that is written never leaves.
    mutating func drop(_ draft: Draft) {
        switch draft.purpose {
        case .call(let token, _):
            tell("\(draft.side): drops call \(token)")
            settle(token, .unsent)
        case .answer(let id): fail(id, at: draft.side)
        }
        if bug == .unsentMessagesKeep, let message = draft.message { kept.append(message) }
    }

    /// A caller loses interest.
    mutating func giveUp(_ token: Int) {
        let call = calls[token]
        if bug == .cancelsAreNotSent { putOnWire(call.side) }
        let waiter = sides[call.side].state.abandon(call.id)
        if bug == .cancelsAreNotSent { _ = sides[call.side].state.outbox.take() }
        guard let waiter else { return }
        tell("\(call.side): gives call \(token) up")
        calls[token].wasGivenUp = true
        if bug != .givenUpCallsStayOpen { settle(waiter, .givenUp) }
    }

    /// Lets time pass; calls whose time has run out are settled.
    mutating func advance(_ milliseconds: Int) {
        now += .milliseconds(milliseconds)
        for side in sides.indices where bug != .deadlinesAreForgotten {
            for token in sides[side].state.expire(at: now) {
                tell("\(side): call \(token) expires")
                calls[token].wasGivenUp = true
                settle(token, .expired)
            }
        }
        for call in calls where call.outcomes.isEmpty {
            if let deadline = call.deadline, deadline <= now { note("a call waits longer than it may") }
        }
    }

    /// Settles a call; what it brings goes on to whom it was passed on for, or is kept here.
    mutating func settle(_ token: Int, _ outcome: Outcome, _ result: Received? = nil) {
        calls[token].outcomes.append(outcome)
        if bug == .answersCountTwice, case .value = outcome { calls[token].outcomes.append(outcome) }
        if let origin = calls[token].origin {
            finishForwarding(origin.id, at: origin.side, outcome, result)
        } else {
            receive(result)
        }
    }
}
