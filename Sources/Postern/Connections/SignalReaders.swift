/// The buffers of all readers of one source of signals.
///
/// A value type without a lock: the source guards it by its own.
package struct SignalReaders: Sendable {
    private struct Reader: Sendable {
        weak let buffer: SignalBuffer?
    }

    private var readers: [Reader] = []
    private var isEnded = false

    /// Creates a value without readers.
    package init() {}

    /// Adds a reader, which first receives a `connected` for each connection that is open now.
    package mutating func add(open peers: some Sequence<Peer>) -> ConnectionSignals {
        let buffer = SignalBuffer()
        for peer in peers { _ = buffer.push(.connected(peer)) }
        if isEnded { _ = buffer.end() }
        // Buffers are freed with their sequences; their entries are removed here.
        readers.removeAll { $0.buffer == nil }
        readers.append(Reader(buffer: buffer))
        return ConnectionSignals(buffer)
    }

    /// Delivers a signal to every reader.
    ///
    /// - Returns: The delivery to the waiting readers, to be completed outside the lock.
    package mutating func send(_ signal: ConnectionSignal) -> Delivery {
        Delivery(signal: signal, waiters: readers.compactMap { $0.buffer?.push(signal) })
    }

    /// Ends the sequences of all readers, also of those that are added later.
    ///
    /// - Returns: The delivery to the waiting readers, to be completed outside the lock.
    package mutating func end() -> Delivery {
        isEnded = true
        return Delivery(signal: nil, waiters: readers.compactMap { $0.buffer?.end() })
    }

    /// A signal for the readers that waited for it, which are resumed outside the lock of the source.
    package struct Delivery: Sendable {
        fileprivate let signal: ConnectionSignal?
        fileprivate let waiters: [SignalBuffer.Waiter]

        /// Resumes the readers.
        package func complete() { for waiter in waiters { waiter.resume(returning: signal) } }
    }
}
