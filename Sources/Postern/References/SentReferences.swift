internal import Synchronization

/// The references in one outgoing message.
///
/// An instance pins the exports that the message names until it is freed. If the message was never written, freeing the
/// instance removes its exports from the table again.
package final class SentReferences: Sendable {
    private struct Named {
        var remote = NamedReferences<RemoteReference>()
        var local: [ReferenceHandle] = []
    }

    /// The connection on which the message is sent; `nil` for a message between functions of this process.
    let connection: (any ReferenceConnection)?
    private let named = Mutex(Named())

    /// The message that is being encoded in this task; `nil` while no message is, and always while a handler runs.
    @TaskLocal static var current: SentReferences?

    init(to connection: (any ReferenceConnection)?) { self.connection = connection }

    deinit { connection?.references.unpin(lent) }

    /// Runs `body`, and collects the references that it encodes.
    func collecting<R>(_ body: () throws(PayloadError) -> R) throws(PayloadError) -> R {
        // `withValue` rethrows `any Error`, so the typed error is carried through it as a result.
        let result = Self.$current.withValue(self) { () -> Result<R, PayloadError> in
            do throws(PayloadError) { return .success(try body()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Returns the form of a reference for this message, and pins its target.
    ///
    /// - Throws: `.tooManyReferences` when the table of exports is full.
    func name(_ handle: ReferenceHandle) throws(PayloadError) -> WireReference {
        guard let connection else { return nameLocally(handle) }
        if case .remote(let remote) = handle, remote.connection === connection {
            // The receiver is the owner: it is named by the owner's number, and not exported a second time.
            named.withLock { $0.remote.addReturned(remote, remote.number) }
            return WireReference(isReturned: true, kind: remote.kind, number: remote.number)
        }
        let number = try connection.references.pin(handle)
        // One pin for each message suffices: that of a second occurrence is removed at once.
        if !named.withLock({ $0.remote.addExported(number) }) { connection.references.unpin([number]) }
        return WireReference(isReturned: false, kind: handle.kind, number: number)
    }

    /// Names a reference by its index among the handles that the message carries along.
    private func nameLocally(_ handle: ReferenceHandle) -> WireReference {
        let index = named.withLock { named in
            named.local.append(handle)
            return named.local.count - 1
        }
        return WireReference(isReturned: true, kind: handle.kind, number: UInt64(index))
    }

    /// The references of a message within this process, as its reader resolves them.
    var local: ReceivedReferences {
        let handles = named.withLock { $0.local }
        let numbered = handles.enumerated().map { (UInt64($0.offset), $0.element) }
        return ReceivedReferences(from: nil, lent: [], returned: Dictionary(uniqueKeysWithValues: numbered))
    }

    /// The content of the references frame that precedes the message; `nil` if the message names no reference.
    ///
    /// A message that is passed on has references to rename, or none: whether it has is known when it was read.
    var numbers: ReferenceNumbers? {
        let numbers = named.withLock { $0.remote.numbers }
        return numbers.isEmpty ? nil : numbers
    }

    private var lent: [UInt64] { named.withLock { $0.remote.numbers.lent } }

    /// Counts the exports of the message as sent.
    ///
    /// Must be called in the step that writes the message, or a release could arrive before the count.
    package func commit() { connection?.references.commit(lent) }

    /// Encodes a payload that is read in this process; references in it resolve to the same handles.
    static func encodingLocally(_ encode: () throws(PayloadError) -> Payload) throws(PayloadError) -> Payload {
        let error: PayloadError
        do throws(PayloadError) { return try encode() } catch let fault { error = fault }
        // Few payloads hold references, so only these pay for the task-local value: they are encoded a second time.
        guard error.reason == .noConnection else { throw error }
        let references = SentReferences(to: nil)
        var payload = try references.collecting(encode)
        payload.references = .received(references.local)
        return payload
    }
}

/// The references in one message that is being written, without duplicates.
struct NamedReferences<Proxy: AnyObject & Sendable>: Sendable {
    /// The content of the references frame that precedes the message.
    private(set) var numbers = ReferenceNumbers()
    private var exported: Set<UInt64> = []
    // Retained until the message is freed: if their releases were sent first, the receiver would not know the numbers.
    private var returned: [UInt64: Proxy] = [:]

    /// Adds a reference that this side exports; returns `false` if the message names it already.
    mutating func addExported(_ number: UInt64) -> Bool {
        guard exported.insert(number).inserted else { return false }
        numbers.lent.append(number)
        return true
    }

    /// Adds a reference that the receiver owns, and retains its proxy.
    mutating func addReturned(_ proxy: Proxy, _ number: UInt64) {
        guard returned.updateValue(proxy, forKey: number) == nil else { return }
        numbers.returned.append(number)
    }
}
