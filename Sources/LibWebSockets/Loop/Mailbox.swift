import Synchronization

/// The queue through which other threads pass work to an event loop.
final class Mailbox: Sendable {
    enum Message: Sendable {
        case work(@Sendable () -> Void)
        case job(UnownedJob)
        case errand(any Errand)
    }

    /// What the sender of a message must do.
    enum PutResult {
        /// Wake the loop: the mailbox was empty.
        case first
        /// Nothing: the reader will find the message with an earlier one.
        case another
        /// Start a substitute reader: the loop's thread has ended.
        case unattended
    }

    private enum Reader {
        case loop
        /// No reader: the loop's thread has ended, and the mailbox is empty.
        case none
        /// Another thread, which reads or has been requested, after the loop's thread has ended.
        case substitute
    }

    private struct State {
        var messages = TurnList<Message>()
        var reader = Reader.loop
    }

    private let state = Mutex(State())

    /// Appends a message.
    func put(_ message: Message) -> PutResult {
        state.withLock { state in
            defer { state.messages.append(message) }
            switch state.reader {
            case .loop: return state.messages.isEmpty ? .first : .another
            case .none:
                state.reader = .substitute
                return .unattended
            case .substitute: return .another
            }
        }
    }

    /// Removes and returns all messages, in the order of their arrival.
    func take() -> [Message] { state.withLock { $0.messages.take() } }

    /// Empties the list that ``take()`` returned, and keeps its storage for later messages.
    func recycle(_ messages: inout [Message]) {
        // Outside of the lock: an object that is released with its message may put another one.
        messages.removeAll(keepingCapacity: true)
        state.withLock { $0.messages.recycle(&messages) }
    }

    /// Ends the role of the calling thread as the reader.
    ///
    /// - Returns: Whether the mailbox is empty; otherwise the caller must start a substitute.
    func stopReading() -> Bool {
        state.withLock { state in
            state.reader = state.messages.isEmpty ? .none : .substitute
            return state.messages.isEmpty
        }
    }
}
