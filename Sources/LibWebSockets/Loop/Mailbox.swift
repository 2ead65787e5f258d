import Synchronization

/// Where other threads leave what a loop shall do; read by the loop's thread, once for all that came before.
final class Mailbox: Sendable {
    enum Letter: Sendable {
        case work(@Sendable () -> Void)
        case job(UnownedJob)
        case errand(any Errand)
    }

    /// What the sender of a letter has to do.
    enum Receipt {
        /// Wake the loop.
        case first
        /// Nothing: it is read with one before it.
        case another
        /// Have the mail read by another thread: that of the loop has ended.
        case unattended
    }

    private enum Reader {
        case loop
        /// The loop's thread has ended, and no letter waits.
        case none
        /// The loop's thread has ended, and another one reads, or is about to.
        case substitute
    }

    private struct Mail {
        var letters = TurnList<Letter>()
        var reader = Reader.loop
    }

    private let mail = Mutex(Mail())

    /// Takes a letter, behind those that the same thread has put before.
    func put(_ letter: Letter) -> Receipt {
        mail.withLock { mail in
            defer { mail.letters.append(letter) }
            switch mail.reader {
            case .loop: return mail.letters.isEmpty ? .first : .another
            case .none:
                mail.reader = .substitute
                return .unattended
            case .substitute: return .another
            }
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

    /// Ends the reading by the loop's thread, or by a substitute.
    ///
    /// - Returns: Whether nothing waits; otherwise a substitute has to read on.
    func leave() -> Bool {
        mail.withLock { mail in
            mail.reader = mail.letters.isEmpty ? .none : .substitute
            return mail.letters.isEmpty
        }
    }
}
