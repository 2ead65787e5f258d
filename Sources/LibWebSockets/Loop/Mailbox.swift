import Synchronization

/// Where other threads leave what a loop shall do; read by the loop's thread, once for all that came before.
final class Mailbox: Sendable {
    enum Letter: Sendable {
        case work(@Sendable () -> Void)
        case job(UnownedJob)
        case errand(any Errand)
    }

    /// What became of a letter.
    enum Receipt {
        /// The loop has to be woken.
        case first
        /// It is read with one before it.
        case another
        /// Nobody reads it any more.
        case refused
    }

    private struct Mail {
        var letters = TurnList<Letter>()
        var isClosed = false
    }

    private let mail = Mutex(Mail())

    /// Takes a letter, behind those that the same thread has put before.
    func put(_ letter: Letter) -> Receipt {
        mail.withLock { mail in
            guard !mail.isClosed else { return .refused }
            defer { mail.letters.append(letter) }
            return mail.letters.isEmpty ? .first : .another
        }
    }

    /// Takes every letter, in the order in which they were put.
    func take() -> [Letter] { mail.withLock { $0.letters.take() } }

    /// Takes the list of ``take()`` back, and empties it first: what ends with a letter may put another, so it ends
    /// outside the lock.
    func giveBack(_ letters: inout [Letter]) {
        letters.removeAll(keepingCapacity: true)
        mail.withLock { $0.letters.giveBack(&letters) }
    }

    /// Refuses letters from now on.
    func close() { mail.withLock { $0.isClosed = true } }
}
