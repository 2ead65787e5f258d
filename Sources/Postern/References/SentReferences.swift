internal import Synchronization

/// The references in one message to the other end of a connection.
///
/// Keeps what it names until it goes; nothing stays in the table of exports when the message has not left by then.
package final class SentReferences: Sendable {
    private struct Named {
        var away = NamedReferences<RemoteReference>()
        var atHome: [ReferenceHandle] = []
    }

    /// The one who reads the message; `nil` for this process.
    let connection: (any ReferenceConnection)?
    private let named = Mutex(Named())

    /// Where references go that are being encoded; bound while one message is, and never while a handler runs.
    @TaskLocal static var current: SentReferences?

    init(to connection: (any ReferenceConnection)?) { self.connection = connection }

    deinit { connection?.references.unpin(numbers.lent) }

    /// Has references that `body` encodes written for the other end.
    func collecting<R>(_ body: () throws(PayloadError) -> R) throws(PayloadError) -> R {
        let result = Self.$current.withValue(self) { () -> Result<R, PayloadError> in
            do throws(PayloadError) { return .success(try body()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Names a reference.
    func name(_ handle: ReferenceHandle) throws(PayloadError) -> WireReference {
        guard let connection else { return nameAtHome(handle) }
        if case .remote(let remote) = handle, remote.connection === connection {
            named.withLock { $0.away.giveBack(remote, remote.number) }
            return WireReference(isReturned: true, kind: remote.kind, number: remote.number)
        }
        let number = try connection.references.pin(handle)
        if !named.withLock({ $0.away.lend(number) }) { connection.references.unpin([number]) }
        return WireReference(isReturned: false, kind: handle.kind, number: number)
    }

    /// A message that does not leave this process carries its references along.
    private func nameAtHome(_ handle: ReferenceHandle) -> WireReference {
        let index = named.withLock { named in
            named.atHome.append(handle)
            return named.atHome.count - 1
        }
        return WireReference(isReturned: true, kind: handle.kind, number: UInt64(index))
    }

    /// The references of a message that does not leave this process, for its reader.
    var atHome: ReceivedReferences {
        let handles = named.withLock { $0.atHome }
        let numbered = handles.enumerated().map { (UInt64($0.offset), $0.element) }
        return ReceivedReferences(from: nil, lent: [], returned: Dictionary(uniqueKeysWithValues: numbered))
    }

    /// What the frame before the message tells.
    var numbers: ReferenceNumbers { named.withLock { $0.away.numbers } }

    /// Counts that the message leaves; called in the same step that writes it.
    package func commit() { connection?.references.commit(numbers.lent) }
}

/// The references in one message that is being written, each once.
struct NamedReferences<Proxy: AnyObject & Sendable>: Sendable {
    /// What the frame before the message tells.
    private(set) var numbers = ReferenceNumbers()
    private var lent: Set<UInt64> = []
    /// Kept until the message goes: given back before, they would be unknown where it arrives.
    private var returned: [UInt64: Proxy] = [:]

    /// Names what this side lends; false for what is named already, which has one pin too many then.
    mutating func lend(_ number: UInt64) -> Bool {
        guard lent.insert(number).inserted else { return false }
        numbers.lent.append(number)
        return true
    }

    /// Names what goes home.
    mutating func giveBack(_ proxy: Proxy, _ number: UInt64) {
        guard returned.updateValue(proxy, forKey: number) == nil else { return }
        numbers.returned.append(number)
    }
}

/// Messages between functions of one process: references in them are what they lead to.
enum HomeReferences {
    /// Encodes a payload; one that holds references once more, with a place for them.
    static func encoding(_ encode: () throws(PayloadError) -> Payload) throws(PayloadError) -> Payload {
        let error: PayloadError
        do throws(PayloadError) { return try encode() } catch let fault { error = fault }
        guard error.reason == .noConnection else { throw error }
        let references = SentReferences(to: nil)
        var payload = try references.collecting(encode)
        payload.references = .received(references.atHome)
        return payload
    }
}
