package import Postern
import PosternJSONRPC
package import SystemPackage

/// A transport for programs that speak JSON-RPC 2.0 with one message per line, such as MCP servers on standard I/O.
///
/// The dialect is that of the gateway's WebSocket: both sides call, notify, cancel with `$/cancelRequest` and report
/// progress with `$/progress`. The program may also send batches, pass references, and read streams as subscriptions.
/// Topics are not supported (`rpc.subscribe` is rejected), and a method of the program answers with one value, never
/// with a stream.
///
/// A line that is not JSON, such as a log line of the program, is answered with -32700. The first such line is reported
/// to the observer; after 100 of them further ones are ignored. An answer to an unknown call is ignored.
///
/// The connection is closed when a line is longer than ``PeerLimits/frameBytes``, since it may be the answer that a
/// call waits for, and when more than twice ``PeerLimits/queuedBytes`` are waiting to be read by the program. The time
/// in which a program reads is not limited, since many do not read while they compute.
package enum JSONLines {
    /// The open descriptors that are connected to a program.
    package enum Channel: Sendable {
        /// A connected socket.
        case socket(FileDescriptor)
        /// Two pipes: the output of the program is read from the first descriptor, its input is written to the second.
        case pipes(output: FileDescriptor, input: FileDescriptor)

        var descriptors: [FileDescriptor] {
            switch self {
            case .socket(let socket): [socket]
            case .pipes(let output, let input): [output, input]
            }
        }
    }

    /// The options of a connection to a program.
    package struct Options: Sendable {
        /// The limits of each side.
        package var limits = PeerLimits.standard
        /// The name of this side.
        package var name = ""
        /// The name of the program in the call paths of errors.
        package var programName = ""
        /// The observer of failures of handlers in this process and of stray output; `nil` for none.
        package var observer: (any IncidentObserver)?
        /// The extensions of JSON-RPC that the program supports.
        package var dialect = Dialect.postern

        /// Creates options with the default values.
        package init() {}

        /// The dialect of the client that sends calls to the program.
        var ofClient: ClientDialect {
            var client = ClientDialect()
            client.name = "program"
            client.sendsMeta = dialect == .postern
            client.keepsPaths = dialect == .plain
            return client
        }
    }

    /// The extensions of JSON-RPC 2.0 that a program supports.
    package enum Dialect: Sendable {
        /// Methods are names joined by dots, and a request has a member `meta` when the caller sets a deadline or
        /// requests progress.
        case postern
        /// Methods are paths such as `tools/list`, and requests have the members of JSON-RPC only, as other protocols
        /// such as MCP require. A deadline is enforced by this side alone.
        case plain
    }

    /// Creates a peer that is connected to a program.
    ///
    /// The peer can be used immediately. When the program closes its output, answers that it has sent are still
    /// delivered, and all other calls fail with `.unavailable`. Closing the peer closes the input of the program
    /// immediately, and the descriptors when the program has closed its output, at the latest after one second.
    ///
    /// - Parameters:
    ///   - channel: The descriptors. This function takes ownership of them, also when it throws, and closes each of
    ///     them once.
    ///   - dispatcher: Answers the calls of the program.
    ///   - options: The options of the connection.
    /// - Returns: The peer of this side.
    /// - Throws: `CallError` with `.unavailable` when a descriptor cannot be used.
    package static func peer(
        on channel: Channel,
        serving dispatcher: any Dispatcher = NothingExposed(),
        options: Options = Options()
    ) async throws(CallError) -> Peer {
        try await LineChannel(channel).open { loop, handler in
            let turn = handler.turns(on: loop)
            let limits = JSONRPCLimits(ofLines: options.limits)
            let client = JSONRPCClient(limits: limits, dialect: options.ofClient) {
                turn { $0.sendClientMessages() }
            }
            let program = LineProgram(client, limit: options.limits.queuedBytes, observer: options.observer)
            let (near, far) = InProcessTransport.pair(
                dispatcher,
                program,
                ends: (.init(name: options.name, observer: options.observer), .init(name: options.programName)),
                limits: options.limits
            )
            handler.serve(LineSession(near, far, program, turn, limits), options.limits)
            far.onDisconnect { _ in turn { $0.close() } }
            return near
        }
    }
}

extension JSONRPCLimits {
    /// Creates the limits of a JSON-RPC session from those of a peer.
    init(ofLines limits: PeerLimits) {
        self.init()
        callsInFlight = limits.callsInFlight
        subscriptions = limits.streams
        responseBytes = limits.frameBytes
        batchResponseBytes = limits.frameBytes
        // Each value takes at least one byte of its line.
        values = limits.frameBytes
        // Output of other origin than the protocol may look like a response, and does no harm.
        strayResponses = .max
        references = limits.references
        callsToClient = limits.callsInFlight
        queuedBytesToClient = limits.queuedBytes
    }
}
