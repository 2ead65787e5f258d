import PosternTestSupport
@testable import Postern

// The caller's side of calls.
extension SimulatedWorld {
    /// Writes a call of a method or of a function of the peer, and sends it now or later.
    mutating func call(from side: Int, through proxy: SimulatedProxy? = nil) {
        // After the end of the connection, a call may be written but not sent.
        guard !sides[side].isClosed || chance(4) else { return }
        let token = enter(side, function: proxy?.function)
        let handles = pickHandles(of: side)
        let callee = proxy.map { "function \($0.function)" } ?? "a method"
        log("\(side): writes call \(token) of \(callee) with functions \(handles.map(\.function))")
        guard let (bytes, message) = write(token, handles, from: side) else { return settle(token, .unsent) }
        drafts.append(Draft(side: side, purpose: .call(token, through: proxy), bytes: bytes + [0xc0], message: message))
        if !chance(3) { send(drafts.removeLast()) }
    }

    /// Records a call and assigns its number.
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
        // Before the handshake, a notification above the limit is dropped, which this record does not expect.
        guard sides[side].state.phase == .open || !hasSmallFrames else { return }
        guard !sides[side].isClosed, let (bytes, message) = write(number, pickHandles(of: side), from: side) else {
            return
        }
        log("\(side): notifies")
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

    /// Sends a message that was written before.
    mutating func send(_ draft: Draft) {
        switch draft.purpose {
        case .call(let token, let proxy): sendCall(token, through: proxy, draft)
        case .answer(let id):
            log("\(draft.side): answers \(id)")
            let wasCancelled = sides[draft.side].handlers.removeValue(forKey: id)?.isCancelled ?? true
            let leaves = sides[draft.side].state.finish(id, with: .success(draft.bytes), draft.message?.numbers)
            if leaves || bug == .refusedMessagesAreCounted { return count(draft.message, from: draft.side) }
            lose(draft.message, wasCancelled ? .cancelledResultsAreKept : .largeMessagesAreKept)
        }
    }

    private mutating func sendCall(_ token: Int, through proxy: SimulatedProxy?, _ draft: Draft) {
        let deadline = chance(4) ? now + .milliseconds(Int.random(in: 1...20, using: &random)) : nil
        // The longer name makes some messages exceed the small limits.
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
                return log("\(draft.side): queues call \(token)")
            }
            try sides[draft.side].state.beginCall(calls[token].id, call, token)
            log("\(draft.side): sends call \(token)")
            count(draft.message, from: draft.side)
        } catch {
            lose(draft.message, .largeMessagesAreKept)
            settle(token, .unsent)
        }
    }

    /// Sends the queued messages of a side for which there is room.
    mutating func sendWaiting(from side: Int) {
        guard bug != .roomIsNotNoticed || !sides[side].state.waiting.isOpen else { return }
        var sent: [Int] = []
        for failure in sides[side].state.sendWaiting(at: now, { sent.append($0) }) {
            lose(waitingMessages[failure.waiter]??.message, .largeMessagesAreKept)
            waitingMessages[failure.waiter] = .some(nil)
            settle(failure.waiter, .unsent)
        }
        for token in sent {
            log("\(side): sends \(token) from the queue")
            count(waitingMessages[token]??.message, from: side)
            waitingMessages[token] = .some(nil)
        }
    }

    /// Counts a message that is sent.
    mutating func count(_ message: SentMessage?, from side: Int) {
        guard let message else { return }
        if bug == .messagesAreCountedLate { return uncounted.append((side, message.numbers.lent)) }
        commit(message.numbers.lent, at: side)
    }

    /// Drops a written message.
    mutating func drop(_ draft: Draft) {
        switch draft.purpose {
        case .call(let token, _):
            log("\(draft.side): drops call \(token)")
            settle(token, .unsent)
        case .answer(let id): fail(id, at: draft.side)
        }
        if bug == .unsentMessagesKeep, let message = draft.message { kept.append(message) }
    }

    /// Abandons a call, as a cancelled task does.
    mutating func abandon(_ token: Int) {
        let call = calls[token]
        if bug == .cancelsAreNotSent { putOnWire(call.side) }
        let ended = sides[call.side].state.abandon(call.id)
        if bug == .cancelsAreNotSent { _ = sides[call.side].state.outbox.take() }
        defer { sendWaiting(from: call.side) }
        guard let ended else { return }
        log("\(call.side): abandons call \(token)")
        waitingMessages[token] = .some(nil)
        guard ended.reason == .sent else { return settle(ended.waiter, .unsent) }
        calls[token].wasAbandoned = true
        if bug != .abandonedCallsStayOpen { settle(ended.waiter, .abandoned) }
    }

    /// Advances the clock and settles the calls that expire.
    mutating func advance(_ milliseconds: Int) {
        now = now + .milliseconds(milliseconds)
        for side in sides.indices where bug != .deadlinesAreIgnored {
            for ended in sides[side].state.expire(at: now) {
                log("\(side): call \(ended.waiter) expires")
                waitingMessages[ended.waiter] = .some(nil)
                calls[ended.waiter].wasAbandoned = ended.reason == .sent
                settle(ended.waiter, ended.reason == .sent ? .expired : .unsent)
            }
            sendWaiting(from: side)
        }
        for call in calls where call.outcomes.isEmpty {
            if let deadline = call.deadline, deadline <= now { note("a call is open after its deadline") }
        }
    }

    /// Settles a call; forwards its result to the call that it forwards, if any.
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
