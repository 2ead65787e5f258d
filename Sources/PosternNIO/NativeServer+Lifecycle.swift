import NIOCore
import NIOPosix
import Postern
import Synchronization

// Starting and stopping a server.
extension NativeServer {
    /// The phase of a server, which only moves forward, except that a failed start may be repeated.
    enum Phase: Sendable {
        case idle
        case starting(Start)
        case listening(Listener)
        /// The server accepts no more clients once the task has ended.
        case ending(Task<Void, Never>)
    }

    /// A task that returns the bound address, or the error of binding it.
    typealias Start = Task<Result<Address, CallError>, Never>

    /// Binds an address; fails when the server is stopped meanwhile.
    func listen(at address: Address) async -> Result<Address, CallError> {
        let listener: Listener
        do throws(CallError) { listener = try await bind(address) } catch {
            state.withLock { $0.fail() }
            return .failure(error)
        }
        let bound = address.withPort(listener.channel.localAddress?.port)
        guard state.withLock({ $0.listen(listener, at: bound) }) else {
            await listener.close()
            return .failure(CallError(.unavailable, "The server was stopped before it listened", ran: .no))
        }
        return .success(bound)
    }

    /// Stops accepting clients, after a start in progress has ended.
    func stopListening() async {
        await state.withLock { $0.endListening { phase in Task { await self.closeListener(of: phase) } } }.value
    }

    private func closeListener(of phase: Phase) async {
        switch phase {
        case .listening(let listener): await listener.close()
        case .starting(let start): _ = await start.value
        case .idle, .ending: break
        }
    }

    /// Closes all connections and ends the event loops.
    func close() async {
        // The listener first: its steps on the event loops would never run after the loops have ended.
        await stopListening()
        endSignals()
        let peers = allPeers
        for peer in peers { peer.close() }
        await waitForHandlers(of: peers)
        // Handlers that have not ended continue on the global executor, as their loops end now.
        for loop in group.makeIterator() {
            try? await loop.submit { EventLoopExecutor.of(loop).retire() }.result()
        }
        try? await group.shutdownGracefully()
        places.most.release()
    }

    /// Waits for cancelled handlers, at most ``handlerGrace``: one may ignore its cancellation, or have called
    /// `stop()`.
    private func waitForHandlers(of peers: [Peer]) async {
        let (end, signal) = AsyncStream.makeStream(of: Void.self)
        // Not a task group, which would wait for both tasks: the stream ends with the first of the two.
        let timer = Task {
            try? await Task.sleep(for: Self.handlerGrace)
            signal.finish()
        }
        Task {
            for peer in peers { await peer.waitForHandlers() }
            signal.finish()
        }
        for await _ in end {}
        timer.cancel()
    }

    /// The time that cancelled handlers have to end.
    private static let handlerGrace = Duration.seconds(1)
}

extension NativeServer.State {
    /// Begins a start; throws `.invalidRequest` for a server that was started or stopped before.
    mutating func begin(_ start: @autoclosure () -> NativeServer.Start) throws(CallError) -> NativeServer.Start {
        switch phase {
        case .idle: break
        case .starting: throw CallError(.invalidRequest, "The server is being started already", ran: .no)
        case .listening:
            let place = address.map { ", at \($0)" } ?? ""
            throw CallError(.invalidRequest, "The server listens already\(place)", ran: .no)
        case .ending:
            let message = "The server was stopped, and cannot be started again; make another one"
            throw CallError(.invalidRequest, message, ran: .no)
        }
        let start = start()
        phase = .starting(start)
        return start
    }

    /// Ends a start with its listener; returns `false` when the server was stopped meanwhile.
    mutating func listen(_ listener: NativeServer.Listener, at bound: Address) -> Bool {
        guard case .starting = phase else { return false }
        phase = .listening(listener)
        address = bound
        return true
    }

    /// Ends a start that has failed; another one may follow.
    mutating func fail() { if case .starting = phase { phase = .idle } }

    /// Returns the one task that closes the listener; the first call creates it, for the phase of the server.
    mutating func endListening(_ makeTask: (NativeServer.Phase) -> Task<Void, Never>) -> Task<Void, Never> {
        if case .ending(let task) = phase { return task }
        let task = makeTask(phase)
        phase = .ending(task)
        return task
    }

    /// Returns the one task that ends the server; the first call creates it.
    mutating func end(_ task: @autoclosure () -> Task<Void, Never>) -> Task<Void, Never> {
        if let stop { return stop }
        let task = task()
        stop = task
        return task
    }
}
