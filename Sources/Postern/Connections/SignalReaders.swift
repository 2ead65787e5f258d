/// Those who read the signals of one source, which keeps them under its own lock.
package struct SignalReaders: Sendable {
    private struct Reader: Sendable {
        weak let buffer: SignalBuffer?
    }

    private var readers: [Reader] = []
    private var isEnded = false

    /// Begins with nobody.
    package init() {}

    /// One more reader, who first reads of the connections that are open now.
    package mutating func add(open peers: some Sequence<Peer>) -> ConnectionSignals {
        let buffer = SignalBuffer()
        for peer in peers { _ = buffer.push(.connected(peer)) }
        if isEnded { _ = buffer.end() }
        readers.removeAll { $0.buffer == nil }
        readers.append(Reader(buffer: buffer))
        return ConnectionSignals(buffer)
    }

    /// Hands a signal to every reader.
    package mutating func send(_ signal: ConnectionSignal) -> Delivery {
        Delivery(signal: signal, waiters: readers.compactMap { $0.buffer?.push(signal) })
    }

    /// There are no more signals.
    package mutating func end() -> Delivery {
        isEnded = true
        return Delivery(signal: nil, waiters: readers.compactMap { $0.buffer?.end() })
    }

    /// Readers who waited, and are to be resumed outside the lock.
    package struct Delivery: Sendable {
        fileprivate let signal: ConnectionSignal?
        fileprivate let waiters: [SignalBuffer.Waiter]

        /// Lets them go on.
        package func complete() { for waiter in waiters { waiter.resume(returning: signal) } }
    }
}
