import NIOCore
import NIOPosix
import Postern
import Synchronization

/// From the first start to the end: each happens once.
extension NativeServer {
    /// How far a server is.
    enum Phase: Sendable {
        case idle
        case starting(Start)
        case listening(Listener)
        /// No more clients are accepted, for good, once the task has ended.
        case ending(Task<Void, Never>)
    }

    /// Ends with the address, or with the reason why the server does not listen.
    typealias Start = Task<Result<Address, CallError>, Never>

    /// Binds the address, unless the server is stopped meanwhile.
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

    /// Accepts no more clients; waits until a start that is under way has ended.
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

    /// Closes everything, in a task that is not cancelled.
    func close() async {
        // Nothing of the listener may be left for a loop that has ended: it would never be done.
        await stopListening()
        endSignals()
        let peers = everybody
        for peer in peers { peer.close() }
        await waitForHandlers(of: peers)
        for loop in group.makeIterator() {
            try? await loop.submit { EventLoopExecutor.of(loop).retire() }.result()
        }
        try? await group.shutdownGracefully()
    }

    /// Lets cancelled handlers end; one may ignore that, or be the one that stops the server.
    private func waitForHandlers(of peers: [Peer]) async {
        let (end, signal) = AsyncStream.makeStream(of: Void.self)
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

    private static let handlerGrace = Duration.seconds(1)
}

extension NativeServer.State {
    /// Notes that the server is being started.
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

    /// Notes what accepts connections; false when the server is stopped.
    mutating func listen(_ listener: NativeServer.Listener, at bound: Address) -> Bool {
        guard case .starting = phase else { return false }
        phase = .listening(listener)
        address = bound
        return true
    }

    /// Notes that the address could not be had; another start may follow.
    mutating func fail() { if case .starting = phase { phase = .idle } }

    /// The one task that closes the listener, made with the phase that the server was in.
    mutating func endListening(_ makeTask: (NativeServer.Phase) -> Task<Void, Never>) -> Task<Void, Never> {
        if case .ending(let task) = phase { return task }
        let task = makeTask(phase)
        phase = .ending(task)
        return task
    }

    /// The one task that ends the server.
    mutating func end(_ task: @autoclosure () -> Task<Void, Never>) -> Task<Void, Never> {
        if let stop { return stop }
        let task = task()
        stop = task
        return task
    }
}
