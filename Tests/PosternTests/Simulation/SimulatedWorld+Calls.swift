@testable import Postern

/// Calls, from the side of those who make them.
extension SimulatedWorld {
    /// Makes a call of a method or of a function of the other side; it leaves now or later.
    mutating func call(from side: Int, through proxy: SimulatedProxy? = nil) {
        // After the end of the connection a call is written, and does not leave.
        guard !sides[side].isClosed || chance(4) else { return }
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
        // An early one above the limit is dropped, which is not counted here.
        guard sides[side].state.phase == .open || !hasSmallFrames else { return }
        guard !sides[side].isClosed, let (bytes, message) = write(number, pickHandles(of: side), from: side) else {
            return
        }
        tell("\(side): notifies")
        let arguments = bytes + [0xc0]
        if sides[side].state.waiting.isOpen {
            guard (try? sides[side].state.notify("n", arguments, message?.numbers)) != nil else {
                return lose(message, .largeMessagesAreKept)
            }
            count(message, from: side)
        } else {
            let token = -1 - waitingMessages.count
            let notification = OutgoingCall("n", arguments, message?.numbers)
            guard (try? sides[side].state.waitForHandshake(notification, token)) != nil else { return }
            waitingMessages[token] = WaitingMessage(message: message, proxy: nil)
        }
        sides[side].notificationsSent += 1
    }

    /// Lets a message leave that was written before.
    mutating func send(_ draft: Draft) {
        switch draft.purpose {
        case .call(let token, let proxy): sendCall(token, through: proxy, draft)
        case .answer(let id):
            tell("\(draft.side): answers \(id)")
            let wasCancelled = sides[draft.side].handlers.removeValue(forKey: id)?.isCancelled ?? true
            let leaves = sides[draft.side].state.finish(id, with: .success(draft.bytes), draft.message?.numbers)
            if leaves || bug == .refusedMessagesAreCounted { return count(draft.message, from: draft.side) }
            lose(draft.message, wasCancelled ? .cancelledResultsAreKept : .largeMessagesAreKept)
        }
    }

    private mutating func sendCall(_ token: Int, through proxy: SimulatedProxy?, _ draft: Draft) {
        let deadline = chance(4) ? now + .milliseconds(Int.random(in: 1...20, using: &random)) : nil
        // The longer name makes some messages larger than small limits.
        let method = hasSmallFrames && chance(3) ? String(repeating: "m", count: 40) : "m"
        let path = proxy.map { ReferencePath.text($0.number, "") } ?? method
        var call = OutgoingCall(path, draft.bytes, draft.message?.numbers)
        call.deadline = deadline
        calls[token].deadline = deadline
        do throws(CallError) {
            guard sides[draft.side].state.hasRoom(atDepth: 0) else {
                _ = try sides[draft.side].state.wait(calls[token].id, call, token, at: now)
                let held = bug == .waitingCallsDoNotHold ? nil : proxy
                waitingMessages[token] = WaitingMessage(message: draft.message, proxy: held)
                return tell("\(draft.side): has call \(token) wait")
            }
            try sides[draft.side].state.beginCall(calls[token].id, call, token)
            tell("\(draft.side): sends call \(token)")
            count(draft.message, from: draft.side)
        } catch {
            lose(draft.message, .largeMessagesAreKept)
            settle(token, .unsent)
        }
    }

    /// Sends what waited at a side, as far as there is room for it.
    mutating func sendWaiting(from side: Int) {
        guard bug != .roomIsNotNoticed || !sides[side].state.waiting.isOpen else { return }
        var sent: [Int] = []
        for failure in sides[side].state.sendWaiting(at: now, { sent.append($0) }) {
            lose(waitingMessages[failure.waiter]??.message, .largeMessagesAreKept)
            waitingMessages[failure.waiter] = .some(nil)
            settle(failure.waiter, .unsent)
        }
        for token in sent {
            tell("\(side): sends \(token), which waited")
            count(waitingMessages[token]??.message, from: side)
            waitingMessages[token] = .some(nil)
        }
    }

    /// Counts that a message leaves.
    mutating func count(_ message: SentMessage?, from side: Int) {
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
        let ended = sides[call.side].state.abandon(call.id)
        if bug == .cancelsAreNotSent { _ = sides[call.side].state.outbox.take() }
        defer { sendWaiting(from: call.side) }
        guard let ended else { return }
        tell("\(call.side): gives call \(token) up")
        waitingMessages[token] = .some(nil)
        guard ended.reason == .sent else { return settle(ended.waiter, .unsent) }
        calls[token].wasGivenUp = true
        if bug != .givenUpCallsStayOpen { settle(ended.waiter, .givenUp) }
    }

    /// Lets time pass; calls whose time has run out are settled.
    mutating func advance(_ milliseconds: Int) {
        now = now + .milliseconds(milliseconds)
        for side in sides.indices where bug != .deadlinesAreForgotten {
            for ended in sides[side].state.expire(at: now) {
                tell("\(side): call \(ended.waiter) expires")
                waitingMessages[ended.waiter] = .some(nil)
                calls[ended.waiter].wasGivenUp = ended.reason == .sent
                settle(ended.waiter, ended.reason == .sent ? .expired : .unsent)
            }
            sendWaiting(from: side)
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
