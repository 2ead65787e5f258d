import PosternTestSupport
@testable import Postern

// The wires and the state machines at their ends.
extension SimulatedWorld {
    /// Moves the written frames of a side to the wire.
    mutating func putOnWire(_ side: Int) {
        let bytes = sides[side].state.outbox.take().bytes
        guard !bytes.isEmpty, !sides[side].isCut else { return }
        if bug == .framesAreLost, chance(8) { return }
        var reader = FrameReader()
        do {
            while let frame = try reader.next(in: bytes.span) {
                enterWritten(frame, at: side)
                sides[side ^ 1].incoming.append((frame, bytes))
            }
        } catch { note("unreadable frame: \(error.message)") }
    }

    /// Delivers the oldest frame to a side.
    mutating func deliver(to side: Int) {
        guard !sides[side].incoming.isEmpty else { return }
        let isReordered = bug == .framesOvertake && sides[side].incoming.count > 1
        let (frame, bytes) = sides[side].incoming.remove(at: isReordered ? 1 : 0)
        guard !sides[side].isClosed else { return }
        apply(frame, bytes, to: side)
        if bug == .repliesComeTwice, case .reply = frame { apply(frame, bytes, to: side) }
        sendWaiting(from: side)
    }

    private mutating func apply(_ frame: Frame, _ bytes: [UInt8], to side: Int) {
        log("\(side): receives \(Self.text(of: frame))")
        enterDelivered(frame, at: side)
        observe(frame, at: side)
        defer { checkCancel(frame, at: side) }
        let message = sides[side].waiting.take()
        switch sides[side].state.receive(frame, in: bytes) {
        case .serve(let call): serve(call, bytes, message, at: side)
        case .handleNotification(_, let arguments):
            sides[side].notificationsReceived.append(SimulatedPayload.number(bytes[arguments]))
            receive(received(bytes[arguments], message, at: side))
            endNotification(at: side)
        case .resume(let token, let value):
            guard bug != .answersAreIgnored else { return }
            let result = received(bytes[value], message, at: side)
            settle(token, .value(SimulatedPayload.number(bytes[value])), result)
        case .openStream(let token, let id, _):
            sides[side].streams[id] = []
            settle(token, .value(calls[token].answer))
        case .report(_, let progress): receive(received(bytes[progress], message, at: side))
        case .fail(let token, let failure): settle(token, .failure(failure.code))
        case .cancel(let token?, _): cancel(token, at: side)
        case .holdReferences(let numbers): hold(numbers, at: side)
        case .release(let number, let count): takeBack(number, count, at: side)
        case .disconnect(let reason): note("disconnected: \(reason.message)")
        case .none, .wake:
            if case .item(let id, _, let value) = frame {
                receiveItem(id, received(bytes[value], message, at: side), at: side)
            } else if bug == .unreadMessagesAreKept, let message {
                kept.append(message)
            }
        default: if bug == .unreadMessagesAreKept, let message { kept.append(message) }
        }
    }

    /// Records what later checks need.
    private mutating func observe(_ frame: Frame, at side: Int) {
        switch frame {
        case .reply(let id, _), .failure(let id, _), .stream(let id, _):
            let isLate = calls.contains { $0.side == side && $0.id == id && $0.wasAbandoned }
            if isLate { sides[side].lateAnswers.insert(id) }
        case .cancel(let id): sides[side].cancelsReceived.insert(id)
        default: break
        }
    }

    /// Checks that a running handler is cancelled after its cancel frame has arrived.
    private mutating func checkCancel(_ frame: Frame, at side: Int) {
        guard case .cancel(let id) = frame, let handler = sides[side].handlers[id] else { return }
        if !handler.isCancelled { note("a handler was not notified of its cancellation") }
    }

    /// Ends the connection at one side.
    mutating func close(_ side: Int) {
        guard !sides[side].isClosed else { return }
        log("\(side): closes")
        sides[side].isClosed = true
        for end in [side, side ^ 1] { sides[end].isCut = true }
        let remains = sides[side].state.close(DisconnectReason(.lost, "cut"))
        let handlers = sides[side].handlers.sorted { $0.key < $1.key }.map(\.value)
        sides[side].handlers = [:]
        sides[side].waiting = nil
        sides[side].streams = [:]
        if bug != .cutsKeepReferences {
            for entry in sides[side].references.close() { lose(entry.target) }
        }
        if let remains, bug != .cutsLeaveCallsOpen {
            for token in remains.waiters { settle(token, .lost) }
            for token in remains.unsent {
                waitingMessages[token] = .some(nil)
                if token >= 0 { settle(token, .unsent) }
            }
        }
        for forwarded in handlers.compactMap(\.forwarded) { abandon(forwarded) }
        for handler in handlers where handler.forwarded == nil && !handler.hasAnswer { endLate(at: side) }
    }

    private static func text(of frame: Frame) -> String {
        switch frame {
        case .hello: "a hello"
        case .call(let call): "call number \(call.id)"
        case .reply(let id, _): "the reply to number \(id)"
        case .failure(let id, _): "the error for number \(id)"
        case .cancel(let id): "the cancel of number \(id)"
        case .references(let numbers): "references: exported \(numbers.lent.short), returned \(numbers.returned.short)"
        case .release(let number, let count): "the release of \(count) of \(number % 10_000)"
        default: "\(frame)"
        }
    }
}
