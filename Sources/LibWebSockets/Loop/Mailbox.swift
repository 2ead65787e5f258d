import Synchronization

/// Where other threads leave what a loop shall do; read by the loop's thread, once for all that came before.
final class Mailbox: Sendable {
    enum Message: Sendable {
        case work(@Sendable () -> Void)
        case job(UnownedJob)
        case errand(any Errand)
    }

    /// What the sender of a message has to do.
    enum PutResult {
        /// Wake the loop.
        case first
        /// Nothing: it is read with one before it.
        case another
        /// Have the mail read by another thread: that of the loop has ended.
        case unattended
    }

    private enum Reader {
        case loop
        /// The loop's thread has ended, and no message waits.
        case none
        /// The loop's thread has ended, and another one reads, or is about to.
        case substitute
    }

    private struct Mail {
        var messages = TurnList<Message>()
        var reader = Reader.loop
    }

    private let mail = Mutex(Mail())

    /// Takes a message, behind those that the same thread has put before.
    func put(_ message: Message) -> PutResult {
        mail.withLock { mail in
            defer { mail.messages.append(message) }
            switch mail.reader {
            case .loop: return mail.messages.isEmpty ? .first : .another
            case .none:
                mail.reader = .substitute
                return .unattended
            case .substitute: return .another
            }
        }
    }

    /// Takes every message, in the order in which they were put.
    func take() -> [Message] { mail.withLock { $0.messages.take() } }

    /// Takes the list of ``take()`` back, and empties it first: what ends with a message may put another, so it ends
    /// outside the lock.
    func recycle(_ messages: inout [Message]) {
        messages.removeAll(keepingCapacity: true)
        mail.withLock { $0.messages.recycle(&messages) }
    }

    /// Ends the reading by the loop's thread, or by a substitute.
    ///
    /// - Returns: Whether nothing waits; otherwise a substitute has to read on.
    func leave() -> Bool {
        mail.withLock { mail in
            mail.reader = mail.messages.isEmpty ? .none : .substitute
            return mail.messages.isEmpty
        }
    }
}
