@testable import Postern

// Streams and progress: messages that may remain unread.
extension SimulatedWorld {
    // MARK: Produced

    /// Answers a call with a stream, whose items follow.
    mutating func openStream(_ id: UInt64, at side: Int) {
        guard let handler = sides[side].handlers[id], !handler.hasAnswer, handler.forwarded == nil else { return }
        log("\(side): answers \(id) with a stream")
        guard sides[side].state.openStream(id, nil) == .opened else { return fail(id, at: side) }
        sides[side].handlers[id]?.isStream = true
        sides[side].handlers[id]?.hasAnswer = true
    }

    /// Writes an item of a stream or a progress value of a call, which is dropped if it cannot be sent.
    mutating func produce(_ id: UInt64, at side: Int) {
        guard let handler = sides[side].handlers[id], handler.forwarded == nil else { return }
        guard handler.isStream || !handler.hasAnswer else { return }
        guard let (bytes, message) = write(handler.call, pickHandles(of: side), from: side) else { return }
        let leaves: Bool
        if handler.isStream {
            leaves = sides[side].state.sendItem(id, offset: nil, bytes, message?.numbers) == .sent
        } else {
            leaves = sides[side].state.report(id, bytes, message?.numbers)
        }
        log("\(side): \(leaves ? "sends" : "drops") an item or a report of \(id)")
        if leaves { count(message, from: side) } else { lose(message, .unsentItemsAreKept) }
    }

    /// Ends a stream.
    mutating func endStream(_ id: UInt64, at side: Int) {
        log("\(side): ends stream \(id)")
        sides[side].handlers[id] = nil
        sides[side].state.endStream(id, nil)
    }

    // MARK: Read

    /// Buffers an item until it is read; drops it if the stream was dropped.
    mutating func receiveItem(_ id: UInt64, _ received: Received?, at side: Int) {
        guard sides[side].streams[id] != nil else { return }
        sides[side].streams[id]?.append(received)
    }

    /// Reads an item of a stream, or drops the stream.
    mutating func readStream(at side: Int) {
        guard let id = sides[side].streams.keys.sorted().randomElement(using: &random) else { return }
        guard !chance(3) else { return dropStream(id, at: side) }
        guard sides[side].streams[id]?.isEmpty == false else { return }
        _ = sides[side].state.nextItem(of: id)
        if let received = sides[side].streams[id]?.removeFirst() { receive(received) }
    }

    mutating func dropStream(_ id: UInt64, at side: Int) {
        log("\(side): drops stream \(id)")
        _ = sides[side].state.dropStream(id)
        let unread = sides[side].streams.removeValue(forKey: id) ?? []
        if bug == .unreadItemsAreKept { for case let item? in unread { kept.append(item.message) } }
    }
}
