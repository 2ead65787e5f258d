import PosternTestSupport
@testable import Postern

/// Peers, the wires between them, and the actions of a random schedule.
///
/// Takes the place of `Peer` for the state machines of two processes, or of three in a row, where the middle one
/// forwards the references of the others: makes and abandons calls, runs handlers, carries frames and cuts wires.
struct SimulatedWorld {
    typealias State = PeerState<Int, Int, Int>
    typealias References = ReferenceTables<SimulatedHandle.Key, SimulatedHandle, SimulatedProxy>

    /// One end of a connection; the peer of side n is side n ^ 1.
    final class Side {
        let process: Int
        var state: State
        var references: References
        /// The frames on the wire to this side.
        var incoming: [(frame: Frame, bytes: [UInt8])] = []
        /// The references of the next message.
        var waiting: ReceivedMessage?
        /// The running handlers by the numbers of their calls.
        var handlers: [UInt64: Handler] = [:]
        /// The numbers of the notifications in the order of their arrival.
        var notificationsReceived: [Int] = []
        var notificationsSent = 0
        /// The unread items of streams by the numbers of their calls.
        var streams: [UInt64: [Received?]] = [:]
        /// The calls made here that were settled before an answer arrived.
        var lateAnswers: Set<UInt64> = []
        /// The calls for which a cancel frame has arrived.
        var cancelsReceived: Set<UInt64> = []
        /// Whether releases are due and their sending was requested.
        var isReleaseRequested = false
        /// The references that this side has exported, according to the frames.
        var books: [UInt64: SimulatedBook] = [:]
        /// All numbers that this side has ever exported.
        var numbersUsed: Set<UInt64> = []
        var isClosed = false
        /// Whether written frames are lost, because the connection has ended at one side.
        var isCut = false

        init(process: Int, state: State, references: References) {
            self.process = process
            self.state = state
            self.references = references
        }
    }

    struct Handler {
        let call: Int
        var isCancelled = false
        /// Whether its answer is written but not necessarily sent.
        var hasAnswer = false
        /// Whether its answer is a stream that has not ended.
        var isStream = false
        /// The call that forwards this one.
        var forwarded: Int?
    }

    /// The record of one call.
    struct CallRecord {
        let side: Int
        let id: UInt64
        /// The expected value or error code of the answer.
        let answer: Int
        /// The called function, or `nil` for a method.
        let function: Int?
        /// The call that this one forwards.
        var origin: (side: Int, id: UInt64)?
        var deadline: Moment?
        var outcomes: [Outcome] = []
        var wasAbandoned = false
    }

    enum Outcome: Hashable {
        case value(Int)
        case failure(Int)
        case abandoned, expired, lost
        /// The call was never sent.
        case unsent
    }

    /// A message that is written but not sent.
    struct Draft {
        enum Purpose {
            case call(Int, through: SimulatedProxy?)
            case answer(UInt64)
        }

        let side: Int
        let purpose: Purpose
        let bytes: [UInt8]
        let message: SentMessage?
    }

    /// The objects that a queued message retains: its references, and the proxy that it is sent through.
    struct WaitingMessage {
        let message: SentMessage?
        let proxy: SimulatedProxy?
    }

    /// A received message, which may be read or not.
    struct Received {
        let side: Int
        let bytes: [UInt8]
        let message: ReceivedMessage
    }

    var sides: [Side]
    var calls: [CallRecord] = []
    var drafts: [Draft] = []
    /// The objects that queued calls and notifications retain; `nil` for those that are no longer queued.
    var waitingMessages: [Int: WaitingMessage?] = [:]
    /// The received messages with references that are not yet freed.
    var inbox: [Received] = []
    /// The references that each process retains.
    var held: [[SimulatedHandle]]
    /// The functions that each process retains of its own.
    var functions: [[SimulatedFunction]]
    /// The number of functions that were ever created.
    var functionCount = 0
    /// The freed objects that are not yet counted.
    var freed: [SimulatedBin.Freed] = []
    /// Messages that were sent and that a bug counts too late.
    var uncounted: [(side: Int, numbers: [UInt64])] = []
    /// The number of connections that retain each function.
    var holders: [Int: Int] = [:]
    /// Messages that a bug never frees.
    var kept: [any Sendable] = []
    let bin = SimulatedBin()
    var now = Moment.now
    let callLimit: Int
    /// Whether the size limits are so small that messages with references may exceed them.
    let hasSmallFrames: Bool
    let bug: PlantedBug?
    var random: SplitMix
    /// The violated rules.
    private(set) var faults: [String] = []
    /// The actions, one a line, or `nil` if they are not logged.
    private(set) var schedule: [String]?

    init(seed: UInt64, bug: PlantedBug?, isLogged: Bool) {
        self.bug = bug
        random = SplitMix(seed: seed)
        schedule = isLogged ? [] : nil
        var limits = PeerLimits.standard
        if Self.chance(4, &random) { limits.callsInFlight = 3 }
        callLimit = limits.callsInFlight
        hasSmallFrames = Self.chance(3, &random)
        if hasSmallFrames { limits.frameBytes = Hello.leastFrameBytes }
        limits.references = [2, 3, 5, 10_000][Int.random(in: 0..<4, using: &random)]
        let processes = Self.chance(3, &random) ? [0, 1, 1, 2] : [0, 1]
        held = Array(repeating: [], count: processes.count / 2 + 1)
        functions = Array(repeating: [], count: processes.count / 2 + 1)
        sides = []
        for (side, process) in processes.enumerated() {
            var state = State(limits: limits)
            state.start(name: "")
            let limit = bug == .limitsDiffer && side == 0 ? 10_000 : limits.references
            sides.append(Side(process: process, state: state, references: References(limit: limit)))
        }
    }

    mutating func note(_ fault: String) {
        log("FAULT: \(fault)")
        if faults.count < 5 { faults.append(fault) }
    }

    mutating func log(_ line: @autoclosure () -> String) { if schedule != nil { schedule?.append(line()) } }

    mutating func chance(_ oneIn: Int) -> Bool { Self.chance(oneIn, &random) }

    private static func chance(_ oneIn: Int, _ random: inout SplitMix) -> Bool {
        Int.random(in: 0..<oneIn, using: &random) == 0
    }
}
