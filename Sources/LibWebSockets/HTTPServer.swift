public import FoundationEssentials
import Synchronization

/// A server for HTTP/1.1 and WebSocket: some loops, each with its own listening socket on one TCP address, and with a
/// share of the sockets that were made elsewhere.
public final class HTTPServer: Sendable {
    /// Where and how to listen.
    public struct Configuration: Sendable {
        /// An IPv4 or IPv6 address, or `localhost`.
        public var host = "127.0.0.1"
        /// The port; 0 lets the system choose.
        public var port = 8_080
        /// Whether it listens on the host and the port.
        public var listensOnTCP = true
        /// Sockets that connections are accepted from besides, as Unix sockets; the server closes them.
        public var listeners: [AdoptedListener] = []
        /// Event loops, each on a thread of its own.
        public var loops = 1
        /// The WebSocket subprotocol that is echoed when a client offers it.
        package var subprotocol = "jsonrpc"
        /// The most connections of all loops together; more are closed at once.
        public var maximumConnections = 10_000
        /// The limits of HTTP connections.
        public var http = HTTPLimits()

        /// The defaults: loopback, port 8080, one loop.
        public init() {}

        var connectionsPerLoop: Int { max(1, min(maximumConnections, DescriptorLimit.connections) / max(1, loops)) }
    }

    /// Why a server did not start.
    public enum StartError: Error, Sendable, CustomStringConvertible {
        /// The address cannot be listened on.
        case socket(SocketError)
        /// libwebsockets gave no context; most often its plug-in for libuv is not installed.
        case noContext

        /// The cause, and what to do.
        public var description: String {
            switch self {
            case .socket(let error): "\(error)"
            case .noContext: "libwebsockets could not start; is the package libwebsockets-evlib-uv installed?"
            }
        }
    }

    /// The loops, in order.
    package let loops: [EventLoop]
    /// The port in use; 0 when it listens on no TCP address.
    package let port: Int
    private let workers: [LoopBound<ServerWorker>]
    /// The most connections of all loops together: fewer than configured where fewer descriptors may be open.
    package let maximumConnections: Int
    /// The most descriptors that the process may have open (RLIMIT_NOFILE).
    package let maximumDescriptors: Int
    /// The listeners that are not closed.
    private let listeners: Mutex<[AdoptedListener]>

    /// Binds the address and starts the loops.
    ///
    /// - Parameters:
    ///   - configuration: Where and how to listen.
    ///   - makeService: Makes what answers the requests of one loop; called once on each loop's thread.
    /// - Throws: `StartError`.
    package init(
        _ configuration: Configuration,
        makeService: @escaping @Sendable (EventLoop) -> any HTTPService
    ) async throws(StartError) {
        DescriptorLimit.raise(forConnections: configuration.maximumConnections)
        var configuration = configuration
        var loops: [EventLoop] = []
        var workers: [LoopBound<ServerWorker>] = []
        do throws(StartError) {
            if configuration.listensOnTCP { try Self.checkPortIsFree(configuration) }
            for index in 0..<max(1, configuration.loops) {
                let loop = EventLoop(index: index)
                loops.append(loop)
                let started = try await Self.start(loop, configuration, makeService)
                workers.append(started.worker)
                // The first loop learns the port that the others share.
                configuration.port = started.port
            }
        } catch {
            for worker in workers { await worker.run { $0.shutDown() } }
            for loop in loops { loop.stop() }
            for loop in loops { await loop.waitForEnd() }
            for listener in configuration.listeners { await listener.close() }
            throw error
        }
        self.loops = loops
        self.workers = workers
        port = configuration.port
        maximumConnections = configuration.connectionsPerLoop * loops.count
        maximumDescriptors = DescriptorLimit.current
        listeners = Mutex(configuration.listeners)
    }

    /// Refuses an address that another program listens on, which sockets that share their port would not notice.
    private static func checkPortIsFree(_ configuration: Configuration) throws(StartError) {
        do throws(SocketError) {
            _ = try ListeningSocket(host: configuration.host, port: configuration.port, sharesPort: false)
        } catch {
            throw .socket(error)
        }
    }

    private static func start(
        _ loop: EventLoop,
        _ configuration: Configuration,
        _ makeService: @escaping @Sendable (EventLoop) -> any HTTPService
    ) async throws(StartError) -> (worker: LoopBound<ServerWorker>, port: Int) {
        let result = await withCheckedContinuation { continuation in
            loop.start {
                continuation.resume(
                    returning: Result { () throws(StartError) in
                        let worker = try ServerWorker(
                            loop: loop,
                            configuration: configuration,
                            service: makeService(loop)
                        )
                        return (LoopBound(worker, on: loop), worker.port)
                    }
                )
            }
        }
        return try result.get()
    }

    /// Connections that are open on all loops.
    package var connectionCount: Int {
        get async {
            var count = 0
            for worker in workers { count += await worker.run { $0.connectionCount } }
            return count
        }
    }

    /// Stops accepting connections, and ends those that wait for a request; WebSockets stay open.
    package func stopAccepting() async {
        let listeners = listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
        for listener in listeners { await listener.willClose() }
        for worker in workers { await worker.run { $0.stopAccepting() } }
        for listener in listeners { Socket.close(listener.descriptor) }
    }

    /// Has requests that wait for their answer answered at once; see ``HTTPExchange/onInterrupt``.
    package func interruptRequests() async {
        for worker in workers { await worker.run { $0.interruptRequests() } }
    }

    /// Closes everything, ends the loops' threads and waits until they have ended.
    ///
    /// What libwebsockets has for each loop stays and serves the next server of the process: 16 bytes for each descriptor
    /// that may be open (about 1 MiB, less where the limit of open files is below 65,536), 64 KiB and four descriptors.
    package func stop() async {
        await stopAccepting()
        for worker in workers {
            await worker.run { $0.shutDown() }
            worker.loop.stop()
        }
        for loop in loops { await loop.waitForEnd() }
    }
}

extension LoopBound {
    /// Runs `body` with the value on the loop's thread and waits for its result.
    @inlinable
    package func run<Result: Sendable>(_ body: @escaping @Sendable (Value) -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: body(self.value)) }
        }
    }
}

extension HTTPServer.StartError: LocalizedError {
    /// The cause, and what to do.
    public var errorDescription: String? { description }
}
