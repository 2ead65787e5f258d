package import Postern
import PosternJSONRPC
package import SystemPackage

/// Peers whose other end is a program that speaks JSON-RPC 2.0, one message a line.
///
/// Programs of MCP, for example, do so on their standard input and output.
///
/// The dialect is that of a gateway's WebSocket: both sides call, notify, cancel with `$/cancelRequest` and report
/// progress with `$/progress`; the program may send batches, lend references, and read streams as subscriptions. Two
/// things are not carried: topics, whose `rpc.subscribe` is refused, and streams that the program produces, whose
/// method answers with one value.
///
/// Text that the program prints beside its messages does no harm: a line that is not JSON is answered -32700, the first
/// one is reported to the observer, and after 100 of them they are ignored. An answer to an unknown call is ignored.
///
/// Two things end the connection: a line longer than ``PeerLimits/frameBytes``, since it may be an answer that a call
/// waits for, and output above twice ``PeerLimits/queuedBytes`` that the program does not read. There is no limit on
/// the time that a program takes to read, since many compute in between.
package enum JSONLines {
    /// The open descriptors that lead to a program.
    package enum Channel: Sendable {
        /// A connected socket.
        case socket(FileDescriptor)
        /// What the program writes is read from the first, and what it reads is written to the second.
        case pipes(output: FileDescriptor, input: FileDescriptor)

        var descriptors: [FileDescriptor] {
            switch self {
            case .socket(let socket): [socket]
            case .pipes(let output, let input): [output, input]
            }
        }
    }

    /// How the connection to a program behaves.
    package struct Options: Sendable {
        /// What each side takes from the other.
        package var limits = PeerLimits.standard
        /// What this side calls itself.
        package var name = ""
        /// What the program is called in the call paths of errors.
        package var programName = ""
        /// Takes reports of handlers that fail here and of stray output; `nil` for none.
        package var observer: (any IncidentObserver)?
        /// What the program understands.
        package var dialect = Dialect.postern

        /// Starts from the defaults.
        package init() {}

        var ofClient: ClientDialect {
            var client = ClientDialect()
            client.name = "program"
            client.sendsMeta = dialect == .postern
            client.keepsPaths = dialect == .plain
            return client
        }
    }

    /// What a program understands beyond JSON-RPC 2.0.
    package enum Dialect: Sendable {
        /// Methods are called by names joined by dots; requests have a member `meta` where the caller sets a deadline
        /// or asks for progress.
        case postern
        /// Methods are called by their paths as they are, such as `tools/list`, and requests have only the members of
        /// JSON-RPC: for programs of other protocols, such as MCP. A call whose deadline passes fails all the same.
        case plain
    }

    /// Makes a peer that calls a program, and whose calls the program makes.
    ///
    /// The peer is usable at once. When the program closes its output, the answers that it has sent still arrive, and
    /// the other calls fail with `.unavailable`. Closing the peer ends the input of the program at once, and closes the
    /// descriptors when the program has closed its output, or a second later.
    ///
    /// - Parameters:
    ///   - channel: Leads to the program. This function takes ownership of its descriptors, also when it throws, and
    ///     closes each of them once.
    ///   - dispatcher: Answers the calls of the program.
    ///   - options: How the connection behaves.
    /// - Returns: This end's peer.
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
    /// What a program may ask for, by what a peer takes.
    init(ofLines limits: PeerLimits) {
        self.init()
        callsInFlight = limits.callsInFlight
        subscriptions = limits.streams
        responseBytes = limits.frameBytes
        batchResponseBytes = limits.frameBytes
        // Each value takes at least one byte of its line.
        values = limits.frameBytes
        strayResponses = .max
        references = limits.references
        callsToClient = limits.callsInFlight
        queuedBytesToClient = limits.queuedBytes
    }
}
